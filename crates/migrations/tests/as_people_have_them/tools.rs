//! Migrations of each tool, as their owners have them: order, transactions, what is left out.

use altimeter_migrations::{Direction, Tool};

use crate::gathered;

#[track_caller]
fn assert_shape(folder: &str, expected: &str) {
    let root = gathered::fixtures().join(folder);
    let found = gathered::shape(&gathered::all(&root).unwrap(), &root);
    assert_eq!(found, expected.trim_start(), "\n{found}");
}

#[test]
fn flyway() {
    assert_shape(
        "flyway",
        "
V1__users.sql:1 One Up
V2__email_index.sql:1 Each Up
  V2__email_index.sql: CREATE INDEX CONCURRENTLY waits forever for Flyway's own lock unless flyway.postgresql.transactional.lock is false
V2.1__owner.sql:1 One Up
  V2.1__owner.sql: Flyway fills in app_role
later/V9__orders.sql:1 One Up
later/V9.1__backfill.sql:1 Each Up
V10__validate.sql:1 Each Up
  V10__validate.sql: Flyway refuses it: it mixes statements that need a transaction with such that must not be in one, and mixed is not set; put them into scripts of their own
R__views.sql:1 One Repeatable
note: afterMigrate.sql is left out: it is none of Flyway's
",
    );
}

#[test]
fn liquibase() {
    assert_shape(
        "liquibase",
        "
001-users.sql:4 One Up \"ann:users\"
001-users.sql:8 Each Up \"ann:email-index\"
  001-users.sql: changeset ann:email-index has preconditions: whether it runs depends on them
  001-users.sql: changeset ann:mysql-only is left out: it is for mysql
010-touch.sql:3 One Repeatable \"bob:touch\"
010-touch.sql:11 One Up \"bob:later\"
010-touch.sql:20 One Up \"bob:cut\"
  010-touch.sql: Liquibase cuts the statement at line 23, inside a quoted body: changeset bob:cut needs splitStatements:false or an endDelimiter
  010-touch.sql: changeset bob:cut runs in context prod only
",
    );
}

#[test]
fn golang_migrate() {
    assert_shape(
        "golang-migrate",
        "
000001_users.up.sql:1 OneIfSeveral Up
000002_name.up.sql:1 OneIfSeveral Up
000010_name_index.up.sql:1 OneIfSeveral Up
note: taken for golang-migrate's; sqlx names files the same way, but wraps each in a transaction
",
    );
}

#[test]
fn dbmate() {
    assert_shape(
        "dbmate",
        "
20240110090000_users.sql:1 One Up
20240201120000_email_index.sql:2 OneIfSeveral Up
note: notes.sql is left out: dbmate ignores it, since its name begins with no number
",
    );
}

#[test]
fn goose() {
    assert_shape(
        "goose",
        "
00001_users.sql:2 One Up
00002_email_index.sql:3 Each Up
00010_broken.sql:2 One Up
  00010_broken.sql: goose cuts the statement at line 4, inside a quoted body: put it between -- +goose StatementBegin and StatementEnd
",
    );
}

#[test]
fn sqlx() {
    assert_shape(
        "sqlx",
        "
1_users.sql:1 One Up
2_email_index.up.sql:1 OneIfSeveral Up
10_name.sql:1 One Up
",
    );
}

#[test]
fn refinery() {
    assert_shape(
        "refinery",
        "
V1__users.sql:1 One Up
U2__email_index.sql:1 OneIfSeveral Up
V10__name.sql:1 One Up
",
    );
}

#[test]
fn diesel() {
    assert_shape(
        "diesel",
        "
2024-01-10-090000_users/up.sql:1 One Up
2024-02-01-120000_email_index/up.sql:1 OneIfSeveral Up
",
    );
}

#[test]
fn prisma() {
    assert_shape(
        "prisma",
        "
20240110090000_users/migration.sql:1 OneIfSeveral Up
20240201120000_email/migration.sql:1 OneIfSeveral Up
",
    );
}

#[test]
fn plain() {
    assert_shape(
        "plain",
        "
1_users.sql:1 Each Up
2_parts/2_index.sql:1 Each Up
10_name.sql:1 Each Up
",
    );
}

#[test]
fn psql() {
    assert_shape(
        "psql",
        "
main.sql:1 Each Up
tables.sql:1 Each Up goes on
main.sql:3 Each Up goes on
data/rows.sql:1 Each Up goes on
more.sql:1 Each Up goes on
data/rows.sql:5 Each Up goes on
main.sql:5 Each Up goes on
  main.sql: missing.sql is not there: \\ir missing.sql
",
    );
}

#[test]
fn psql_cycle() {
    assert_shape(
        "psql_cycle",
        "
a.sql:1 Each Up
b.sql:1 Each Up goes on
  b.sql: a.sql includes itself: \\i a.sql
a.sql:2 Each Up goes on
",
    );
}

#[test]
fn printed() {
    assert_shape(
        "printed",
        "
alembic.sql:1 Each Up
alembic.sql:8 Each Up \"-> 1a2b3c4d5e6f\"
alembic.sql:18 Each Up \"1a2b3c4d5e6f -> 2b3c4d5e6f70\"
django.sql:1 Each Up
django.sql:2 Each Up \"Create model Author\"
django.sql:6 Each Up \"Create model Book\"
django.sql:10 Each Up \"Raw Python operation\"
django.sql:14 Each Up \"Add field pages to book\"
  django.sql: Django left operations out that are Python: what they do is not known
django_not_atomic.sql:1 Each Up \"Concurrently create index book_pages on field(s) pages of model book\"
",
    );
}

#[test]
fn the_way_back_is_asked_for() {
    let root = gathered::fixtures().join("golang-migrate");
    let back = gathered::gathered(std::slice::from_ref(&root), None, Direction::Down, None).unwrap();
    let paths: Vec<_> = back.migrations.iter().filter_map(|m| m.path.rsplit('/').next()).collect();
    assert_eq!(paths, ["000010_name_index.down.sql", "000002_name.down.sql", "000001_users.down.sql"]);
    // A file that was asked for itself is given, whatever its way.
    let file = gathered::all(&root.join("000002_name.down.sql")).unwrap();
    assert_eq!(file.migrations[0].sections[0].direction, Direction::Down);
}

#[test]
fn a_tool_can_be_named() {
    let root = gathered::fixtures().join("golang-migrate");
    let named = |tool| gathered::gathered(std::slice::from_ref(&root), Some(tool), Direction::Up, None);
    assert!(named(Tool::Sqlx).unwrap().migrations.iter().all(|m| m.tool == Tool::Sqlx));
    let error = named(Tool::Flyway).unwrap_err();
    assert!(error.to_string().contains("looked for names like V1__description.sql"), "{error}");
}

#[test]
fn a_mix_is_said() {
    let roots = ["flyway", "goose"].map(|f| gathered::fixtures().join(f));
    let each = gathered::gathered(&roots, None, Direction::Up, None).unwrap();
    assert!(!each.notes.iter().any(|n| n.contains("several tools")), "{:?}", each.notes);
    let all = gathered::all(&gathered::fixtures().join("mixed")).unwrap();
    assert!(
        all.notes[0].contains("several tools") && all.notes[0].contains("goose (1), Flyway (1)"),
        "{:?}",
        all.notes
    );
}

#[test]
fn standard_input_is_read_by_its_marks() {
    let text = "-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;\n";
    let found = gathered::from_input(text);
    let ways: Vec<_> = found.migrations.iter().flat_map(|m| &m.sections).map(|s| s.direction).collect();
    assert_eq!((found.migrations[0].tool, ways.as_slice()), (Tool::Goose, [Direction::Up].as_slice()));
    assert_eq!(gathered::from_input("SELECT 1;").migrations[0].path, "-");
}

/// Every fixture with bytes changed here and there, by the rules of every tool: whatever comes out is a part of the text.
#[test]
fn no_text_is_too_odd() {
    let mut random = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = move || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random
    };
    let texts: Vec<Vec<u8>> =
        ["flyway/V10__validate.sql", "liquibase/010-touch.sql", "goose/00001_users.sql", "dbmate/notes.sql"]
            .iter()
            .map(|name| std::fs::read(gathered::fixtures().join(name)).unwrap())
            .collect();
    let odd = [
        "\n",
        "'",
        "$$",
        "--",
        "/*",
        "é",
        "--changeset a:b endDelimiter:;;",
        "--ignoreLines:2",
        ";",
        "${",
        "\r",
        "//",
    ];
    for round in 0..2_000 {
        let mut bytes = texts[round % texts.len()].clone();
        for _ in 0..next() % 8 {
            let at = usize::try_from(next()).unwrap() % bytes.len();
            let with = odd[usize::try_from(next()).unwrap() % odd.len()];
            bytes.splice(at..(at + 3).min(bytes.len()), with.bytes());
        }
        let text = String::from_utf8_lossy(&bytes);
        for tool in Tool::ALL {
            for migration in gathered::by_rules_of(*tool, &text).migrations {
                for section in &migration.sections {
                    assert_eq!(migration.sql(section).len(), section.span.len(), "{tool}: {text}");
                    assert!(migration.text.get(section.span.clone()).is_some(), "{tool}: {text}");
                }
            }
        }
    }
}
