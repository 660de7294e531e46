-- Whether what is written to the log is archived, and whether that failed last: then all of it is kept.
SELECT
    a.archived_count::pg_catalog.int8 AS archived,
    a.failed_count::pg_catalog.int8 AS failed,
    a.last_failed_time IS NOT NULL AND a.last_failed_time > COALESCE(a.last_archived_time, '-infinity') AS failing,
    EXTRACT('epoch' FROM pg_catalog.clock_timestamp() - a.stats_reset)::pg_catalog.float8 AS counted_s
FROM pg_catalog.pg_stat_archiver a
