-- about: LIKE only looks at the table it copies
-- lock on t: ACCESS SHARE
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
CREATE INDEX t_a ON t (a);
-- statement
CREATE TABLE n (LIKE t INCLUDING ALL);
