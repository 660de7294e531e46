-- about: REINDEX CONCURRENTLY lets readers and writers go on
-- lock on t: SHARE UPDATE EXCLUSIVE
-- lock on t_pkey: ACCESS EXCLUSIVE
-- rebuilds t_pkey: yes
-- scans t: yes
-- transaction: forbidden
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
-- statement
REINDEX TABLE CONCURRENTLY t;
