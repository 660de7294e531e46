-- Transactions prepared for a two-phase commit in this database.
SELECT
    p.gid AS identifier,
    EXTRACT('epoch' FROM pg_catalog.clock_timestamp() - p.prepared)::pg_catalog.float8 AS age_s
FROM pg_catalog.pg_prepared_xacts p
WHERE p.database = pg_catalog.current_database()
ORDER BY p.prepared
