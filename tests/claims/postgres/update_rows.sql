-- about: UPDATE of all rows reads the table, and lets readers and other writers go on
-- lock on t: ROW EXCLUSIVE
-- lock on t_pkey: ROW EXCLUSIVE
-- scans t: yes
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
-- statement
UPDATE t SET a = a + 1;
