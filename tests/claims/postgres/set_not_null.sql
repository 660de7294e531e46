-- about: SET NOT NULL reads the table under the highest lock unless a valid CHECK proves it; that a > 0 is no proof, and a proof dropped in the same statement is none
-- lock on t: ACCESS EXCLUSIVE
-- scans t: yes
-- writer: INSERT INTO t VALUES (0, 1)
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text, CHECK (a > 0));
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
ALTER TABLE t ADD CONSTRAINT proof CHECK (a IS NOT NULL);
-- statement
ALTER TABLE t ALTER COLUMN a SET NOT NULL, DROP CONSTRAINT proof;
