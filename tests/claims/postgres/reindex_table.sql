-- about: REINDEX stops writers by its lock on the table, and readers by those on the indexes
-- lock on t: SHARE
-- lock on t_pkey: ACCESS EXCLUSIVE
-- lock on t_a: ACCESS EXCLUSIVE
-- rebuilds t_pkey: yes
-- rebuilds t_a: yes
-- scans t: yes
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
CREATE INDEX t_a ON t (a);
-- statement
REINDEX TABLE t;
