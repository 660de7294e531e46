-- about: SET WITHOUT CLUSTER stops nobody
-- lock on t: SHARE UPDATE EXCLUSIVE
-- writer: INSERT INTO t VALUES (0)
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
ALTER TABLE t CLUSTER ON t_pkey;
-- statement
ALTER TABLE t SET WITHOUT CLUSTER;
