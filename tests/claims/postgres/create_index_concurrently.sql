-- about: CONCURRENTLY builds an index beside writers, and refuses a transaction
-- lock on t: SHARE UPDATE EXCLUSIVE
-- scans t: yes
-- transaction: forbidden
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
-- statement
CREATE INDEX CONCURRENTLY t_a_idx ON t (a);
