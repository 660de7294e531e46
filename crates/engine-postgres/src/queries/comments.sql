-- What people wrote about relations and their constraints, triggers, policies and extended statistics. Comments on
-- columns come with the columns.
SELECT
    COALESCE(i.indrelid, c.oid)::pg_catalog.int8 AS relation_id,
    CASE WHEN i.indrelid IS NULL THEN 'relation' ELSE 'index' END AS what,
    NULL::pg_catalog.text AS schema,
    c.relname::pg_catalog.text AS name,
    d.description AS comment
FROM pg_catalog.pg_description d
JOIN pg_catalog.pg_class c ON c.oid = d.objoid
LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
WHERE d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objsubid = 0
    AND c.relkind IN ('r', 'p', 'f', 'm', 'v', 'i', 'I')
UNION ALL
SELECT k.conrelid::pg_catalog.int8, 'constraint', NULL, k.conname::pg_catalog.text, d.description
FROM pg_catalog.pg_description d
JOIN pg_catalog.pg_constraint k ON k.oid = d.objoid
WHERE d.classoid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND k.conrelid <> 0
UNION ALL
SELECT g.tgrelid::pg_catalog.int8, 'trigger', NULL, g.tgname::pg_catalog.text, d.description
FROM pg_catalog.pg_description d
JOIN pg_catalog.pg_trigger g ON g.oid = d.objoid
WHERE d.classoid = 'pg_catalog.pg_trigger'::pg_catalog.regclass
UNION ALL
SELECT p.polrelid::pg_catalog.int8, 'policy', NULL, p.polname::pg_catalog.text, d.description
FROM pg_catalog.pg_description d
JOIN pg_catalog.pg_policy p ON p.oid = d.objoid
WHERE d.classoid = 'pg_catalog.pg_policy'::pg_catalog.regclass
UNION ALL
SELECT s.stxrelid::pg_catalog.int8, 'statistics', n.nspname::pg_catalog.text, s.stxname::pg_catalog.text, d.description
FROM pg_catalog.pg_description d
JOIN pg_catalog.pg_statistic_ext s ON s.oid = d.objoid
JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace
WHERE d.classoid = 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass
