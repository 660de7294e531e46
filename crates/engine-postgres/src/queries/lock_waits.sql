-- Who waits for a lock in this database, and who is in the way. Asking for the blockers briefly stops the lock
-- manager: done for sessions that wait, and for no others.
SELECT
    l.pid AS pid,
    n.nspname::pg_catalog.text AS schema,
    c.relname::pg_catalog.text AS name,
    l.locktype AS lock_type,
    l.mode AS mode,
    pg_catalog.pg_blocking_pids(l.pid) AS blocked_by
FROM pg_catalog.pg_locks l
JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation
    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE NOT l.granted AND l.pid IS NOT NULL AND l.pid <> pg_catalog.pg_backend_pid()
    AND a.datname = pg_catalog.current_database()
ORDER BY l.pid
