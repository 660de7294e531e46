-- about: a schema is renamed without a look at its tables
-- lock on app.t: none
-- setup
CREATE SCHEMA app;
CREATE TABLE app.t (id int PRIMARY KEY, a int, b text);
INSERT INTO app.t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
-- statement
ALTER SCHEMA app RENAME TO shop;
