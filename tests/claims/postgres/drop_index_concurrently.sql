-- about: CONCURRENTLY drops an index beside readers and writers
-- lock on t: SHARE UPDATE EXCLUSIVE
-- lock on t_a_idx: ACCESS EXCLUSIVE
-- drops t_a_idx: yes
-- transaction: forbidden
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
CREATE INDEX t_a_idx ON t (a);
-- statement
DROP INDEX CONCURRENTLY t_a_idx;
