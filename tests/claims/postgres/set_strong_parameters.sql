-- about: a parameter that changes what others may do takes the highest lock
-- lock on t: ACCESS EXCLUSIVE
-- writer: INSERT INTO t VALUES (0)
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
-- statement
ALTER TABLE t SET (fillfactor = 70, user_catalog_table = true);
