-- about: a trigger of a partitioned table is renamed on its partitions, too, from 15 on; without the rule, a row put straight into a partition would wait for the parent
-- lock on pt: ACCESS EXCLUSIVE
-- lock on pt_1: none, ACCESS EXCLUSIVE from 15
-- writer: INSERT INTO pt VALUES (90001, 5, 'x')
-- setup
CREATE TABLE pt (id int NOT NULL, k int NOT NULL, b text) PARTITION BY RANGE (k);
CREATE TABLE pt_1 PARTITION OF pt FOR VALUES FROM (0) TO (100);
INSERT INTO pt SELECT g, g % 100, 'b' || g FROM generate_series(1, 2000) g;
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER g AFTER INSERT ON pt FOR EACH ROW EXECUTE FUNCTION f();
CREATE RULE by_parent AS ON INSERT TO pt_1 DO INSTEAD NOTHING;
-- statement
ALTER TRIGGER g ON pt RENAME TO h;
