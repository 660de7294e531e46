//! Tables nobody has told of: where the schema is only what some files make, a statement may be about others.

use std::borrow::Cow;

use altimeter_catalog::{
    Catalog, Change, Column, Constraint, ConstraintKind, DropTarget, IndexTarget, Name, RelationChange,
    RelationWord, Statement, Table,
};

/// What stands for the type of a column that only a statement names: nothing can be told of it, so the worst holds.
const SOME_TYPE: &str = "?";

/// Relations the statement is about that the catalog does not have, and that are tables as far as it says.
pub(crate) fn not_there(catalog: &Catalog, statement: &Statement) -> Vec<Name> {
    let may_be_tables = statement.changes.iter().filter(|change| match change {
        Change::Relation(RelationChange::Drop { targets, .. }) => {
            targets.iter().all(|t| matches!(t, DropTarget::Relation { word: RelationWord::Table, .. }))
        }
        Change::Relation(RelationChange::Rename { word, .. }) => *word == RelationWord::Table,
        Change::Relation(_) => false,
        _ => true,
    });
    let mut names: Vec<Name> = may_be_tables.flat_map(|c| c.tables()).cloned().collect();
    let referenced = statement.changes.iter().flat_map(Change::parts).filter_map(|part| match part {
        Change::AddConstraint { constraint, .. } => constraint.foreign.as_ref().map(|f| f.table.clone()),
        _ => None,
    });
    names.extend(referenced);
    names.retain(|n| !catalog.has_relation(n));
    names.sort();
    names.dedup();
    names
}

/// The catalog with those tables: of any size, with the columns and constraints the statement names, and nothing known
/// to hang on them.
pub(crate) fn assuming<'a>(
    catalog: &'a Catalog,
    statement: &Statement,
    missing: &[Name],
) -> Cow<'a, Catalog> {
    let mut assumed = Cow::Borrowed(catalog);
    for name in missing {
        let mut table =
            Table { name: name.clone(), replica_identity: "default".to_owned(), ..Table::default() };
        for part in statement.changes.iter().flat_map(Change::parts) {
            named(part, name).into_iter().for_each(|column| know(&mut table, column));
            if let Change::ValidateConstraint { table: of, name: constraint }
            | Change::DropConstraint { table: of, name: constraint, .. } = part
                && of == name
            {
                table.constraints.push(some_check(constraint));
            }
        }
        assumed.to_mut().tables.insert(table);
    }
    assumed
}

/// Columns of the table that a change takes to be there.
fn named<'c>(change: &'c Change, table: &Name) -> Vec<&'c String> {
    match change {
        Change::DropColumn { table: of, column, .. }
        | Change::RenameColumn { table: of, from: column, .. }
        | Change::SetNotNull { table: of, column }
        | Change::DropNotNull { table: of, column }
        | Change::SetDefault { table: of, column, .. }
        | Change::DropDefault { table: of, column }
        | Change::AlterColumn { table: of, column, .. }
            if of == table =>
        {
            vec![column]
        }
        Change::AddConstraint { table: of, constraint } => {
            let own = constraint.columns.iter().filter(|_| of == table);
            let foreign = constraint.foreign.iter().filter(|f| &f.table == table).flat_map(|f| &f.columns);
            own.chain(foreign).collect()
        }
        Change::CreateIndex { index, .. } if &index.table == table => {
            let keys = index.keys.iter().filter_map(|k| match &k.target {
                IndexTarget::Column(column) => Some(column),
                IndexTarget::Expression(_) => None,
            });
            keys.collect()
        }
        _ => Vec::new(),
    }
}

fn know(table: &mut Table, column: &str) {
    if table.column(column).is_none() {
        table.columns.push(Column {
            name: column.to_owned(),
            type_name: SOME_TYPE.to_owned(),
            ..Column::default()
        });
    }
}

fn some_check(name: &str) -> Constraint {
    Constraint {
        comment: None,
        name: name.to_owned(),
        kind: ConstraintKind::Check,
        columns: Vec::new(),
        definition: String::new(),
        validated: false,
        deferrable: false,
        deferred: false,
        no_inherit: false,
        inherited: false,
        not_enforced: false,
        foreign: None,
        index: None,
    }
}
