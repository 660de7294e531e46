-- about: ALL IN TABLESPACE copies the files of each table
-- lock on t: ACCESS EXCLUSIVE
-- rewrites t: yes
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
ALTER TABLE t SET TABLESPACE claims_space;
-- statement
ALTER TABLE ALL IN TABLESPACE claims_space SET TABLESPACE pg_default;
