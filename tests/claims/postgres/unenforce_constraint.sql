-- about: a foreign key that is no longer to be enforced loses its triggers on both tables
-- versions: 18..
-- lock on c: ACCESS EXCLUSIVE
-- lock on p: ACCESS EXCLUSIVE
-- writer: INSERT INTO c VALUES (0)
-- setup
CREATE TABLE p (id int PRIMARY KEY, b text);
CREATE TABLE c (id int PRIMARY KEY, p_id int, b text);
INSERT INTO p SELECT g, 'b' || g FROM generate_series(1, 2000) g;
INSERT INTO c SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
ALTER TABLE c ADD CONSTRAINT c_p_id_fkey FOREIGN KEY (p_id) REFERENCES p (id);
-- statement
ALTER TABLE c ALTER CONSTRAINT c_p_id_fkey NOT ENFORCED;
