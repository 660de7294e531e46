-- about: a partition that has the foreign key already is not read, but its referenced table is locked against everything
-- lock on pt: SHARE ROW EXCLUSIVE
-- lock on pt_1: SHARE ROW EXCLUSIVE
-- lock on pt_2: SHARE ROW EXCLUSIVE
-- lock on p: ACCESS EXCLUSIVE
-- lock on p_pkey: ACCESS SHARE
-- scans pt_2: yes
-- scans p: yes
-- writer: INSERT INTO pt VALUES (0, 0)
-- setup
CREATE TABLE pt (id int NOT NULL, k int NOT NULL, b text) PARTITION BY RANGE (k);
CREATE TABLE pt_1 PARTITION OF pt FOR VALUES FROM (0) TO (100);
CREATE TABLE pt_2 PARTITION OF pt FOR VALUES FROM (100) TO (200);
INSERT INTO pt SELECT g, g % 200, 'b' || g FROM generate_series(1, 6000) g;
CREATE TABLE p (id int PRIMARY KEY, b text);
INSERT INTO p SELECT g, 'b' || g FROM generate_series(0, 6000) g;
ALTER TABLE pt_1 ADD FOREIGN KEY (id) REFERENCES p (id);
-- statement
ALTER TABLE pt ADD FOREIGN KEY (id) REFERENCES p (id);
