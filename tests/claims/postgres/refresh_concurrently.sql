-- about: REFRESH CONCURRENTLY compares and changes the rows that differ; readers go on
-- lock on mv: EXCLUSIVE
-- lock on mv_id: ROW EXCLUSIVE
-- lock on t: ACCESS SHARE
-- lock on t_pkey: ACCESS SHARE
-- scans t: yes
-- scans mv: yes
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
CREATE MATERIALIZED VIEW mv AS SELECT id, a FROM t;
CREATE UNIQUE INDEX mv_id ON mv (id);
-- statement
REFRESH MATERIALIZED VIEW CONCURRENTLY mv;
