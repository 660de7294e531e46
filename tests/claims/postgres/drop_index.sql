-- about: dropping an index takes the highest lock on the index and on its table
-- lock on t: ACCESS EXCLUSIVE
-- lock on t_a_idx: ACCESS EXCLUSIVE
-- drops t_a_idx: yes
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
CREATE INDEX t_a_idx ON t (a);
-- statement
DROP INDEX t_a_idx;
