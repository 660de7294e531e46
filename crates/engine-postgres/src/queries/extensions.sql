-- Installed extensions.
SELECT e.extname::pg_catalog.text AS name, e.extversion::pg_catalog.text AS version,
    n.nspname::pg_catalog.text AS schema
FROM pg_catalog.pg_extension e
JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
