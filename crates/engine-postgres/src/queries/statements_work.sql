-- Heavy statements of this database that ran to their end: builds, rewrites, vacuums, and writes of many rows. Columns
-- are taken out of JSON by name, as in the list of the most expensive statements.
SELECT
    pg_catalog.left(x.row ->> 'query', 20000) AS statement,
    x.calls AS calls,
    x.total_ms AS total_ms,
    x.rows AS rows,
    (x.row ->> 'shared_blks_hit')::pg_catalog.int8 + (x.row ->> 'shared_blks_read')::pg_catalog.int8 AS blocks,
    (x.row ->> 'wal_bytes')::pg_catalog.numeric::pg_catalog.int8 AS wal_bytes
FROM (
    SELECT pg_catalog.to_jsonb(s) AS row,
        s.calls::pg_catalog.int8 AS calls,
        s.rows::pg_catalog.int8 AS rows,
        COALESCE(pg_catalog.to_jsonb(s) ->> 'total_exec_time', pg_catalog.to_jsonb(s) ->> 'total_time')
            ::pg_catalog.float8 AS total_ms
    FROM pg_stat_statements s
    WHERE s.dbid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
        AND s.query ~* '^([[:space:]]|/[*]([^*]|[*]+[^*/])*[*]+/|--[^\n]*\n)*(create[[:space:]]+(unique[[:space:]]+)?index|alter[[:space:]]+table|vacuum|reindex|cluster|update|delete)[[:space:]]'
        -- Of small writes the application's are enough to know, and of short ones the clock tells little.
        AND (s.query !~* '^([[:space:]]|/[*]([^*]|[*]+[^*/])*[*]+/|--[^\n]*\n)*(update|delete)[[:space:]]'
            OR s.rows >= 1000 * s.calls)
) x
WHERE x.calls > 0 AND x.total_ms >= 5 * x.calls
ORDER BY x.total_ms DESC
LIMIT 100
