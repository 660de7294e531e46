-- Views and materialized views with their columns.
SELECT
    c.oid::pg_catalog.int8 AS id,
    n.nspname::pg_catalog.text AS schema,
    c.relname::pg_catalog.text AS name,
    c.relkind = 'm' AS materialized,
    (SELECT pg_catalog.array_agg(a.attname::pg_catalog.text ORDER BY a.attnum)
        FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
    c.reloptions::pg_catalog.text[] AS options,
    CASE WHEN c.relkind = 'v' THEN pg_catalog.pg_get_userbyid(c.relowner)::pg_catalog.text END AS owner
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('v', 'm')
    AND (n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' OR n.oid = pg_catalog.pg_my_temp_schema())
