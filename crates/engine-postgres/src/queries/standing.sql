-- Asked once per host where target_session_attrs has to choose among several.
SELECT
    pg_catalog.pg_is_in_recovery() AS in_recovery,
    pg_catalog.current_setting('transaction_read_only') AS read_only
