-- about: DETACH PARTITION of a referenced table reads who references it, and locks them
-- lock on pt: ACCESS EXCLUSIVE
-- lock on pt_2: ACCESS EXCLUSIVE
-- lock on pt_2_pkey: ACCESS EXCLUSIVE
-- lock on c: ACCESS EXCLUSIVE
-- scans c: yes
-- scans pt_2: yes
-- writer: INSERT INTO pt VALUES (90001, 5, 'x')
-- setup
CREATE TABLE pt (id int NOT NULL, k int NOT NULL, b text) PARTITION BY RANGE (k);
CREATE TABLE pt_1 PARTITION OF pt FOR VALUES FROM (0) TO (100);
CREATE TABLE pt_2 PARTITION OF pt FOR VALUES FROM (100) TO (200);
INSERT INTO pt SELECT g, g % 200, 'b' || g FROM generate_series(1, 4000) g;
ALTER TABLE pt ADD PRIMARY KEY (id, k);
CREATE TABLE c (id int, k int, FOREIGN KEY (id, k) REFERENCES pt);
INSERT INTO c SELECT id, k FROM pt WHERE k < 100;
-- statement
ALTER TABLE pt DETACH PARTITION pt_2;
