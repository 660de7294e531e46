-- about: SELECT opens the table, what is behind views, and all indexes
-- lock on t: ACCESS SHARE
-- lock on t_pkey: ACCESS SHARE
-- lock on v: ACCESS SHARE
-- lock on p: ACCESS SHARE
-- lock on p_pkey: ACCESS SHARE
-- scans t: yes
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
CREATE TABLE p (id int PRIMARY KEY, b text);
INSERT INTO p SELECT g, 'b' || g FROM generate_series(1, 2000) g;
CREATE VIEW v AS SELECT * FROM p;
-- statement
SELECT * FROM t WHERE a = 5 AND EXISTS (SELECT 1 FROM v WHERE v.id = 5);
