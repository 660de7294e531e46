//! `ALTER TABLE` and `ALTER FOREIGN TABLE`.

mod alter_column;
mod whole;

use std::borrow::Cow;

use altimeter_catalog::{
    AlterTable, Catalog, Change, ColumnAction, ConstraintDefinition, ConstraintKind, Name, RelationChange,
    TableAction,
};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::constraint::{self, Place};
use super::{Lowered, column, relation};
use crate::parse::{child, has, name_of, path};

pub(super) fn lower(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let Some(name) = child(node, SyntaxKind::TABLE_RELATION_NAME) else {
        return super::maintenance::move_tablespace(node)
            .unwrap_or_else(|| Lowered::unknown("the table of this ALTER TABLE has no plain name"));
    };
    let Some(table) = relation(catalog, &name) else {
        return Lowered::unknown("the table of this statement is not plain");
    };
    let only = has(&name, SyntaxKind::ONLY_KW);
    lower_actions(catalog, node, &table, only, SyntaxKind::TABLE_RELATION_NAME)
}

/// Column and constraint renames, and the actions a view's statement has in common with a table's.
pub(super) fn lower_view(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    match child(node, SyntaxKind::VIEW_REF).and_then(|n| relation(catalog, &n)) {
        Some(view) => lower_actions(catalog, node, &view, false, SyntaxKind::VIEW_REF),
        None => Lowered::unknown("the view of this statement is not plain"),
    }
}

/// One action that says everything by itself stays what it is; several, or some with `ONLY` or `IF EXISTS`, are one
/// statement of several, in the order in which the server carries them out.
fn lower_actions(
    catalog: &Catalog,
    node: &SyntaxNode,
    table: &Name,
    only: bool,
    name: SyntaxKind,
) -> Lowered {
    let mut lowered = Lowered::default();
    let mut actions: Vec<Action> = Vec::new();
    let nodes: Vec<SyntaxNode> =
        node.children().filter(|n| n.kind() != name && n.kind() != SyntaxKind::IF_EXISTS).collect();
    let schema = without_dropped(catalog, table, &nodes);
    let added = nodes.iter().filter(|n| n.kind() == SyntaxKind::ADD_COLUMN);
    let new_columns: Vec<String> =
        added.filter_map(|n| child(n, SyntaxKind::COLUMN_NAME)).map(|n| name_of(&n)).collect();
    let mut taken = Vec::new();
    for action in &nodes {
        let place = &mut Place {
            catalog: &schema,
            table,
            column: None,
            new_columns: &new_columns,
            taken: &mut taken,
        };
        match lower_action(place, action) {
            Ok(some) => actions.extend(some),
            Err(reason) => {
                lowered.not_analysed.get_or_insert(reason);
            }
        }
    }
    actions.sort_by_key(|a| (a.pass, !a.inline));
    let if_exists = has(node, SyntaxKind::IF_EXISTS);
    let mut actions: Vec<Change> = actions.into_iter().map(|a| a.change).collect();
    match actions.pop() {
        Some(alone) if actions.is_empty() && !only && !if_exists => lowered.changes.push(alone),
        Some(last) => {
            actions.push(last);
            let all = AlterTable { table: table.clone(), only, if_exists, actions };
            lowered.changes.push(Change::AlterTable(all));
        }
        None => {}
    }
    lowered
}

/// The schema in which the server chooses names: what is dropped in the same statement goes first.
fn without_dropped<'a>(catalog: &'a Catalog, table: &Name, nodes: &[SyntaxNode]) -> Cow<'a, Catalog> {
    let mut schema = Cow::Borrowed(catalog);
    let drops = [SyntaxKind::DROP_COLUMN, SyntaxKind::DROP_CONSTRAINT];
    for node in nodes.iter().filter(|n| nodes.len() > 1 && drops.contains(&n.kind())) {
        let mut taken = Vec::new();
        let place = &mut Place { catalog, table, column: None, new_columns: &[], taken: &mut taken };
        for action in lower_action(place, node).into_iter().flatten() {
            // One that is refused is said to be by the statement's effect.
            let _ = schema.to_mut().apply(&action.change);
        }
    }
    schema
}

/// One action, and when the server carries it out.
struct Action {
    change: Change,
    pass: Pass,
    /// It comes with a column's definition, before those of its pass that are actions of their own.
    inline: bool,
}

/// The order in which the server carries actions out (`AlterTablePass` in its source).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Pass {
    Drop,
    AlterType,
    AddColumn,
    SetExpression,
    NotNull,
    IndexConstraint,
    Index,
    OtherConstraint,
    Misc,
}

impl Pass {
    fn of(change: &Change) -> Self {
        match change {
            Change::DropColumn { .. }
            | Change::DropConstraint { .. }
            | Change::DropNotNull { .. }
            | Change::DropDefault { .. } => Pass::Drop,
            Change::AlterColumn { action, .. } => match action {
                ColumnAction::DropExpression { .. } | ColumnAction::DropIdentity { .. } => Pass::Drop,
                ColumnAction::Type { .. } => Pass::AlterType,
                ColumnAction::SetExpression(_) => Pass::SetExpression,
                ColumnAction::AddIdentity { .. } => Pass::OtherConstraint,
                _ => Pass::Misc,
            },
            Change::AddColumn { .. } | Change::Relation(_) => Pass::AddColumn,
            Change::SetNotNull { .. } => Pass::NotNull,
            Change::AddConstraint { constraint, .. } => match constraint.kind {
                ConstraintKind::NotNull => Pass::NotNull,
                _ if constraint.using_index.is_some() => Pass::IndexConstraint,
                _ if constraint.index.is_some() => Pass::Index,
                _ => Pass::OtherConstraint,
            },
            Change::SetDefault { .. } => Pass::OtherConstraint,
            Change::AlterWhole { action: TableAction::WithoutOids, .. } => Pass::Drop,
            _ => Pass::Misc,
        }
    }
}

fn one(change: Change) -> Vec<Action> {
    vec![Action { pass: Pass::of(&change), change, inline: false }]
}

fn lower_action(place: &mut Place<'_>, action: &SyntaxNode) -> Result<Vec<Action>, String> {
    let catalog = place.catalog;
    let own = place.table.clone();
    let named = |kind| child(action, kind).map(|n| name_of(&n)).unwrap_or_default();
    let constraint =
        || child(action, SyntaxKind::CONSTRAINT_NAME_REF).and_then(|n| path(&n).pop()).unwrap_or_default();
    Ok(match action.kind() {
        SyntaxKind::ADD_COLUMN => add_column(place, action)?,
        SyntaxKind::DROP_COLUMN => one(Change::DropColumn {
            table: own,
            column: named(SyntaxKind::COLUMN_NAME_REF),
            if_exists: has(action, SyntaxKind::IF_EXISTS),
            cascade: has(action, SyntaxKind::CASCADE),
        }),
        SyntaxKind::RENAME_COLUMN => one(Change::RenameColumn {
            table: own,
            from: named(SyntaxKind::COLUMN_NAME_REF),
            to: named(SyntaxKind::COLUMN_NAME),
        }),
        SyntaxKind::ALTER_COLUMN | SyntaxKind::ALTER_VIEW_COLUMN => {
            one(alter_column::lower(catalog, own, action)?)
        }
        SyntaxKind::ADD_CONSTRAINT => {
            let node = action.first_child().ok_or("a constraint is missing")?;
            one(Change::AddConstraint { table: own, constraint: constraint::lower(place, &node)? })
        }
        SyntaxKind::VALIDATE_CONSTRAINT => one(Change::ValidateConstraint { table: own, name: constraint() }),
        SyntaxKind::DROP_CONSTRAINT => one(Change::DropConstraint {
            table: own,
            name: constraint(),
            if_exists: has(action, SyntaxKind::IF_EXISTS),
            cascade: has(action, SyntaxKind::CASCADE),
        }),
        SyntaxKind::RENAME_CONSTRAINT => one(Change::AlterWhole {
            table: own,
            action: TableAction::RenameConstraint {
                from: constraint(),
                to: named(SyntaxKind::CONSTRAINT_NAME),
            },
        }),
        _ => one(Change::AlterWhole { table: own, action: whole::lower(catalog, action)? }),
    })
}

/// A column with what stands behind it: the server makes actions of their own of its sequence and its constraints.
fn add_column(place: &mut Place<'_>, action: &SyntaxNode) -> Result<Vec<Action>, String> {
    let (catalog, table) = (place.catalog, place.table);
    let if_not_exists = has(action, SyntaxKind::IF_NOT_EXISTS);
    let made = column::lower(catalog, table, action, place.taken)?;
    let there = catalog.table(table).is_some_and(|t| t.column(&made.column.name).is_some());
    let inline = |change: Change| Action { pass: Pass::of(&change), change, inline: true };
    let mut actions = Vec::new();
    if if_not_exists && there {
        let column = made.column;
        return Ok(one(Change::AddColumn { table: table.clone(), column, if_not_exists }));
    }
    if let Some(sequence) = made.sequence.filter(|_| made.column.identity.is_none()) {
        actions.push(inline(Change::Relation(RelationChange::CreateSequence {
            sequence,
            if_not_exists: false,
        })));
    }
    let column = made.column.name.clone();
    let empty = made.column.default.is_none() && made.column.generated.is_none();
    actions.push(inline(Change::AddColumn { table: table.clone(), column: made.column, if_not_exists }));
    for constraint in made.constraints {
        let name = constraint.name.clone().unwrap_or_default();
        let change = match constraint.kind {
            // The column is NOT NULL from the beginning; what is left is the name, where the server keeps it.
            ConstraintKind::NotNull if !catalog.server.names_not_null() => continue,
            ConstraintKind::NotNull => {
                let from = default_not_null(catalog, table, &column);
                let action = TableAction::RenameConstraint { from, to: name };
                Change::AlterWhole { table: table.clone(), action }
            }
            kind => {
                let holds = kind == ConstraintKind::ForeignKey && empty;
                let constraint = ConstraintDefinition { holds, ..constraint };
                Change::AddConstraint { table: table.clone(), constraint }
            }
        };
        let pass =
            if matches!(change, Change::AlterWhole { .. }) { Pass::AddColumn } else { Pass::of(&change) };
        actions.push(Action { pass, change, inline: true });
    }
    Ok(actions)
}

fn default_not_null(catalog: &Catalog, table: &Name, column: &str) -> String {
    let parts = altimeter_catalog::NameParts { table: &table.name, columns: column, label: "not_null" };
    catalog.default_constraint_name(&table.schema, parts, &[])
}

#[cfg(test)]
mod tests {
    use altimeter_catalog::{Column, Engine, Table};

    use super::*;
    use crate::PostgresEngine;

    fn catalog() -> Catalog {
        let column =
            |name: &str| Column { name: name.into(), type_name: "integer".into(), ..Column::default() };
        let table = Table {
            name: Name::new("public", "t"),
            columns: vec![column("a"), column("b")],
            ..Table::default()
        };
        let mut catalog = Catalog { tables: vec![table].into(), ..Catalog::default() };
        catalog.server.search_path = vec!["public".to_owned()];
        catalog.server.version_num = 170_000;
        catalog
    }

    fn actions(sql: &str) -> Vec<Change> {
        let statement = PostgresEngine.parse(&catalog(), sql).statements.remove(0);
        assert_eq!((statement.syntax_error, statement.not_analysed), (None, None), "{sql}");
        match statement.changes.as_slice() {
            [Change::AlterTable(all)] => all.actions.clone(),
            one => one.to_vec(),
        }
    }

    #[test]
    fn a_column_brings_its_sequence_and_constraints_as_actions() {
        let made = actions("ALTER TABLE t ADD COLUMN x serial UNIQUE CHECK (x > 0) REFERENCES t (a)");
        let [Change::Relation(_), Change::AddColumn { column, .. }, unique, check, foreign] = made.as_slice()
        else {
            panic!("{made:?}");
        };
        assert_eq!(column.default.as_deref(), Some("nextval('public.t_x_seq'::regclass)"));
        let name = |change: &Change| match change {
            Change::AddConstraint { constraint, .. } => (constraint.name.clone().unwrap(), constraint.holds),
            other => panic!("{other:?}"),
        };
        assert_eq!(name(unique), ("t_x_key".to_owned(), false));
        assert_eq!(name(check), ("t_x_check".to_owned(), false));
        // A serial column has values, which have to be looked up.
        assert_eq!(name(foreign), ("t_x_fkey".to_owned(), false));
        let [_, foreign] = actions("ALTER TABLE t ADD COLUMN x int REFERENCES t (a)").try_into().unwrap();
        assert!(name(&foreign).1);
    }

    #[test]
    fn names_are_chosen_as_the_server_does() {
        let made = actions(
            "ALTER TABLE t ADD CHECK (a > 0), ADD CHECK (a < 9), ADD CHECK (a > b), ADD UNIQUE (a, b)",
        );
        let names: Vec<String> = made
            .into_iter()
            .filter_map(|c| match c {
                Change::AddConstraint { constraint, .. } => constraint.name,
                _ => None,
            })
            .collect();
        assert_eq!(names, ["t_a_b_key", "t_a_check", "t_a_check1", "t_check"]);
    }

    #[test]
    fn one_plain_action_stays_what_it_is() {
        let sql = "ALTER TABLE t DROP COLUMN a";
        assert!(matches!(
            PostgresEngine.parse(&catalog(), sql).statements[0].changes[..],
            [Change::DropColumn { .. }]
        ));
        let only = PostgresEngine.parse(&catalog(), "ALTER TABLE ONLY t DROP COLUMN a");
        assert!(matches!(
            only.statements[0].changes[..],
            [Change::AlterTable(AlterTable { only: true, .. })]
        ));
        let unknown = PostgresEngine.parse(&catalog(), "ALTER TABLE t MERGE PARTITIONS (a, b) INTO c");
        assert!(unknown.statements[0].not_analysed.is_some());
    }
}
