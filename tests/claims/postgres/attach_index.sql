-- about: An index attached is locked against everybody, its table not
-- lock on pt: ACCESS SHARE
-- lock on pt_id: SHARE UPDATE EXCLUSIVE
-- lock on pt_2: ACCESS SHARE
-- lock on pt_2_id: ACCESS EXCLUSIVE
-- writer: INSERT INTO pt VALUES (1, 5, 'x')
-- setup
CREATE TABLE pt (id int NOT NULL, k int NOT NULL, b text) PARTITION BY RANGE (k);
CREATE TABLE pt_1 PARTITION OF pt FOR VALUES FROM (0) TO (100);
CREATE TABLE pt_2 PARTITION OF pt FOR VALUES FROM (100) TO (200);
INSERT INTO pt SELECT g, g % 200, 'b' || g FROM generate_series(1, 4000) g;
CREATE INDEX pt_id ON ONLY pt (id);
CREATE INDEX pt_1_id ON pt_1 (id);
CREATE INDEX pt_2_id ON pt_2 (id);
-- statement
ALTER INDEX pt_id ATTACH PARTITION pt_2_id;
