use altimeter_catalog::{Name, Table};

use super::*;
use crate::parse::Parsed;

fn lowered(sql: &str) -> Lowered {
    let table = |name: &str| {
        let columns = vec![altimeter_catalog::Column { name: "id".into(), ..Default::default() }];
        Table { name: Name::new("public", name), columns, ..Table::default() }
    };
    let mut catalog = Catalog { tables: vec![table("t"), table("u")].into(), ..Catalog::default() };
    catalog.server.search_path = vec!["public".into()];
    lower(&catalog, &Parsed::new(sql).node().unwrap())
}

/// The kinds of the changes inside.
fn kinds(lowered: &Lowered) -> Vec<String> {
    let parts = lowered.changes.iter().flat_map(Change::parts);
    parts.map(|c| format!("{c:?}").split([' ', '(', '{']).next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn statements_are_found_under_conditions_and_said_to_hang_on_them() {
    let it = lowered(
        "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM u WHERE id = 1) THEN ALTER TABLE t ADD COLUMN a int; \
         ELSE PERFORM count(*) FROM t; END IF; UPDATE t SET id = 1; END $$",
    );
    assert_eq!(it.not_analysed, None);
    assert_eq!(kinds(&it), ["Rows", "AddColumn", "Rows", "Rows"]);
    assert_eq!(
        it.remarks,
        ["`ALTER TABLE t ADD COLUMN a int` runs only if NOT EXISTS (SELECT 1 FROM u WHERE id = 1)"]
    );
}

#[test]
fn what_would_fail_is_taken_not_to_run_where_something_decides() {
    let it = lowered(
        "DO $$ BEGIN IF x THEN ALTER TABLE t ADD COLUMN id int; END IF; \
         BEGIN ALTER TABLE t ADD COLUMN id int; EXCEPTION WHEN duplicate_column THEN NULL; END; END $$",
    );
    assert_eq!(kinds(&it), [""; 0]);
    assert!(it.remarks.iter().all(|r| r.contains("taken not to run")), "{:?}", it.remarks);
    assert_eq!(kinds(&lowered("DO $$ BEGIN ALTER TABLE t ADD COLUMN id int; END $$")), ["AddColumn"]);
}

#[test]
fn dynamic_text_is_read_where_it_can_be_told() {
    let it = lowered("DO $$ BEGIN EXECUTE format('ALTER TABLE %I ADD COLUMN b int', 't'); COMMIT; END $$");
    assert_eq!((kinds(&it), it.not_analysed.as_deref()), (vec!["AddColumn".to_owned()], None));
    assert!(it.commits);
    for body in ["EXECUTE 'DROP TABLE ' || r.name;", "FOR r IN EXECUTE q LOOP NULL; END LOOP;"] {
        let it = lowered(&format!("DO $$ BEGIN {body} END $$"));
        assert_eq!(it.not_analysed.as_deref(), Some(dynamic::REASON), "{body}");
    }
}

#[test]
fn variables_are_values() {
    let it = lowered(
        "DO $$ BEGIN FOR r IN SELECT id FROM u LOOP UPDATE t SET id = 2 WHERE id = r.id; END LOOP; END $$",
    );
    let Change::Together(changes) = &it.changes[0] else { panic!("{:?}", it.changes) };
    let Change::Rows(update) = &changes[1] else { panic!("{changes:?}") };
    assert_eq!(update.reads[0].conditions, ["id = r.id"]);
}

#[test]
fn into_may_stand_anywhere() {
    let it = lowered(
        "DO $$ DECLARE v int; BEGIN SELECT id INTO v FROM u; DELETE FROM t RETURNING id INTO v; END $$",
    );
    assert_eq!((kinds(&it).len(), it.not_analysed), (2, None));
}
