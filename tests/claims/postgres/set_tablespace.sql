-- about: another tablespace copies the table's file and leaves its indexes
-- lock on t: ACCESS EXCLUSIVE
-- rewrites t: yes
-- writer: INSERT INTO t VALUES (0)
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
-- statement
ALTER TABLE t SET TABLESPACE claims_space;
