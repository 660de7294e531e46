//! What an `ALTER TABLE` changes about a table as a whole.

use super::{ApplyError, ObjectKind, missing, refused};
use crate::{Catalog, ConstraintKind, Name, Persistence, Table, TableAction, TableKind};

impl Catalog {
    pub(super) fn alter_whole(
        &mut self,
        table: &Name,
        action: &TableAction,
        recurse: bool,
    ) -> Result<(), ApplyError> {
        let Some(t) = self.table_mut(table) else {
            if let (Some(view), TableAction::Owner(role)) = (self.views.get_mut(table), action) {
                view.owner = Some(role.clone());
            }
            // Of a view only the owner, of an index or a sequence nothing that can be said here is kept.
            return if self.has_relation(table) { Ok(()) } else { Err(missing(ObjectKind::Table, table)) };
        };
        match action {
            TableAction::RenameConstraint { from, to } => self.rename_constraint(table, from, to, recurse)?,
            TableAction::AlterConstraint { name, deferrable, deferred, enforced, inherit } => {
                let found = t.constraints.iter_mut().find(|c| &c.name == name);
                let c = found.ok_or_else(|| missing(ObjectKind::Constraint, name))?;
                let wrong = match c.kind {
                    ConstraintKind::ForeignKey => inherit.is_some(),
                    ConstraintKind::NotNull => deferrable.is_some() || enforced.is_some(),
                    _ => true,
                };
                if wrong {
                    return refused(format!("constraint {name} of {table} cannot be altered in that way"));
                }
                c.deferrable = deferrable.unwrap_or(c.deferrable);
                c.deferred = deferred.unwrap_or(c.deferred);
                c.no_inherit = inherit.map_or(c.no_inherit, |i| !i);
                if let Some(enforced) = enforced {
                    c.not_enforced = !enforced;
                    c.validated = *enforced;
                }
            }
            TableAction::SetTrigger { name, enabled } => {
                // Before version 15 the triggers partitions have from their parent are the server's own affair.
                if let Some(name) = name
                    && t.partition_of.is_none()
                    && !t.triggers.iter().any(|g| &g.name == name)
                {
                    return Err(missing(ObjectKind::Trigger, name));
                }
                let of = |g: &&mut crate::Trigger| name.as_ref().is_none_or(|n| n == &g.name);
                t.triggers.iter_mut().filter(of).for_each(|g| g.enabled.clone_from(enabled));
            }
            TableAction::SetRule { name } if !t.rules.iter().any(|r| &r.name == name) => {
                return refused(format!("rule {name} of {table} does not exist"));
            }
            TableAction::RowSecurity { enabled, forced } => {
                t.row_security = enabled.unwrap_or(t.row_security);
                t.row_security_forced = forced.unwrap_or(t.row_security_forced);
            }
            TableAction::ClusterOn(index) => {
                need_index(t, index)?;
                t.clustered_on = Some(index.clone());
            }
            TableAction::WithoutCluster => t.clustered_on = None,
            TableAction::AccessMethod(method) => {
                t.access_method = method.clone().filter(|m| m != "heap");
            }
            TableAction::Tablespace(name) => {
                t.tablespace = Some(name.clone()).filter(|n| n != "pg_default");
            }
            TableAction::Logged(logged) if t.kind == TableKind::Table => {
                t.persistence = if *logged { Persistence::Permanent } else { Persistence::Unlogged };
            }
            TableAction::Parameters(parameters) => {
                for (_, value) in parameters.iter().filter(|(name, _)| name == "fillfactor") {
                    t.fillfactor = value.as_ref().and_then(|v| v.parse().ok());
                }
            }
            TableAction::Inherit(parent) => self.inherit(table, parent)?,
            TableAction::NoInherit(parent) => self.no_inherit(table, parent)?,
            TableAction::OfType(name) => t.of_type = Some(name.clone()),
            TableAction::NotOf => {
                if t.of_type.take().is_none() {
                    return refused(format!("{table} is not of a type"));
                }
            }
            TableAction::Owner(role) => t.owner = Some(role.clone()),
            TableAction::ReplicaIdentity(identity) => {
                if let Some(index) = identity.strip_prefix("using index ") {
                    need_index(t, index)?;
                }
                t.replica_identity.clone_from(identity);
            }
            TableAction::SetRule { .. }
            | TableAction::Logged(_)
            | TableAction::WithoutOids
            | TableAction::ForeignOptions => {}
        }
        Ok(())
    }

    /// The child must have the parent's columns, of the same types, and its CHECKs.
    fn inherit(&mut self, table: &Name, parent: &Name) -> Result<(), ApplyError> {
        let above = self.table(parent).ok_or_else(|| missing(ObjectKind::Table, parent))?.clone();
        let t = self.table(table).ok_or_else(|| missing(ObjectKind::Table, table))?;
        if t.inherits.contains(parent) {
            return refused(format!("{table} inherits from {parent} already"));
        }
        if parent == table || self.descendants_of(table).iter().any(|d| &d.name == parent) {
            return refused(format!("{parent} is below {table} already"));
        }
        for column in &above.columns {
            match t.column(&column.name) {
                Some(own) if own.type_name != column.type_name => {
                    return refused(format!("{}.{} is of another type than {parent}'s", table, own.name));
                }
                Some(own) if column.not_null && !own.not_null => {
                    return refused(format!("{}.{} must be NOT NULL as {parent}'s is", table, own.name));
                }
                Some(_) => {}
                None => return refused(format!("{table} lacks the column {} of {parent}", column.name)),
            }
        }
        let checks = above.constraints.iter().filter(|c| c.kind == ConstraintKind::Check && !c.no_inherit);
        let names: Vec<String> = checks.map(|c| c.name.clone()).collect();
        let lacking = names.iter().find(|name| !t.constraints.iter().any(|c| &c.name == *name));
        if let Some(name) = lacking {
            return refused(format!("{table} lacks the constraint {name} of {parent}"));
        }
        let t = self.need_table(table)?;
        t.inherits.push(parent.clone());
        t.constraints.iter_mut().filter(|c| names.contains(&c.name)).for_each(|c| c.inherited = true);
        Ok(())
    }

    fn no_inherit(&mut self, table: &Name, parent: &Name) -> Result<(), ApplyError> {
        let t = self.need_table(table)?;
        if !t.inherits.contains(parent) {
            return refused(format!("{table} does not inherit from {parent}"));
        }
        t.inherits.retain(|p| p != parent);
        let t = self.table(table).ok_or_else(|| missing(ObjectKind::Table, table))?;
        let still: Vec<String> =
            self.parents_of(t).flat_map(|p| p.columns.iter().map(|c| c.name.clone())).collect();
        let checks: Vec<String> =
            self.parents_of(t).flat_map(|p| p.constraints.iter().map(|c| c.name.clone())).collect();
        let t = self.need_table(table)?;
        t.columns.iter_mut().filter(|c| !still.contains(&c.name)).for_each(|c| c.inherited = false);
        t.constraints.iter_mut().filter(|c| !checks.contains(&c.name)).for_each(|c| c.inherited = false);
        Ok(())
    }
}

fn need_index(t: &Table, index: &str) -> Result<(), ApplyError> {
    let found = t.indexes.iter().any(|i| i.definition.name == index);
    if found { Ok(()) } else { Err(missing(ObjectKind::Index, t.name.sibling(index))) }
}
