-- The moment of a sample and the write-ahead log's position then. Up to version 14 the counters come from a file;
-- the time they were written is known once one has been read.
SELECT
    EXTRACT('epoch' FROM pg_catalog.clock_timestamp())::pg_catalog.float8 AS taken_s,
    pg_catalog.pg_wal_lsn_diff(
        CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
            ELSE pg_catalog.pg_current_wal_lsn() END, '0/0')::pg_catalog.int8 AS wal_bytes
