-- about: an attribute of a composite type reaches its typed tables by CASCADE, as a column does
-- lock on t: ACCESS EXCLUSIVE
-- writer: INSERT INTO t VALUES (0)
-- setup
CREATE TYPE pair AS (a int, b text);
CREATE TABLE t OF pair;
INSERT INTO t SELECT g, 'b' || g FROM generate_series(1, 2000) g;
-- statement
ALTER TYPE pair ADD ATTRIBUTE c int CASCADE;
