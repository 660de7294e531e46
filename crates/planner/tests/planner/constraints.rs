//! Plans for constraints, NOT NULL and defaults, made offline for the snapshot of a shop with fifty million users: no
//! statement of theirs reads or rewrites a table while it stops anybody, on any version, and what cannot be done that
//! way is refused.

use altimeter_catalog::{Catalog, Constraint, ConstraintKind, Name, Table, TableKind};
use altimeter_planner::{PlanError, StepKind};

use crate::common::{self, plan, planned, statements};

fn shop(version: u32) -> Catalog {
    let mut catalog = common::shop();
    catalog.server.version_num = version * 10_000;
    if version < 18 {
        for table in ["users", "orders"] {
            let table = catalog.table_mut(&Name::new("public", table)).unwrap();
            table.constraints.retain(|c| c.kind != ConstraintKind::NotNull);
        }
    }
    catalog
}

fn table<'a>(catalog: &'a mut Catalog, name: &str) -> &'a mut Table {
    catalog.table_mut(&Name::new("public", name)).unwrap()
}

#[test]
fn nobody_waits_for_rows_to_be_read() {
    for version in [13, 15, 17, 18] {
        let catalog = shop(version);
        for request in [
            "make users.bio not null",
            "make users.bio not null, fill with ''",
            "drop the not null on users.email",
            "set the default of users.status to 'new'",
            "drop the default of users.country",
            "add a check that login_count is not negative on users",
            "add a foreign key from orders.id to users.id",
            "users.user_name must be unique",
            "alter table users add constraint both unique (email, user_name) deferrable",
            "drop the constraint users_login_count_check from users",
            "drop the foreign key from orders.user_id",
            "drop the unique constraint on users (email)",
            "drop the primary key of orders",
            "make id, user_id the primary key of orders",
            "rename the constraint users_email_key on users to email_once",
            "alter table users alter last_seen set not null, alter display_name set not null",
        ] {
            let plan = planned(&catalog, request);
            for step in plan.steps() {
                for statement in step.up.iter().chain(&step.down) {
                    let (effect, sql) = (&statement.judged.effect, &statement.judged.statement.sql);
                    assert!(effect.rewrites.is_empty(), "{version}: {request}: {sql}");
                    let stops = effect.blocks.reads || effect.blocks.writes;
                    let works = !effect.scans.is_empty() || !effect.index_builds.is_empty();
                    assert!(!stops || !works, "{version}: {request}: {sql}");
                    assert!(!stops || statement.lock_timeout_ms > 0, "{version}: {request}: {sql}");
                }
            }
        }
    }
}

#[test]
fn not_null_is_proved_by_a_check_until_it_is_a_constraint_of_its_own() {
    let request = "make users.bio not null";
    let by_check = statements(&planned(&shop(17), request));
    assert_eq!(by_check.len(), 4, "{by_check:?}");
    assert!(by_check[0].ends_with("CHECK (bio IS NOT NULL) NOT VALID"), "{by_check:?}");
    let own = statements(&planned(&shop(18), request));
    assert_eq!(
        own,
        [
            "ALTER TABLE public.users ADD CONSTRAINT users_bio_not_null NOT NULL bio NOT VALID",
            "ALTER TABLE public.users VALIDATE CONSTRAINT users_bio_not_null"
        ]
    );
}

#[test]
fn the_application_keeps_to_it_before_it_is_demanded() {
    let catalog = shop(17);
    for request in
        ["make users.bio not null", "users.user_name must be unique", "drop the default of users.country"]
    {
        let plan = planned(&catalog, request);
        assert_eq!(plan.steps().next().map(|s| s.kind), Some(StepKind::Deploy), "{request}");
    }
    for request in ["drop the not null on users.email", "set the default of users.status to 'new'"] {
        let plan = planned(&catalog, request);
        assert_eq!(plan.steps().last().map(|s| s.kind), Some(StepKind::Deploy), "{request}");
    }
    let filled = planned(&catalog, "make users.bio not null, fill with ''");
    let backfill = filled.steps().find(|s| s.kind == StepKind::Backfill).unwrap();
    assert!(backfill.lost_on_return.as_ref().is_some_and(|l| l.contains("which rows held NULL")));
}

#[test]
fn what_cannot_be_done_is_refused_with_the_reason() {
    let mut catalog = shop(17);
    let mut parts = table(&mut catalog, "orders").clone();
    parts.name = Name::new("public", "parts");
    parts.kind = TableKind::PartitionedTable;
    parts.partition_key = Some("HASH (id)".to_owned());
    parts.partition_columns = vec!["id".to_owned()];
    for constraint in &mut parts.constraints {
        constraint.name = format!("parts_{}", constraint.name);
        constraint.index = constraint.index.as_ref().map(|i| format!("parts_{i}"));
    }
    for index in &mut parts.indexes {
        index.definition.table = parts.name.clone();
        index.definition.name = format!("parts_{}", index.definition.name);
        index.constraint = index.constraint.as_ref().map(|c| format!("parts_{c}"));
    }
    catalog.tables.insert(parts);
    for (request, reason) in [
        ("make users.email not null", "is NOT NULL already"),
        ("drop the not null on users.bio", "may be NULL already"),
        ("drop the default of users.bio", "has no default"),
        ("alter table users add exclude using gist (id with =)", "EXCLUDE"),
        ("alter table users add unique (email)", "has that constraint already: users_email_key"),
        ("alter table users add primary key (email)", "has a primary key already: users_pkey"),
        ("make email the primary key of users", "orders_user_id_fkey of public.orders"),
        ("drop the primary key of users", "orders_user_id_fkey of public.orders"),
        ("alter table orders add foreign key (state) references users (id)", "text"),
        ("alter table users add foreign key (id) references parts (id)", "is partitioned"),
        ("alter table users alter id drop not null", "it stays NOT NULL"),
    ] {
        let refused = plan(&catalog, request).map(|p| statements(&p)).unwrap_err();
        assert!(matches!(refused, PlanError::Refused { .. }), "{request}: {refused}");
        assert!(refused.to_string().contains(reason), "{request}: {refused}");
    }
}

#[test]
fn what_is_not_validated_comes_back_so() {
    let mut catalog = shop(17);
    table(&mut catalog, "users").constraints.push(Constraint {
        comment: None,
        name: "odd".into(),
        kind: ConstraintKind::Check,
        columns: vec!["bio".into()],
        definition: "CHECK ((bio <> 'x'::text)) NO INHERIT NOT VALID".into(),
        validated: false,
        deferrable: false,
        deferred: false,
        no_inherit: true,
        inherited: false,
        not_enforced: false,
        foreign: None,
        index: None,
    });
    let dropped = planned(&catalog, "drop the constraint odd from users");
    let down: Vec<&str> =
        dropped.steps().flat_map(|s| &s.down).map(|s| s.judged.statement.sql.as_str()).collect();
    assert_eq!(
        down,
        ["ALTER TABLE public.users ADD CONSTRAINT odd CHECK ((bio <> 'x'::text)) NO INHERIT NOT VALID"]
    );
    planned(&catalog, "validate the constraint odd on users");
}
