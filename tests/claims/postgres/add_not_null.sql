-- about: a NOT NULL constraint reads the table, and those below it, unless a CHECK proves it
-- versions: 18..
-- lock on t: ACCESS EXCLUSIVE
-- lock on heir: ACCESS EXCLUSIVE
-- scans t: yes
-- writer: INSERT INTO t VALUES (0, 0)
-- setup
CREATE TABLE t (id int, a int);
CREATE TABLE heir (more int) INHERITS (t);
INSERT INTO t SELECT g, g FROM generate_series(1, 3000) g;
INSERT INTO heir SELECT g, g FROM generate_series(1, 3000) g;
ALTER TABLE heir ADD CHECK (a IS NOT NULL);
-- statement
ALTER TABLE t ADD CONSTRAINT a_given NOT NULL a;
