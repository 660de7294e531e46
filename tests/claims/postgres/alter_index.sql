-- about: an index is moved to another tablespace under the highest lock on it; its table is left alone
-- lock on t: none
-- lock on t_a: ACCESS EXCLUSIVE
-- rebuilds t_a: yes
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
CREATE INDEX t_a ON t (a);
-- statement
ALTER INDEX t_a SET TABLESPACE claims_space;
