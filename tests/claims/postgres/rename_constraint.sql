-- about: RENAME CONSTRAINT renames the index behind it, too
-- lock on t: ACCESS EXCLUSIVE
-- lock on t_pkey: SHARE UPDATE EXCLUSIVE
-- writer: INSERT INTO t VALUES (0)
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
-- statement
ALTER TABLE t RENAME CONSTRAINT t_pkey TO t_key;
