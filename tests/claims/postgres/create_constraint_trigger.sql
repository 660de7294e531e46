-- about: a constraint trigger only looks at the table it names with FROM
-- lock on t: SHARE ROW EXCLUSIVE
-- lock on p: ACCESS SHARE
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
CREATE TABLE p (id int PRIMARY KEY, b text);
INSERT INTO p SELECT g, 'b' || g FROM generate_series(1, 2000) g;
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
-- statement
CREATE CONSTRAINT TRIGGER g AFTER INSERT OR UPDATE ON t FROM p DEFERRABLE FOR EACH ROW EXECUTE FUNCTION f();
