-- Extended statistics as the server prints them. Printing an expression opens the table: not done where that would
-- queue behind somebody.
SELECT
    s.stxrelid::pg_catalog.int8 AS table_id,
    n.nspname::pg_catalog.text AS schema,
    s.stxname::pg_catalog.text AS name,
    pg_catalog.pg_get_statisticsobjdef(s.oid) AS definition
FROM pg_catalog.pg_statistic_ext s
JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace
LEFT JOIN locked ON locked.relation = s.stxrelid
WHERE locked.relation IS NULL
    -- Visible or not, NULL means that the table was dropped after the snapshot: printing would fail.
    AND pg_catalog.pg_table_is_visible(s.stxrelid) IS NOT NULL
