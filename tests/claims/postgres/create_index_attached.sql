-- about: an index of a partition that fits is taken over, and its table is not read
-- lock on pt: SHARE
-- lock on pt_1: SHARE
-- lock on pt_2: SHARE
-- lock on pt_1_id: SHARE
-- scans pt_2: yes
-- writer: INSERT INTO pt VALUES (90001, 5, 'x')
-- setup
CREATE TABLE pt (id int NOT NULL, k int NOT NULL, b text) PARTITION BY RANGE (k);
CREATE TABLE pt_1 PARTITION OF pt FOR VALUES FROM (0) TO (100);
CREATE TABLE pt_2 PARTITION OF pt FOR VALUES FROM (100) TO (200);
INSERT INTO pt SELECT g, g % 200, 'b' || g FROM generate_series(1, 4000) g;
CREATE INDEX pt_1_id ON pt_1 (id);
-- statement
CREATE INDEX pt_id ON pt (id);
