-- about: GRANT and REVOKE lock no relation before 18
-- lock on t: none, ACCESS SHARE from 18
-- lock on v: none, ACCESS SHARE from 18
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
CREATE VIEW v AS SELECT id FROM t;
-- statement
GRANT SELECT ON t, v TO claims_a;
