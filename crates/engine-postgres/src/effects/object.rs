//! Functions, triggers, rules, policies, privileges, comments and other objects that hang on relations.

use altimeter_catalog::{
    Catalog, Change, Commented, DropTarget, Effect, Function, FunctionBody, FunctionDefinition, Name,
    ObjectChange, PublicationVerb, Published, PublishedTable, RoutineStatement, TransactionUse,
    TriggerDefinition,
};

use super::{family, lock_by, partitions, relation, take_by};
use crate::locks::LockFact;
use crate::locks::object as locks;

/// The changes that recipes make.
pub(super) fn known(catalog: &Catalog, change: &Change, effect: &mut Effect) {
    match change {
        Change::CreateTrigger(it) => trigger(catalog, it, effect),
        Change::DropTrigger { table, name, if_exists } => {
            let target = DropTarget::Trigger { relation: table.clone(), name: name.clone() };
            relation::dropped(catalog, &[target], *if_exists, false, effect);
        }
        Change::CreateFunction(it) => function(catalog, it, effect),
        Change::DropFunction { name, .. } => lock_by(catalog, name, &locks::DROP_FUNCTION, effect),
        Change::GrantColumn { table, .. } => lock_by(catalog, table, &locks::GRANT_COLUMN, effect),
        _ => {}
    }
}

/// A row trigger is made on every partition; heirs of the old kind have their own.
fn trigger(catalog: &Catalog, it: &TriggerDefinition, effect: &mut Effect) {
    lock_by(catalog, &it.table, &locks::CREATE_TRIGGER, effect);
    for partition in partitions(catalog, &it.table).into_iter().filter(|_| it.per_row) {
        let through = format!("partition of {}", it.table);
        take_by(catalog, &partition.name, &locks::CREATE_TRIGGER, &through, effect);
    }
    if let Some(other) = &it.from {
        lock_by(catalog, other, &locks::CREATE_TRIGGER_FROM, effect);
    }
}

/// Why a function is not replaced by one that gives another type: the server demands that it is dropped first (manual,
/// `CREATE FUNCTION`, "Notes"). Said of plain types only, whose names are sure to be the server's.
fn other_result(catalog: &Catalog, new: &Function) -> Option<String> {
    let old = catalog.functions.iter().find(|f| f.name == new.name && f.arguments == new.arguments)?;
    let ([was], [is]) = (old.returns.as_slice(), new.returns.as_slice()) else { return None };
    let plain = |t: &String| {
        ["integer", "bigint", "smallint", "numeric", "text", "boolean", "uuid", "jsonb", "date"]
            .contains(&t.as_str())
    };
    (plain(was) && plain(is) && was != is).then(|| {
        format!(
            "{}({}) returns {was}, and the server does not let it return {is}: make the new one under another name, move to it \
             what calls the old one, and drop that last",
            old.name, old.arguments
        )
    })
}

/// The server parses the body of a function in SQL, and opens what it names.
fn function(catalog: &Catalog, it: &FunctionDefinition, effect: &mut Effect) {
    lock_by(catalog, &it.name, &locks::CREATE_FUNCTION, effect);
    if let FunctionBody::Opaque(routine) = &it.body {
        if it.or_replace && effect.fails.is_none() {
            effect.fails = other_result(catalog, &routine.function);
        }
        let facts = (&locks::SQL_FUNCTION_READS, &locks::SQL_FUNCTION_WRITES);
        opened(catalog, &routine.opened, facts, &format!("the body of {}", it.name), effect);
    }
}

/// Statements that are parsed, not run: the relations they name are opened.
fn opened(
    catalog: &Catalog,
    statements: &[RoutineStatement],
    (reads, writes): (&LockFact, &LockFact),
    through: &str,
    effect: &mut Effect,
) {
    for statement in statements {
        let fact = if statement.command == "SELECT" { reads } else { writes };
        take_by(catalog, &statement.relation, fact, through, effect);
    }
}

/// All others.
pub(super) fn other(catalog: &Catalog, change: &ObjectChange, effect: &mut Effect) {
    match change {
        ObjectChange::Comment { on, relation: Some(relation), .. } => {
            let fact = match on {
                Commented::Relation | Commented::Column(_) => &locks::COMMENT,
                Commented::Constraint(_)
                | Commented::Trigger(_)
                | Commented::Rule(_)
                | Commented::Policy(_) => &locks::COMMENT_PART,
                Commented::Statistics(_) | Commented::Other => return,
            };
            lock_by(catalog, relation, fact, effect);
        }
        ObjectChange::Grant { relations, .. } => {
            relations.iter().for_each(|r| lock_by(catalog, r, &locks::GRANT, effect));
        }
        ObjectChange::CreatePolicy { table, policy } => {
            lock_by(catalog, table, &locks::POLICY, effect);
            reads(catalog, policy.needs.iter().map(|d| &d.on), &policy.name, effect);
        }
        ObjectChange::AlterPolicy { table, name, to } => {
            lock_by(catalog, table, &locks::POLICY, effect);
            reads(catalog, to.needs.iter().map(|d| &d.on), name, effect);
        }
        ObjectChange::RenamePolicy { table, .. } => lock_by(catalog, table, &locks::POLICY, effect),
        ObjectChange::CreateRule { relation, rule, .. } => {
            lock_by(catalog, relation, &locks::RULE, effect);
            let through = format!("rule {}", rule.name);
            opened(catalog, &rule.statements, (&locks::RULE_READS, &locks::RULE_WRITES), &through, effect);
        }
        ObjectChange::RenameRule { relation, .. } => lock_by(catalog, relation, &locks::RULE, effect),
        ObjectChange::RenameTrigger { table, .. } => {
            lock_by(catalog, table, &locks::RENAME_TRIGGER, effect);
            for partition in partitions(catalog, table) {
                let through = format!("partition of {table}");
                take_by(catalog, &partition.name, &locks::RENAME_TRIGGER_PARTITIONS, &through, effect);
            }
        }
        ObjectChange::TriggerDepends { table } => lock_by(catalog, table, &locks::TRIGGER_DEPENDS, effect),
        ObjectChange::CreateStatistics { table, .. } => lock_by(catalog, table, &locks::STATISTICS, effect),
        ObjectChange::CreatePublication { objects, .. } => published(catalog, objects, effect),
        ObjectChange::PublishViaRoot { .. } => {}
        ObjectChange::AlterPublication { name, verb, objects } => {
            published(catalog, objects, effect);
            if *verb == PublicationVerb::Set {
                left_out(catalog, name, objects, effect);
            }
        }
        ObjectChange::Elsewhere { alone: true, .. } => effect.transaction = TransactionUse::Forbidden,
        ObjectChange::Comment { relation: None, .. }
        | ObjectChange::RenameStatistics { .. }
        | ObjectChange::CreateExtension { .. }
        | ObjectChange::RenameRoutine { .. }
        | ObjectChange::AlterRoutine { .. }
        | ObjectChange::CreateEventTrigger { .. }
        | ObjectChange::DropEventTrigger { .. }
        | ObjectChange::CreateCast(_)
        | ObjectChange::Elsewhere { .. } => {}
    }
}

fn reads<'a>(
    catalog: &Catalog,
    relations: impl Iterator<Item = &'a Name>,
    policy: &str,
    effect: &mut Effect,
) {
    for relation in relations {
        take_by(catalog, relation, &locks::POLICY_READS, &format!("policy {policy}"), effect);
    }
}

/// Tables named for a publication, with those that inherit from them; partitions are not looked at.
fn published(catalog: &Catalog, objects: &Published, effect: &mut Effect) {
    for (PublishedTable { on: table, .. }, only) in &objects.tables {
        lock_by(catalog, table, &locks::PUBLICATION, effect);
        let heirs = family(catalog, table).into_iter().filter(|t| t.partition_of.is_none() && !only);
        for heir in heirs.filter(|t| &t.name != table) {
            take_by(catalog, &heir.name, &locks::PUBLICATION, &format!("inherits from {table}"), effect);
        }
    }
}

/// `SET TABLE` takes tables out that it does not name; those of schemas and `ALL TABLES` are not listed one by one.
fn left_out(catalog: &Catalog, publication: &str, objects: &Published, effect: &mut Effect) {
    let found = catalog.publications.iter().find(|p| p.name == publication && !p.all_tables);
    let named = |n: &Name| objects.tables.iter().any(|(t, _)| &t.on == n);
    for table in found.into_iter().flat_map(|p| &p.tables).filter(|d| !named(&d.on)) {
        let through = format!("publication {publication}");
        take_by(catalog, &table.on, &locks::PUBLICATION, &through, effect);
    }
}
