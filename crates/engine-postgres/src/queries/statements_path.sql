-- The extension pg_stat_statements may live in any schema: for the rest of the transaction, names are looked up
-- there and nowhere else. No row if it is not installed.
SELECT pg_catalog.set_config('search_path', pg_catalog.quote_ident(n.nspname) || ', pg_temp', true) AS search_path
FROM pg_catalog.pg_extension e
JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
WHERE e.extname = 'pg_stat_statements'
