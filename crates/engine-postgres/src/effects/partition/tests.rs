use altimeter_catalog::{Column, Constraint, LockMode, Table, TableKind};

use super::*;

fn constraint(kind: altimeter_catalog::ConstraintKind, definition: &str) -> Constraint {
    serde_json::from_value(serde_json::json!({
        "name": "ck", "kind": kind, "columns": ["k"], "definition": definition, "validated": true,
        "deferrable": false, "deferred": false, "foreign": null, "index": null
    }))
    .unwrap()
}

fn catalog(checks: &[(&str, &str)]) -> Catalog {
    let table = |name: &str| Table {
        name: Name::new("public", name),
        columns: vec![Column { name: "k".into(), not_null: true, ..Column::default() }],
        constraints: checks
            .iter()
            .filter(|(of, _)| *of == name)
            .map(|(_, c)| constraint(altimeter_catalog::ConstraintKind::Check, c))
            .collect(),
        ..Table::default()
    };
    let partition = |name: &str, bound: &str| Table {
        partition_of: Some(Name::new("public", "pt")),
        partition_bound: Some(bound.into()),
        ..table(name)
    };
    let mut parent = Table { partition_key: Some("RANGE (k)".into()), ..table("pt") };
    parent.kind = TableKind::PartitionedTable;
    let tables =
        [parent, partition("a", "FOR VALUES FROM (0) TO (200)"), partition("rest", "DEFAULT"), table("s")];
    let mut catalog = Catalog { tables: tables.map(Into::into).into(), ..Catalog::default() };
    catalog.server.version_num = 170_000;
    catalog
}

fn scanned(checks: &[(&str, &str)]) -> Vec<String> {
    let change = PartitionChange::Attach {
        parent: Name::new("public", "pt"),
        child: Name::new("public", "s"),
        bound: "FOR VALUES FROM (200) TO (300)".into(),
    };
    let mut effect = Effect::default();
    changed(&catalog(checks), &change, &mut effect);
    assert_eq!(effect.lock_on(&Name::new("public", "rest")), Some(LockMode::AccessExclusive));
    effect.scans.iter().map(|n| n.name.clone()).collect()
}

#[test]
fn what_checks_prove_is_not_read() {
    let fits = ("s", "CHECK (((k >= 200) AND (k < 300)))");
    assert_eq!(scanned(&[]), ["s", "rest"]);
    assert_eq!(scanned(&[fits]), ["rest"]);
    assert_eq!(scanned(&[fits, ("rest", "CHECK ((k >= 300))")]), [""; 0]);
    assert_eq!(scanned(&[fits, ("rest", "CHECK ((k >= 250))")]), ["rest"]);
    assert_eq!(scanned(&[("s", "CHECK ((k > 0))")]), ["s", "rest"]);
}
