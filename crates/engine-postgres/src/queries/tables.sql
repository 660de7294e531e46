-- Tables of every kind that holds rows, partitioned parents and materialized views too. `locked`: some session holds or waits for
-- ACCESS EXCLUSIVE, so that whatever opens the table would queue; such functions are not called for it.
SELECT
    c.oid::pg_catalog.int8 AS id,
    n.nspname::pg_catalog.text AS schema,
    c.relname::pg_catalog.text AS name,
    c.relkind::pg_catalog.text AS kind,
    c.relpersistence::pg_catalog.text AS persistence,
    c.relrowsecurity AS row_security,
    c.relforcerowsecurity AS row_security_forced,
    c.relreplident::pg_catalog.text AS replica_identity,
    (SELECT ic.relname FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
        WHERE i.indrelid = c.oid AND i.indisreplident LIMIT 1)::pg_catalog.text AS replica_index,
    c.relispartition AS is_partition,
    -- The column came with version 14. No relation is given, because a bound names no column: nothing is opened.
    COALESCE((SELECT pg_catalog.bool_or((pg_catalog.to_jsonb(h) ->> 'inhdetachpending')::pg_catalog.bool)
        FROM pg_catalog.pg_inherits h WHERE h.inhrelid = c.oid AND c.relispartition), false) AS detach_pending,
    pg_catalog.pg_get_expr(c.relpartbound, 0) AS partition_bound,
    (SELECT am.amname FROM pg_catalog.pg_am am WHERE am.oid = c.relam AND am.amname <> 'heap')::pg_catalog.text
        AS access_method,
    tn.nspname::pg_catalog.text AS type_schema,
    ty.typname::pg_catalog.text AS type_name,
    (SELECT ic.relname FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
        WHERE i.indrelid = c.oid AND i.indisclustered LIMIT 1)::pg_catalog.text AS clustered_on,
    pg_catalog.pg_get_userbyid(c.relowner)::pg_catalog.text AS owner,
    c.relkind = 'm' AND NOT c.relispopulated AS unpopulated,
    (SELECT pg_catalog.array_agg(pn.nspname::pg_catalog.text ORDER BY h.inhseqno)
        FROM pg_catalog.pg_inherits h JOIN pg_catalog.pg_class pc ON pc.oid = h.inhparent
        JOIN pg_catalog.pg_namespace pn ON pn.oid = pc.relnamespace
        WHERE h.inhrelid = c.oid) AS parent_schemas,
    (SELECT pg_catalog.array_agg(pc.relname::pg_catalog.text ORDER BY h.inhseqno)
        FROM pg_catalog.pg_inherits h JOIN pg_catalog.pg_class pc ON pc.oid = h.inhparent
        WHERE h.inhrelid = c.oid) AS parent_names,
    CASE WHEN c.relkind = 'p' AND locked.relation IS NULL THEN pg_catalog.pg_get_partkeydef(c.oid) END
        AS partition_key,
    (SELECT pg_catalog.array_agg(a.attname::pg_catalog.text ORDER BY a.attnum)
        FROM pg_catalog.pg_partitioned_table p
        JOIN pg_catalog.pg_attribute a ON a.attrelid = p.partrelid
        WHERE p.partrelid = c.oid AND (
            a.attnum = ANY (p.partattrs::pg_catalog.int2[])
            -- Columns of key expressions: they depend internally on the table.
            OR EXISTS (SELECT FROM pg_catalog.pg_depend d
                WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = p.partrelid
                    AND d.objsubid = a.attnum AND a.attnum > 0 AND d.refobjid = p.partrelid AND d.refobjsubid = 0
                    AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype = 'i'))
        ) AS partition_columns,
    c.reloptions::pg_catalog.text[] AS options,
    (SELECT t.spcname FROM pg_catalog.pg_tablespace t WHERE t.oid = c.reltablespace)::pg_catalog.text AS tablespace,
    c.reltuples::pg_catalog.float8 AS tuples,
    c.relpages::pg_catalog.float8 AS pages,
    CASE WHEN c.relfrozenxid::pg_catalog.text <> '0' THEN pg_catalog.age(c.relfrozenxid) END::pg_catalog.int8
        AS frozen_age,
    CASE WHEN toast.relfrozenxid::pg_catalog.text <> '0' THEN pg_catalog.age(toast.relfrozenxid) END
        ::pg_catalog.int8 AS toast_frozen_age,
    COALESCE(pg_catalog.has_table_privilege(c.oid, 'SELECT')
        OR pg_catalog.has_any_column_privilege(c.oid, 'SELECT'), false) AS readable,
    COALESCE(c.relrowsecurity AND pg_catalog.row_security_active(c.oid), false) AS row_security_active,
    locked.relation IS NOT NULL AS locked
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_type ty ON ty.oid = c.reloftype AND c.reloftype <> 0
LEFT JOIN pg_catalog.pg_namespace tn ON tn.oid = ty.typnamespace
LEFT JOIN pg_catalog.pg_class toast ON toast.oid = c.reltoastrelid
LEFT JOIN locked ON locked.relation = c.oid
WHERE c.relkind IN ('r', 'p', 'f', 'm')
    AND (n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' OR n.oid = pg_catalog.pg_my_temp_schema())
