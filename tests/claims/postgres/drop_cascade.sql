-- about: DROP … CASCADE takes parts of tables along, each table under the highest lock
-- lock on of_column: ACCESS EXCLUSIVE
-- lock on of_default: ACCESS EXCLUSIVE
-- lock on of_constraint: ACCESS EXCLUSIVE
-- lock on of_policy: ACCESS EXCLUSIVE
-- setup
CREATE FUNCTION big(n int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN n > 5; END';
CREATE TABLE of_column (id int PRIMARY KEY, a int, big bool GENERATED ALWAYS AS (big(a)) STORED);
CREATE TABLE of_default (id int PRIMARY KEY, a int, big bool DEFAULT big(1));
CREATE TABLE of_constraint (id int PRIMARY KEY, a int, CHECK (big(a)));
CREATE TABLE of_policy (id int PRIMARY KEY, a int);
CREATE POLICY own ON of_policy USING (big(a));
-- statement
DROP FUNCTION big(int) CASCADE;
