//! The schema a change leaves behind.

mod alter;
mod column;
mod comment;
mod constraint;
mod grant;
mod index;
mod maintenance;
mod not_null;
mod object;
mod partition;
mod relation;
mod rows;
mod whole;

pub(crate) use grant::in_order;

use crate::{Backfill, BackfillValue, Catalog, Change, CopyRows, DropTarget, Name, Size, Table};

/// Why a change cannot be applied: the server would refuse it too.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// There is no such object.
    #[error("{kind} {name} does not exist")]
    Missing {
        /// What it is.
        kind: ObjectKind,
        /// Its name.
        name: String,
    },
    /// There is such an object already.
    #[error("{kind} {name} already exists")]
    Exists {
        /// What it is.
        kind: ObjectKind,
        /// Its name.
        name: String,
    },
    /// Something else needs it.
    #[error("{what} is needed by {by}")]
    Needed {
        /// What would go.
        what: String,
        /// What needs it.
        by: String,
    },
    /// The server refuses it for another reason.
    #[error("{0}")]
    Refused(String),
}

/// Kinds of objects, for messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    /// A table.
    Table,
    /// A column.
    Column,
    /// An index.
    Index,
    /// A constraint.
    Constraint,
    /// A trigger.
    Trigger,
    /// A function.
    Function,
    /// A schema.
    Schema,
    /// A view.
    View,
    /// A materialized view.
    MaterializedView,
    /// A foreign table.
    ForeignTable,
    /// A sequence.
    Sequence,
    /// A type.
    Type,
    /// An extension.
    Extension,
    /// Extended statistics.
    Statistics,
    /// A row security policy.
    Policy,
    /// A rule.
    Rule,
    /// A publication.
    Publication,
}

impl std::fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            ObjectKind::Table => "table",
            ObjectKind::Column => "column",
            ObjectKind::Index => "index",
            ObjectKind::Constraint => "constraint",
            ObjectKind::Trigger => "trigger",
            ObjectKind::Function => "function",
            ObjectKind::Schema => "schema",
            ObjectKind::View => "view",
            ObjectKind::MaterializedView => "materialized view",
            ObjectKind::ForeignTable => "foreign table",
            ObjectKind::Sequence => "sequence",
            ObjectKind::Type => "type",
            ObjectKind::Extension => "extension",
            ObjectKind::Statistics => "statistics",
            ObjectKind::Policy => "policy",
            ObjectKind::Rule => "rule",
            ObjectKind::Publication => "publication",
        })
    }
}

fn missing(kind: ObjectKind, name: impl ToString) -> ApplyError {
    ApplyError::Missing { kind, name: name.to_string() }
}

fn exists(kind: ObjectKind, name: impl ToString) -> ApplyError {
    ApplyError::Exists { kind, name: name.to_string() }
}

fn refused<T>(why: impl Into<String>) -> Result<T, ApplyError> {
    Err(ApplyError::Refused(why.into()))
}

impl Catalog {
    /// Carries a change out on the schema. Statistics of new objects are unknown, those of others stay.
    ///
    /// On an error nothing is changed, except by [`Change::Together`] and [`Change::AlterTable`], whose first changes may
    /// have been made.
    pub fn apply(&mut self, change: &Change) -> Result<(), ApplyError> {
        match change {
            Change::AddColumn { .. }
            | Change::DropColumn { .. }
            | Change::RenameColumn { .. }
            | Change::SetNotNull { .. }
            | Change::DropNotNull { .. }
            | Change::SetDefault { .. }
            | Change::DropDefault { .. }
            | Change::AddConstraint { .. }
            | Change::ValidateConstraint { .. }
            | Change::DropConstraint { .. }
            | Change::AlterColumn { .. }
            | Change::AlterWhole { .. } => self.alter_action(change, true),
            Change::CreateIndex { index, if_not_exists, .. } => self.create_index(index, *if_not_exists),
            Change::DropIndex { index, if_exists, .. } => self.drop_index(index, *if_exists),
            Change::CreateFunction(function) => self.create_function(function),
            Change::DropFunction { name, if_exists } => {
                let arguments = Some(String::new());
                self.drop_objects(&[DropTarget::Routine { name: name.clone(), arguments }], *if_exists, false)
            }
            Change::CreateTrigger(trigger) => self.create_trigger(trigger),
            Change::DropTrigger { table, name, if_exists } => {
                let target = DropTarget::Trigger { relation: table.clone(), name: name.clone() };
                self.drop_objects(&[target], *if_exists, false)
            }
            Change::GrantColumn { table, column, privileges, grantee } => {
                let grant = crate::Grant {
                    grantee: grantee.clone(),
                    privileges: privileges.clone(),
                    grantable: false,
                };
                self.grant(table, &crate::Granted { column: Some(column.clone()), grant }, false)
            }
            Change::Analyze { table, .. } => self.need_table(table).map(|_| ()),
            Change::Backfill(backfill) => self.backfill(backfill),
            Change::CopyRows(copy) => self.copy_rows(copy),
            Change::Sweep(sweep) => {
                let mut tables = std::iter::once(&sweep.table).chain(sweep.written());
                tables.try_for_each(|t| self.need_table(t).map(|_| ()))
            }
            Change::Reshape(it) => it.plain.iter().try_for_each(|c| self.apply(c)),
            Change::MoveColumns(it) => it.plain.iter().try_for_each(|c| self.apply(c)),
            Change::Together(changes) | Change::Written { changes, .. } => {
                changes.iter().try_for_each(|c| self.apply(c))
            }
            Change::AlterTable(alter) => self.alter_table(alter),
            Change::Partition(change) => self.apply_partition(change),
            Change::Relation(change) => self.apply_relation(change),
            Change::Object(change) => self.apply_object(change),
            Change::Maintain(change) => self.apply_maintenance(change),
            Change::Rows(change) => self.apply_rows(change),
            // Settings are the reviewer's to follow.
            Change::Session(_) => Ok(()),
        }
    }

    /// The schema stays; a column filled from another has its statistics afterwards.
    fn backfill(&mut self, backfill: &Backfill) -> Result<(), ApplyError> {
        let t = self.need_table(&backfill.table)?;
        if let BackfillValue::Column(source) = &backfill.value {
            let statistics = t.column(source).and_then(|c| c.statistics.clone());
            t.column_mut(&backfill.column).into_iter().for_each(|c| c.statistics = statistics.clone());
        }
        Ok(())
    }

    /// The schema stays. The rows are as many and as large in both; partitions have a part each.
    fn copy_rows(&mut self, copy: &CopyRows) -> Result<(), ApplyError> {
        let size = self.need_table(&copy.from)?.size.clone();
        let parts: Vec<Name> = self.partitions_of(&copy.into).iter().map(|t| t.name.clone()).collect();
        let share = size.shared_by(parts.len());
        let summed_partitions = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        self.need_table(&copy.into)?.size = Size { summed_partitions, ..size };
        self.each(&parts, |part| part.size = share.clone());
        Ok(())
    }

    fn need_table(&mut self, name: &Name) -> Result<&mut Table, ApplyError> {
        self.table_mut(name).ok_or_else(|| missing(ObjectKind::Table, name))
    }

    fn each_partition(&mut self, table: &Name, change: impl Fn(&mut Table)) {
        let names: Vec<Name> = self.partitions_of(table).iter().map(|t| t.name.clone()).collect();
        self.each(&names, change);
    }
}
