-- about: parameters for vacuum, the planner and new pages stop nobody
-- lock on t: SHARE UPDATE EXCLUSIVE
-- writer: INSERT INTO t VALUES (0)
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
-- statement
ALTER TABLE t SET (fillfactor = 70, autovacuum_enabled = false, parallel_workers = 4), RESET (toast_tuple_target);
