-- Standbys connected to this server: WAL senders that neither serve a logical slot nor stream a base backup. All but
-- the name is hidden from roles without pg_read_all_stats.
SELECT
    r.application_name AS application,
    r.sync_state AS sync_state,
    pg_catalog.pg_wal_lsn_diff(
        CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
            ELSE pg_catalog.pg_current_wal_lsn() END, r.replay_lsn)::pg_catalog.int8 AS lag_bytes,
    EXTRACT('epoch' FROM r.replay_lag)::pg_catalog.float8 AS lag_s
FROM pg_catalog.pg_stat_replication r
WHERE r.state IS DISTINCT FROM 'backup'
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_replication_slots s
        WHERE s.slot_type = 'logical' AND s.active_pid = r.pid)
ORDER BY r.application_name, r.pid
