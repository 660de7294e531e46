-- about: a table of a type keeps its rows
-- lock on t: ACCESS EXCLUSIVE
-- setup
CREATE TYPE pair AS (id int, a int);
CREATE TABLE t (id int, a int);
INSERT INTO t SELECT g, g FROM generate_series(1, 3000) g;
-- statement
ALTER TABLE t OF pair;
