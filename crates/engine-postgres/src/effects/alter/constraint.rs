//! Constraints made, validated and dropped: what is read, built and compared, and what else is locked.

use altimeter_catalog::{
    Constraint, ConstraintDefinition, ConstraintKind, Created, Name, RelationKind, Table,
};

use super::work::Work;
use super::{column, foreign_key};
use crate::effects::index;
use crate::expression;
use crate::locks::{LockFact, alter as facts};

/// The lock on the table a new constraint is added to.
pub(super) fn main_fact(kind: ConstraintKind) -> &'static LockFact {
    match kind {
        ConstraintKind::ForeignKey => &facts::ADD_FOREIGN_KEY,
        ConstraintKind::PrimaryKey | ConstraintKind::Unique | ConstraintKind::Exclusion => {
            &facts::ADD_INDEX_CONSTRAINT
        }
        ConstraintKind::NotNull => &facts::ADD_NOT_NULL,
        ConstraintKind::Check | ConstraintKind::Trigger => &facts::ADD_CHECK,
    }
}

pub(super) fn added(work: &mut Work<'_>, constraint: &ConstraintDefinition) {
    let Some(table) = work.main() else { return };
    let missing = constraint
        .columns
        .iter()
        .find(|c| table.column(c).is_none() && constraint.kind != ConstraintKind::Check);
    work.fail(missing.map(|c| format!("column {}.{c} does not exist", table.name)));
    let unknown = constraint.expression.as_deref().and_then(|e| expression::unknown_column(&table, e));
    work.fail(unknown.map(|c| format!("column {}.{c} does not exist", table.name)));
    match constraint.kind {
        ConstraintKind::Check | ConstraintKind::Trigger => check_added(work, &table, constraint),
        ConstraintKind::NotNull => not_null_added(work, constraint),
        ConstraintKind::ForeignKey => foreign_key_added(work, &table, constraint),
        ConstraintKind::PrimaryKey | ConstraintKind::Unique | ConstraintKind::Exclusion => {
            if constraint.kind == ConstraintKind::PrimaryKey {
                key_not_null(work, &table, constraint);
            }
            match &constraint.using_index {
                Some(index) => index_taken_over(work, &table, constraint, index),
                None => index_made(work, &table, constraint),
            }
        }
    }
}

/// From version 18 on all tables below are locked before it is known whether the constraint reaches them.
fn lock_heirs(work: &mut Work<'_>, fact: &LockFact) {
    if let Some(mode) = fact.on_server(work.before).filter(|_| work.recurse) {
        work.below().iter().for_each(|name| work.lock_heir(name, mode));
    }
}

/// Tables below that have the same CHECK already are not read for it.
fn check_added(work: &mut Work<'_>, table: &Table, constraint: &ConstraintDefinition) {
    if constraint.no_inherit {
        lock_heirs(work, &facts::ADD_INDEX_CONSTRAINT_HEIR);
        if table.partition_key.is_some() {
            work.fail(Some(format!("a CHECK of the partitioned table {} cannot be NO INHERIT", table.name)));
        }
    }
    let reached = if constraint.no_inherit { vec![table.name.clone()] } else { work.reached() };
    work.lock_below(&reached);
    if constraint.not_valid || constraint.not_enforced {
        return;
    }
    for name in &reached {
        let same =
            |c: &Constraint| c.kind == ConstraintKind::Check && Some(&c.name) == constraint.name.as_ref();
        let merged = work.schema.table(name).is_some_and(|t| t.constraints.iter().any(same));
        if !merged {
            work.read(name);
        }
    }
}

fn not_null_added(work: &mut Work<'_>, constraint: &ConstraintDefinition) {
    if work.before.server.major() < 18 {
        work.fail(Some("NOT NULL as a constraint of its own needs PostgreSQL 18".to_owned()));
    }
    lock_heirs(work, &facts::ADD_NOT_NULL);
    if constraint.not_valid {
        return;
    }
    let reached = if constraint.no_inherit { vec![work.table.clone()] } else { work.reached() };
    for name in &reached {
        constraint.columns.iter().for_each(|column| column::prove_not_null(work, name, column));
    }
}

/// A primary key's columns become NOT NULL first. Before version 18 that is an action of its own, which reaches the
/// tables below; since then it is a constraint that they all get.
fn key_not_null(work: &mut Work<'_>, table: &Table, constraint: &ConstraintDefinition) {
    for column in &constraint.columns {
        let already = table.column(column).is_none_or(|c| c.not_null);
        let known_below = already && (table.partition_key.is_some() || work.schema.server.names_not_null());
        if known_below {
            continue;
        }
        let reached = work.reached();
        work.lock_below(&reached);
        reached.iter().for_each(|name| column::prove_not_null(work, name, column));
    }
}

/// `USING INDEX`: nothing is built.
fn index_taken_over(work: &mut Work<'_>, table: &Table, constraint: &ConstraintDefinition, index: &str) {
    lock_heirs(work, &facts::ADD_INDEX_CONSTRAINT_HEIR);
    let renamed = constraint.name.as_deref().is_some_and(|name| name != index);
    let fact = if renamed { &facts::USING_INDEX_RENAMED } else { &facts::USING_INDEX };
    work.lock_index(&table.name.sibling(index), fact);
    let Some(found) = table.indexes.iter().find(|i| i.definition.name == index) else { return };
    let definition = &found.definition;
    let plain = definition.columns().is_some()
        && definition.predicate.is_none()
        && definition.keys.iter().all(|k| !k.descending && k.nulls_first.is_none());
    let refused = if table.partition_key.is_some() {
        Some("is on a partitioned table")
    } else if !definition.unique {
        Some("is not unique")
    } else if !plain || definition.method != "btree" {
        Some("is not plain: it has an expression, a condition or another order")
    } else if !found.valid {
        Some("is not valid")
    } else if found.constraint.is_some() {
        Some("serves a constraint already")
    } else {
        None
    };
    work.fail(refused.map(|why| format!("index {index} of {} {why}", table.name)));
}

/// An index is built on the table, and on a partitioned one's partitions unless they have such a constraint already.
fn index_made(work: &mut Work<'_>, table: &Table, constraint: &ConstraintDefinition) {
    lock_heirs(work, &facts::ADD_INDEX_CONSTRAINT_HEIR);
    let keys: Vec<String> = constraint.index.iter().flat_map(|i| i.columns().unwrap_or_default()).collect();
    let is_virtual =
        |c: &&String| table.column(c).is_some_and(|c| c.generated.as_ref().is_some_and(|g| !g.stored));
    let computed = keys.iter().find(is_virtual);
    work.fail(computed.map(|c| format!("{c} is virtual: there can be no index on it")));
    let unsorted = constraint.index.as_ref().and_then(|i| index::without_class(&work.schema, table, i));
    work.fail(unsorted);
    let lacking = table.partition_columns.iter().find(|c| !keys.contains(c));
    work.fail(lacking.map(|c| format!("the partition key's column {c} must be among the constraint's")));
    let partitioned = table.partition_key.is_some();
    for name in work.reached().iter().filter(|n| partitioned || **n == table.name) {
        let Some(t) = work.schema.table(name).cloned() else { continue };
        if name != &table.name
            && let Some(mode) = facts::ADD_INDEX_CONSTRAINT_PARTITION.on_server(work.before)
        {
            work.lock_heir(name, mode);
        }
        let same = |i: &altimeter_catalog::Index| {
            i.constraint.is_some()
                && i.part_of.is_none()
                && i.primary == (constraint.kind == ConstraintKind::PrimaryKey)
                && i.definition.columns().is_some_and(|c| c == keys)
        };
        if name != &table.name && t.indexes.iter().any(same) {
            continue;
        }
        made(work, &t, constraint, name == &table.name);
    }
}

fn made(work: &mut Work<'_>, table: &Table, constraint: &ConstraintDefinition, named: bool) {
    let index = constraint.name.clone().filter(|_| named).unwrap_or_default();
    if table.kind.has_heap() {
        work.build(&table.name, &index);
    }
    if named {
        let definition = constraint
            .index
            .as_deref()
            .map(|i| altimeter_catalog::IndexDefinition { name: index.clone(), ..i.clone() });
        // A key WITHOUT OVERLAPS is one, too, and not a B-tree.
        let excludes = constraint.kind == ConstraintKind::Exclusion
            || definition.as_ref().is_some_and(|d| d.method != "btree");
        work.create(Created {
            object: table.name.sibling(&index),
            kind: RelationKind::Index,
            index: definition,
            concurrently: false,
            excludes,
        });
    }
}

fn foreign_key_added(work: &mut Work<'_>, table: &Table, constraint: &ConstraintDefinition) {
    work.fail(foreign_key::refused(&work.schema, table, constraint));
    let Some(foreign) = constraint.foreign.clone() else { return };
    let partitioned = table.partition_key.is_some();
    let below = work.below();
    if partitioned {
        work.lock_below(&below);
        refuse_on_partitioned(work, constraint);
    }
    if let Some(mode) = facts::ADD_FOREIGN_KEY_HEIR.on_server(work.before).filter(|_| work.recurse) {
        below.iter().for_each(|name| work.lock_heir(name, mode));
    }
    let name = constraint.name.clone().unwrap_or_default();
    let through = format!("foreign key {name}");
    work.lock_with_partitions(&foreign.table, &facts::ADD_FOREIGN_KEY_REFERENCED, &through);
    let own = |t: &Table| {
        let same = |c: &Constraint| c.columns == constraint.columns && c.foreign.as_ref() == Some(&foreign);
        t.constraints.iter().any(|c| same(c) && c.validated)
    };
    // A new column without a default is NULL everywhere, and satisfies the constraint.
    let new = |c: &String| {
        let before = work.before.table(&table.name).and_then(|t| t.column(c));
        before.is_none() && table.column(c).is_some_and(|c| c.default.is_none() && c.generated.is_none())
    };
    let all_null = constraint.columns.iter().any(new);
    let mut compared: Vec<Name> = vec![table.name.clone()];
    if partitioned {
        let adopted: Vec<Name> =
            below.iter().filter(|n| work.schema.table(n).is_some_and(own)).cloned().collect();
        if !adopted.is_empty() {
            work.lock_with_partitions(&foreign.table, &facts::ADOPT_FOREIGN_KEY, &through);
        }
        let leaf = |n: &&Name| work.schema.table(n).is_some_and(|t| t.partition_key.is_none());
        compared = below.iter().filter(leaf).filter(|n| !adopted.contains(n)).cloned().collect();
    }
    if !constraint.not_valid && !constraint.not_enforced && !constraint.holds {
        compared.iter().for_each(|from| work.compare(from, &foreign.table, all_null));
    }
}

fn refuse_on_partitioned(work: &mut Work<'_>, constraint: &ConstraintDefinition) {
    let table = work.table.clone();
    if !work.recurse {
        work.fail(Some(format!("a foreign key of {table} must be one of its partitions, too")));
    }
    if constraint.not_valid && work.schema.server.major() < 18 {
        work.fail(Some(format!("a foreign key of the partitioned table {table} cannot be NOT VALID")));
    }
}

pub(super) fn validated(work: &mut Work<'_>, name: &str) {
    let found = work.main().and_then(|t| t.constraints.into_iter().find(|c| c.name == name));
    let Some(constraint) = found else { return };
    if constraint.not_enforced {
        work.fail(Some(format!("constraint {name} is not enforced, so it cannot be validated")));
    }
    match constraint.kind {
        ConstraintKind::Check | ConstraintKind::NotNull => rows_validated(work, &constraint),
        ConstraintKind::ForeignKey => foreign_key_validated(work, &constraint),
        _ => work.fail(Some(format!("constraint {name} is neither a CHECK nor a foreign key"))),
    }
}

fn rows_validated(work: &mut Work<'_>, constraint: &Constraint) {
    if constraint.validated {
        return;
    }
    if !work.recurse && work.schema.heirs_of(&work.table).next().is_some() && !constraint.no_inherit {
        work.fail(Some(format!("constraint {} must be validated in the tables below, too", constraint.name)));
    }
    let reached = if constraint.no_inherit { vec![work.table.clone()] } else { work.reached() };
    work.lock_below(&reached);
    for name in &reached {
        let open = |c: &Constraint| match constraint.kind {
            ConstraintKind::NotNull => {
                c.kind == constraint.kind && c.columns == constraint.columns && !c.validated
            }
            _ => c.name == constraint.name && !c.validated,
        };
        let unproved = work.schema.table(name).is_some_and(|t| t.constraints.iter().any(open));
        if unproved {
            work.read(name);
        }
    }
}

fn foreign_key_validated(work: &mut Work<'_>, constraint: &Constraint) {
    let Some(foreign) = constraint.foreign.as_ref().filter(|_| !constraint.validated) else { return };
    let through = format!("foreign key {}", constraint.name);
    work.lock_through(&foreign.table, &facts::VALIDATE_FOREIGN_KEY_REFERENCED, &through);
    let partitioned = work.main().is_some_and(|t| t.partition_key.is_some());
    let below = work.below();
    if partitioned {
        work.lock_below(&below);
        let leaf = |n: &&Name| work.schema.table(n).is_some_and(|t| t.partition_key.is_none());
        let leaves: Vec<Name> = below.iter().filter(leaf).cloned().collect();
        leaves.iter().for_each(|from| work.compare(from, &foreign.table, false));
    } else {
        let from = work.table.clone();
        work.compare(&from, &foreign.table, false);
    }
}

pub(super) fn dropped(work: &mut Work<'_>, name: &str) {
    let Some(table) = work.main() else { return };
    let partitioned = table.partition_key.is_some();
    let below = work.below();
    if partitioned && work.recurse {
        // The server makes sure that none is in use, whether there is such a constraint or not.
        work.lock_below(&below);
    }
    let Some(constraint) = table.constraints.iter().find(|c| c.name == name).cloned() else { return };
    let inherited = matches!(constraint.kind, ConstraintKind::Check | ConstraintKind::NotNull);
    if inherited && !constraint.no_inherit {
        let reached = if work.recurse || partitioned {
            below.clone()
        } else {
            work.schema.heirs_of(&table.name).map(|t| t.name.clone()).collect()
        };
        work.lock_below(&reached);
    }
    if let Some(foreign) = &constraint.foreign {
        let through = format!("foreign key {name}");
        work.lock_through(&foreign.table, &facts::DROP_FOREIGN_KEY, &through);
        let (rows, parent) = (&facts::DROP_FOREIGN_KEY, &facts::DROP_FOREIGN_KEY_PARENT);
        work.lock_referenced(&foreign.table, rows, parent, &through);
    }
    if let Some(index) = constraint.index.as_ref().filter(|_| constraint.foreign.is_none()) {
        index_dropped(work, &table, index, &below);
    }
    for (from, foreign_key) in work.schema.foreign_keys_on(&table, &constraint) {
        let through = format!("foreign key {foreign_key}");
        work.lock_with_partitions(&from, &facts::DROP_FOREIGN_KEY, &through);
        work.lock_with_partitions(&table.name, &facts::DROP_FOREIGN_KEY, &through);
    }
}

/// The index behind a constraint goes, with those of the partitions.
fn index_dropped(work: &mut Work<'_>, table: &Table, index: &str, below: &[Name]) {
    let mut gone = vec![index.to_owned()];
    let names = std::iter::once(&table.name).chain(below);
    for name in names {
        let Some(t) = work.schema.table(name).cloned() else { continue };
        for index in &t.indexes {
            let own = &index.definition.name;
            let part = index.part_of.as_ref().is_some_and(|p| gone.contains(p));
            if part || name == &table.name && own == &gone[0] {
                let full = name.sibling(own);
                work.lock_index(&full, &facts::DROP_CONSTRAINT_INDEX);
                work.drop(&full);
                gone.push(own.clone());
            }
        }
    }
}

/// `RENAME CONSTRAINT`: the index behind it is renamed, too.
pub(super) fn renamed(work: &mut Work<'_>, name: &str) {
    let found = work.main().and_then(|t| t.constraints.into_iter().find(|c| c.name == name));
    let Some(constraint) = found else { return };
    if matches!(constraint.kind, ConstraintKind::Check | ConstraintKind::NotNull) && !constraint.no_inherit {
        let reached = work.reached();
        work.lock_below(&reached);
    }
    if let (Some(index), None) = (&constraint.index, &constraint.foreign) {
        work.lock_index(&work.table.sibling(index), &facts::RENAME_CONSTRAINT_INDEX);
    }
}

/// `ALTER CONSTRAINT`: deferrable or not, enforced or not, inherited or not.
pub(super) fn altered(work: &mut Work<'_>, name: &str, enforced: Option<bool>, inherit: Option<bool>) {
    let found = work.main().and_then(|t| t.constraints.into_iter().find(|c| c.name == name));
    let Some(constraint) = found else { return };
    let partitioned = work.main().is_some_and(|t| t.partition_key.is_some());
    let below = work.below();
    if constraint.kind == ConstraintKind::ForeignKey && partitioned {
        work.lock_below(&below);
    }
    if constraint.inherited && constraint.kind == ConstraintKind::ForeignKey {
        work.fail(Some(format!("constraint {name} is inherited, and can be altered above only")));
    }
    if let (Some(enforced), Some(foreign)) = (enforced, &constraint.foreign)
        && enforced == constraint.not_enforced
    {
        let through = format!("foreign key {name}");
        let fact = match enforced {
            true => &facts::ENFORCE_CONSTRAINT_REFERENCED,
            false => &facts::RELAX_CONSTRAINT_REFERENCED,
        };
        work.lock_with_partitions(&foreign.table, fact, &through);
        if enforced {
            let from = work.table.clone();
            work.compare(&from, &foreign.table, false);
        }
    }
    match inherit {
        Some(true) if constraint.no_inherit => {
            work.lock_below(&below);
            for heir in &below {
                constraint.columns.iter().for_each(|column| column::prove_not_null(work, heir, column));
            }
        }
        Some(false) if !constraint.no_inherit => {
            let direct: Vec<Name> = work.schema.heirs_of(&work.table).map(|t| t.name.clone()).collect();
            work.lock_below(&direct);
        }
        _ => {}
    }
}
