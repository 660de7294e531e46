-- How long writing and flushing the log took; 0 ms unless track_wal_io_timing is on. In version 18 that is said
-- elsewhere.
SELECT
    (x.row ->> 'wal_bytes')::pg_catalog.numeric::pg_catalog.int8 AS wal_bytes,
    (x.row ->> 'wal_write_time')::pg_catalog.float8 AS write_ms,
    (x.row ->> 'wal_sync_time')::pg_catalog.float8 AS sync_ms
FROM (SELECT pg_catalog.to_jsonb(w) AS row FROM pg_catalog.pg_stat_wal w) AS x
