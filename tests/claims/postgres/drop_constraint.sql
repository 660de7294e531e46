-- about: dropping a CHECK takes the highest lock for a moment
-- lock on t: ACCESS EXCLUSIVE
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 0);
-- statement
ALTER TABLE t DROP CONSTRAINT ck;
