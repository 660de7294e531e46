-- Settings that change what a statement does or costs. `reset_val` is what a session of this role starts with;
-- `setting` may be this transaction's own.
SELECT s.name::pg_catalog.text AS name, s.reset_val::pg_catalog.text AS value, s.unit::pg_catalog.text AS unit
FROM pg_catalog.pg_settings s
WHERE s.name OPERATOR(pg_catalog.=) ANY (ARRAY[
    'archive_mode', 'autovacuum', 'autovacuum_analyze_scale_factor', 'autovacuum_analyze_threshold',
    'autovacuum_freeze_max_age', 'autovacuum_max_workers', 'autovacuum_multixact_freeze_max_age',
    'autovacuum_naptime', 'autovacuum_vacuum_cost_delay', 'autovacuum_vacuum_cost_limit',
    'autovacuum_vacuum_insert_scale_factor', 'autovacuum_vacuum_insert_threshold',
    'autovacuum_vacuum_max_threshold', 'autovacuum_vacuum_scale_factor', 'autovacuum_vacuum_threshold',
    'autovacuum_work_mem', 'block_size', 'check_function_bodies', 'checkpoint_completion_target',
    'checkpoint_timeout', 'data_checksums', 'DateStyle', 'deadlock_timeout', 'default_statistics_target',
    'default_table_access_method', 'default_tablespace', 'default_toast_compression',
    'default_transaction_isolation', 'default_transaction_read_only', 'effective_cache_size',
    'effective_io_concurrency', 'event_triggers', 'fsync', 'full_page_writes', 'hot_standby_feedback',
    'idle_in_transaction_session_timeout', 'IntervalStyle', 'lc_collate', 'lock_timeout', 'log_lock_waits',
    'maintenance_io_concurrency', 'maintenance_work_mem', 'max_connections', 'max_locks_per_transaction',
    'max_parallel_maintenance_workers', 'max_parallel_workers', 'max_prepared_transactions',
    'max_replication_slots', 'max_slot_wal_keep_size', 'max_standby_archive_delay',
    'max_standby_streaming_delay', 'max_wal_senders', 'max_wal_size', 'max_worker_processes',
    'min_wal_size', 'random_page_cost', 'row_security', 'search_path', 'segment_size', 'seq_page_cost', 'server_encoding',
    'session_replication_role', 'shared_buffers', 'standard_conforming_strings', 'statement_timeout', 'superuser_reserved_connections', 'synchronous_commit',
    'synchronous_standby_names', 'temp_buffers', 'temp_file_limit', 'temp_tablespaces', 'TimeZone',
    'track_activities', 'track_counts', 'track_io_timing', 'transaction_timeout', 'transform_null_equals', 'vacuum_cost_delay',
    'vacuum_cost_limit', 'vacuum_failsafe_age', 'vacuum_freeze_min_age', 'vacuum_freeze_table_age', 'wal_buffers',
    'wal_compression', 'wal_keep_size', 'wal_level', 'wal_segment_size', 'wal_sync_method', 'work_mem'
])
