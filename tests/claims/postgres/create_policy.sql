-- about: a policy locks its table against everything, and looks at the relations it reads
-- lock on t: ACCESS EXCLUSIVE
-- lock on p: ACCESS SHARE
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
CREATE TABLE p (id int PRIMARY KEY, b text);
INSERT INTO p SELECT g, 'b' || g FROM generate_series(1, 2000) g;
-- statement
CREATE POLICY own ON t USING (a IN (SELECT id FROM p));
