-- How the server prints expressions and types for the rest of the transaction: with an empty search path every name
-- outside pg_catalog comes with its schema, and the other settings are those pg_dump chooses, so that two
-- inspections of one schema print the same text. Without JIT, which costs more than the catalog queries themselves.
SELECT
    pg_catalog.set_config('search_path', '', true) AS search_path,
    pg_catalog.set_config('datestyle', 'ISO', true) AS datestyle,
    pg_catalog.set_config('intervalstyle', 'postgres', true) AS intervalstyle,
    pg_catalog.set_config('timezone', 'UTC', true) AS timezone,
    pg_catalog.set_config('extra_float_digits', '1', true) AS extra_float_digits,
    pg_catalog.set_config('quote_all_identifiers', 'off', true) AS quote_all_identifiers,
    pg_catalog.set_config('jit', 'off', true) AS jit
