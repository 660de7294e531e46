-- about: a comment on a table stops neither readers nor writers
-- lock on t: SHARE UPDATE EXCLUSIVE
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
-- statement
COMMENT ON TABLE t IS 'things';
