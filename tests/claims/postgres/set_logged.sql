-- about: SET UNLOGGED writes the table anew; since version 15 sequences its columns own follow
-- lock on t: ACCESS EXCLUSIVE
-- lock on t_id_seq: none, ACCESS EXCLUSIVE from 15
-- rewrites t: yes
-- setup
CREATE TABLE t (id serial, b text);
INSERT INTO t (b) SELECT 'b' || g FROM generate_series(1, 2000) g;
-- statement
ALTER TABLE t SET UNLOGGED;
