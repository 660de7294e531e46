-- Schemas a user can have made: names that begin with pg_ are the server's own.
SELECT n.nspname::pg_catalog.text AS name
FROM pg_catalog.pg_namespace n
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
