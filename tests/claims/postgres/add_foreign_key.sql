-- about: a foreign key stops writers of both tables while it reads them, with all their indexes open
-- lock on c: SHARE ROW EXCLUSIVE
-- lock on p: SHARE ROW EXCLUSIVE
-- lock on c_pkey: ACCESS SHARE
-- lock on p_pkey: ACCESS SHARE
-- scans c: yes
-- scans p: yes
-- writer: INSERT INTO c VALUES (0)
-- setup
CREATE TABLE p (id int PRIMARY KEY, b text);
CREATE TABLE c (id int PRIMARY KEY, p_id int, b text);
INSERT INTO p SELECT g, 'b' || g FROM generate_series(1, 2000) g;
INSERT INTO c SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
-- statement
ALTER TABLE c ADD FOREIGN KEY (p_id) REFERENCES p (id);
