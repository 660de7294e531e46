-- about: a comment on a constraint only looks at its table
-- lock on t: ACCESS SHARE
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 0);
-- statement
COMMENT ON CONSTRAINT ck ON t IS 'above zero';
