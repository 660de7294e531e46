-- about: ALTER SEQUENCE stops nextval, and so writers, not readers
-- lock on t: none
-- lock on s: SHARE ROW EXCLUSIVE
-- setup
CREATE SEQUENCE s;
CREATE TABLE t (id int DEFAULT nextval('s'), b text);
INSERT INTO t (b) SELECT 'b' || g FROM generate_series(1, 2000) g;
-- statement
ALTER SEQUENCE s INCREMENT BY 10 CACHE 20;
