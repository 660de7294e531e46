-- Functions and procedures users made. The body is read to look for names in it and then dropped; of one in
-- standard SQL syntax (version 14) the server keeps a parsed form and a dependency on each relation and column.
SELECT
    p.oid::pg_catalog.int8 AS id,
    n.nspname::pg_catalog.text AS schema,
    p.proname::pg_catalog.text AS name,
    pg_catalog.oidvectortypes(p.proargtypes) AS arguments,
    (SELECT pg_catalog.array_agg(pg_catalog.format_type(r.type, NULL) ORDER BY r.type)
        FROM (SELECT p.prorettype AS type
            UNION SELECT p.proallargtypes[o.n] FROM pg_catalog.generate_subscripts(p.proargmodes, 1) AS o (n)
            WHERE p.proargmodes[o.n] IN ('o', 'b', 't')) r
        WHERE r.type <> 0) AS returns,
    l.lanname::pg_catalog.text AS language,
    p.provolatile::pg_catalog.text AS volatility,
    CASE WHEN l.lanname NOT IN ('c', 'internal') THEN p.prosrc END AS body,
    -- What a call must lack so that the server puts the body in its place (server source, inline_function).
    p.prokind = 'f' AND NOT p.prosecdef AND NOT p.proretset AND p.proconfig IS NULL AND p.prorettype <> 'pg_catalog.record'::pg_catalog.regtype AS may_be_inlined,
    p.proisstrict AS is_strict,
    p.proconfig::pg_catalog.text[] AS settings,
    (SELECT pg_catalog.array_agg(DISTINCT x.word)
        FROM pg_catalog.pg_depend d
        JOIN pg_catalog.pg_class c ON c.oid = d.refobjid
        LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid AND a.attnum > 0
        CROSS JOIN LATERAL (VALUES (c.relname::pg_catalog.text), (a.attname::pg_catalog.text)) AS x (word)
        WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid
            AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND x.word IS NOT NULL) AS depends_on,
    needs.schemas AS needed_schemas, needs.names AS needed_names, needs.columns AS needed_columns
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
LEFT JOIN LATERAL (
    SELECT
        pg_catalog.array_agg(cn.nspname::pg_catalog.text ORDER BY c.oid, a.attnum) AS schemas,
        pg_catalog.array_agg(c.relname::pg_catalog.text ORDER BY c.oid, a.attnum) AS names,
        pg_catalog.array_agg(COALESCE(a.attname, '')::pg_catalog.text ORDER BY c.oid, a.attnum) AS columns
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_class c ON c.oid = d.refobjid AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
    JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid AND a.attnum > 0
    WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid
        AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
) needs ON true
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
WHERE p.prokind IN ('f', 'p')
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
        WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype = 'e')
