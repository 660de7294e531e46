-- about: ATTACH PARTITION below a partition looks at the parents above; a CHECK spares the scan
-- lock on pt: SHARE UPDATE EXCLUSIVE
-- lock on top: ACCESS SHARE
-- lock on s: ACCESS EXCLUSIVE
-- writer: INSERT INTO pt VALUES (1, 5, 'x')
-- setup
CREATE TABLE top (id int NOT NULL, k int NOT NULL, b text) PARTITION BY RANGE (k);
CREATE TABLE pt PARTITION OF top FOR VALUES FROM (0) TO (1000) PARTITION BY RANGE (k);
CREATE TABLE pt_1 PARTITION OF pt FOR VALUES FROM (0) TO (100);
CREATE TABLE s (id int NOT NULL, k int NOT NULL, b text, CHECK (k >= 200 AND k < 300));
INSERT INTO s SELECT g, 200 + g % 100, 'b' || g FROM generate_series(1, 4000) g;
-- statement
ALTER TABLE pt ATTACH PARTITION s FOR VALUES FROM (200) TO (300);
