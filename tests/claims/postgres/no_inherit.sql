-- about: NO INHERIT stops nobody on the parent
-- lock on heir: ACCESS EXCLUSIVE
-- lock on t: ACCESS SHARE
-- setup
CREATE TABLE t (id int, a int);
CREATE TABLE heir (more int) INHERITS (t);
INSERT INTO t SELECT g, g FROM generate_series(1, 3000) g;
INSERT INTO heir SELECT g, g FROM generate_series(1, 3000) g;
-- statement
ALTER TABLE heir NO INHERIT t;
