-- Bytes and scans of indexes, those of materialized views too.
SELECT
    i.indrelid::pg_catalog.int8 AS table_id,
    ic.relname::pg_catalog.text AS name,
    ic.relkind = 'I' AS partitioned,
    CASE WHEN ic.relkind = 'i' AND locked.relation IS NULL
        THEN pg_catalog.pg_relation_size(i.indexrelid, 'main') + pg_catalog.pg_relation_size(i.indexrelid, 'fsm') END
        AS bytes,
    ic.relpages::pg_catalog.int8 * pg_catalog.current_setting('block_size')::pg_catalog.int8 AS paged_bytes,
    pg_catalog.pg_stat_get_numscans(i.indexrelid) AS scans
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN locked ON locked.relation = i.indexrelid
WHERE c.relkind IN ('r', 'p', 'm')
    AND (n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' OR n.oid = pg_catalog.pg_my_temp_schema())
