-- about: a new partition gets the foreign keys of its parent, which stops writers of the tables they reference
-- lock on pt: ACCESS EXCLUSIVE
-- lock on p: SHARE ROW EXCLUSIVE
-- writer: INSERT INTO pt VALUES (90001, 5, 'x')
-- setup
CREATE TABLE p (id int PRIMARY KEY, b text);
INSERT INTO p SELECT g, 'b' || g FROM generate_series(1, 2000) g;
CREATE TABLE pt (id int NOT NULL, k int NOT NULL, b text) PARTITION BY RANGE (k);
CREATE TABLE pt_1 PARTITION OF pt FOR VALUES FROM (0) TO (100);
CREATE TABLE pt_2 PARTITION OF pt FOR VALUES FROM (100) TO (200);
INSERT INTO pt SELECT g, g % 200, 'b' || g FROM generate_series(1, 2000) g;
ALTER TABLE pt ADD FOREIGN KEY (id) REFERENCES p (id);
-- statement
CREATE TABLE pt_3 PARTITION OF pt FOR VALUES FROM (200) TO (300);
