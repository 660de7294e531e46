//! What stands against a table's becoming a partition, and what would be needed.

use altimeter_catalog::{Constraint, ConstraintKind, Persistence, TableKind};

use super::Layout;
use crate::plan::PlanError;
use crate::recipe::refuse;

impl Layout<'_> {
    /// # Errors
    /// With the first thing that stands against it.
    pub(super) fn refuse_obstacles(&self) -> Result<(), PlanError> {
        self.refuse_kind()?;
        self.refuse_what_reads_it()?;
        self.refuse_constraints()?;
        self.refuse_published()?;
        self.refuse_what_cannot_be_made_again()?;
        if self.copied { self.refuse_copying() } else { Ok(()) }
    }

    fn refuse_kind(&self) -> Result<(), PlanError> {
        let (table, name) = (self.table, &self.table.name);
        if table.kind == TableKind::PartitionedTable {
            let key = table.partition_key.clone().unwrap_or_default();
            return Err(refuse(format!("{name} is partitioned already, by {key}"), ""));
        }
        if table.partition_of.is_some() {
            return Err(refuse(
                format!("{name} is a partition itself"),
                "a plan for partitions of partitions is not made yet",
            ));
        }
        let heirs = self.context.catalog.heirs_of(name).next();
        if !table.inherits.is_empty() || heirs.is_some() || table.of_type.is_some() {
            return Err(refuse(
                format!(
                    "{name} has to do with inheritance or is of a type: such a table cannot be a partition"
                ),
                "end the inheritance first: ALTER TABLE … NO INHERIT, or NOT OF",
            ));
        }
        if table.persistence != Persistence::Permanent || table.access_method.is_some() {
            return Err(refuse(
                format!(
                    "{name} is unlogged, temporary or of another access method: its partitions would not be"
                ),
                "ALTER TABLE … SET LOGGED first",
            ));
        }
        if self.table.column(self.column).is_some_and(|c| c.generated.is_some()) {
            return Err(refuse(
                format!("{} is a generated column, which no partition key may be", self.column),
                "partition by a plain column",
            ));
        }
        Ok(())
    }

    /// All that is bound to the table itself, not to its name, would stay with the first partition.
    fn refuse_what_reads_it(&self) -> Result<(), PlanError> {
        let (catalog, name) = (self.context.catalog, &self.table.name);
        let with = if self.copied { "the old table" } else { "the first partition" };
        let stays = |what: &str, names: Vec<String>, instead: &str| match names.is_empty() {
            true => Ok(()),
            false => Err(refuse(
                format!(
                    "{what} {}: bound to the table itself, not to its name, they would stay with {with}",
                    names.join(", ")
                ),
                instead,
            )),
        };
        let others =
            |(from, _): &(&altimeter_catalog::Table, &Constraint)| !self.copied && from.name != *name;
        let keys = catalog.referencing(name).into_iter().filter(others);
        let keys = keys.map(|(from, key)| format!("{} of {}", key.name, from.name)).collect();
        stays(
            &format!("{name} is referenced by the foreign keys"),
            keys,
            "drop those foreign keys first (a plan can be made for each). To add them again they need a column for the \
             partition key, because only the whole key is unique afterwards",
        )?;
        let functions = catalog.functions.iter().filter(|f| f.needs.iter().any(|d| &d.on == name));
        stays(
            &format!("{name} is read by the functions"),
            functions.map(|f| f.name.to_string()).collect(),
            "their bodies are kept parsed (BEGIN ATOMIC): give them bodies in quotes first, which are read anew at each call",
        )?;
        // The catalog has what a policy reads of other tables only.
        let speaks_of_it = |p: &altimeter_catalog::Policy| {
            let text = p.definition.iter().flat_map(|d| d.using.iter().chain(&d.check));
            let in_word = |c: char| c.is_alphanumeric() || c == '_';
            let odd = !name.name.chars().all(in_word);
            text.into_iter()
                .any(|t| t.split(|c| !in_word(c)).any(|w| w == name.name) || odd && t.contains(&name.name))
        };
        let own = self.table.policies.iter().filter(|p| speaks_of_it(p));
        stays(
            &format!("{name} is read by its own policies"),
            own.map(|p| p.name.clone()).collect(),
            "drop them first and make them again afterwards",
        )?;
        stays(
            &format!("{name} has the rules"),
            self.table.rules.iter().map(|r| r.name.clone()).collect(),
            "drop the rules first",
        )?;
        let composite = format!("{}", name);
        let typed = catalog
            .tables
            .iter()
            .filter(|t| t.columns.iter().any(|c| is_row_of(&c.type_name, &composite, &name.name)));
        stays(
            &format!("the rows of {name} are the type of columns in"),
            typed.map(|t| t.name.to_string()).collect(),
            "give those columns a type of their own first",
        )?;
        let of_row = |printed: &str| is_row_of(printed, &composite, &name.name);
        let routines = catalog
            .functions
            .iter()
            .filter(|f| f.arguments.split(", ").any(of_row) || f.returns.iter().any(|r| of_row(r)));
        stays(
            &format!("the rows of {name} are arguments or results of"),
            routines.map(|f| format!("{}({})", f.name, f.arguments)).collect(),
            "drop those functions first and make them again afterwards",
        )
    }

    fn refuse_constraints(&self) -> Result<(), PlanError> {
        let name = &self.table.name;
        let find = |wanted: &dyn Fn(&Constraint) -> bool| self.table.constraints.iter().find(|c| wanted(c));
        if let Some(c) =
            find(&|c| c.kind == ConstraintKind::Exclusion || c.definition.contains("WITHOUT OVERLAPS"))
        {
            return Err(refuse(
                format!(
                    "{} of {name} excludes rows by more than equality, which holds in no two partitions",
                    c.name
                ),
                "drop it first",
            ));
        }
        if let Some(c) = find(&|c| !c.validated) {
            return Err(refuse(
                format!(
                    "{} of {name} is NOT VALID: a partition must have all its parent's constraints proved",
                    c.name
                ),
                format!("validate it first: validate constraint {} on {name}", c.name),
            ));
        }
        if let Some(c) =
            find(&|c| c.no_inherit && matches!(c.kind, ConstraintKind::Check | ConstraintKind::NotNull))
        {
            return Err(refuse(
                format!(
                    "{} of {name} is NO INHERIT, which a partitioned table's constraint cannot be",
                    c.name
                ),
                "make it again without NO INHERIT first",
            ));
        }
        if let Some(c) = find(&|c| c.kind == ConstraintKind::Trigger) {
            return Err(refuse(
                format!("{name} has the constraint trigger {}: a plan with one is not made yet", c.name),
                "drop it first and make it again afterwards",
            ));
        }
        let to_itself = |c: &Constraint| c.foreign.as_ref().is_some_and(|f| &f.table == name);
        if let Some(c) = find(&to_itself).filter(|_| !self.copied) {
            return Err(refuse(
                format!(
                    "{} of {name} references the table itself: it would stay with the first partition",
                    c.name
                ),
                "drop it first; or have every row copied (--prefer copy), which works from version 18 on where it references \
                 the partition key",
            ));
        }
        Ok(())
    }

    fn refuse_what_cannot_be_made_again(&self) -> Result<(), PlanError> {
        let (table, name) = (self.table, &self.table.name);
        let names = |all: Vec<&String>| all.into_iter().cloned().collect::<Vec<_>>().join(", ");
        let unknown: Vec<&String> =
            table.policies.iter().filter(|p| p.definition.is_none()).map(|p| &p.name).collect();
        if !unknown.is_empty() {
            return Err(refuse(
                format!("what the policies {} of {name} demand is not known", names(unknown)),
                "inspect the database again with this version of Altimeter, when no schema change is under way",
            ));
        }
        let odd = |t: &&altimeter_catalog::Trigger| {
            let transition = t.definition.as_ref().is_none_or(|d| d.contains(" REFERENCING "));
            t.enabled != "origin" || transition && t.per_row
        };
        if let Some(trigger) = table.triggers.iter().find(odd) {
            return Err(refuse(
                format!(
                    "the trigger {} of {name} is disabled, fires on replicas, reads transition tables, or its text is not \
                     known: a partitioned table cannot have it like that",
                    trigger.name
                ),
                "drop it first, or make it plain",
            ));
        }
        if self.counts_unknown() {
            return Err(refuse(
                format!("how the identity column of {name} counts could not be read"),
                "let the role that makes the plan read its sequence",
            ));
        }
        if table.replica_identity.starts_with("using index ") {
            return Err(refuse(
                format!("the replica identity of {name} is an index: the partitions ahead would have none"),
                format!("set it to the primary key first: ALTER TABLE {name} REPLICA IDENTITY DEFAULT"),
            ));
        }
        let taken = self.names().into_iter().find(|n| self.context.catalog.has_relation(n));
        match taken {
            Some(taken) => Err(refuse(
                format!("there is a relation {taken} already"),
                "rename it, or finish the earlier plan",
            )),
            None => Ok(()),
        }
    }
}

/// Whether a type is that of a table's rows, or an array of it.
fn is_row_of(type_name: &str, full: &str, bare: &str) -> bool {
    let type_name = type_name.trim().trim_end_matches("[]");
    let type_name = type_name.rsplit(' ').next().unwrap_or(type_name);
    type_name == full || type_name == bare
}
