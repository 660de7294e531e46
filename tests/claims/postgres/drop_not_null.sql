-- about: DROP NOT NULL takes the highest lock for a moment
-- lock on t: ACCESS EXCLUSIVE
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
ALTER TABLE t ALTER COLUMN a SET NOT NULL;
-- statement
ALTER TABLE t ALTER COLUMN a DROP NOT NULL;
