-- about: INSERT locks the sequences its defaults draw from
-- lock on t: ROW EXCLUSIVE
-- lock on t_id_seq: ROW EXCLUSIVE
-- setup
CREATE TABLE t (id serial PRIMARY KEY, b text);
-- statement
INSERT INTO t (b) VALUES ('x');
