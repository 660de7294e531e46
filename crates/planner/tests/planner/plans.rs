//! Plans made offline, for the snapshot of a shop with fifty million users: which changes are planned and which are
//! refused, and that a plan survives names, types and defaults nobody would choose. Every plan proves itself while it
//! is made: the target is reached and each step's way back leads home.

use altimeter_analysis::Severity;
use altimeter_catalog::{
    Catalog, Change, Column, Constraint, ConstraintKind, ForeignKey, Name, Table, Trigger, View,
};
use altimeter_engine_postgres::PostgresEngine;
use altimeter_planner::{Plan, PlanError, PlanOptions, Request, Road, StepKind, plan_request};

use crate::common::{plan, plan_with, planned, shop};

fn users(catalog: &mut Catalog) -> &mut Table {
    catalog.table_mut(&Name::new("public", "users")).unwrap()
}

#[test]
fn the_five_changes_are_planned_without_a_rewrite_or_a_long_lock() {
    let catalog = shop();
    for request in [
        "rename users.user_name to username",
        "rename users.id to user_id",
        "rename users.created_at to born_at",
        "rename users.login_count to logins",
        "rename orders.user_id to customer_id",
        "add a text column nickname to users",
        "add column state text not null default 'new' to users",
        "alter table users add column token uuid default gen_random_uuid()",
        "alter table users add column token uuid not null default gen_random_uuid()",
        "alter table users add column score numeric(10,2) default random()",
        "drop the column bio from users",
        "drop the column login_count from users",
        "drop column user_id from orders",
        "add an index on users(last_seen)",
        "create unique index users_twice on users (lower(email), id) where status = 'active'",
        "create index on users using gin (to_tsvector('simple', bio))",
        "drop the index users_created_at_idx",
        "change the type of users.login_count from integer to bigint",
        "change the type of users.user_name from text to varchar(200)",
        "convert users.updated_at to timestamp in Europe/Berlin",
        "alter table users alter column bio type jsonb using nullif(bio, '')::jsonb",
        "make orders.total numeric(10,1)",
        "make orders.total numeric(14,2)",
    ] {
        let plan = planned(&catalog, request);
        assert!(plan.risk <= Severity::Medium, "{request}: {:?}", plan.risk);
        for step in plan.steps() {
            for statement in step.up.iter().chain(&step.down) {
                let effect = &statement.judged.effect;
                assert!(effect.rewrites.is_empty(), "{request}: {}", statement.judged.statement.sql);
                let stops = effect.blocks.reads || effect.blocks.writes;
                assert!(!stops || effect.scans.is_empty(), "{request}: {}", statement.judged.statement.sql);
                assert!(
                    !stops || statement.lock_timeout_ms > 0,
                    "{request}: {}",
                    statement.judged.statement.sql
                );
            }
        }
        let ids: Vec<&str> = plan.steps().rev().map(|s| s.id.as_str()).collect();
        assert_eq!(plan.rollback.procedure, ids, "{request}");
    }
}

#[test]
fn a_rename_has_no_point_of_no_return_and_a_drop_says_what_is_lost() {
    let catalog = shop();
    let rename = planned(&catalog, "rename users.user_name to username");
    assert!(rename.steps().all(|s| s.lost_on_return.is_none()));
    assert_eq!(rename.risk, Severity::Low);
    assert_eq!(rename.risk_if_run_directly, Severity::Critical);
    assert!(rename.steps().any(|s| s.kind == StepKind::Backfill && s.progress.is_some()));
    let drop = planned(&catalog, "drop the column bio from users");
    let lost: Vec<&str> = drop.steps().filter_map(|s| s.lost_on_return.as_deref()).collect();
    assert_eq!(lost.len(), 1);
    assert!(lost[0].contains("the values of bio"));
}

#[test]
fn what_cannot_be_planned_is_refused_with_the_reason() {
    let mut catalog = shop();
    let view = View {
        name: Name::new("public", "names"),
        materialized: false,
        columns: vec!["display_name".into()],
        needs: vec![altimeter_catalog::Dependency {
            on: Name::new("public", "users"),
            columns: vec!["display_name".into()],
        }],
        ..View::default()
    };
    catalog.views.insert(view);
    for (request, reason) in [
        ("alter table users add column country_code text not null", "what shall the rows hold"),
        ("drop column display_name from users", "is needed by view public.names"),
        ("drop column id from users", "foreign key orders_user_id_fkey of public.orders"),
        ("create index again on users (created_at)", "has that index already: users_created_at_idx"),
    ] {
        let refused = plan(&catalog, request).unwrap_err();
        assert!(refused.to_string().contains(reason), "{request}: {refused}");
    }
    users(&mut catalog).indexes.retain(|i| !i.definition.unique);
    let bare = "add a column n int not null default random() to users";
    let refused = plan(&catalog, bare).err().map(|e| e.to_string()).unwrap_or_default();
    assert!(refused.contains("has no key to walk its rows by"), "{refused}");
}

/// Plans with a road asked for.
fn by(catalog: &Catalog, request: &str, road: Road) -> Result<Plan, PlanError> {
    plan_with(catalog, request, PlanOptions { prefer: Some(road), ..PlanOptions::default() })
}

#[test]
fn a_road_can_be_asked_for() {
    let rename = "rename users.user_name to username";
    let has_backfill = |plan: &Plan| plan.steps().any(|s| s.kind == StepKind::Backfill);
    let offered = |plan: &Plan| -> Vec<Road> { plan.alternatives.iter().filter_map(|a| a.road).collect() };
    let mut catalog = shop();
    let copied = planned(&catalog, rename);
    assert!(has_backfill(&copied));
    assert_eq!(offered(&copied), [Road::Direct, Road::View]);
    let viewed = by(&catalog, rename, Road::View).unwrap();
    assert!(!has_backfill(&viewed) && viewed.steps().count() == 4);
    assert_eq!(offered(&viewed), [Road::Direct, Road::Copy]);
    let seconds = |plan: &Plan| plan.capacity.total_duration_ms.as_ref().unwrap().high / 1000.0;
    assert!(seconds(&viewed) < 1.0 && seconds(&copied) > 60.0);
    assert_eq!(by(&catalog, rename, Road::Direct).unwrap().steps().count(), 1);
    let refused = by(&catalog, "drop column bio from users", Road::View).unwrap_err().to_string();
    assert!(refused.contains("no road by a view"), "{refused}");
    // Without a key nothing can be filled, but two names can stand for one column.
    users(&mut catalog).indexes.retain(|i| !i.definition.unique);
    let only = planned(&catalog, rename);
    assert!(only.cautions.first().is_some_and(|c| c.starts_with("a view is the only road")));
    assert!(by(&catalog, rename, Road::Copy).is_err());
}

/// Names a server allows and nobody should choose.
const ODD: &[&str] = &[
    "User Name",
    "a\"b",
    "semi;colon",
    "--",
    "new\nline",
    "/* */",
    "$altimeter$",
    "select",
    "ÄÖ\u{202e}x",
    "back\\slash",
    "'; DROP TABLE users; --",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
];

#[test]
fn odd_names_are_planned_for() {
    for odd in ODD {
        let mut catalog = shop();
        let mut table = users(&mut catalog).clone();
        catalog.tables.remove(&table.name);
        table.name = Name::new(*odd, *odd);
        let mut column = table.column("bio").unwrap().clone();
        column.name = (*odd).to_owned();
        table.columns.push(column.clone());
        for index in &mut table.indexes {
            index.definition.table = Name::new(*odd, *odd);
        }
        catalog.tables.insert(table);
        catalog.tables.change_all(|changed| {
            for foreign in changed.constraints.iter_mut().filter_map(|c| c.foreign.as_mut()) {
                foreign.table = Name::new(*odd, *odd);
            }
        });
        catalog.views.clear();
        catalog.schemas.push((*odd).to_owned());
        let table = Name::new(*odd, *odd);
        let index = altimeter_catalog::IndexDefinition {
            name: format!("{}i", odd.chars().take(20).collect::<String>()),
            table: table.clone(),
            method: "btree".into(),
            unique: false,
            nulls_not_distinct: false,
            keys: vec![altimeter_catalog::IndexKey::column(*odd)],
            include: Vec::new(),
            predicate: None,
            options: Default::default(),
            tablespace: None,
        };
        let new = Column { name: format!("{}2", odd.chars().take(20).collect::<String>()), ..column };
        for change in [
            Change::RenameColumn { table: table.clone(), from: (*odd).into(), to: "plain".into() },
            Change::RenameColumn { table: table.clone(), from: "user_name".into(), to: new.name.clone() },
            Change::AddColumn { table: table.clone(), column: new, if_not_exists: false },
            Change::DropColumn {
                table: table.clone(),
                column: (*odd).into(),
                if_exists: false,
                cascade: false,
            },
            Change::CreateIndex { index, concurrently: false, if_not_exists: false },
            Change::DropIndex {
                index: Name::new(*odd, "users_created_at_idx"),
                concurrently: false,
                if_exists: false,
            },
        ] {
            let request = Request { changes: vec![change.clone()], says: String::new() };
            plan_request(&PostgresEngine, &catalog, &request, PlanOptions::default())
                .unwrap_or_else(|e| panic!("{odd:?} {change:?}: {e}"));
        }
    }
}

/// The constraint that a column's NOT NULL is since version 18, which the shop has.
fn not_null_constraint(column: &str) -> Constraint {
    Constraint {
        comment: None,
        name: format!("users_{column}_not_null"),
        kind: ConstraintKind::NotNull,
        columns: vec![column.into()],
        definition: format!("NOT NULL {column}"),
        validated: true,
        deferrable: false,
        deferred: false,
        no_inherit: false,
        inherited: false,
        not_enforced: false,
        foreign: None,
        index: None,
    }
}

#[test]
fn columns_of_every_kind_are_renamed_and_dropped() {
    let types = [
        "integer",
        "numeric(10,2)",
        "text",
        "character varying(50)",
        "character(3)",
        "json",
        "jsonb",
        "uuid",
        "bytea",
        "timestamp with time zone",
        "double precision",
        "integer[]",
        "inet",
        "point",
        "xml",
        "interval",
        "boolean",
    ];
    let defaults =
        [None, Some("now()"), Some("gen_random_uuid()"), Some("'it''s'::text"), Some("nobody_knows()")];
    for type_name in types {
        for default in defaults {
            for not_null in [false, true] {
                let mut catalog = shop();
                let odd = Column {
                    name: "odd".into(),
                    type_name: type_name.into(),
                    default: default.map(str::to_owned),
                    not_null,
                    ..Column::default()
                };
                users(&mut catalog).columns.insert(2, odd);
                if not_null {
                    users(&mut catalog).constraints.push(not_null_constraint("odd"));
                }
                planned(&catalog, "rename users.odd to even");
                planned(&catalog, "drop column odd of users");
            }
        }
    }
}

#[test]
fn what_hangs_on_a_column_is_said() {
    let mut catalog = shop();
    let table = users(&mut catalog);
    table.triggers.push(Trigger {
        comment: None,
        name: "audit_names".into(),
        function: Name::new("public", "audit"),
        before: false,
        per_row: true,
        events: vec!["UPDATE".into()],
        columns: vec!["user_name".into()],
        enabled: "origin".into(),
        definition: None,
    });
    let plan = planned(&catalog, "rename users.user_name to username");
    assert!(
        plan.cautions.iter().any(|c| c.contains("audit_names fires for user_name only")),
        "{:?}",
        plan.cautions
    );
    assert!(
        plan.cautions.iter().any(|c| c.contains("it fires") && c.contains("audit_names")),
        "{:?}",
        plan.cautions
    );
    users(&mut catalog).constraints.push(Constraint {
        comment: None,
        name: "users_bio_fkey".into(),
        kind: ConstraintKind::ForeignKey,
        columns: vec!["bio".into()],
        definition: "FOREIGN KEY (bio) REFERENCES orders(state)".into(),
        validated: true,
        deferrable: false,
        deferred: false,
        no_inherit: false,
        inherited: false,
        not_enforced: false,
        foreign: Some(ForeignKey { table: Name::new("public", "orders"), columns: vec!["state".into()] }),
        index: None,
    });
    let plan = planned(&catalog, "drop the column bio from users");
    let lost = plan.steps().last().unwrap().lost_on_return.clone().unwrap();
    assert!(lost.contains("users_bio_fkey"), "{lost}");
    let drop = &plan.steps().last().unwrap().up[0].judged.effect;
    assert!(
        drop.locks.iter().any(|l| l.object == Name::new("public", "orders")),
        "a dropped foreign key locks both"
    );
}
