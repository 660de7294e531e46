-- Since when statements are counted. The view came with version 1.9 of the extension; PostgreSQL 14 brings it, but a
-- database keeps the version it has until somebody updates it.
SELECT pg_catalog.to_char(i.stats_reset AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since
FROM pg_stat_statements_info i
