-- about: a type whose bytes are others writes the table anew, with all its indexes, and comes once for several columns
-- lock on t: ACCESS EXCLUSIVE
-- lock on t_pkey: ACCESS EXCLUSIVE
-- rewrites t: yes
-- writer: INSERT INTO t VALUES (0)
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
-- statement
ALTER TABLE t ALTER COLUMN a TYPE bigint, ALTER COLUMN b TYPE varchar(20);
