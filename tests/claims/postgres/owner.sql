-- about: a new owner gets the indexes and owned sequences, each under the highest lock; partitions keep theirs
-- lock on t: ACCESS EXCLUSIVE
-- lock on t_pkey: ACCESS EXCLUSIVE
-- lock on t_id_seq: ACCESS EXCLUSIVE
-- setup
CREATE TABLE t (id serial PRIMARY KEY, b text);
INSERT INTO t (b) SELECT 'b' || g FROM generate_series(1, 2000) g;
-- statement
ALTER TABLE t OWNER TO claims_a;
