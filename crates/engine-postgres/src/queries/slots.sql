-- Replication slots of this server, and how much WAL each keeps from being removed.
SELECT
    s.slot_name::pg_catalog.text AS name,
    s.slot_type = 'logical' AS logical,
    s.active AS active,
    pg_catalog.pg_wal_lsn_diff(
        CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
            ELSE pg_catalog.pg_current_wal_lsn() END, s.restart_lsn)::pg_catalog.int8 AS retained_bytes
FROM pg_catalog.pg_replication_slots s
ORDER BY s.slot_name
