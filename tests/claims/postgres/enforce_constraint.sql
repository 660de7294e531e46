-- about: a foreign key that is to be enforced is compared under the highest lock on its own table
-- versions: 18..
-- lock on c: ACCESS EXCLUSIVE
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
ALTER TABLE c ADD CONSTRAINT fk FOREIGN KEY (p_id) REFERENCES p (id) NOT ENFORCED;
-- statement
ALTER TABLE c ALTER CONSTRAINT fk ENFORCED;
