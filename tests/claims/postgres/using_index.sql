-- about: USING INDEX builds nothing and renames the index
-- lock on t: ACCESS EXCLUSIVE
-- lock on t_b_idx: SHARE UPDATE EXCLUSIVE
-- writer: INSERT INTO t VALUES (0)
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
CREATE UNIQUE INDEX t_b_idx ON t (b);
-- statement
ALTER TABLE t ADD CONSTRAINT b_once UNIQUE USING INDEX t_b_idx;
