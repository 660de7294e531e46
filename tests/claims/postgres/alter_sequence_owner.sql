-- about: a sequence gets another owner under the highest lock
-- lock on t: none
-- lock on s: ACCESS EXCLUSIVE
-- setup
CREATE SEQUENCE s;
CREATE TABLE t (id int DEFAULT nextval('s'), b text);
INSERT INTO t (b) SELECT 'b' || g FROM generate_series(1, 2000) g;
-- statement
ALTER SEQUENCE s OWNER TO claims_a;
