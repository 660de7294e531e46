-- The queries of views and materialized views. Printing one opens the view and the relations it names: not done where
-- that would queue behind somebody.
SELECT
    c.oid::pg_catalog.int8 AS id,
    pg_catalog.pg_get_viewdef(c.oid) AS definition
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_rewrite r ON r.ev_class = c.oid AND r.rulename = '_RETURN'
LEFT JOIN locked ON locked.relation = c.oid
WHERE c.relkind IN ('v', 'm') AND locked.relation IS NULL
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d JOIN locked ON locked.relation = d.refobjid
        WHERE d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
            AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass)
    -- Visible or not, NULL means that the view was dropped after the snapshot: printing would fail.
    AND pg_catalog.pg_table_is_visible(c.oid) IS NOT NULL
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
