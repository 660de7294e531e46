-- about: ALL IN TABLESPACE copies the files of each index
-- lock on t: none
-- lock on t_a: ACCESS EXCLUSIVE
-- rebuilds t_a: yes
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
CREATE INDEX t_a ON t (a) TABLESPACE claims_space;
-- statement
ALTER INDEX ALL IN TABLESPACE claims_space SET TABLESPACE pg_default;
