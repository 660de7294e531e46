-- about: DETACH PARTITION CONCURRENTLY lets users of the table go on, from 14 on
-- versions: 14..
-- transaction: forbidden
-- lock on pt_2_id_idx: ACCESS EXCLUSIVE
-- setup
CREATE TABLE pt (id int NOT NULL, k int NOT NULL, b text) PARTITION BY RANGE (k);
CREATE TABLE pt_1 PARTITION OF pt FOR VALUES FROM (0) TO (100);
CREATE TABLE pt_2 PARTITION OF pt FOR VALUES FROM (100) TO (200);
INSERT INTO pt SELECT g, g % 200, 'b' || g FROM generate_series(1, 4000) g;
CREATE INDEX pt_id ON pt (id);
-- statement
ALTER TABLE pt DETACH PARTITION pt_2 CONCURRENTLY;
