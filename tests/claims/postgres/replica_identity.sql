-- about: REPLICA IDENTITY USING INDEX takes the highest lock on the table
-- lock on t: ACCESS EXCLUSIVE
-- lock on t_pkey: SHARE
-- writer: INSERT INTO t VALUES (0)
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
-- statement
ALTER TABLE t REPLICA IDENTITY USING INDEX t_pkey;
