-- about: TRUNCATE of a partition looks at its parents on 13 only
-- lock on pt_1: ACCESS EXCLUSIVE
-- lock on pt: ACCESS SHARE, none from 14
-- setup
CREATE TABLE pt (id int NOT NULL, k int NOT NULL, b text) PARTITION BY RANGE (k);
CREATE TABLE pt_1 PARTITION OF pt FOR VALUES FROM (0) TO (100);
CREATE TABLE pt_2 PARTITION OF pt FOR VALUES FROM (100) TO (200);
INSERT INTO pt SELECT g, g % 200, 'b' || g FROM generate_series(1, 4000) g;
-- statement
TRUNCATE pt_1;
