-- about: VALIDATE reads the table beside readers and writers
-- lock on t: SHARE UPDATE EXCLUSIVE
-- scans t: yes
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 0) NOT VALID;
-- statement
ALTER TABLE t VALIDATE CONSTRAINT ck;
