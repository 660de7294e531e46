//! References to `users.user_name` in applications of every framework, each with its line and how sure it is.
#![expect(clippy::unwrap_used, reason = "a test")]

use std::path::Path;

use altimeter_catalog::{Catalog, Change, Column, Engine as _, Name, Table};
use altimeter_engine_postgres::PostgresEngine;
use altimeter_sources::{Certainty, Found, Wanted, search};

/// The schema the applications are written for.
fn shop() -> Catalog {
    let table = |name: &str, columns: &[&str]| {
        let columns = columns.iter().map(|c| Column { name: (*c).to_owned(), ..Column::default() });
        Table { name: Name::new("public", name), columns: columns.collect(), ..Table::default() }
    };
    let mut catalog = Catalog {
        tables: vec![
            table("users", &["id", "user_name", "email"]),
            table("orders", &["id", "user_id", "user_name", "note"]),
        ]
        .into(),
        ..Catalog::default()
    };
    catalog.server.search_path = vec!["public".to_owned()];
    catalog
}

fn found(framework: &str) -> Found {
    let catalog = shop();
    let table = Name::new("public", "users");
    let resolve = |sql: &str, _: &Wanted| match PostgresEngine.uses(&catalog, sql) {
        Some(uses) if !uses.is_empty() => {
            let has = |columns: &[String]| columns.iter().any(|c| c == "user_name");
            let used = uses.iter().any(|u| u.relation == table && (has(&u.columns) || has(&u.taken)));
            used.then_some(Certainty::Exact)
        }
        Some(_) => {
            let statements = PostgresEngine.parse(&catalog, sql).statements;
            let named =
                statements.iter().flat_map(|s| &s.changes).flat_map(Change::tables).any(|t| *t == table);
            (named && sql.contains("user_name")).then_some(Certainty::Model)
        }
        None => None,
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/applications").join(framework);
    let wanted = [Wanted { table: "users".to_owned(), column: Some("user_name".to_owned()) }];
    search(&folder, &wanted, &resolve).unwrap()
}

/// `file:line certainty` of every reference that is more than a word.
fn sure(framework: &str) -> Vec<String> {
    let found = found(framework);
    assert_eq!(found.unread, [""; 0]);
    let sure = found.references.iter().filter(|r| r.certainty != Certainty::Word);
    let shown = |r: &altimeter_sources::Reference| {
        let name = r.file.file_name().unwrap().to_string_lossy().into_owned();
        format!("{name}:{} {:?}", r.line, r.certainty)
    };
    sure.map(shown).collect()
}

#[test]
fn active_record() {
    assert_eq!(
        sure("rails"),
        [
            "user.rb:4 Model",
            "user.rb:6 Model",
            "user.rb:9 Model",
            "find_user.rb:3 Model",
            "find_user.rb:10 Exact",
            "20240101120000_create_users.rb:4 Exact",
            "20240101120000_create_users.rb:7 Exact",
        ]
    );
}

#[test]
fn django() {
    assert_eq!(sure("django"), ["models.py:5 Model", "views.py:7 Model", "views.py:12 Exact"]);
}

#[test]
fn sqlalchemy() {
    assert_eq!(sure("sqlalchemy"), ["0001_users.py:6 Exact", "models.py:13 Model"]);
}

#[test]
fn prisma() {
    assert_eq!(sure("prisma"), ["schema.prisma:3 Model", "find.ts:3 Exact"]);
}

#[test]
fn typeorm() {
    assert_eq!(
        sure("typeorm"),
        ["user.entity.ts:8 Model", "user.entity.ts:9 Model", "user.service.ts:7 Model"]
    );
}

#[test]
fn jpa() {
    assert_eq!(
        sure("jpa"),
        [
            "Account.java:11 Model",
            "Account.java:12 Model",
            "Account.java:15 Model",
            "AccountRepository.java:4 Exact",
            "Customer.kt:9 Model",
        ]
    );
}

#[test]
fn diesel() {
    assert_eq!(sure("diesel"), ["models.rs:7 Model", "models.rs:11 Exact", "schema.rs:4 Exact"]);
}

#[test]
fn sqlx() {
    assert_eq!(sure("sqlx"), ["0001_users.sql:5 Model", "lib.rs:7 Exact"]);
}

#[test]
fn ecto() {
    assert_eq!(sure("ecto"), ["user.ex:5 Exact", "user.ex:9 Exact", "1_users.exs:6 Model"]);
}

#[test]
fn gorm() {
    assert_eq!(sure("gorm"), ["models.go:7 Model", "models.go:12 Model", "models.go:18 Exact"]);
}

#[test]
fn comments_are_no_references_and_what_git_ignores_is_not_searched() {
    let found = found("rails");
    assert!(found.references.iter().all(|r| !r.excerpt.starts_with('#')), "{found:?}");
    // The other table's column of the same name is a word and no more.
    let order = found.references.iter().find(|r| r.file.ends_with("order.rb")).unwrap();
    assert_eq!((order.line, order.certainty), (4, Certainty::Word));
}
