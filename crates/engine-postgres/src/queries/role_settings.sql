-- Settings kept for roles and for this database (ALTER ROLE … SET, ALTER DATABASE … SET), as they were written: what
-- a migration's session begins with depends on its role. Only those that change what its statements do.
SELECT
    r.rolname::pg_catalog.text AS role,
    s.setdatabase <> 0 AS of_database,
    pg_catalog.split_part(kept.entry, '=', 1) AS name,
    pg_catalog.substr(kept.entry, pg_catalog.strpos(kept.entry, '=') + 1) AS value
FROM pg_catalog.pg_db_role_setting s
LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) AS kept (entry)
WHERE (s.setdatabase = 0 OR s.setdatabase = (SELECT d.oid FROM pg_catalog.pg_database d
        WHERE d.datname = pg_catalog.current_database()))
    AND pg_catalog.lower(pg_catalog.split_part(kept.entry, '=', 1)) = ANY (ARRAY[
        'check_function_bodies', 'datestyle', 'default_table_access_method', 'default_tablespace',
        'default_toast_compression', 'default_transaction_isolation', 'default_transaction_read_only',
        'event_triggers', 'idle_in_transaction_session_timeout', 'intervalstyle', 'lock_timeout',
        'maintenance_work_mem', 'role', 'row_security', 'search_path', 'session_replication_role',
        'standard_conforming_strings', 'statement_timeout', 'synchronous_commit', 'timezone',
        'transaction_timeout', 'transform_null_equals'])
ORDER BY 2 DESC, 1 NULLS LAST, 3
