-- Sessions of clients, counted without this one, in all databases: they share max_connections.
SELECT pg_catalog.count(*) AS connections
FROM pg_catalog.pg_stat_activity a
WHERE a.usesysid IS NOT NULL AND COALESCE(a.backend_type, 'client backend') = 'client backend'
    AND a.pid <> pg_catalog.pg_backend_pid()
