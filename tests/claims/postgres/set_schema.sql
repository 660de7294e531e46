-- about: a table goes to another schema with its sequences, each under the highest lock
-- lock on t: ACCESS EXCLUSIVE
-- lock on t_id_seq: ACCESS EXCLUSIVE
-- setup
CREATE SCHEMA app;
CREATE TABLE t (id serial PRIMARY KEY, b text);
INSERT INTO t (b) SELECT 'b' || g FROM generate_series(1, 2000) g;
-- statement
ALTER TABLE t SET SCHEMA app;
