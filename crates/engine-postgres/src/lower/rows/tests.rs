use altimeter_catalog::{Column, LedBy, Sequence, Table, Values};

use super::*;
use crate::parse::Parsed;

fn catalog() -> Catalog {
    let table = |name: &str, columns: &[&str]| {
        let columns = columns.iter().map(|c| Column { name: (*c).to_owned(), ..Column::default() }).collect();
        Table { name: Name::new("public", name), columns, ..Table::default() }
    };
    let mut catalog = Catalog {
        tables: vec![table("t", &["id", "a", "txt"]), table("p", &["id", "name"])].into(),
        sequences: vec![Sequence {
            name: Name::new("public", "t_id_seq"),
            owned_by: None,
            type_name: "integer".to_owned(),
            used: None,
        }]
        .into(),
        ..Catalog::default()
    };
    catalog.server.search_path = vec!["public".to_owned()];
    catalog
}

fn change(sql: &str) -> RowsChange {
    let parsed = Parsed::new(sql);
    assert_eq!(parsed.syntax_error, None, "{sql}");
    match lower(&catalog(), &parsed.node().unwrap()).unwrap().changes.as_slice() {
        [Change::Rows(it)] => it.clone(),
        other => panic!("{sql}: {other:?}"),
    }
}

/// `t[conditions](column<number)`, an end before the last row as `!`.
fn shown(change: &RowsChange) -> String {
    let reads = change.reads.iter().map(|m| {
        let led = m.led_by.iter().map(|LedBy { column, other }| {
            format!("({column}<{})", other.map_or("few".to_owned(), |n| n.to_string()))
        });
        let early = if m.ends_early == EndsEarly::No { "" } else { "!" };
        let conditions = m.conditions.iter().map(|c| format!("[{c}]")).collect::<String>();
        format!("{}{conditions}{}{early}", m.relation.name.name, led.collect::<String>())
    });
    reads.collect::<Vec<_>>().join(" ")
}

#[test]
fn conditions_and_joins_are_kept_by_mention() {
    for (sql, expected) in [
        ("SELECT * FROM t x WHERE x.id = 5 AND (a > 1 OR txt = 'b')", "t[id = 5][a > 1 OR txt = 'b']"),
        (
            "SELECT * FROM t JOIN p ON p.id = t.a AND name = 'x' WHERE t.id < 3",
            "t[id < 3](a<1) p[name = 'x'](id<0)",
        ),
        ("SELECT * FROM t LEFT JOIN p ON p.id = t.a AND t.id = 3", "t p(id<0)"),
        ("SELECT * FROM t JOIN p USING (id)", "t(id<1) p(id<0)"),
        ("UPDATE t SET a = 1 FROM p WHERE p.id = t.id AND t.txt = 'x'", "t[txt = 'x'](id<1) p(id<0)"),
        ("DELETE FROM t WHERE id IN (SELECT id FROM p WHERE name = 'x')", "t(id<1) p[name = 'x'](id<0)"),
        ("DELETE FROM t WHERE id NOT IN (SELECT id FROM p)", "t[id NOT IN (SELECT id FROM p)] p"),
        ("SELECT * FROM (SELECT id AS n FROM t) s WHERE s.n = 4", "t[id = 4]"),
        ("SELECT * FROM t, (VALUES (1, 2)) v (n, m) WHERE t.id = v.n", "t(id<few)"),
        ("SELECT * FROM t WHERE EXISTS (SELECT 1 FROM p WHERE p.id = t.id)", "t p(id<0)!"),
        ("SELECT * FROM t LIMIT 10", "t!"),
        ("SELECT max(id) FROM t", "t!"),
        ("SELECT count(*) FROM t LIMIT 1", "t"),
        ("SELECT * FROM t WHERE false", "t[false]"),
        ("SELECT * FROM t WHERE a = length(current_user)", "t[a = length(current_user)]"),
    ] {
        assert_eq!(shown(&change(sql)), expected, "{sql}");
    }
}

#[test]
fn written_columns_and_their_values() {
    let given = |sql: &str| {
        let change = change(sql);
        let columns = change.writes[0].columns.iter().map(|g| match &g.values {
            Values::Itself => format!("{}={}", g.column, g.column),
            Values::Any => g.column.clone(),
            Values::Constants(values) => {
                format!("{}={}", g.column, values.iter().cloned().collect::<Vec<_>>().join("|"))
            }
        });
        format!("{} {:?}", columns.collect::<Vec<_>>().join(" "), change.writes[0].rows)
    };
    for (sql, expected) in [
        ("INSERT INTO t VALUES (1, 2, 'x'), (3, 2, lower('Y'))", "id=1|3 a=2 txt Some(2)"),
        ("INSERT INTO t (a, id) VALUES (NULL, DEFAULT)", "a=NULL Some(1)"),
        ("INSERT INTO t (a, txt) SELECT 7, name FROM p", "a=7 txt None"),
        ("INSERT INTO t DEFAULT VALUES", " Some(1)"),
        ("UPDATE t SET a = a, txt = 'x', id = id + 1", "a=a txt='x' id None"),
        ("UPDATE t SET (a, txt) = (1, DEFAULT)", "a=1 txt None"),
        ("COPY t (a) FROM STDIN", "a None"),
    ] {
        assert_eq!(given(sql), expected, "{sql}");
    }
}

#[test]
fn every_part_that_writes_is_found() {
    let commands = |sql: &str| change(sql).writes.iter().map(|w| w.command).collect::<Vec<_>>();
    use WriteCommand::{Delete, Insert, Update};
    assert_eq!(
        commands("WITH d AS (DELETE FROM p RETURNING *) INSERT INTO t (id) SELECT id FROM d"),
        [Delete, Insert]
    );
    assert_eq!(
        commands("INSERT INTO t (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET a = 1"),
        [Insert, Update]
    );
    assert_eq!(
        commands(
            "MERGE INTO t USING p ON t.id = p.id WHEN MATCHED THEN DELETE \
             WHEN NOT MATCHED THEN INSERT (id) VALUES (p.id)"
        ),
        [Delete, Insert]
    );
    assert!(change("EXPLAIN (ANALYZE off) DELETE FROM t").planned_only);
    assert!(!change("EXPLAIN ANALYZE DELETE FROM t").planned_only);
}

#[test]
fn sequences_are_found_by_name() {
    for sql in [
        "SELECT setval('t_id_seq', (SELECT max(id) FROM t))",
        "SELECT nextval('public.t_id_seq'::regclass)",
        "INSERT INTO t (id) VALUES (nextval('\"t_id_seq\"'))",
    ] {
        assert_eq!(change(sql).sequences, [Name::new("public", "t_id_seq")], "{sql}");
    }
}

#[test]
fn functions_that_the_statements_made_are_looked_into() {
    let mut catalog = catalog();
    for sql in [
        "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN ALTER TABLE t ADD COLUMN x int; PERFORM g(); END $$",
        "CREATE FUNCTION g() RETURNS void LANGUAGE sql AS $$ DELETE FROM p; SELECT f(); $$",
    ] {
        let lowered = crate::lower::lower_statement(&catalog, &Parsed::new(sql).node().unwrap());
        lowered.changes.iter().for_each(|change| catalog.apply(change).unwrap());
    }
    let lowered = lower(&catalog, &Parsed::new("SELECT f()").node().unwrap()).unwrap();
    assert_eq!(lowered.not_analysed, None);
    let shown = format!("{:?}", lowered.changes);
    assert!(shown.contains("AddColumn") && shown.contains("Delete"), "{shown}");
}
