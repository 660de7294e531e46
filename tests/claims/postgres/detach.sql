-- about: DETACH PARTITION stops everybody; of the partition on 13 only its schema
-- lock on pt: ACCESS EXCLUSIVE
-- writer: INSERT INTO pt VALUES (1, 5, 'x')
-- setup
CREATE TABLE pt (id int NOT NULL, k int NOT NULL, b text) PARTITION BY RANGE (k);
CREATE TABLE pt_1 PARTITION OF pt FOR VALUES FROM (0) TO (100);
CREATE TABLE pt_2 PARTITION OF pt FOR VALUES FROM (100) TO (200);
INSERT INTO pt SELECT g, g % 200, 'b' || g FROM generate_series(1, 4000) g;
-- statement
ALTER TABLE pt DETACH PARTITION pt_2;
