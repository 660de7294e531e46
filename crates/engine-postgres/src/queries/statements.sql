-- The most expensive statements of this database. Columns are taken out of JSON by name, because older versions of
-- the extension, which stay until somebody updates it, call them otherwise.
SELECT
    pg_catalog.concat_ws(':', x.row ->> 'queryid', x.row ->> 'userid', x.row ->> 'toplevel') AS id,
    x.row ->> 'query' AS statement,
    (x.row ->> 'calls')::pg_catalog.int8 AS calls,
    x.total_ms AS total_ms,
    COALESCE(x.row ->> 'max_exec_time', x.row ->> 'max_time')::pg_catalog.float8 AS max_ms,
    (x.row ->> 'rows')::pg_catalog.int8 AS rows,
    (x.row ->> 'wal_bytes')::pg_catalog.numeric::pg_catalog.int8 AS wal_bytes
FROM (
    SELECT pg_catalog.to_jsonb(s) AS row,
        COALESCE(pg_catalog.to_jsonb(s) ->> 'total_exec_time', pg_catalog.to_jsonb(s) ->> 'total_time')
            ::pg_catalog.float8 AS total_ms
    FROM pg_stat_statements s
    WHERE s.dbid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
) x
ORDER BY x.total_ms DESC
LIMIT 250
