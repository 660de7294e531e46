-- about: a view is replaced under the highest lock on it, with a look at what it names
-- lock on v: ACCESS EXCLUSIVE
-- lock on t: ACCESS SHARE
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
CREATE VIEW v AS SELECT id FROM t;
-- statement
CREATE OR REPLACE VIEW v AS SELECT id, b FROM t;
