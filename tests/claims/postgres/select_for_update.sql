-- about: FOR UPDATE takes a lock of its own on table and indexes
-- lock on t: ROW SHARE
-- lock on t_pkey: ROW SHARE
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
-- statement
SELECT * FROM t WHERE id = 5 FOR UPDATE;
