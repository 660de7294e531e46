-- Publications of all tables of a schema (version 15).
SELECT p.pubname::pg_catalog.text AS name, n.nspname::pg_catalog.text AS schema
FROM pg_catalog.pg_publication_namespace s
JOIN pg_catalog.pg_publication p ON p.oid = s.pnpubid
JOIN pg_catalog.pg_namespace n ON n.oid = s.pnnspid
