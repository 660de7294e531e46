-- about: a foreign key that is no longer to be enforced loses its triggers on both tables
-- versions: 18..
-- lock on c: ACCESS EXCLUSIVE
-- lock on p: ACCESS EXCLUSIVE
-- writer: INSERT INTO c VALUES (0)
-- setup
CREATE TABLE p (id int PRIMARY KEY, b text);
CREATE TABLE c (id int PRIMARY KEY, p_id int, b text, CONSTRAINT c_p_id_fkey FOREIGN KEY (p_id) REFERENCES p);
-- statement
ALTER TABLE c ALTER CONSTRAINT c_p_id_fkey NOT ENFORCED;
