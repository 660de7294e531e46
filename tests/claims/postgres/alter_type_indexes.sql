-- about: a type with the same bytes keeps a plain index, and builds one with an expression again; a CHECK is asked of all rows
-- lock on t: ACCESS EXCLUSIVE
-- lock on t_plain: ACCESS EXCLUSIVE
-- lock on t_lower: ACCESS EXCLUSIVE
-- lock on t_other: none
-- rebuilds t_lower: yes
-- scans t: yes
-- setup
CREATE TABLE t (id int, a varchar(50), b varchar(50), CHECK (a <> 'zz'));
CREATE INDEX t_plain ON t (a);
CREATE INDEX t_lower ON t (lower(a));
CREATE INDEX t_other ON t (b);
INSERT INTO t SELECT g, 'a' || g, 'b' || g FROM generate_series(1, 2000) g;
-- statement
ALTER TABLE t ALTER COLUMN a TYPE varchar(100);
