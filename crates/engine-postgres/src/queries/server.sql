-- The server and the role that reads it. Asked before the search path is emptied.
SELECT
    pg_catalog.current_setting('server_version') AS version,
    pg_catalog.current_setting('server_version_num')::pg_catalog.int4 AS version_num,
    pg_catalog.current_database()::pg_catalog.text AS database,
    current_user::pg_catalog.text AS user_name,
    COALESCE((SELECT r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname = current_user), false) AS superuser,
    pg_catalog.pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS reads_all_stats,
    pg_catalog.pg_is_in_recovery() AS in_recovery,
    CASE
        WHEN NOT pg_catalog.pg_is_in_recovery() THEN NULL
        -- A caught-up standby of an idle primary has an old last transaction, but no lag.
        WHEN pg_catalog.pg_last_wal_receive_lsn() = pg_catalog.pg_last_wal_replay_lsn()
            AND EXISTS (SELECT FROM pg_catalog.pg_stat_get_wal_receiver() w WHERE w.pid IS NOT NULL) THEN 0
        ELSE EXTRACT('epoch' FROM pg_catalog.clock_timestamp() - pg_catalog.pg_last_xact_replay_timestamp())
    END::pg_catalog.float8 AS lag_s,
    pg_catalog.current_setting('hot_standby_feedback') = 'on' AS feedback,
    pg_catalog.to_char(
        pg_catalog.timezone('UTC', pg_catalog.clock_timestamp()), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS taken_at,
    pg_catalog.current_schemas(false)::pg_catalog.text[] AS search_path,
    (SELECT EXTRACT('epoch' FROM pg_catalog.clock_timestamp() - d.stats_reset)
        FROM pg_catalog.pg_stat_database d
        WHERE d.datname = pg_catalog.current_database())::pg_catalog.float8 AS statistics_age_s
