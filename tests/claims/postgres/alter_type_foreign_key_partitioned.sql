-- about: another type for a foreign key's column makes it again: the partitioned table it references is locked as by adding and dropping it
-- lock on c: ACCESS EXCLUSIVE
-- lock on pt: SHARE ROW EXCLUSIVE, ACCESS EXCLUSIVE from 15
-- lock on pt_1: ACCESS EXCLUSIVE
-- lock on pt_2: ACCESS EXCLUSIVE
-- lock on pt_1_pkey: ACCESS SHARE
-- lock on pt_2_pkey: ACCESS SHARE
-- lock on pt_pkey: none, ACCESS SHARE from 16
-- rewrites c: yes
-- scans pt_1: yes
-- scans pt_2: yes
-- scans c: yes
-- setup
CREATE TABLE pt (id int NOT NULL, k int NOT NULL, b text) PARTITION BY RANGE (k);
CREATE TABLE pt_1 PARTITION OF pt FOR VALUES FROM (0) TO (100);
CREATE TABLE pt_2 PARTITION OF pt FOR VALUES FROM (100) TO (200);
INSERT INTO pt SELECT g, g % 200, 'b' || g FROM generate_series(1, 6000) g;
ALTER TABLE pt ADD PRIMARY KEY (id, k);
CREATE TABLE c (id int, pt_id int, pt_k int);
INSERT INTO c SELECT g, g, g % 200 FROM generate_series(1, 3000) g;
ALTER TABLE c ADD CONSTRAINT fk FOREIGN KEY (pt_id, pt_k) REFERENCES pt (id, k);
-- statement
ALTER TABLE c ALTER COLUMN pt_id TYPE bigint;
