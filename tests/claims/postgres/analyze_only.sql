-- about: ANALYZE ONLY reads what is below the table all the same
-- versions: 18..
-- lock on pt: SHARE UPDATE EXCLUSIVE
-- lock on pt_1: ACCESS SHARE
-- lock on pt_2: ACCESS SHARE
-- scans pt_1: yes
-- scans pt_2: yes
-- setup
CREATE TABLE pt (id int NOT NULL, k int NOT NULL, b text) PARTITION BY RANGE (k);
CREATE TABLE pt_1 PARTITION OF pt FOR VALUES FROM (0) TO (100);
CREATE TABLE pt_2 PARTITION OF pt FOR VALUES FROM (100) TO (200);
INSERT INTO pt SELECT g, g % 200, 'b' || g FROM generate_series(1, 4000) g;
-- statement
ANALYZE ONLY pt;
