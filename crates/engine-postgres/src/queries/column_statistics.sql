-- The planner's numbers about columns, never values. The view shows rows of columns the role may read only, and
-- none where row security applies to it.
SELECT
    s.schemaname::pg_catalog.text AS schema,
    s.tablename::pg_catalog.text AS table_name,
    s.attname::pg_catalog.text AS name,
    s.inherited AS inherited,
    s.null_frac::pg_catalog.float8 AS null_fraction,
    s.avg_width::pg_catalog.int4 AS average_width,
    s.n_distinct::pg_catalog.float8 AS distinct_values,
    s.correlation::pg_catalog.float8 AS correlation
FROM pg_catalog.pg_stats s
WHERE s.schemaname !~ '^pg_' AND s.schemaname <> 'information_schema'
