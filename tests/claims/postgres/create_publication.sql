-- about: tables named are locked as by VACUUM, and so are those that SET TABLE leaves out
-- lock on t: SHARE UPDATE EXCLUSIVE
-- lock on kept: SHARE UPDATE EXCLUSIVE
-- lock on gone: SHARE UPDATE EXCLUSIVE
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
CREATE TABLE kept (id int PRIMARY KEY);
CREATE TABLE gone (id int PRIMARY KEY);
CREATE PUBLICATION pub FOR TABLE kept, gone;
-- statement
ALTER PUBLICATION pub SET TABLE t, kept;
