//! NOT NULL: set, dropped, and named where it is a constraint.

use super::{ApplyError, refused};
use crate::expression::written;
use crate::{Catalog, Constraint, ConstraintDefinition, ConstraintKind, Index, Name, NameParts, Table};

impl Catalog {
    pub(super) fn set_not_null(
        &mut self,
        table: &Name,
        column: &str,
        recurse: bool,
    ) -> Result<(), ApplyError> {
        self.need_column(table, column)?;
        let partitioned = self.table(table).is_some_and(|t| t.partition_key.is_some());
        let below = self.heirs_of(table).any(|t| t.column(column).is_some_and(|c| !c.not_null));
        if !recurse && partitioned && below {
            return refused(format!("NOT NULL must be set in the partitions of {table}, too"));
        }
        for name in self.with_heirs(table, recurse) {
            self.each(std::slice::from_ref(&name), |t| {
                t.column_mut(column).into_iter().for_each(|c| c.not_null = true);
                let same = |c: &&mut Constraint| {
                    c.kind == ConstraintKind::NotNull && c.columns.iter().any(|c| c == column)
                };
                t.constraints.iter_mut().filter(same).for_each(Constraint::prove);
            });
            self.name_not_null(&name, column);
        }
        Ok(())
    }

    /// Gives the NOT NULL of a column the name the server chooses, where it keeps one.
    pub(in crate::apply) fn name_not_null(&mut self, table: &Name, column: &str) {
        let Some(t) = self.table(table).filter(|_| self.server.names_not_null()) else { return };
        let same =
            |c: &Constraint| c.kind == ConstraintKind::NotNull && c.columns.iter().any(|c| c == column);
        if t.constraints.iter().any(same) {
            return;
        }
        let above = self
            .parents_of(t)
            .find_map(|p| p.constraints.iter().find(|c| same(c) && !c.no_inherit).map(|c| c.name.clone()));
        let parts = NameParts { table: &table.name, columns: column, label: "not_null" };
        let inherited = above.is_some();
        let name = above.unwrap_or_else(|| self.default_constraint_name(&table.schema, parts, &[]));
        let definition = ConstraintDefinition {
            name: Some(name),
            columns: vec![column.to_owned()],
            ..ConstraintDefinition::new(ConstraintKind::NotNull, format!("NOT NULL {}", written(column)))
        };
        self.table_mut(table).into_iter().for_each(|t| t.take_constraint(&definition, inherited));
    }

    pub(super) fn drop_not_null(
        &mut self,
        table: &Name,
        column: &str,
        recurse: bool,
    ) -> Result<(), ApplyError> {
        self.need_column(table, column)?;
        let Some(t) = self.table(table) else { return Ok(()) };
        if let Some(reason) = self.must_stay_not_null(t, column) {
            return refused(reason);
        }
        let all_or_none = t.partition_key.is_some() && !self.server.names_not_null();
        if !recurse && all_or_none && self.heirs_of(table).next().is_some() {
            return refused(format!("NOT NULL cannot be dropped of {table} and kept by its partitions"));
        }
        self.each(&self.with_heirs(table, recurse), |t| {
            t.column_mut(column).into_iter().for_each(|c| c.not_null = false);
            t.constraints
                .retain(|c| c.kind != ConstraintKind::NotNull || !c.columns.iter().any(|c| c == column));
        });
        Ok(())
    }

    /// Why a column cannot be made nullable.
    pub(super) fn must_stay_not_null(&self, t: &Table, column: &str) -> Option<String> {
        let table = &t.name;
        let has = |i: &Index| i.definition.columns().is_some_and(|c| c.iter().any(|c| c == column));
        let identifying = t.replica_identity.strip_prefix("using index ");
        let above = |p: &Table| {
            (t.partition_of.is_some() || self.server.names_not_null())
                && p.column(column).is_some_and(|c| c.not_null)
        };
        if t.column(column).is_some_and(|c| c.identity.is_some()) {
            Some(format!("{column} of {table} is an identity column: it stays NOT NULL"))
        } else if t.indexes.iter().any(|i| i.primary && has(i)) {
            Some(format!("{column} is in the primary key of {table}: it stays NOT NULL"))
        } else if t.indexes.iter().any(|i| Some(i.definition.name.as_str()) == identifying && has(i)) {
            Some(format!("{column} is in the replica identity of {table}: it stays NOT NULL"))
        } else if self.parents_of(t).any(above) {
            Some(format!("{column} of {table} is NOT NULL from above, and can be changed there only"))
        } else {
            None
        }
    }
}
