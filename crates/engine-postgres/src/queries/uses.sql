-- Functions and types that views and policies use, and other relations that policies read: those users made.
SELECT
    COALESCE(r.ev_class, p.polrelid)::pg_catalog.int8 AS relation_id,
    p.polname::pg_catalog.text AS policy,
    CASE WHEN f.oid IS NOT NULL THEN 'function' WHEN t.oid IS NOT NULL THEN 'type' ELSE 'relation' END AS what,
    n.nspname::pg_catalog.text AS schema,
    COALESCE(f.proname, t.typname, c.relname)::pg_catalog.text AS name,
    a.attname::pg_catalog.text AS column_name
FROM pg_catalog.pg_depend d
LEFT JOIN pg_catalog.pg_rewrite r ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND r.oid = d.objid
    AND r.rulename = '_RETURN'
LEFT JOIN pg_catalog.pg_policy p ON d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass AND p.oid = d.objid
LEFT JOIN pg_catalog.pg_proc f
    ON d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND f.oid = d.refobjid
LEFT JOIN pg_catalog.pg_type t
    ON d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass AND t.oid = d.refobjid
LEFT JOIN pg_catalog.pg_class c
    ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = d.refobjid AND c.oid <> p.polrelid
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid AND a.attnum > 0
JOIN pg_catalog.pg_namespace n ON n.oid = COALESCE(f.pronamespace, t.typnamespace, c.relnamespace)
WHERE (d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass OR d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass)
    AND (r.oid IS NOT NULL OR p.oid IS NOT NULL)
    AND (n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' OR n.oid = pg_catalog.pg_my_temp_schema())
GROUP BY 1, 2, 3, 4, 5, 6
ORDER BY 1, 2, 3, 4, 5, 6
