-- about: another expression for a stored generated column writes the table anew
-- versions: 17..
-- lock on t: ACCESS EXCLUSIVE
-- lock on t_d_idx: ACCESS EXCLUSIVE
-- rewrites t: yes
-- setup
CREATE TABLE t (id int, d int GENERATED ALWAYS AS (id * 2) STORED);
CREATE INDEX t_d_idx ON t (d);
INSERT INTO t SELECT g FROM generate_series(1, 3000) g;
-- statement
ALTER TABLE t ALTER COLUMN d SET EXPRESSION AS (id * 3);
