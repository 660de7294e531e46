-- about: a domain with a constraint writes the table anew for its new column, and builds all indexes
-- lock on t: ACCESS EXCLUSIVE
-- lock on t_pkey: ACCESS EXCLUSIVE
-- lock on t_b_idx: ACCESS EXCLUSIVE
-- rewrites t: yes
-- writer: INSERT INTO t VALUES (0)
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
CREATE INDEX t_b_idx ON t (b);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
-- statement
ALTER TABLE t ADD COLUMN n positive;
