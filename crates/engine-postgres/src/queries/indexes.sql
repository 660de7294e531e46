-- Indexes key by key. `keys` holds the column's name where the key is one, `expressions` what the server prints
-- where it is not. Printing an index opens its table: not done where that would queue behind somebody.
SELECT
    i.indexrelid::pg_catalog.int8 AS id,
    i.indrelid::pg_catalog.int8 AS table_id,
    ic.relname::pg_catalog.text AS name,
    am.amname::pg_catalog.text AS method,
    i.indisunique AS is_unique,
    -- The column came with version 15.
    COALESCE((pg_catalog.to_jsonb(i) ->> 'indnullsnotdistinct')::pg_catalog.bool, false) AS nulls_not_distinct,
    i.indisprimary AS is_primary,
    i.indisvalid AS valid,
    (SELECT k.conname FROM pg_catalog.pg_constraint k
        WHERE k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x') LIMIT 1
        )::pg_catalog.text AS constraint_name,
    (SELECT p.relname FROM pg_catalog.pg_inherits h JOIN pg_catalog.pg_class p ON p.oid = h.inhparent
        WHERE h.inhrelid = i.indexrelid AND ic.relispartition LIMIT 1)::pg_catalog.text AS part_of,
    keys.keys, keys.expressions, keys.collations, keys.operator_classes, keys.bits,
    (SELECT pg_catalog.array_agg(a.attname::pg_catalog.text ORDER BY k.position)
        FROM pg_catalog.unnest(i.indkey::pg_catalog.int2[]) WITH ORDINALITY AS k (number, position)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
        WHERE k.position > i.indnkeyatts) AS included,
    -- Visible or not, NULL means that the table was dropped after the snapshot: printing would fail.
    CASE WHEN locked.relation IS NULL AND pg_catalog.pg_table_is_visible(c.oid) IS NOT NULL
        THEN pg_catalog.pg_get_expr(i.indpred, i.indrelid) END AS predicate,
    i.indpred IS NOT NULL AS is_partial,
    (SELECT pg_catalog.array_agg(a.attname::pg_catalog.text ORDER BY a.attnum)
        FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = i.indrelid AND a.attnum > 0 AND NOT a.attisdropped AND (
            a.attnum = ANY (i.indkey::pg_catalog.int2[])
            OR (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL)
            AND EXISTS (SELECT FROM pg_catalog.pg_depend d
                WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = i.indexrelid
                    AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = i.indrelid
                    AND d.refobjsubid = a.attnum))
        ) AS reads,
    ic.reloptions::pg_catalog.text[] AS options,
    (SELECT t.spcname FROM pg_catalog.pg_tablespace t WHERE t.oid = ic.reltablespace)::pg_catalog.text
        AS tablespace,
    CASE WHEN locked.relation IS NULL AND pg_catalog.pg_table_is_visible(c.oid) IS NOT NULL
        THEN pg_catalog.pg_get_indexdef(i.indexrelid) END AS printed
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_am am ON am.oid = ic.relam
LEFT JOIN locked ON locked.relation = c.oid
CROSS JOIN LATERAL (
    SELECT
        pg_catalog.array_agg(a.attname::pg_catalog.text ORDER BY k.position) AS keys,
        pg_catalog.array_agg(
            CASE WHEN k.number = 0 AND locked.relation IS NULL AND pg_catalog.pg_table_is_visible(c.oid) IS NOT NULL
                THEN pg_catalog.pg_get_indexdef(i.indexrelid, k.position::pg_catalog.int4, false) END
            ORDER BY k.position) AS expressions,
        pg_catalog.array_agg(
            -- 100 is the collation "default", what an expression has unless it says otherwise.
            CASE WHEN k.coll <> 0 AND k.coll <> COALESCE(a.attcollation, 100) THEN
                (SELECT pg_catalog.quote_ident(con.nspname) || '.' || pg_catalog.quote_ident(co.collname)
                    FROM pg_catalog.pg_collation co JOIN pg_catalog.pg_namespace con ON con.oid = co.collnamespace
                    WHERE co.oid = k.coll) END
            ORDER BY k.position) AS collations,
        pg_catalog.array_agg(
            (SELECT
                CASE WHEN opn.nspname = 'pg_catalog' THEN '' ELSE pg_catalog.quote_ident(opn.nspname) || '.' END
                || pg_catalog.quote_ident(op.opcname)
                || COALESCE((SELECT ' (' || pg_catalog.string_agg(
                        pg_catalog.quote_ident(pg_catalog.split_part(o, '=', 1)) || '='
                        || pg_catalog.quote_literal(pg_catalog.substr(o, pg_catalog.strpos(o, '=') + 1)), ', ')
                        || ')' FROM pg_catalog.unnest(ia.attoptions) AS o), '')
                FROM pg_catalog.pg_opclass op JOIN pg_catalog.pg_namespace opn ON opn.oid = op.opcnamespace
                WHERE op.oid = k.class AND (NOT op.opcdefault OR ia.attoptions IS NOT NULL))
            ORDER BY k.position) AS operator_classes,
        pg_catalog.array_agg(k.bits::pg_catalog.int4 ORDER BY k.position) AS bits
    FROM ROWS FROM (
        pg_catalog.unnest(i.indkey::pg_catalog.int2[]),
        pg_catalog.unnest(i.indcollation::pg_catalog.oid[]),
        pg_catalog.unnest(i.indclass::pg_catalog.oid[]),
        pg_catalog.unnest(i.indoption::pg_catalog.int2[])
    ) WITH ORDINALITY AS k (number, coll, class, bits, position)
    LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number AND k.number <> 0
    LEFT JOIN pg_catalog.pg_attribute ia ON ia.attrelid = i.indexrelid AND ia.attnum = k.position
    WHERE k.position <= i.indnkeyatts
) keys
WHERE c.relkind IN ('r', 'p', 'f', 'm')
    AND (n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' OR n.oid = pg_catalog.pg_my_temp_schema())
