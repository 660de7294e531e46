-- about: GRANT locks no table before 18
-- lock on t: none, ACCESS SHARE from 18
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
-- statement
GRANT SELECT (a) ON TABLE t TO PUBLIC;
