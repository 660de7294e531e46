-- about: a view is made with a look at what it names
-- lock on t: ACCESS SHARE
-- lock on w: ACCESS SHARE
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
CREATE VIEW w AS SELECT id FROM t;
-- statement
CREATE VIEW v AS SELECT t.id, t.b FROM t JOIN w ON w.id = t.id;
