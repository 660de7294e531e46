-- Reads of tables in bulk, which is how a large one is read from end to end, on the whole server. Version 18 counts
-- bytes, those before it operations of one size.
SELECT
    pg_catalog.sum(COALESCE((x.row ->> 'read_bytes')::pg_catalog.numeric,
        (x.row ->> 'reads')::pg_catalog.numeric * (x.row ->> 'op_bytes')::pg_catalog.numeric))
        ::pg_catalog.int8 AS read_bytes,
    pg_catalog.sum((x.row ->> 'read_time')::pg_catalog.float8) AS read_ms
FROM (SELECT pg_catalog.to_jsonb(i) AS row FROM pg_catalog.pg_stat_io i
    WHERE i.object = 'relation' AND i.context = 'bulkread') AS x
