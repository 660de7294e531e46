-- Copies under way in this database (the view came with version 14). A file's size is known, a pipe's is not.
SELECT p.pid AS pid, 'COPY' AS command, n.nspname::pg_catalog.text AS schema, c.relname::pg_catalog.text AS name,
    p.command AS phase, (p.bytes_processed::pg_catalog.numeric / NULLIF(p.bytes_total, 0))::pg_catalog.float8 AS done
FROM pg_catalog.pg_stat_progress_copy p
LEFT JOIN pg_catalog.pg_class c ON c.oid = p.relid
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE p.datname = pg_catalog.current_database() AND p.command IS NOT NULL
ORDER BY p.pid
