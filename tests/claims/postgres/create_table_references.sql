-- about: a new table with a foreign key stops writers of the referenced table, and of all its partitions
-- lock on pt: SHARE ROW EXCLUSIVE
-- lock on pt_1: SHARE ROW EXCLUSIVE
-- lock on pt_2: SHARE ROW EXCLUSIVE
-- writer: INSERT INTO pt VALUES (90001, 5, 'x')
-- setup
CREATE TABLE pt (id int NOT NULL, k int NOT NULL, b text) PARTITION BY RANGE (k);
CREATE TABLE pt_1 PARTITION OF pt FOR VALUES FROM (0) TO (100);
CREATE TABLE pt_2 PARTITION OF pt FOR VALUES FROM (100) TO (200);
INSERT INTO pt SELECT g, g % 200, 'b' || g FROM generate_series(1, 4000) g;
ALTER TABLE pt ADD PRIMARY KEY (id, k);
-- statement
CREATE TABLE c (id int, k int, FOREIGN KEY (id, k) REFERENCES pt);
