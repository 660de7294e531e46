-- about: VACUUM cuts empty pages off the end under a short ACCESS EXCLUSIVE
-- lock on t: ACCESS EXCLUSIVE
-- lock on t_pkey: ROW EXCLUSIVE
-- scans t: yes
-- transaction: forbidden
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
ALTER TABLE t SET (autovacuum_enabled = off);
-- session
DELETE FROM t;
-- statement
VACUUM t;
