-- about: DROP IDENTITY drops the sequence
-- lock on t: ACCESS EXCLUSIVE
-- lock on t_id_seq: ACCESS EXCLUSIVE
-- drops t_id_seq: yes
-- setup
CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, b text);
INSERT INTO t (b) SELECT 'b' || g FROM generate_series(1, 2000) g;
-- statement
ALTER TABLE t ALTER COLUMN id DROP IDENTITY;
