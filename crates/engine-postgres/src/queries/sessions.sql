-- Sessions with an open transaction. Of other roles' sessions a role without pg_read_all_stats sees neither the
-- state nor the transaction's age, but everybody sees locks: a session that holds one has a transaction open.
SELECT
    a.pid AS pid,
    a.usename::pg_catalog.text AS user_name,
    a.application_name AS application,
    a.state AS state,
    EXTRACT('epoch' FROM pg_catalog.clock_timestamp() - a.xact_start)::pg_catalog.float8 AS transaction_s,
    EXTRACT('epoch' FROM pg_catalog.clock_timestamp() - a.state_change)::pg_catalog.float8 AS state_s,
    a.wait_event_type || '/' || a.wait_event AS waits_for,
    a.backend_xmin IS NOT NULL AS snapshot,
    a.query AS statement,
    a.backend_type AS kind
FROM pg_catalog.pg_stat_activity a
WHERE a.pid <> pg_catalog.pg_backend_pid()
    AND a.datid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
    AND (a.xact_start IS NOT NULL
        OR a.backend_type IS NULL AND a.pid IN (
            SELECT l.pid FROM pg_catalog.pg_locks l WHERE l.locktype IN ('virtualxid', 'relation') AND l.granted))
ORDER BY a.xact_start NULLS LAST, a.pid
