-- about: ADD CHECK NOT VALID takes the highest lock for a moment and reads nothing
-- lock on t: ACCESS EXCLUSIVE
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
-- statement
ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 0) NOT VALID;
