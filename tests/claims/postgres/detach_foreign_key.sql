-- about: DETACH PARTITION makes the partition's foreign key its own
-- lock on pt: ACCESS EXCLUSIVE
-- lock on p: SHARE ROW EXCLUSIVE
-- writer: INSERT INTO pt VALUES (1, 5, 'x')
-- setup
CREATE TABLE p (id int PRIMARY KEY, b text);
INSERT INTO p SELECT g, 'b' || g FROM generate_series(1, 2000) g;
INSERT INTO p SELECT g, 'b' || g FROM generate_series(2001, 4000) g;
CREATE TABLE pt (id int NOT NULL, k int NOT NULL, b text) PARTITION BY RANGE (k);
CREATE TABLE pt_1 PARTITION OF pt FOR VALUES FROM (0) TO (100);
CREATE TABLE pt_2 PARTITION OF pt FOR VALUES FROM (100) TO (200);
INSERT INTO pt SELECT g, g % 200, 'b' || g FROM generate_series(1, 4000) g;
ALTER TABLE pt ADD FOREIGN KEY (id) REFERENCES p;
-- statement
ALTER TABLE pt DETACH PARTITION pt_2;
