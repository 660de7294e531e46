-- about: DELETE follows a cascade, and an index spares the scan
-- lock on p: ROW EXCLUSIVE
-- lock on p_pkey: ROW EXCLUSIVE
-- lock on c: ROW EXCLUSIVE
-- lock on c_pkey: ROW EXCLUSIVE
-- lock on c_p_id: ROW EXCLUSIVE
-- lock on d: ROW EXCLUSIVE
-- scans d: yes
-- writer: INSERT INTO p VALUES (9000, 'x')
-- setup
CREATE TABLE p (id int PRIMARY KEY, b text);
INSERT INTO p SELECT g, 'b' || g FROM generate_series(1, 2000) g;
CREATE TABLE c (id int PRIMARY KEY, p_id int REFERENCES p ON DELETE CASCADE);
CREATE INDEX c_p_id ON c (p_id);
INSERT INTO c SELECT g, g FROM generate_series(1, 2000) g;
CREATE TABLE d (c_id int REFERENCES c ON DELETE SET NULL);
INSERT INTO d SELECT g FROM generate_series(1, 2000) g;
-- statement
DELETE FROM p WHERE id = 5;
