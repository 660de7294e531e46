-- about: a trigger is switched off while readers go on, on every partition that has it
-- lock on pt: SHARE ROW EXCLUSIVE
-- lock on pt_1: SHARE ROW EXCLUSIVE
-- lock on pt_2: SHARE ROW EXCLUSIVE
-- writer: INSERT INTO pt VALUES (0, 0)
-- setup
CREATE TABLE pt (id int NOT NULL, k int NOT NULL, b text) PARTITION BY RANGE (k);
CREATE TABLE pt_1 PARTITION OF pt FOR VALUES FROM (0) TO (100);
CREATE TABLE pt_2 PARTITION OF pt FOR VALUES FROM (100) TO (200);
INSERT INTO pt SELECT g, g % 200, 'b' || g FROM generate_series(1, 6000) g;
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER g AFTER INSERT ON pt FOR EACH ROW EXECUTE FUNCTION nothing();
-- statement
ALTER TABLE pt DISABLE TRIGGER g;
