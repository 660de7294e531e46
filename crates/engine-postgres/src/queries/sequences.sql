-- Sequences. Reading the last value needs a privilege and keeps ROW EXCLUSIVE on the sequence until the transaction
-- ends: done for 500 of them, those that can fill up first, because all locks of all sessions share one table. An
-- unlogged one has no file on a standby.
WITH locked AS MATERIALIZED (
    SELECT DISTINCT l.relation
    FROM pg_catalog.pg_locks l
    WHERE l.locktype = 'relation' AND l.pid <> pg_catalog.pg_backend_pid()
        AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
        AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d
            WHERE d.datname = pg_catalog.current_database())
)
SELECT
    n.nspname::pg_catalog.text AS schema,
    c.relname::pg_catalog.text AS name,
    pg_catalog.format_type(s.seqtypid, NULL) AS type_name,
    s.seqincrement AS increment,
    s.seqmin AS minimum,
    s.seqmax AS maximum,
    s.seqstart AS start,
    s.seqcache AS cache,
    s.seqcycle AS cycle,
    owner.schema AS owner_schema,
    owner.name AS owner_table,
    owner.column_name AS owner_column,
    COALESCE(pg_catalog.has_sequence_privilege(c.oid, 'SELECT,USAGE'), false) AS readable,
    locked.relation IS NOT NULL AS locked,
    s.rank > 500 AS left_out,
    CASE WHEN s.rank <= 500 AND locked.relation IS NULL
            AND pg_catalog.has_sequence_privilege(c.oid, 'SELECT,USAGE')
            AND (c.relpersistence = 'p' OR NOT pg_catalog.pg_is_in_recovery())
        THEN pg_catalog.pg_sequence_last_value(c.oid) END AS last_value
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN (
    SELECT q.*, pg_catalog.row_number() OVER (ORDER BY q.seqmax::pg_catalog.numeric - q.seqmin, q.seqrelid) AS rank
    FROM pg_catalog.pg_sequence q
) s ON s.seqrelid = c.oid
LEFT JOIN locked ON locked.relation = c.oid
LEFT JOIN LATERAL (
    SELECT tn.nspname::pg_catalog.text AS schema, t.relname::pg_catalog.text AS name,
        a.attname::pg_catalog.text AS column_name
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_class t ON t.oid = d.refobjid
    JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
    JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.objsubid = 0
        AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjsubid > 0
        AND d.deptype IN ('a', 'i')
    LIMIT 1
) owner ON true
WHERE c.relkind = 'S'
    AND (n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' OR n.oid = pg_catalog.pg_my_temp_schema())
