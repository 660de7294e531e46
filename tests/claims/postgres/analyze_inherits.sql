-- about: ANALYZE reads the tables that inherit too; from 18 on it analyzes them by themselves
-- lock on t: SHARE UPDATE EXCLUSIVE
-- lock on t_pkey: ACCESS SHARE
-- lock on h: ACCESS SHARE, SHARE UPDATE EXCLUSIVE from 18
-- lock on h_a: none, ACCESS SHARE from 18
-- scans t: yes
-- scans h: yes
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
CREATE TABLE h (c int) INHERITS (t);
CREATE INDEX h_a ON h (a);
INSERT INTO h SELECT g, g, 'h' || g, g FROM generate_series(1, 2000) g;
-- statement
ANALYZE t;
