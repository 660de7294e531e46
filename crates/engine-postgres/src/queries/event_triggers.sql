-- Event triggers that are on.
SELECT e.evtname::pg_catalog.text AS name
FROM pg_catalog.pg_event_trigger e
WHERE e.evtenabled <> 'D'
