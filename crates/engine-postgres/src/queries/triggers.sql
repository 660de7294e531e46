-- Triggers users made. Their columns: those of UPDATE OF and those the WHEN condition reads, on all of which the
-- server keeps a dependency. Printing a condition opens the table: not done where that would queue.
SELECT
    g.tgrelid::pg_catalog.int8 AS table_id,
    g.tgname::pg_catalog.text AS name,
    pn.nspname::pg_catalog.text AS function_schema,
    p.proname::pg_catalog.text AS function_name,
    g.tgtype::pg_catalog.int4 AS bits,
    g.tgenabled::pg_catalog.text AS enabled,
    (SELECT pg_catalog.array_agg(a.attname::pg_catalog.text ORDER BY a.attnum)
        FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = g.tgrelid AND a.attnum > 0 AND NOT a.attisdropped AND (
            a.attnum = ANY (g.tgattr::pg_catalog.int2[])
            OR EXISTS (SELECT FROM pg_catalog.pg_depend d
                WHERE d.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass AND d.objid = g.oid
                    AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = g.tgrelid
                    AND d.refobjsubid = a.attnum))) AS columns,
    -- Visible or not, NULL means that the table was dropped after the snapshot: printing would fail.
    CASE WHEN locked.relation IS NULL AND pg_catalog.pg_table_is_visible(c.oid) IS NOT NULL
        THEN pg_catalog.pg_get_triggerdef(g.oid) END AS definition
FROM pg_catalog.pg_trigger g
JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_proc p ON p.oid = g.tgfoid
JOIN pg_catalog.pg_namespace pn ON pn.oid = p.pronamespace
LEFT JOIN locked ON locked.relation = c.oid
WHERE NOT g.tgisinternal AND c.relkind IN ('r', 'p', 'f', 'v')
    AND (n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' OR n.oid = pg_catalog.pg_my_temp_schema())
