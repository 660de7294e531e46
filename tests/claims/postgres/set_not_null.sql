-- about: SET NOT NULL reads the table under the highest lock, unless a valid CHECK proves it
-- lock on t: ACCESS EXCLUSIVE
-- scans t: yes
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
-- statement
ALTER TABLE t ALTER COLUMN a SET NOT NULL;
