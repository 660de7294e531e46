-- about: the body of a function in SQL is read when it is made, so what it names is locked as its statements do
-- lock on t: ACCESS SHARE
-- lock on log: ROW EXCLUSIVE
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
CREATE TABLE log (id int);
-- statement
CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ INSERT INTO log SELECT id FROM t $$;
