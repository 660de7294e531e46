-- Bodies in standard SQL syntax (version 14), which the server keeps parsed. Printing one opens the relations it
-- names: not done where that would queue behind somebody, the body is then NULL.
SELECT
    p.oid::pg_catalog.int8 AS id,
    CASE WHEN NOT EXISTS (SELECT FROM pg_catalog.pg_depend d JOIN locked ON locked.relation = d.refobjid
            WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid
                AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass)
        THEN pg_catalog.pg_get_function_sqlbody(p.oid) END AS body
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE p.prosqlbody IS NOT NULL AND p.prokind IN ('f', 'p')
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
        WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype = 'e')
