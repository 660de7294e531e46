-- about: ADD UNIQUE on a partitioned table builds an index on each partition; version 18 locks them as the parent
-- lock on pt: ACCESS EXCLUSIVE
-- lock on pt_1: SHARE, ACCESS EXCLUSIVE from 18
-- lock on pt_2: SHARE, ACCESS EXCLUSIVE from 18
-- scans pt_1: yes
-- scans pt_2: yes
-- writer: INSERT INTO pt VALUES (0, 0)
-- setup
CREATE TABLE pt (id int NOT NULL, k int NOT NULL, b text) PARTITION BY RANGE (k);
CREATE TABLE pt_1 PARTITION OF pt FOR VALUES FROM (0) TO (100);
CREATE TABLE pt_2 PARTITION OF pt FOR VALUES FROM (100) TO (200);
INSERT INTO pt SELECT g, g % 200, 'b' || g FROM generate_series(1, 6000) g;
-- statement
ALTER TABLE pt ADD UNIQUE (id, k);
