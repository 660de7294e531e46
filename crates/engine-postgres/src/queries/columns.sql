-- Columns of tables and views in their order, dropped ones left out. A default is printed without opening its table (no
-- relation is given, and a default names no column); a generated column's expression needs the table.
SELECT
    a.attrelid::pg_catalog.int8 AS table_id,
    a.attnum::pg_catalog.int4 AS number,
    a.attname::pg_catalog.text AS name,
    pg_catalog.format_type(a.atttypid, a.atttypmod) AS type_name,
    CASE WHEN a.attcollation <> t.typcollation AND co.oid IS NOT NULL
        THEN pg_catalog.quote_ident(con.nspname) || '.' || pg_catalog.quote_ident(co.collname) END AS collation,
    COALESCE(NOT co.collisdeterministic, false) AS nondeterministic,
    -- Since version 18 set for a constraint that is NOT VALID, too: such a column may hold NULLs.
    a.attnotnull AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k
        WHERE k.conrelid = a.attrelid AND k.contype = 'n' AND NOT k.convalidated AND k.conkey[1] = a.attnum)
        AS not_null,
    CASE WHEN a.attgenerated = '' THEN pg_catalog.pg_get_expr(d.adbin, 0) END AS default_expression,
    a.attgenerated::pg_catalog.text AS generated,
    -- Visible or not, NULL means that the table was dropped after the snapshot: printing would fail.
    CASE WHEN a.attgenerated <> '' AND locked.relation IS NULL AND pg_catalog.pg_table_is_visible(c.oid) IS NOT NULL
        THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END AS generation_expression,
    a.attidentity::pg_catalog.text AS identity,
    a.attinhcount > 0 AND NOT a.attislocal AS inherited,
    -- NULL for the server's choice since version 17, -1 before.
    NULLIF(a.attstattarget, -1)::pg_catalog.int4 AS statistics_target,
    COALESCE(a.attoptions, '{}')::pg_catalog.text[] AS options,
    remark.description AS comment
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_collation co ON co.oid = a.attcollation
LEFT JOIN pg_catalog.pg_namespace con ON con.oid = co.collnamespace
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_catalog.pg_description remark ON remark.objoid = a.attrelid AND remark.objsubid = a.attnum
    AND remark.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
LEFT JOIN locked ON locked.relation = c.oid
WHERE c.relkind IN ('r', 'p', 'f', 'm', 'v') AND a.attnum > 0 AND NOT a.attisdropped
    AND (n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' OR n.oid = pg_catalog.pg_my_temp_schema())
