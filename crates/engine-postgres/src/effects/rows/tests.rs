use altimeter_catalog::{Catalog, Engine as _, LockMode, Name};

use crate::PostgresEngine;

/// A schema made by the statements themselves, each applied; then the effect of one more.
fn effect_after(set_up: &str, sql: &str) -> altimeter_catalog::Effect {
    let mut catalog = Catalog { schemas: vec!["public".into()].into(), ..Catalog::default() };
    catalog.server.search_path = vec!["public".into()];
    catalog.server.version_num = 170_000;
    let text = PostgresEngine.read(set_up);
    for n in 0..text.pieces().len() {
        let statement = text.lower(n, &catalog);
        assert_eq!((statement.not_analysed, statement.syntax_error), (None, None), "{}", statement.sql);
        statement.changes.iter().for_each(|change| catalog.apply(change).unwrap());
    }
    for name in catalog.tables.iter().map(|t| t.name.clone()).collect::<Vec<_>>() {
        let size = &mut catalog.table_mut(&name).unwrap().size;
        (size.heap_bytes, size.rows) = (Some(1 << 20), Some(10_000.0));
    }
    let statement = PostgresEngine.read(sql).lower(0, &catalog);
    assert_eq!((&statement.not_analysed, &statement.syntax_error), (&None, &None), "{sql}");
    PostgresEngine.effect(&catalog, &statement)
}

/// `t: ROW EXCLUSIVE, …` in the order they come, indexes left out.
fn locks(set_up: &str, sql: &str) -> String {
    let effect = effect_after(set_up, sql);
    let indexes = altimeter_catalog::RelationKind::Index;
    let shown = effect.locks.iter().filter(|l| l.kind != indexes);
    shown.map(|l| format!("{}: {}", l.object.name, l.mode)).collect::<Vec<_>>().join(", ")
}

const TABLES: &str = "CREATE TABLE p (id int PRIMARY KEY, name text); \
    CREATE TABLE c (id serial PRIMARY KEY, pid int REFERENCES p (id) ON DELETE CASCADE, q text); \
    CREATE TABLE log (x int)";

#[test]
fn foreign_keys_are_followed_both_ways() {
    for (sql, expected) in [
        ("INSERT INTO c (id, pid) VALUES (1, 2)", "c: ROW EXCLUSIVE, p: ROW SHARE"),
        ("INSERT INTO c (pid) VALUES (2)", "c: ROW EXCLUSIVE, c_id_seq: ROW EXCLUSIVE, p: ROW SHARE"),
        ("INSERT INTO c (id, pid) VALUES (1, NULL)", "c: ROW EXCLUSIVE"),
        ("INSERT INTO c (id, q) VALUES (1, 'x')", "c: ROW EXCLUSIVE"),
        ("UPDATE c SET q = 'x'", "c: ROW EXCLUSIVE"),
        ("UPDATE c SET pid = pid", "c: ROW EXCLUSIVE"),
        ("UPDATE c SET pid = 5", "c: ROW EXCLUSIVE, p: ROW SHARE"),
        ("UPDATE p SET name = 'x'", "p: ROW EXCLUSIVE"),
        ("UPDATE p SET id = 7 WHERE id = 5", "p: ROW EXCLUSIVE, c: ROW SHARE"),
        ("DELETE FROM p WHERE id = 5", "p: ROW EXCLUSIVE, c: ROW EXCLUSIVE"),
        ("EXPLAIN DELETE FROM p", "p: ROW EXCLUSIVE"),
    ] {
        assert_eq!(locks(TABLES, sql), expected, "{sql}");
    }
}

#[test]
fn triggers_lead_to_the_tables_of_their_functions() {
    let set_up = format!(
        "{TABLES}; CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN INSERT INTO log VALUES (1); RETURN NEW; END $$; \
         CREATE TRIGGER g AFTER UPDATE OF name ON p FOR EACH ROW EXECUTE FUNCTION f()"
    );
    let effect = effect_after(&set_up, "UPDATE p SET name = 'x'");
    let lock = effect.locks.iter().find(|l| l.object.name == "log").unwrap();
    assert_eq!(lock.mode, LockMode::RowExclusive);
    assert_eq!(lock.through.as_deref(), Some("trigger g on public.p"));
    assert_eq!(locks(&set_up, "DELETE FROM log"), "log: ROW EXCLUSIVE");
}

#[test]
fn views_are_looked_behind() {
    let set_up = format!("{TABLES}; CREATE VIEW v AS SELECT id, q FROM c; CREATE VIEW w AS SELECT * FROM v");
    assert_eq!(locks(&set_up, "SELECT * FROM w"), "w: ACCESS SHARE, v: ACCESS SHARE, c: ACCESS SHARE");
    assert_eq!(
        locks(&set_up, "UPDATE w SET q = 'x'"),
        "w: ROW EXCLUSIVE, v: ROW EXCLUSIVE, c: ROW EXCLUSIVE"
    );
}

#[test]
fn what_is_read_whole_follows_from_the_indexes() {
    let public = |n: &str| Name::new("public", n);
    for (sql, expected) in [
        ("SELECT * FROM p WHERE id = 5", vec![]),
        ("SELECT * FROM p WHERE name = 'x'", vec![public("p")]),
        ("SELECT max(id) FROM p", vec![]),
        ("SELECT count(*) FROM p", vec![public("p")]),
        ("SELECT * FROM p LIMIT 1", vec![]),
        ("DELETE FROM p WHERE id = 5", vec![public("c")]),
        ("UPDATE c SET q = p.name FROM p WHERE p.id = c.pid AND c.id = 5", vec![]),
        ("EXPLAIN SELECT count(*) FROM p", vec![]),
    ] {
        assert_eq!(effect_after(TABLES, sql).scans, expected, "{sql}");
    }
}

#[test]
fn partitions_are_those_that_rows_can_be_in() {
    let set_up = "CREATE TABLE pt (k int, b text) PARTITION BY RANGE (k); \
        CREATE TABLE pt_1 PARTITION OF pt FOR VALUES FROM (0) TO (100); \
        CREATE TABLE pt_2 PARTITION OF pt FOR VALUES FROM (100) TO (200)";
    for (sql, expected) in [
        ("SELECT * FROM pt WHERE k < 50", "pt: ACCESS SHARE, pt_1: ACCESS SHARE"),
        ("INSERT INTO pt VALUES (150, 'x')", "pt: ROW EXCLUSIVE, pt_2: ROW EXCLUSIVE"),
        ("UPDATE pt SET k = 150 WHERE k = 5", "pt: ROW EXCLUSIVE, pt_1: ROW EXCLUSIVE, pt_2: ROW EXCLUSIVE"),
        ("DELETE FROM pt", "pt: ROW EXCLUSIVE, pt_1: ROW EXCLUSIVE, pt_2: ROW EXCLUSIVE"),
    ] {
        assert_eq!(locks(set_up, sql), expected, "{sql}");
    }
}
