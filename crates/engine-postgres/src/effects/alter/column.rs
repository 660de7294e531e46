//! Columns made, dropped, renamed, changed: what is written anew or read, and what goes along.

use altimeter_catalog::{
    Catalog, Change, Column, ColumnAction, ConstraintKind, Name, Table, TypeKind, Volatility,
};

use super::heirs;
use super::work::Work;
use crate::expression::{self, proves_not_null};
use crate::locks::alter as facts;
use crate::types;

pub(super) fn altered(work: &mut Work<'_>, action: &Change) {
    match action {
        Change::AddColumn { column, if_not_exists, .. } => added(work, column, *if_not_exists),
        Change::DropColumn { column, cascade, .. } => dropped(work, column, *cascade),
        Change::SetNotNull { column, .. } => not_null(work, column),
        Change::DropNotNull { column, .. } => nullable(work, column),
        Change::RenameColumn { .. } | Change::SetDefault { .. } | Change::DropDefault { .. } => {
            let reached = work.reached();
            work.lock_below(&reached);
        }
        Change::AlterColumn { column, action, .. } => changed(work, column, action),
        _ => {}
    }
}

fn added(work: &mut Work<'_>, column: &Column, if_not_exists: bool) {
    let exists = work.main().is_some_and(|t| t.column(&column.name).is_some());
    if exists && if_not_exists {
        return;
    }
    let gets_it = heirs::that_get(&work.schema, &work.table, &column.name);
    // Tables that have the column already are looked at, too.
    let looked_at: Vec<Name> =
        gets_it.iter().flat_map(|name| work.schema.heirs_of(name)).map(|t| t.name.clone()).collect();
    work.lock_below(&looked_at);
    if own_value_per_row(&work.schema, column) {
        gets_it.iter().for_each(|name| work.rewrite(name));
        let sequence = column.default.as_deref().and_then(|d| expression::sequence_in(&work.schema, d));
        // Values are taken for rows only.
        let empty = |name: &Name| work.schema.table(name).is_none_or(is_empty);
        if let Some(sequence) = sequence.filter(|_| !gets_it.iter().all(empty)) {
            work.lock_sequence(&sequence, &facts::ADD_COLUMN_SEQUENCE);
        }
        return;
    }
    let computed = column.generated.is_some();
    let domain_default = domain_default(&work.schema, column).is_some();
    if column.not_null && column.default.is_none() && !domain_default {
        gets_it.iter().for_each(|name| work.read(name));
        let rows = |name: &Name| work.schema.table(name).and_then(|t| t.size.rows).is_some_and(|r| r > 0.0);
        if !computed && gets_it.iter().any(rows) {
            let table = &work.table;
            work.fail(Some(format!(
                "rows of {table} would have no value in the NOT NULL column {}",
                column.name
            )));
        }
    }
}

/// Whether a table has no rows, as far as that is known.
fn is_empty(table: &Table) -> bool {
    !table.kind.has_heap() || table.size.rows == Some(0.0) || table.size.heap_bytes == Some(0)
}

/// A default that gives each row its own value makes the server write the table anew; so does a domain with a
/// constraint, whose rows must be checked (manual, notes of `ALTER TABLE`; measured for domains on 13 to 18).
fn own_value_per_row(catalog: &Catalog, column: &Column) -> bool {
    let volatile = |e: &str| expression::volatility(catalog, e) != Volatility::Constant;
    let default = column.default.as_deref().or_else(|| domain_default(catalog, column));
    column.generated.as_ref().is_some_and(|g| g.stored)
        || column.identity.is_some()
        || types::is_constrained(catalog, &column.type_name)
        || default.is_some_and(volatile)
}

fn domain_default<'a>(catalog: &'a Catalog, column: &Column) -> Option<&'a str> {
    types::domains(catalog, &column.type_name).into_iter().find_map(|d| match &d.kind {
        TypeKind::Domain { default, .. } => default.as_deref(),
        _ => None,
    })
}

/// Indexes and constraints that have the column go with it; a foreign key that goes locks its other table.
fn dropped(work: &mut Work<'_>, column: &str, cascade: bool) {
    if work.main().is_none_or(|t| t.column(column).is_none()) {
        return;
    }
    let loses_it = heirs::that_lose(&work.schema, &work.table, column, work.recurse);
    let looked_at: Vec<Name> =
        loses_it.iter().flat_map(|name| work.schema.heirs_of(name)).map(|t| t.name.clone()).collect();
    work.lock_below(&looked_at);
    for name in &loses_it {
        let Some(table) = work.schema.table(name).cloned() else { continue };
        let generated = table.columns.iter().filter(|c| {
            c.generated
                .as_ref()
                .is_some_and(|g| expression::columns_of(&g.expression).iter().any(|used| used == column))
        });
        let gone: Vec<String> =
            std::iter::once(column.to_owned()).chain(generated.map(|c| c.name.clone())).collect();
        gone.iter().for_each(|column| dropped_from(work, &table, column, cascade));
    }
}

fn dropped_from(work: &mut Work<'_>, table: &Table, column: &str, cascade: bool) {
    let has = |columns: &[String]| columns.iter().any(|c| c == column);
    for index in table.indexes.iter().filter(|i| has(&i.reads)) {
        let name = table.name.sibling(&index.definition.name);
        work.lock_index(&name, &facts::DROP_COLUMN_INDEX);
        work.drop(&name);
    }
    for constraint in table.constraints.iter().filter(|c| has(&c.columns)) {
        // One that is not enforced has no triggers on the other table.
        if let Some(foreign) = constraint.foreign.as_ref().filter(|_| !constraint.not_enforced) {
            let through = format!("foreign key {}", constraint.name);
            let (rows, parent) = (&facts::DROP_FOREIGN_KEY, &facts::DROP_FOREIGN_KEY_PARENT);
            work.lock_referenced(&foreign.table, rows, parent, &through);
        }
    }
    let owned: Vec<Name> = owned_sequences(&work.schema, &table.name, Some(column));
    for sequence in owned {
        work.lock_sequence(&sequence, &facts::DROP_COLUMN_SEQUENCE);
        work.drop(&sequence);
    }
    if cascade {
        dependants_dropped(work, table, column);
    }
}

/// What `CASCADE` takes along: views, and other tables' foreign keys.
fn dependants_dropped(work: &mut Work<'_>, table: &Table, column: &str) {
    let views: Vec<Name> =
        work.schema.views_on(&table.name, Some(column)).iter().map(|v| v.name.clone()).collect();
    for view in views {
        work.lock_through(&view, &facts::DROP_COLUMN_VIEW, &format!("needs {}.{column}", table.name));
        work.drop(&view);
        let indexes = work.schema.table(&view).map(|t| t.indexes.clone()).unwrap_or_default();
        for index in indexes {
            let name = view.sibling(&index.definition.name);
            work.lock_index(&name, &facts::DROP_COLUMN_VIEW);
            work.drop(&name);
        }
    }
    let referencing: Vec<(Name, String)> = work
        .schema
        .referencing(&table.name)
        .into_iter()
        .filter(|(_, c)| c.foreign.as_ref().is_some_and(|f| f.columns.iter().any(|c| c == column)))
        .map(|(from, c)| (from.name.clone(), c.name.clone()))
        .collect();
    for (from, constraint) in referencing {
        work.lock_through(&from, &facts::DROP_FOREIGN_KEY, &format!("foreign key {constraint}"));
    }
}

/// Sequences a column owns; those of all columns if none is named.
pub(super) fn owned_sequences(catalog: &Catalog, table: &Name, column: Option<&str>) -> Vec<Name> {
    let owned = |s: &&altimeter_catalog::Sequence| {
        s.owned_by.as_ref().is_some_and(|o| &o.on == table && column.is_none_or(|c| o.needs(table, c)))
    };
    catalog.sequences_owned_by(table).filter(owned).map(|s| s.name.clone()).collect()
}

/// The tables are read, but for those whose column is NOT NULL already or proved to be.
fn not_null(work: &mut Work<'_>, column: &str) {
    let Some(table) = work.main() else { return };
    let already = table.column(column).is_some_and(|c| c.not_null);
    let named = work.schema.server.names_not_null();
    // A constraint of its own, valid or not, is on all tables below already; before there was one, that was certain
    // of partitions only.
    let known_below = if named {
        already || has_not_null_constraint(&table, column)
    } else {
        already && table.partition_key.is_some()
    };
    let reached = if known_below { vec![table.name.clone()] } else { work.reached() };
    work.lock_below(&reached);
    reached.iter().for_each(|name| prove_not_null(work, name, column));
    let new =
        work.before.table(&table.name).is_some_and(|t| t.column(column).is_none() && t.size.rows > Some(0.0));
    if new && table.column(column).is_some_and(|c| c.default.is_none() && c.generated.is_none()) {
        work.fail(Some(format!(
            "rows of {} would have no value in the NOT NULL column {column}",
            table.name
        )));
    }
}

/// A table is read unless the column is NOT NULL already or a validated CHECK proves it.
pub(super) fn prove_not_null(work: &mut Work<'_>, table: &Name, column: &str) {
    let Some(t) = work.schema.table(table) else { return };
    let already = t.column(column).is_none_or(|c| c.not_null);
    let proves = |c: &&altimeter_catalog::Constraint| {
        c.kind == ConstraintKind::Check && c.validated && proves_not_null(&c.definition, column)
    };
    // What NOT VALID says is not taken for proved by another constraint.
    let proved = t.constraints.iter().any(|c| proves(&c)) && !has_not_null_constraint(t, column);
    if !already && !proved {
        work.read(table);
    }
}

fn has_not_null_constraint(table: &Table, column: &str) -> bool {
    let same = |c: &altimeter_catalog::Constraint| {
        c.kind == ConstraintKind::NotNull && c.columns.iter().any(|c| c == column)
    };
    table.constraints.iter().any(same)
}

fn nullable(work: &mut Work<'_>, column: &str) {
    if !work.schema.server.names_not_null() {
        let reached = work.reached();
        work.lock_below(&reached);
        return;
    }
    let Some(table) = work.main().filter(|t| t.column(column).is_some_and(|c| c.not_null)) else { return };
    let reached = if work.recurse {
        work.below()
    } else {
        work.schema.heirs_of(&table.name).map(|t| t.name.clone()).collect()
    };
    work.lock_below(&reached);
}

/// An `ALTER COLUMN` of another kind.
fn changed(work: &mut Work<'_>, column: &str, action: &ColumnAction) {
    match action {
        ColumnAction::Statistics | ColumnAction::Storage => {
            let reached = work.reached();
            work.lock_below(&reached);
        }
        ColumnAction::SetExpression(_) => expression_set(work, column),
        ColumnAction::DropExpression { if_exists } => {
            let reached = work.reached();
            work.lock_below(&reached);
            let generated = work.main().and_then(|t| t.column(column).cloned()).and_then(|c| c.generated);
            work.fail(match generated {
                None if !if_exists => Some(format!("{column} of {} is not a generated column", work.table)),
                Some(g) if !g.stored => Some(format!("{column} of {} is not stored", work.table)),
                _ => None,
            });
        }
        ColumnAction::AddIdentity { .. }
        | ColumnAction::SetIdentity { .. }
        | ColumnAction::DropIdentity { .. } => {
            identity_changed(work, column, action);
        }
        ColumnAction::Compression
        | ColumnAction::Options
        | ColumnAction::ForeignOptions
        | ColumnAction::Type { .. } => {}
    }
}

fn identity_changed(work: &mut Work<'_>, column: &str, action: &ColumnAction) {
    // Partitions have it from their parent since version 17.
    if work.schema.server.major() >= 17 && work.main().is_some_and(|t| t.partition_key.is_some()) {
        let reached = work.reached();
        work.lock_below(&reached);
    }
    let found = work.main().and_then(|t| t.column(column).cloned());
    let is_identity = found.as_ref().is_some_and(|c| c.identity.is_some());
    let table = work.table.clone();
    let refused = match action {
        ColumnAction::AddIdentity { .. } => {
            let wrong = found.filter(|c| !c.not_null || c.default.is_some() || c.identity.is_some());
            wrong.map(|_| format!("{column} of {table} must be NOT NULL and without a default"))
        }
        ColumnAction::DropIdentity { if_exists: true } => None,
        _ if is_identity => None,
        _ => Some(format!("{column} of {table} is not an identity column")),
    };
    work.fail(refused);
    for sequence in owned_sequences(&work.schema, &table, Some(column)) {
        match action {
            ColumnAction::DropIdentity { .. } if is_identity => {
                work.lock_sequence(&sequence, &facts::DROP_IDENTITY_SEQUENCE);
                work.drop(&sequence);
            }
            ColumnAction::SetIdentity { .. } => work.lock_sequence(&sequence, &facts::SET_IDENTITY_SEQUENCE),
            _ => {}
        }
    }
}

/// A stored column's values are all computed anew; a virtual one's are nowhere.
fn expression_set(work: &mut Work<'_>, column: &str) {
    let reached = work.reached();
    work.lock_below(&reached);
    let generated = work.main().and_then(|t| t.column(column).cloned()).and_then(|c| c.generated);
    let Some(generated) = generated else {
        let reason = format!("{column} of {} is not a generated column", work.table);
        work.fail(Some(reason));
        return;
    };
    if generated.stored {
        reached.iter().for_each(|name| work.rewrite(name));
    }
}
