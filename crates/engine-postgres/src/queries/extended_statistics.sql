-- Statistics over several columns or expressions; they depend on every column they are about.
SELECT
    s.stxrelid::pg_catalog.int8 AS table_id,
    n.nspname::pg_catalog.text AS schema,
    s.stxname::pg_catalog.text AS name,
    (SELECT pg_catalog.array_agg(a.attname::pg_catalog.text ORDER BY a.attnum)
        FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = s.stxrelid AND EXISTS (SELECT FROM pg_catalog.pg_depend d
            WHERE d.classid = 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass AND d.objid = s.oid
                AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = s.stxrelid
                AND d.refobjsubid = a.attnum)) AS columns
FROM pg_catalog.pg_statistic_ext s
JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace
