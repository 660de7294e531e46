-- about: a new partition of a table that is referenced stops writers of the tables that reference it from 15 on
-- lock on pt: ACCESS EXCLUSIVE
-- lock on pt_pkey: SHARE UPDATE EXCLUSIVE
-- lock on c: ACCESS SHARE, SHARE ROW EXCLUSIVE from 15
-- writer: INSERT INTO pt VALUES (90001, 5, 'x')
-- setup
CREATE TABLE pt (id int NOT NULL, k int NOT NULL, b text) PARTITION BY RANGE (k);
CREATE TABLE pt_1 PARTITION OF pt FOR VALUES FROM (0) TO (100);
CREATE TABLE pt_2 PARTITION OF pt FOR VALUES FROM (100) TO (200);
INSERT INTO pt SELECT g, g % 200, 'b' || g FROM generate_series(1, 4000) g;
ALTER TABLE pt ADD PRIMARY KEY (id, k);
CREATE TABLE c (n int PRIMARY KEY, id int, k int, FOREIGN KEY (id, k) REFERENCES pt);
-- statement
CREATE TABLE pt_3 PARTITION OF pt FOR VALUES FROM (200) TO (300);
