-- Work under way in this database that reports its progress, as the share of its present phase that is done.
SELECT p.pid AS pid, p.command AS command, n.nspname::pg_catalog.text AS schema, c.relname::pg_catalog.text AS name,
    p.phase AS phase, p.done::pg_catalog.float8 AS done
FROM (
    SELECT v.pid, v.datname, v.relid, 'VACUUM' AS command, v.phase,
        v.heap_blks_scanned::pg_catalog.numeric / NULLIF(v.heap_blks_total, 0) AS done
    FROM pg_catalog.pg_stat_progress_vacuum v
    UNION ALL
    SELECT i.pid, i.datname, i.relid, i.command, i.phase,
        COALESCE(i.blocks_done::pg_catalog.numeric / NULLIF(i.blocks_total, 0),
            i.tuples_done::pg_catalog.numeric / NULLIF(i.tuples_total, 0))
    FROM pg_catalog.pg_stat_progress_create_index i
    UNION ALL
    SELECT a.pid, a.datname, a.relid, 'ANALYZE', a.phase,
        a.sample_blks_scanned::pg_catalog.numeric / NULLIF(a.sample_blks_total, 0)
    FROM pg_catalog.pg_stat_progress_analyze a
    UNION ALL
    SELECT k.pid, k.datname, k.relid, k.command, k.phase,
        k.heap_blks_scanned::pg_catalog.numeric / NULLIF(k.heap_blks_total, 0)
    FROM pg_catalog.pg_stat_progress_cluster k
    UNION ALL
    SELECT b.pid, pg_catalog.current_database(), NULL::pg_catalog.oid, 'BASE BACKUP', b.phase,
        b.backup_streamed::pg_catalog.numeric / NULLIF(b.backup_total, 0)
    FROM pg_catalog.pg_stat_progress_basebackup b
) p
LEFT JOIN pg_catalog.pg_class c ON c.oid = p.relid
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE p.datname = pg_catalog.current_database() AND p.phase IS NOT NULL
ORDER BY p.pid
