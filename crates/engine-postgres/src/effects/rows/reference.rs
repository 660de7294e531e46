//! Foreign keys: the referenced table looked into for new values, the referencing ones for rows that lose theirs.

use altimeter_catalog::{
    Catalog, Constraint, ConstraintKind, Effect, ForeignKey, Given, Name, Table, Values, WriteCommand,
};

use super::open::Opening;
use super::write::{Written, changes, written};
use crate::effects::scan_one;
use crate::implication::{Condition, Operator, Value};
use crate::locks::rows as facts;
use crate::partitions;

/// What happens to referencing rows, from the constraint as the server prints it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    /// `NO ACTION` and `RESTRICT`: they must not be there.
    Refuse,
    /// `CASCADE`.
    Cascade,
    /// `SET NULL` and `SET DEFAULT`.
    Set,
}

fn action(constraint: &Constraint, event: &str) -> Action {
    let clause = format!(" ON {event} ");
    let definition = constraint.definition.to_uppercase();
    match definition.split_once(&clause).map(|(_, rest)| rest) {
        Some(rest) if rest.starts_with("CASCADE") => Action::Cascade,
        Some(rest) if rest.starts_with("SET ") => Action::Set,
        _ => Action::Refuse,
    }
}

fn is_foreign_key(constraint: &Constraint) -> Option<&ForeignKey> {
    let holds = constraint.kind == ConstraintKind::ForeignKey && !constraint.not_enforced;
    constraint.foreign.as_ref().filter(|_| holds)
}

/// Looks new values up in the referenced tables (`RI_FKey_check` in the server's `ri_triggers.c`).
pub(super) fn checked(catalog: &Catalog, holders: &[&Table], it: &Written<'_>, effect: &mut Effect) {
    for (number, table) in holders.iter().enumerate() {
        for constraint in table.constraints.iter().filter(|c| number == 0 || !c.inherited) {
            let Some(foreign) = is_foreign_key(constraint) else { continue };
            if !looked_up(table, constraint, it) || super::trigger::internal_off(catalog) {
                continue;
            }
            let through = format!("foreign key {}", constraint.name);
            if constraint.deferred {
                let referenced = &foreign.table;
                effect.remark(format!("{through} is checked at COMMIT: {referenced} is locked only then"));
                continue;
            }
            let conditions = referenced_values(constraint, foreign, it.given);
            let opening = Opening::new(catalog, &facts::REFERENCED, &facts::REFERENCED);
            opening.relation(&foreign.table, false, &conditions, Some(&through), effect);
        }
    }
}

/// Whether a value is looked up: one of the columns may change, and none is NULL for sure.
fn looked_up(table: &Table, constraint: &Constraint, it: &Written<'_>) -> bool {
    let Some(given) = it.given else { return true };
    if it.command == WriteCommand::Update {
        let touched = constraint.columns.iter().any(|c| changes(Some(given), c));
        return touched && !constraint.columns.iter().any(|c| is_null(given, c));
    }
    let null = |column: &String| {
        if given.iter().any(|g| &g.column == column) {
            return is_null(given, column);
        }
        let of_table = table.column(column);
        of_table.is_some_and(|c| c.default.is_none() && c.identity.is_none() && c.generated.is_none())
    };
    !constraint.columns.iter().any(null)
}

fn is_null(given: &[Given], column: &str) -> bool {
    given.iter().any(|g| {
        g.column == column
            && matches!(&g.values, Values::Constants(values) if values.iter().all(|v| v.eq_ignore_ascii_case("null")))
    })
}

/// The referenced columns' values, as far as they are known: a partitioned referenced table is looked into only where
/// they can be.
fn referenced_values(
    constraint: &Constraint,
    foreign: &ForeignKey,
    given: Option<&[Given]>,
) -> Vec<Condition> {
    let pairs = constraint.columns.iter().zip(&foreign.columns);
    let known = pairs.filter_map(|(own, referenced)| {
        let Values::Constants(values) = &given?.iter().find(|g| &g.column == own)?.values else {
            return None;
        };
        let equal = |text: &String| Condition::Compare {
            subject: referenced.clone(),
            operator: Operator::Equal,
            value: Value::parse(text),
        };
        Some(Condition::Any(values.iter().map(equal).collect()))
    });
    known.collect()
}

/// What becomes of the rows that reference changed or deleted ones.
pub(super) fn followed(catalog: &Catalog, table: &Table, it: &Written<'_>, effect: &mut Effect) {
    if super::trigger::internal_off(catalog) {
        return;
    }
    for name in with_ancestors(catalog, table) {
        for (from, constraint) in catalog.referencing(&name) {
            // A partition's part of its parent's constraint has no life of its own.
            let Some(foreign) = is_foreign_key(constraint).filter(|_| !constraint.inherited) else {
                continue;
            };
            let touched = match it.command {
                WriteCommand::Update => foreign.columns.iter().any(|c| changes(it.given, c)),
                _ => true,
            };
            if touched {
                follow(catalog, from, constraint, it, effect);
            }
        }
    }
}

/// A partition's rows are referenced through its parents.
fn with_ancestors(catalog: &Catalog, table: &Table) -> Vec<Name> {
    let parent = |t: &&Table| t.partition_of.as_ref().and_then(|p| catalog.table(p));
    std::iter::successors(Some(table), |t| parent(t)).take(50).map(|t| t.name.clone()).collect()
}

fn follow(catalog: &Catalog, from: &Table, constraint: &Constraint, it: &Written<'_>, effect: &mut Effect) {
    let event = if it.command == WriteCommand::Update { "UPDATE" } else { "DELETE" };
    let through = format!("foreign key {}", constraint.name);
    let action = action(constraint, event);
    if action == Action::Refuse {
        if constraint.deferred {
            effect.remark(format!("{through} is checked at COMMIT: {} is locked only then", from.name));
            return;
        }
        let opening = Opening::new(catalog, &facts::REFERENCING, &facts::REFERENCING);
        opening.relation(&from.name, false, &[], Some(&through), effect);
    } else {
        let set: Vec<Given> =
            constraint.columns.iter().map(|c| Given { column: c.clone(), values: Values::Any }).collect();
        let deletes = action == Action::Cascade && it.command == WriteCommand::Delete;
        let (command, given) = match deletes {
            true => (WriteCommand::Delete, None),
            false => (WriteCommand::Update, Some(set.as_slice())),
        };
        let next =
            Written { command, table: &from.name, given, through: Some(&through), depth: it.depth + 1 };
        written(catalog, &next, effect);
        let opening = Opening::new(catalog, &facts::REFERENCING_FOLLOWS, &facts::REFERENCING_FOLLOWS);
        opening.relation(&from.name, false, &[], Some(&through), effect);
    }
    let looks = |t: &&Table| !finds(t, &constraint.columns);
    let holders = if partitions::children(catalog, &from.name).next().is_some() {
        catalog.partitions_of(&from.name)
    } else {
        vec![from]
    };
    for table in holders.into_iter().filter(looks) {
        if table.kind == altimeter_catalog::TableKind::Table {
            scan_one(table, effect);
        }
    }
}

/// Whether an index finds rows by one of these columns.
fn finds(table: &Table, columns: &[String]) -> bool {
    table.indexes.iter().any(|i| {
        let first = i.definition.keys.first().map(|k| &k.target);
        i.valid
            && i.definition.predicate.is_none()
            && matches!(i.definition.method.as_str(), "btree" | "hash")
            && matches!(first, Some(altimeter_catalog::IndexTarget::Column(c)) if columns.contains(c))
    })
}
