-- about: a foreign key to a partitioned table reads its partitions, with their indexes; those of the parent are opened since version 16
-- lock on c: SHARE ROW EXCLUSIVE
-- lock on pt: SHARE ROW EXCLUSIVE
-- lock on pt_1: SHARE ROW EXCLUSIVE
-- lock on pt_2: SHARE ROW EXCLUSIVE
-- lock on pt_1_pkey: ACCESS SHARE
-- lock on pt_2_pkey: ACCESS SHARE
-- lock on pt_pkey: none, ACCESS SHARE from 16
-- scans c: yes
-- scans pt_1: yes
-- scans pt_2: yes
-- setup
CREATE TABLE pt (id int NOT NULL, k int NOT NULL, b text) PARTITION BY RANGE (k);
CREATE TABLE pt_1 PARTITION OF pt FOR VALUES FROM (0) TO (100);
CREATE TABLE pt_2 PARTITION OF pt FOR VALUES FROM (100) TO (200);
INSERT INTO pt SELECT g, g % 200, 'b' || g FROM generate_series(1, 6000) g;
ALTER TABLE pt ADD PRIMARY KEY (id, k);
CREATE TABLE c (id int, pt_id int, pt_k int);
INSERT INTO c SELECT g, g, g % 200 FROM generate_series(1, 3000) g;
-- statement
ALTER TABLE c ADD CONSTRAINT fk FOREIGN KEY (pt_id, pt_k) REFERENCES pt (id, k);
