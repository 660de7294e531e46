-- about: ANALYZE lets readers and writers go on
-- lock on t: SHARE UPDATE EXCLUSIVE
-- lock on t_pkey: ACCESS SHARE
-- scans t: yes
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
-- statement
ANALYZE t (a);
