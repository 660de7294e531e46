-- Counters of tables since the statistics were reset, each row with the time the counters are of.
SELECT
    s.relid::pg_catalog.int8 AS id,
    EXTRACT('epoch' FROM COALESCE(pg_catalog.pg_stat_get_snapshot_timestamp(), pg_catalog.clock_timestamp()))
        ::pg_catalog.float8 AS taken_s,
    s.seq_scan AS seq_scans,
    COALESCE(s.idx_scan, 0) AS index_scans,
    s.n_tup_ins AS inserted,
    s.n_tup_upd AS updated,
    s.n_tup_hot_upd AS hot_updated,
    s.n_tup_del AS deleted,
    s.n_live_tup AS live_rows,
    s.n_dead_tup AS dead_rows,
    (EXTRACT('epoch' FROM pg_catalog.clock_timestamp() - GREATEST(s.last_vacuum, s.last_autovacuum)) / 3600)
        ::pg_catalog.float8 AS vacuumed_hours_ago,
    (EXTRACT('epoch' FROM pg_catalog.clock_timestamp() - GREATEST(s.last_analyze, s.last_autoanalyze)) / 3600)
        ::pg_catalog.float8 AS analyzed_hours_ago
FROM pg_catalog.pg_stat_user_tables s
