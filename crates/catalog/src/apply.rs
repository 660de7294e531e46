//! The schema a change leaves behind.

mod alter;
mod column;
mod constraint;
mod maintenance;
mod object;
mod partition;
mod relation;
mod rows;
mod whole;

use std::sync::Arc;

use crate::{
    Backfill, BackfillValue, Catalog, Change, Function, FunctionDefinition, Index, IndexDefinition, Name,
    Table, Trigger, TriggerDefinition,
};

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
        })
    }
}

fn missing(kind: ObjectKind, name: impl ToString) -> ApplyError {
    ApplyError::Missing { kind, name: name.to_string() }
}

fn exists(kind: ObjectKind, name: impl ToString) -> ApplyError {
    ApplyError::Exists { kind, name: name.to_string() }
}

fn refused(reason: String) -> Result<(), ApplyError> {
    Err(ApplyError::Refused(reason))
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
                let before = self.functions.len();
                self.functions.retain(|f| &f.name != name || !f.arguments.is_empty());
                if self.functions.len() == before && !if_exists {
                    return Err(missing(ObjectKind::Function, name));
                }
                Ok(())
            }
            Change::CreateTrigger(trigger) => self.create_trigger(trigger),
            Change::DropTrigger { table, name, if_exists } => {
                let t = self.need_table(table)?;
                let before = t.triggers.len();
                t.triggers.retain(|t| &t.name != name);
                if t.triggers.len() == before && !if_exists {
                    return Err(missing(ObjectKind::Trigger, name));
                }
                self.each_partition(table, |t| t.triggers.retain(|t| &t.name != name));
                Ok(())
            }
            Change::GrantColumn { table, column, privileges, grantee } => {
                self.with_column(table, column, true, |c| {
                    c.grants.push(crate::ColumnGrant {
                        grantee: grantee.clone(),
                        privileges: privileges.clone(),
                    });
                })
            }
            Change::Analyze { table, .. } => self.need_table(table).map(|_| ()),
            Change::Backfill(backfill) => self.backfill(backfill),
            Change::Together(changes) => changes.iter().try_for_each(|c| self.apply(c)),
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

    fn need_table(&mut self, name: &Name) -> Result<&mut Table, ApplyError> {
        self.table_mut(name).ok_or_else(|| missing(ObjectKind::Table, name))
    }

    fn each_partition(&mut self, table: &Name, change: impl Fn(&mut Table)) {
        let names: Vec<Name> = self.partitions_of(table).iter().map(|t| t.name.clone()).collect();
        self.tables.iter_mut().filter(|t| names.contains(&t.name)).map(Arc::make_mut).for_each(change);
    }

    fn create_index(&mut self, index: &IndexDefinition, if_not_exists: bool) -> Result<(), ApplyError> {
        let name = index.table.sibling(&index.name);
        if self.has_relation(&name) {
            return if if_not_exists { Ok(()) } else { Err(exists(ObjectKind::Index, name)) };
        }
        let t = self.need_table(&index.table)?;
        let words = |text: &str| -> Vec<String> {
            let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
            words.filter(|w| t.column(w).is_some()).map(str::to_owned).collect()
        };
        let mut reads: Vec<String> = index
            .keys
            .iter()
            .flat_map(|k| match &k.target {
                crate::IndexTarget::Column(c) => vec![c.clone()],
                crate::IndexTarget::Expression(e) => words(e),
            })
            .chain(index.include.iter().cloned())
            .chain(index.predicate.as_deref().map(words).unwrap_or_default())
            .collect();
        reads.sort();
        reads.dedup();
        t.indexes.push(Index {
            definition: index.clone(),
            primary: false,
            constraint: None,
            valid: true,
            part_of: None,
            reads,
            bytes: None,
            scans: None,
            printed: None,
        });
        Ok(())
    }

    fn drop_index(&mut self, name: &Name, if_exists: bool) -> Result<(), ApplyError> {
        let Some((table, index)) = self.index(name) else {
            return if if_exists { Ok(()) } else { Err(missing(ObjectKind::Index, name)) };
        };
        if let Some(constraint) = &index.constraint {
            return Err(ApplyError::Needed {
                what: format!("index {name}"),
                by: format!("constraint {constraint} of {}", table.name),
            });
        }
        let table = table.name.clone();
        let t = self.need_table(&table)?;
        t.indexes.retain(|i| i.definition.name != name.name);
        self.each_partition(&table, |t| t.indexes.retain(|i| i.part_of.as_ref() != Some(&name.name)));
        Ok(())
    }

    fn create_function(&mut self, function: &FunctionDefinition) -> Result<(), ApplyError> {
        let same = |f: &Function| f.name == function.name && f.arguments.is_empty();
        if self.functions.iter().any(same) {
            return if function.or_replace {
                Ok(())
            } else {
                Err(exists(ObjectKind::Function, &function.name))
            };
        }
        self.functions.push(Function {
            name: function.name.clone(),
            arguments: String::new(),
            language: "plpgsql".to_owned(),
            volatility: "volatile".to_owned(),
            inlined: None,
            statements: None,
            mentions: Vec::new(),
        });
        Ok(())
    }

    fn create_trigger(&mut self, trigger: &TriggerDefinition) -> Result<(), ApplyError> {
        let t = self.need_table(&trigger.table)?;
        if t.triggers.iter().any(|g| g.name == trigger.name) {
            return Err(exists(ObjectKind::Trigger, &trigger.name));
        }
        let made = Trigger {
            name: trigger.name.clone(),
            function: trigger.function.clone(),
            before: trigger.before,
            per_row: trigger.per_row,
            events: trigger.events.clone(),
            columns: Vec::new(),
            enabled: "origin".to_owned(),
            definition: None,
        };
        t.triggers.push(made.clone());
        // A row trigger on a partitioned table is cloned to its partitions.
        if trigger.per_row {
            self.each_partition(&trigger.table, |t| t.triggers.push(made.clone()));
        }
        Ok(())
    }
}
