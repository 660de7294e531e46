-- about: a table goes with its indexes and sequences, each under the highest lock
-- lock on t: ACCESS EXCLUSIVE
-- lock on t_pkey: ACCESS EXCLUSIVE
-- lock on t_b: ACCESS EXCLUSIVE
-- lock on t_id_seq: ACCESS EXCLUSIVE
-- drops t: yes
-- drops t_pkey: yes
-- drops t_b: yes
-- drops t_id_seq: yes
-- setup
CREATE TABLE t (id serial PRIMARY KEY, b text);
INSERT INTO t (b) SELECT 'b' || g FROM generate_series(1, 2000) g;
CREATE INDEX t_b ON t (b);
-- statement
DROP TABLE t;
