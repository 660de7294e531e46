-- Privileges granted to others than the owner: on tables and views (without a name), and on single columns; in the
-- order in which the server keeps the roles.
SELECT
    g.table_id,
    g.name,
    CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.pg_get_userbyid(g.grantee)::pg_catalog.text END AS grantee,
    g.privileges,
    g.grantable
FROM (
    SELECT
        c.oid::pg_catalog.int8 AS table_id,
        NULL::pg_catalog.text AS name,
        x.grantee,
        x.is_grantable AS grantable,
        pg_catalog.min(x.place) AS place,
        pg_catalog.array_agg(DISTINCT x.privilege_type::pg_catalog.text) AS privileges
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl)
        WITH ORDINALITY AS x (grantor, grantee, privilege_type, is_grantable, place)
    WHERE c.relkind IN ('r', 'p', 'f', 'm', 'v') AND c.relacl IS NOT NULL AND x.grantee <> c.relowner
        AND (n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' OR n.oid = pg_catalog.pg_my_temp_schema())
    GROUP BY 1, 2, 3, 4
    UNION ALL
    SELECT
        a.attrelid::pg_catalog.int8,
        a.attname::pg_catalog.text,
        x.grantee,
        x.is_grantable,
        pg_catalog.min(x.place),
        pg_catalog.array_agg(DISTINCT x.privilege_type::pg_catalog.text)
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL pg_catalog.aclexplode(a.attacl)
        WITH ORDINALITY AS x (grantor, grantee, privilege_type, is_grantable, place)
    WHERE c.relkind IN ('r', 'p', 'f', 'm', 'v') AND a.attnum > 0 AND NOT a.attisdropped AND a.attacl IS NOT NULL
        AND (n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' OR n.oid = pg_catalog.pg_my_temp_schema())
    GROUP BY 1, 2, 3, 4
) g
ORDER BY g.table_id, g.name, g.place
