-- about: ATTACH PARTITION reads the table, while readers and writers of the parent go on
-- lock on pt: SHARE UPDATE EXCLUSIVE
-- lock on s: ACCESS EXCLUSIVE
-- scans s: yes
-- writer: INSERT INTO pt VALUES (1, 5, 'x')
-- setup
CREATE TABLE pt (id int NOT NULL, k int NOT NULL, b text) PARTITION BY RANGE (k);
CREATE TABLE pt_1 PARTITION OF pt FOR VALUES FROM (0) TO (100);
CREATE TABLE pt_2 PARTITION OF pt FOR VALUES FROM (100) TO (200);
INSERT INTO pt SELECT g, g % 200, 'b' || g FROM generate_series(1, 4000) g;
CREATE TABLE s (id int NOT NULL, k int NOT NULL, b text);
INSERT INTO s SELECT g, 200 + g % 100, 'b' || g FROM generate_series(1, 4000) g;
-- statement
ALTER TABLE pt ATTACH PARTITION s FOR VALUES FROM (200) TO (300);
