-- about: another type for an identity column changes its sequence's, too
-- lock on t: ACCESS EXCLUSIVE
-- lock on t_id_seq: SHARE ROW EXCLUSIVE
-- rewrites t: yes
-- setup
CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, b text);
INSERT INTO t (b) SELECT 'b' || g FROM generate_series(1, 2000) g;
-- statement
ALTER TABLE t ALTER COLUMN id TYPE bigint;
