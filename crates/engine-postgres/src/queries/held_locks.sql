-- Locks held on tables, views and sequences, by sessions (pid) and by prepared transactions (their identifier). A prepared
-- transaction has no process; the row for the lock on its own number tells which one a lock belongs to.
WITH prepared AS MATERIALIZED (
    SELECT own.virtualtransaction, p.gid
    FROM pg_catalog.pg_prepared_xacts p
    JOIN pg_catalog.pg_locks own ON own.locktype = 'transactionid' AND own.transactionid = p.transaction
        AND own.pid IS NULL AND own.granted
)
SELECT
    l.pid AS pid,
    prepared.gid AS prepared,
    n.nspname::pg_catalog.text AS schema,
    c.relname::pg_catalog.text AS name,
    l.mode AS mode
FROM pg_catalog.pg_locks l
JOIN pg_catalog.pg_class c ON c.oid = l.relation
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN prepared ON l.pid IS NULL AND l.virtualtransaction = prepared.virtualtransaction
WHERE l.locktype = 'relation' AND l.granted
    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
    AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
    AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
