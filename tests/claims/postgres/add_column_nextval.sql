-- about: a default that takes its values from a sequence writes the table anew, its indexes too, and locks the sequence as nextval does
-- lock on t: ACCESS EXCLUSIVE
-- lock on t_pkey: ACCESS EXCLUSIVE
-- lock on s: ROW EXCLUSIVE
-- rewrites t: yes
-- writer: INSERT INTO t VALUES (0)
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
CREATE SEQUENCE s;
-- statement
ALTER TABLE t ADD COLUMN n bigint DEFAULT nextval('s');
