-- about: version 18 locks the tables below for a constraint that does not reach them
-- lock on t: ACCESS EXCLUSIVE
-- lock on heir: none, ACCESS EXCLUSIVE from 18
-- scans t: yes
-- setup
CREATE TABLE t (id int, a int);
CREATE TABLE heir (more int) INHERITS (t);
INSERT INTO t SELECT g, g FROM generate_series(1, 3000) g;
INSERT INTO heir SELECT g, g FROM generate_series(1, 3000) g;
-- statement
ALTER TABLE t ADD CONSTRAINT own CHECK (a > 0) NO INHERIT;
