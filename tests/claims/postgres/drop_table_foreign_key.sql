-- about: a table that goes with its foreign keys locks the tables at their other ends against everything
-- lock on t: ACCESS EXCLUSIVE
-- lock on t_pkey: ACCESS EXCLUSIVE
-- lock on p: ACCESS EXCLUSIVE
-- lock on c: ACCESS EXCLUSIVE
-- drops t: yes
-- drops t_pkey: yes
-- setup
CREATE TABLE p (id int PRIMARY KEY, b text);
INSERT INTO p SELECT g, 'b' || g FROM generate_series(1, 2000) g;
CREATE TABLE t (id int PRIMARY KEY, p_id int REFERENCES p (id));
CREATE TABLE c (id int PRIMARY KEY, t_id int REFERENCES t (id));
-- statement
DROP TABLE t CASCADE;
