-- Types users and extensions made: not those of tables, nor arrays, nor types without a body. Composite types of
-- extensions, which are many, only where a column has one: their base types are what people declare columns with.
SELECT
    n.nspname::pg_catalog.text AS schema,
    t.typname::pg_catalog.text AS name,
    t.typtype::pg_catalog.text AS kind,
    (SELECT e.extname FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
        WHERE d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.objid = t.oid AND d.deptype = 'e'
            AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass)::pg_catalog.text AS extension,
    (SELECT pg_catalog.array_agg(e.enumlabel::pg_catalog.text ORDER BY e.enumsortorder)
        FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid) AS labels,
    CASE WHEN t.typtype = 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod) END AS base,
    -- Where the domain's collation is not that of the type below.
    (SELECT pg_catalog.quote_ident(con.nspname) || '.' || pg_catalog.quote_ident(co.collname)
        FROM pg_catalog.pg_collation co
        JOIN pg_catalog.pg_namespace con ON con.oid = co.collnamespace
        JOIN pg_catalog.pg_type below ON below.oid = t.typbasetype
        WHERE t.typtype = 'd' AND co.oid = t.typcollation AND co.oid <> below.typcollation) AS collation,
    t.typnotnull AS not_null,
    t.typdefault AS default_expression,
    checks.definitions AS checks, checks.names AS check_names, checks.validated AS checks_validated,
    attributes.names AS attribute_names, attributes.types AS attribute_types,
    (SELECT pg_catalog.format_type(g.rngsubtype, NULL) FROM pg_catalog.pg_range g WHERE g.rngtypid = t.oid) AS subtype
FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_class tc ON tc.oid = t.typrelid
LEFT JOIN LATERAL (
    SELECT
        pg_catalog.array_agg(pg_catalog.pg_get_constraintdef(k.oid) ORDER BY k.conname) AS definitions,
        pg_catalog.array_agg(k.conname::pg_catalog.text ORDER BY k.conname) AS names,
        pg_catalog.array_agg(k.convalidated ORDER BY k.conname) AS validated
    FROM pg_catalog.pg_constraint k
    WHERE k.contypid = t.oid AND k.contype = 'c'
) checks ON t.typtype = 'd'
LEFT JOIN LATERAL (
    SELECT
        pg_catalog.array_agg(a.attname::pg_catalog.text ORDER BY a.attnum) AS names,
        pg_catalog.array_agg(pg_catalog.format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum) AS types
    FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
) attributes ON t.typtype = 'c'
WHERE t.typtype IN ('e', 'd', 'c', 'r', 'm', 'b') AND t.typisdefined
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND (t.typtype <> 'c' OR tc.relkind = 'c')
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_type element WHERE element.typarray = t.oid)
    AND (t.typtype <> 'c'
        OR NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
            WHERE d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.objid = t.oid AND d.deptype = 'e')
        OR EXISTS (SELECT FROM pg_catalog.pg_attribute u
            WHERE u.atttypid IN (t.oid, t.typarray) AND NOT u.attisdropped))
