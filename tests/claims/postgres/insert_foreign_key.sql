-- about: INSERT looks new values up in the referenced table
-- lock on c: ROW EXCLUSIVE
-- lock on p: ROW SHARE
-- lock on p_pkey: ROW SHARE
-- writer: INSERT INTO c VALUES (9000, 1)
-- setup
CREATE TABLE p (id int PRIMARY KEY, b text);
INSERT INTO p SELECT g, 'b' || g FROM generate_series(1, 2000) g;
CREATE TABLE c (id int PRIMARY KEY, p_id int REFERENCES p);
INSERT INTO c SELECT g, g FROM generate_series(1, 1000) g;
-- statement
INSERT INTO c VALUES (5000, 1);
