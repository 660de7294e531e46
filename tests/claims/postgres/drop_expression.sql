-- about: DROP EXPRESSION leaves the values where they are
-- lock on t: ACCESS EXCLUSIVE
-- setup
CREATE TABLE t (id int, d int GENERATED ALWAYS AS (id * 2) STORED);
INSERT INTO t SELECT g FROM generate_series(1, 3000) g;
-- statement
ALTER TABLE t ALTER COLUMN d DROP EXPRESSION;
