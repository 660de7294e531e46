-- The same from version 18 on, where new files of the log are not counted with it.
SELECT
    pg_catalog.sum((x.row ->> 'write_bytes')::pg_catalog.numeric)::pg_catalog.int8 AS wal_bytes,
    pg_catalog.sum((x.row ->> 'write_time')::pg_catalog.float8) AS write_ms,
    pg_catalog.sum((x.row ->> 'fsync_time')::pg_catalog.float8) AS sync_ms
FROM (SELECT pg_catalog.to_jsonb(i) AS row FROM pg_catalog.pg_stat_io i
    WHERE i.object = 'wal' AND i.context = 'normal') AS x
