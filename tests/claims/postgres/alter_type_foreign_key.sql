-- about: the other table of a foreign key is locked even where its rows need not be compared again
-- lock on c: ACCESS EXCLUSIVE
-- lock on p: ACCESS EXCLUSIVE
-- writer: INSERT INTO c VALUES (0)
-- setup
CREATE TABLE p (id varchar(20) PRIMARY KEY);
CREATE TABLE c (id int PRIMARY KEY, p_id varchar(20) REFERENCES p (id), b text);
INSERT INTO p SELECT 'p' || g FROM generate_series(1, 2000) g;
INSERT INTO c SELECT g, 'p' || g, 'b' || g FROM generate_series(1, 2000) g;
-- statement
ALTER TABLE c ALTER COLUMN p_id TYPE varchar(40);
