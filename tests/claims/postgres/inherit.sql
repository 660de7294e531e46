-- about: INHERIT stops nobody on the parent
-- lock on s: ACCESS EXCLUSIVE
-- lock on t: SHARE UPDATE EXCLUSIVE
-- setup
CREATE TABLE t (id int, a int);
CREATE TABLE heir (more int) INHERITS (t);
INSERT INTO t SELECT g, g FROM generate_series(1, 3000) g;
INSERT INTO heir SELECT g, g FROM generate_series(1, 3000) g;
CREATE TABLE s (id int, a int);
-- statement
ALTER TABLE s INHERIT t;
