-- Casts users and extensions made: the server's own have numbers below 16384 (server source, access/transam.h).
SELECT
    pg_catalog.format_type(k.castsource, NULL) AS source,
    pg_catalog.format_type(k.casttarget, NULL) AS target,
    k.castmethod = 'b' AS is_binary,
    k.castcontext::pg_catalog.text AS context
FROM pg_catalog.pg_cast k
WHERE k.oid >= 16384
