-- about: a sequence gets an owning column with a look at the table
-- lock on t: ACCESS SHARE
-- lock on s: SHARE ROW EXCLUSIVE
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
CREATE SEQUENCE s;
-- statement
ALTER SEQUENCE s OWNED BY t.id;
