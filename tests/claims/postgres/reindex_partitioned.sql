-- about: REINDEX of a partitioned table works on one partition after the other, from 14 on
-- versions: 14..
-- lock on pt_1_id_idx: ACCESS EXCLUSIVE
-- lock on pt_2_id_idx: ACCESS EXCLUSIVE
-- rebuilds pt_1_id_idx: yes
-- rebuilds pt_2_id_idx: yes
-- scans pt_1: yes
-- scans pt_2: yes
-- transaction: forbidden
-- setup
CREATE TABLE pt (id int NOT NULL, k int NOT NULL, b text) PARTITION BY RANGE (k);
CREATE TABLE pt_1 PARTITION OF pt FOR VALUES FROM (0) TO (100);
CREATE TABLE pt_2 PARTITION OF pt FOR VALUES FROM (100) TO (200);
INSERT INTO pt SELECT g, g % 200, 'b' || g FROM generate_series(1, 4000) g;
CREATE INDEX pt_id ON pt (id);
-- statement
REINDEX TABLE pt;
