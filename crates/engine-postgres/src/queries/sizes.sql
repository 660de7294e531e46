-- Bytes of tables and materialized views. The size functions open the relation and its TOAST table: not called
-- where that would queue behind somebody, the pages of the last VACUUM or ANALYZE must do there.
SELECT
    c.oid::pg_catalog.int8 AS id,
    locked.relation IS NOT NULL OR toast_locked.relation IS NOT NULL OR toast_index_locked.relation IS NOT NULL
        AS locked,
    CASE WHEN locked.relation IS NULL THEN pg_catalog.pg_relation_size(c.oid, 'main') END AS main_bytes,
    CASE WHEN locked.relation IS NULL
        THEN pg_catalog.pg_relation_size(c.oid, 'fsm') + pg_catalog.pg_relation_size(c.oid, 'vm')
            + CASE c.relpersistence WHEN 'u' THEN pg_catalog.pg_relation_size(c.oid, 'init') ELSE 0 END
        END AS map_bytes,
    CASE WHEN c.reltoastrelid = 0 THEN 0
        WHEN toast_locked.relation IS NULL AND toast_index_locked.relation IS NULL
        THEN pg_catalog.pg_total_relation_size(c.reltoastrelid) END AS toast_bytes,
    (c.relpages::pg_catalog.int8 * b.size) AS paged_bytes,
    ((COALESCE(toast.relpages, 0) + COALESCE(toast_index.relpages, 0))::pg_catalog.int8 * b.size)
        AS toast_paged_bytes
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN (SELECT pg_catalog.current_setting('block_size')::pg_catalog.int8 AS size) b
LEFT JOIN pg_catalog.pg_class toast ON toast.oid = c.reltoastrelid
LEFT JOIN pg_catalog.pg_index ti ON ti.indrelid = toast.oid AND ti.indisvalid
LEFT JOIN pg_catalog.pg_class toast_index ON toast_index.oid = ti.indexrelid
LEFT JOIN locked ON locked.relation = c.oid
LEFT JOIN locked AS toast_locked ON toast_locked.relation = toast.oid
LEFT JOIN locked AS toast_index_locked ON toast_index_locked.relation = toast_index.oid
WHERE c.relkind IN ('r', 'm')
    AND (n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' OR n.oid = pg_catalog.pg_my_temp_schema())
