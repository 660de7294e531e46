-- Constraints of tables. What the server makes for itself on the same table (the parts of a foreign key that point
-- to partitions) is left out. Printing CHECK and EXCLUDE opens the table: not done where that would queue.
SELECT
    k.conrelid::pg_catalog.int8 AS table_id,
    k.conname::pg_catalog.text AS name,
    k.contype::pg_catalog.text AS kind,
    (SELECT pg_catalog.array_agg(a.attname::pg_catalog.text ORDER BY x.position)
        FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY AS x (number, position)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = x.number) AS columns,
    -- Visible or not, NULL means that the table was dropped after the snapshot: printing would fail.
    CASE WHEN (locked.relation IS NULL OR k.contype NOT IN ('c', 'x'))
            AND pg_catalog.pg_table_is_visible(c.oid) IS NOT NULL
        THEN pg_catalog.pg_get_constraintdef(k.oid) END AS definition,
    k.convalidated AS validated,
    k.condeferrable AS deferrable,
    k.condeferred AS deferred,
    k.connoinherit AS no_inherit,
    k.coninhcount > 0 AS inherited,
    -- The column came with version 18.
    COALESCE(NOT (pg_catalog.to_jsonb(k) ->> 'conenforced')::pg_catalog.bool, false) AS not_enforced,
    fn.nspname::pg_catalog.text AS foreign_schema,
    fc.relname::pg_catalog.text AS foreign_table,
    (SELECT pg_catalog.array_agg(a.attname::pg_catalog.text ORDER BY x.position)
        FROM pg_catalog.unnest(k.confkey) WITH ORDINALITY AS x (number, position)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = x.number) AS foreign_columns,
    CASE WHEN k.contype IN ('p', 'u', 'x') THEN ic.relname END::pg_catalog.text AS index_name
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_class fc ON fc.oid = k.confrelid
LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = fc.relnamespace
LEFT JOIN pg_catalog.pg_class ic ON ic.oid = k.conindid
LEFT JOIN pg_catalog.pg_constraint parent ON parent.oid = k.conparentid
LEFT JOIN locked ON locked.relation = c.oid
WHERE c.relkind IN ('r', 'p', 'f')
    AND (parent.oid IS NULL OR parent.conrelid <> k.conrelid)
    AND (n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' OR n.oid = pg_catalog.pg_my_temp_schema())
