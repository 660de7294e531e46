-- What a view reads directly: its rule depends on every column it names.
SELECT
    r.ev_class::pg_catalog.int8 AS view_id,
    n.nspname::pg_catalog.text AS schema,
    c.relname::pg_catalog.text AS name,
    pg_catalog.array_agg(DISTINCT a.attname::pg_catalog.text) FILTER (WHERE a.attname IS NOT NULL) AS columns
FROM pg_catalog.pg_rewrite r
JOIN pg_catalog.pg_class v ON v.oid = r.ev_class
JOIN pg_catalog.pg_namespace vn ON vn.oid = v.relnamespace
JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
    AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid <> r.ev_class
JOIN pg_catalog.pg_class c ON c.oid = d.refobjid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid AND a.attnum > 0
WHERE v.relkind IN ('v', 'm') AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
    AND (vn.nspname !~ '^pg_' AND vn.nspname <> 'information_schema' OR vn.oid = pg_catalog.pg_my_temp_schema())
    AND (n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' OR n.oid = pg_catalog.pg_my_temp_schema())
GROUP BY r.ev_class, c.oid, n.nspname, c.relname
