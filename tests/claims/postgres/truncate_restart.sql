-- about: RESTART IDENTITY locks the sequences too
-- lock on t: ACCESS EXCLUSIVE
-- lock on t_pkey: ACCESS EXCLUSIVE
-- lock on t_id_seq: ACCESS EXCLUSIVE
-- setup
CREATE TABLE t (id serial PRIMARY KEY, b text);
INSERT INTO t (b) SELECT 'b' || g FROM generate_series(1, 2000) g;
-- statement
TRUNCATE t RESTART IDENTITY;
