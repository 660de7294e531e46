-- about: a table is renamed under the highest lock; its indexes keep their names
-- lock on t: ACCESS EXCLUSIVE
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
-- statement
ALTER TABLE t RENAME TO things;
