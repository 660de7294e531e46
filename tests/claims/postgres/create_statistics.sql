-- about: extended statistics are made while the table is read and written
-- lock on t: SHARE UPDATE EXCLUSIVE
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
-- statement
CREATE STATISTICS st (dependencies) ON a, b FROM t;
