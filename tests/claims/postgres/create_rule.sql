-- about: a rule locks its table against everything, what it reads and what it writes as such statements do
-- lock on t: ACCESS EXCLUSIVE
-- lock on p: ACCESS SHARE
-- lock on log: ROW EXCLUSIVE
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
CREATE TABLE p (id int PRIMARY KEY, b text);
INSERT INTO p SELECT g, 'b' || g FROM generate_series(1, 2000) g;
CREATE TABLE log (id int);
-- statement
CREATE RULE noted AS ON UPDATE TO t WHERE EXISTS (SELECT 1 FROM p WHERE p.id = NEW.a) DO ALSO INSERT INTO log VALUES (NEW.id);
