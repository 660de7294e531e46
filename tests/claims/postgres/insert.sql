-- about: INSERT lets go of the indexes when it is done
-- lock on t: ROW EXCLUSIVE
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
-- statement
INSERT INTO t VALUES (5000, 1, 'x');
