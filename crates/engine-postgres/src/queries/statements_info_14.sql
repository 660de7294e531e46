-- Since when statements are counted, and for how long by the server's clock. The view came with version 1.9 of the
-- extension; PostgreSQL 14 brings it, but a database keeps the version it has until somebody updates it.
SELECT
    pg_catalog.to_char(i.stats_reset AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since,
    pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - i.stats_reset) AS age_s
FROM pg_stat_statements_info i
