-- about: DROP COLUMN … CASCADE takes indexes, owned sequences and views along, and those that need them
-- lock on t: ACCESS EXCLUSIVE
-- lock on t_n_idx: ACCESS EXCLUSIVE
-- lock on t_n_seq: ACCESS EXCLUSIVE
-- lock on v: ACCESS EXCLUSIVE
-- lock on w: ACCESS EXCLUSIVE
-- lock on m: ACCESS EXCLUSIVE
-- lock on m_n_idx: ACCESS EXCLUSIVE
-- drops t_n_idx: yes
-- drops t_n_seq: yes
-- drops v: yes
-- drops w: yes
-- drops m: yes
-- drops m_n_idx: yes
-- writer: INSERT INTO t (id) VALUES (0)
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
ALTER TABLE t ADD COLUMN n serial;
CREATE INDEX t_n_idx ON t (b) WHERE n > 5;
CREATE VIEW v AS SELECT n FROM t;
CREATE VIEW w AS SELECT n FROM v;
CREATE MATERIALIZED VIEW m AS SELECT n FROM t;
CREATE INDEX m_n_idx ON m (n);
-- statement
ALTER TABLE t DROP COLUMN n CASCADE;
