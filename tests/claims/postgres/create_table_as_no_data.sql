-- about: without data the query is not run, but what it names is locked as for reading
-- lock on t: ACCESS SHARE
-- lock on v: ACCESS SHARE
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
CREATE VIEW v AS SELECT id FROM t;
-- statement
CREATE TABLE n AS SELECT t.id, t.b FROM t JOIN v ON v.id = t.id WITH NO DATA;
