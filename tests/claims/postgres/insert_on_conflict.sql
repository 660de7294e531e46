-- about: ON CONFLICT opens all indexes to find the one that is named
-- lock on t: ROW EXCLUSIVE
-- lock on t_pkey: ROW EXCLUSIVE
-- lock on t_a: ROW EXCLUSIVE
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
CREATE INDEX t_a ON t (a);
-- statement
INSERT INTO t VALUES (5, 1, 'x') ON CONFLICT (id) DO UPDATE SET a = 7;
