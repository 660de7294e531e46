-- The first query of every batch. Inside the transaction that has just begun it sets the three limits, and
-- that row security refuses instead of hiding rows, for this transaction only (so a pooler hands the server on unchanged), takes the snapshot, after which the server no
-- longer lets the transaction become read-write, and returns what is to be checked.
SELECT
    pg_catalog.set_config('lock_timeout', $1, true) AS lock_timeout,
    pg_catalog.set_config('statement_timeout', $2, true) AS statement_timeout,
    pg_catalog.set_config('idle_in_transaction_session_timeout', $3, true) AS idle_timeout,
    pg_catalog.set_config('row_security', 'off', true) AS row_security,
    pg_catalog.current_setting('transaction_read_only') AS read_only,
    pg_catalog.current_setting('transaction_isolation') AS isolation,
    pg_catalog.pg_backend_pid() AS backend_pid,
    pg_catalog.pg_is_in_recovery() AS in_recovery
