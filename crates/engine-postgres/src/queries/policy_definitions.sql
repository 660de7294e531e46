-- What row security policies demand. Printing an expression opens the table and the relations it names: not done where
-- that would queue behind somebody.
SELECT
    p.polrelid::pg_catalog.int8 AS table_id,
    p.polname::pg_catalog.text AS name,
    pg_catalog.pg_get_expr(p.polqual, p.polrelid) AS using_expression,
    pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) AS check_expression,
    (SELECT pg_catalog.array_agg(CASE WHEN role.number = 0 THEN 'PUBLIC'
            ELSE pg_catalog.pg_get_userbyid(role.number)::pg_catalog.text END ORDER BY role.place)
        FROM pg_catalog.unnest(p.polroles) WITH ORDINALITY AS role (number, place)) AS roles
FROM pg_catalog.pg_policy p
JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN locked ON locked.relation = c.oid
WHERE locked.relation IS NULL
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d JOIN locked ON locked.relation = d.refobjid
        WHERE d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass AND d.objid = p.oid
            AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass)
    -- Visible or not, NULL means that the table was dropped after the snapshot: printing would fail.
    AND pg_catalog.pg_table_is_visible(c.oid) IS NOT NULL
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
