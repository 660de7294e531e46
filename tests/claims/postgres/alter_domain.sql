-- about: a constraint on a domain reads every table with a column of it, and stops their writers meanwhile
-- lock on t: SHARE
-- lock on u: SHARE
-- lock on w: none
-- scans t: yes
-- scans u: yes
-- setup
CREATE DOMAIN positive AS int;
CREATE TABLE t (id int PRIMARY KEY, a positive, b text);
CREATE TABLE u (n positive, b text);
CREATE TABLE w (n int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
INSERT INTO u SELECT g, 'b' || g FROM generate_series(1, 2000) g;
INSERT INTO w SELECT g, 'b' || g FROM generate_series(1, 2000) g;
-- statement
ALTER DOMAIN positive ADD CONSTRAINT above_zero CHECK (VALUE > 0);
