-- about: SELECT opens the partitions that can hold its rows, and from 16 on the parent's indexes
-- lock on pt: ACCESS SHARE
-- lock on pt_id: none, ACCESS SHARE from 16
-- lock on pt_2: ACCESS SHARE
-- lock on pt_2_id_idx: ACCESS SHARE
-- scans pt_2: yes
-- setup
CREATE TABLE pt (id int NOT NULL, k int NOT NULL, b text) PARTITION BY RANGE (k);
CREATE TABLE pt_1 PARTITION OF pt FOR VALUES FROM (0) TO (100);
CREATE TABLE pt_2 PARTITION OF pt FOR VALUES FROM (100) TO (200);
INSERT INTO pt SELECT g, g % 200, 'b' || g FROM generate_series(1, 4000) g;
CREATE INDEX pt_id ON pt (id);
-- statement
SELECT * FROM pt WHERE k BETWEEN 120 AND 150;
