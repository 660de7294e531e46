//! Columns dropped and renamed: what goes with them, what stands in the way, and what follows.

use std::sync::Arc;

use super::{ApplyError, ObjectKind, exists, missing};
use crate::expression::rename_in;
use crate::{Catalog, IndexTarget, Name, Table};

impl Catalog {
    pub(super) fn drop_column(
        &mut self,
        table: &Name,
        column: &str,
        if_exists: bool,
        cascade: bool,
    ) -> Result<(), ApplyError> {
        let t = self.need_table(table)?;
        if t.column(column).is_none() {
            return if if_exists {
                Ok(())
            } else {
                Err(missing(ObjectKind::Column, format!("{table}.{column}")))
            };
        }
        if let Some(by) = self.needs_column(table, column).into_iter().next().filter(|_| !cascade) {
            return Err(ApplyError::Needed { what: format!("{table}.{column}"), by });
        }
        let drop = |t: &mut Table| {
            t.columns.retain(|c| c.name != column);
            t.indexes.retain(|i| !i.reads.iter().any(|c| c == column));
            t.constraints.retain(|c| !c.columns.iter().any(|c| c == column));
        };
        self.table_mut(table).map(drop);
        self.each_partition(table, drop);
        self.sequences.retain(|s| !s.owned_by.as_ref().is_some_and(|o| o.needs(table, column)));
        Ok(())
    }

    /// What would stop `DROP COLUMN` without CASCADE, in words: views, other tables' foreign keys, policies,
    /// triggers and generated columns that name the column, and its place in a partition key.
    pub fn needs_column(&self, table: &Name, column: &str) -> Vec<String> {
        let mut needed = Vec::new();
        needed.extend(
            self.views
                .iter()
                .filter(|v| v.needs.iter().any(|d| d.needs(table, column)))
                .map(|v| format!("{} {}", if v.materialized { "materialized view" } else { "view" }, v.name)),
        );
        for (from, constraint) in self.referencing(table) {
            let names = constraint.foreign.as_ref().is_some_and(|f| f.columns.iter().any(|c| c == column));
            if names && from.name != *table {
                needed.push(format!("foreign key {} of {}", constraint.name, from.name));
            }
        }
        if let Some(t) = self.table(table) {
            let names = |columns: &[String]| columns.iter().any(|c| c == column);
            needed.extend(
                t.policies.iter().filter(|p| names(&p.columns)).map(|p| format!("policy {}", p.name)),
            );
            needed.extend(
                t.triggers.iter().filter(|g| names(&g.columns)).map(|g| format!("trigger {}", g.name)),
            );
            if names(&t.partition_columns) {
                needed.push(format!("the partition key of {}", t.name));
            }
            let word = |e: &str| e.split(|c: char| !c.is_alphanumeric() && c != '_').any(|w| w == column);
            needed.extend(
                t.columns
                    .iter()
                    .filter(|c| c.name != column && c.generated.as_ref().is_some_and(|g| word(&g.expression)))
                    .map(|c| format!("generated column {}", c.name)),
            );
        }
        needed
    }

    pub(super) fn rename_column(&mut self, table: &Name, from: &str, to: &str) -> Result<(), ApplyError> {
        let t = self.need_table(table)?;
        if t.column(to).is_some() {
            return Err(exists(ObjectKind::Column, format!("{table}.{to}")));
        }
        if t.column(from).is_none() {
            return Err(missing(ObjectKind::Column, format!("{table}.{from}")));
        }
        let swap = |names: &mut Vec<String>| {
            names.iter_mut().filter(|n| *n == from).for_each(|n| *n = to.to_owned())
        };
        let in_text = |text: &mut String| *text = rename_in(text, from, to);
        let rename = |t: &mut Table| {
            for column in &mut t.columns {
                column.generated.iter_mut().for_each(|g| in_text(&mut g.expression));
                if column.name == from {
                    column.name = to.to_owned();
                }
            }
            for index in &mut t.indexes {
                swap(&mut index.reads);
                index.reads.sort();
                swap(&mut index.definition.include);
                index.definition.predicate.iter_mut().for_each(in_text);
                for key in &mut index.definition.keys {
                    match &mut key.target {
                        IndexTarget::Column(column) if column == from => *column = to.to_owned(),
                        IndexTarget::Column(_) => {}
                        IndexTarget::Expression(expression) => in_text(expression),
                    }
                }
            }
            for constraint in &mut t.constraints {
                swap(&mut constraint.columns);
                // A foreign key's definition names the other side's columns too, which this does not rename.
                if constraint.foreign.is_none() {
                    in_text(&mut constraint.definition);
                }
            }
            t.triggers.iter_mut().for_each(|g| swap(&mut g.columns));
            t.policies.iter_mut().for_each(|p| swap(&mut p.columns));
            swap(&mut t.partition_columns);
        };
        self.table_mut(table).map(rename);
        self.each_partition(table, rename);
        let follow = |d: &mut crate::Dependency| {
            if &d.on == table {
                swap(&mut d.columns);
            }
        };
        self.views.iter_mut().flat_map(|v| &mut v.needs).for_each(follow);
        self.publications.iter_mut().flat_map(|p| &mut p.tables).for_each(follow);
        self.sequences.iter_mut().filter_map(|s| s.owned_by.as_mut()).for_each(follow);
        let references = |t: &Arc<Table>| {
            t.constraints.iter().any(|c| c.foreign.as_ref().is_some_and(|f| &f.table == table))
        };
        for other in self.tables.iter_mut().filter(|t| references(t)) {
            let foreign = Arc::make_mut(other).constraints.iter_mut().filter_map(|c| c.foreign.as_mut());
            foreign.filter(|f| &f.table == table).for_each(|f| swap(&mut f.columns));
        }
        Ok(())
    }
}
