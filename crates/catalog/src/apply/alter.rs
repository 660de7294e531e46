//! `ALTER TABLE`: its actions, each on a table and on those below it.

use super::{ApplyError, ObjectKind, missing};
use crate::{AlterTable, Catalog, Change, Column, ColumnAction, Generated, Name, Table};

impl Catalog {
    /// Actions come in the order in which the server carries them out.
    pub(super) fn alter_table(&mut self, alter: &AlterTable) -> Result<(), ApplyError> {
        if alter.if_exists && !self.has_relation(&alter.table) {
            return Ok(());
        }
        alter.actions.iter().try_for_each(|a| self.alter_action(a, !alter.only))
    }

    /// One action, `recurse` unless the statement says `ONLY`.
    pub(super) fn alter_action(&mut self, action: &Change, recurse: bool) -> Result<(), ApplyError> {
        match action {
            Change::AddColumn { table, column, if_not_exists } => {
                self.add_column(table, column, *if_not_exists, recurse)
            }
            Change::DropColumn { table, column, if_exists, cascade } => {
                self.drop_column(table, column, *if_exists, *cascade, recurse)
            }
            Change::RenameColumn { table, from, to } => self.rename_column(table, from, to, recurse),
            Change::SetNotNull { table, column } => self.set_not_null(table, column, recurse),
            Change::DropNotNull { table, column } => self.drop_not_null(table, column, recurse),
            Change::SetDefault { table, column, expression } => {
                self.set_default(table, column, Some(expression), recurse)
            }
            Change::DropDefault { table, column } => self.set_default(table, column, None, recurse),
            Change::AddConstraint { table, constraint } => self.add_constraint(table, constraint, recurse),
            Change::ValidateConstraint { table, name } => self.validate_constraint(table, name),
            Change::DropConstraint { table, name, if_exists, cascade } => {
                self.drop_constraint(table, name, *if_exists, *cascade, recurse)
            }
            Change::AlterColumn { table, column, action } => {
                self.alter_column(table, column, action, recurse)
            }
            Change::AlterWhole { table, action } => self.alter_whole(table, action, recurse),
            other => self.apply(other),
        }
    }

    fn alter_column(
        &mut self,
        table: &Name,
        column: &str,
        action: &ColumnAction,
        recurse: bool,
    ) -> Result<(), ApplyError> {
        match action {
            ColumnAction::Type { type_name, collation, .. } => {
                self.retype_column(table, column, type_name, collation.as_deref())
            }
            ColumnAction::AddIdentity { kind, sequence } => {
                let kind = *kind;
                self.with_column(table, column, false, |c| c.identity = Some(kind))?;
                self.make_identity_sequence(table, column, sequence.clone());
                Ok(())
            }
            ColumnAction::SetIdentity { kind } => {
                self.with_column(table, column, false, |c| c.identity = kind.or(c.identity))
            }
            ColumnAction::DropIdentity { .. } => {
                let was =
                    self.table(table).and_then(|t| t.column(column)).is_some_and(|c| c.identity.is_some());
                self.with_column(table, column, false, |c| c.identity = None)?;
                if was {
                    self.drop_owned_sequences(table, column);
                }
                Ok(())
            }
            ColumnAction::SetExpression(expression) => self.with_column(table, column, recurse, |c| {
                let stored = c.generated.as_ref().is_some_and(|g| g.stored);
                c.generated = Some(Generated { stored, expression: expression.clone() });
            }),
            ColumnAction::DropExpression { .. } => {
                self.with_column(table, column, recurse, |c| c.generated = None)
            }
            ColumnAction::Statistics
            | ColumnAction::Storage
            | ColumnAction::Compression
            | ColumnAction::Options
            | ColumnAction::ForeignOptions => self.need_column(table, column),
        }
    }

    /// An error unless the relation has the column. Of a view's or an index's columns nothing is asked.
    pub(super) fn need_column(&self, table: &Name, column: &str) -> Result<(), ApplyError> {
        match self.table(table) {
            Some(t) if t.column(column).is_some() || column.chars().all(|c| c.is_ascii_digit()) => Ok(()),
            Some(_) => Err(missing(ObjectKind::Column, format!("{table}.{column}"))),
            None if self.has_relation(table) => Ok(()),
            None => Err(missing(ObjectKind::Table, table)),
        }
    }

    /// Changes a column of a table and, unless told not to, of all below it.
    pub(super) fn with_column(
        &mut self,
        table: &Name,
        column: &str,
        recurse: bool,
        change: impl Fn(&mut Column),
    ) -> Result<(), ApplyError> {
        self.need_column(table, column)?;
        self.each(&self.with_heirs(table, recurse), |t| t.column_mut(column).into_iter().for_each(&change));
        Ok(())
    }

    /// A table and, unless told not to, all below it.
    pub(super) fn with_heirs(&self, table: &Name, recurse: bool) -> Vec<Name> {
        let mut names = vec![table.clone()];
        if recurse {
            names.extend(self.descendants_of(table).into_iter().map(|t| t.name.clone()));
        }
        names
    }

    pub(super) fn each(&mut self, names: &[Name], change: impl Fn(&mut Table)) {
        for name in names {
            self.tables.get_mut(name).into_iter().for_each(&change);
        }
    }
}
