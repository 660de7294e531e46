-- about: options of a foreign table take the highest lock
-- lock on f: ACCESS EXCLUSIVE
-- setup
CREATE FOREIGN DATA WRAPPER nowhere;
CREATE SERVER far FOREIGN DATA WRAPPER nowhere;
CREATE FOREIGN TABLE f (id int) SERVER far;
-- statement
ALTER FOREIGN TABLE f OPTIONS (ADD file 'x');
