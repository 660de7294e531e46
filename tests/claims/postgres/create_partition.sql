-- about: a new partition locks the whole table against everything, and reads the default partition, whose own partitions are locked too
-- lock on pt: ACCESS EXCLUSIVE
-- lock on pt_def: ACCESS EXCLUSIVE
-- lock on pt_def_1: ACCESS EXCLUSIVE
-- lock on pt_id: SHARE UPDATE EXCLUSIVE
-- scans pt_def_1: yes
-- writer: INSERT INTO pt VALUES (90001, 5, 'x')
-- setup
CREATE TABLE pt (id int NOT NULL, k int NOT NULL, b text) PARTITION BY RANGE (k);
CREATE TABLE pt_1 PARTITION OF pt FOR VALUES FROM (0) TO (100);
CREATE TABLE pt_2 PARTITION OF pt FOR VALUES FROM (100) TO (200);
INSERT INTO pt SELECT g, g % 200, 'b' || g FROM generate_series(1, 4000) g;
CREATE TABLE pt_def PARTITION OF pt DEFAULT PARTITION BY RANGE (k);
CREATE TABLE pt_def_1 PARTITION OF pt_def FOR VALUES FROM (1000) TO (9000);
INSERT INTO pt SELECT g, 1000 + g, 'b' || g FROM generate_series(1, 4000) g;
CREATE INDEX pt_id ON pt (id);
-- statement
CREATE TABLE pt_3 PARTITION OF pt FOR VALUES FROM (200) TO (300);
