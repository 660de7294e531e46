-- about: a new heir stops neither readers nor writers of its parent
-- lock on t: SHARE UPDATE EXCLUSIVE
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
-- statement
CREATE TABLE heir (more int) INHERITS (t);
