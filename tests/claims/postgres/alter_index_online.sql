-- about: most of an index's settings are changed while the table is read and written
-- lock on t: none
-- lock on t_a: SHARE UPDATE EXCLUSIVE
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
CREATE INDEX t_a ON t (a);
-- statement
ALTER INDEX t_a SET (fillfactor = 70);
