-- about: DELETE looks for rows that reference what goes: the whole table for each row, without an index
-- lock on p: ROW EXCLUSIVE
-- lock on p_pkey: ROW EXCLUSIVE
-- lock on c: ROW SHARE
-- lock on c_pkey: ROW SHARE
-- scans c: yes
-- writer: INSERT INTO p VALUES (9000, 'x')
-- setup
CREATE TABLE p (id int PRIMARY KEY, b text);
INSERT INTO p SELECT g, 'b' || g FROM generate_series(1, 2000) g;
CREATE TABLE c (id int PRIMARY KEY, p_id int REFERENCES p);
INSERT INTO c SELECT g, g FROM generate_series(1, 1000) g;
-- statement
DELETE FROM p WHERE id = 2000;
