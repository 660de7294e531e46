-- about: COPY of a table is not planned: indexes stay closed
-- lock on t: ACCESS SHARE
-- scans t: yes
-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
-- statement
COPY t TO PROGRAM 'cat > /dev/null';
