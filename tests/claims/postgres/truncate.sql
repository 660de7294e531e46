-- about: TRUNCATE with CASCADE empties all that references the table
-- lock on t: ACCESS EXCLUSIVE
-- lock on t_pkey: ACCESS EXCLUSIVE
-- lock on c: ACCESS EXCLUSIVE
-- lock on c_pkey: ACCESS EXCLUSIVE
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
CREATE TABLE c (id int PRIMARY KEY, t_id int REFERENCES t);
INSERT INTO c SELECT g, g FROM generate_series(1, 2000) g;
-- statement
TRUNCATE t CASCADE;
