-- Bytes this database has read from the operating system, and how long that took; 0 ms unless track_io_timing is on.
SELECT
    d.blks_read::pg_catalog.int8 * pg_catalog.current_setting('block_size')::pg_catalog.int8 AS read_bytes,
    d.blk_read_time AS read_ms
FROM pg_catalog.pg_stat_database d
WHERE d.datname = pg_catalog.current_database()
