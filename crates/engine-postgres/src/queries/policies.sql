-- Row security policies, with the columns their expressions read.
SELECT
    p.polrelid::pg_catalog.int8 AS table_id,
    p.polname::pg_catalog.text AS name,
    p.polpermissive AS permissive,
    p.polcmd::pg_catalog.text AS command,
    (SELECT pg_catalog.array_agg(a.attname::pg_catalog.text ORDER BY a.attnum)
        FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = p.polrelid AND EXISTS (SELECT FROM pg_catalog.pg_depend d
            WHERE d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass AND d.objid = p.oid
                AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = p.polrelid
                AND d.refobjsubid = a.attnum)) AS columns
FROM pg_catalog.pg_policy p
JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
