-- about: building an index stops writers, not readers
-- lock on t: SHARE
-- scans t: yes
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
-- statement
CREATE INDEX t_a_idx ON t (a);
