-- Rules users made. Printing one opens the relations it names: not done where that would queue behind somebody.
SELECT
    r.ev_class::pg_catalog.int8 AS relation_id,
    r.rulename::pg_catalog.text AS name,
    r.ev_type::pg_catalog.text AS event,
    r.is_instead AS instead,
    (SELECT pg_catalog.array_agg(a.attname::pg_catalog.text ORDER BY a.attnum)
        FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = r.ev_class AND EXISTS (SELECT FROM pg_catalog.pg_depend d
            WHERE d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
                AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = r.ev_class
                AND d.refobjsubid = a.attnum)) AS columns,
    CASE WHEN NOT EXISTS (SELECT FROM pg_catalog.pg_depend d JOIN locked ON locked.relation = d.refobjid
            WHERE d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
                AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass)
        -- Visible or not, NULL means that the relation was dropped after the snapshot: printing would fail.
        AND pg_catalog.pg_table_is_visible(c.oid) IS NOT NULL
        THEN pg_catalog.pg_get_ruledef(r.oid) END AS definition
FROM pg_catalog.pg_rewrite r
JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE r.rulename <> '_RETURN'
    AND (n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' OR n.oid = pg_catalog.pg_my_temp_schema())
ORDER BY r.rulename
