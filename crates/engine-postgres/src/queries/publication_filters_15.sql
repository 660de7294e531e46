-- The conditions on rows that publications send. Printing an expression opens the table: not done where that would queue
-- behind somebody.
SELECT
    p.pubname::pg_catalog.text AS name,
    r.prrelid::pg_catalog.int8 AS table_id,
    pg_catalog.pg_get_expr(r.prqual, r.prrelid) AS condition
FROM pg_catalog.pg_publication_rel r
JOIN pg_catalog.pg_publication p ON p.oid = r.prpubid
LEFT JOIN locked ON locked.relation = r.prrelid
WHERE r.prqual IS NOT NULL AND locked.relation IS NULL
    -- Visible or not, NULL means that the table was dropped after the snapshot: printing would fail.
    AND pg_catalog.pg_table_is_visible(r.prrelid) IS NOT NULL
