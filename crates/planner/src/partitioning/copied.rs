//! A table whose rows are copied into a partitioned one: what keeps the two in step, the foreign keys that change over,
//! and the plain statements.

use altimeter_catalog::{
    Change, Check, Constraint, ConstraintDefinition, CopyRows, DropTarget, FunctionBody, FunctionDefinition,
    Identity, LockMode, Maintenance, Mirror, Name, ObjectChange, RelationWord, Table, Target,
    TriggerDefinition,
};

use super::{Layout, Sequence};
use crate::comments;
use crate::dependants::Dependants;
use crate::plan::PlanError;
use crate::recipe::{batch_of, refuse};

/// The triggers that keep one of the two tables in step with the other, and their function.
pub(crate) struct Mirrors {
    from: Name,
    function: Name,
    /// The trigger for rows has the function's name; this is the one for `TRUNCATE`.
    of_all: String,
    mirror: Mirror,
}

impl Mirrors {
    /// The function. It speaks of both tables by the names they have while it is called.
    pub(crate) fn create_function(&self) -> Change {
        Change::CreateFunction(FunctionDefinition {
            name: self.function.clone(),
            body: FunctionBody::Mirror(self.mirror.clone()),
            or_replace: false,
        })
    }

    pub(crate) fn drop_function(&self) -> Change {
        Change::DropFunction { name: self.function.clone(), if_exists: true }
    }

    fn triggers(&self) -> [TriggerDefinition; 2] {
        let rows = TriggerDefinition {
            name: self.function.name.clone(),
            table: self.from.clone(),
            function: self.function.clone(),
            per_row: true,
            events: ["INSERT", "UPDATE", "DELETE"].map(str::to_owned).to_vec(),
            ..TriggerDefinition::default()
        };
        let all = TriggerDefinition {
            name: self.of_all.clone(),
            per_row: false,
            events: vec!["TRUNCATE".to_owned()],
            ..rows.clone()
        };
        [rows, all]
    }

    pub(crate) fn create_triggers(&self) -> Vec<Change> {
        self.triggers().map(Change::CreateTrigger).to_vec()
    }

    pub(crate) fn drop_triggers(&self, if_exists: bool) -> Vec<Change> {
        let drop =
            |t: TriggerDefinition| Change::DropTrigger { table: self.from.clone(), name: t.name, if_exists };
        self.triggers().map(drop).to_vec()
    }

    /// That they fire.
    pub(crate) fn enabled(&self) -> Vec<Check> {
        let one = |t: TriggerDefinition| Check::TriggerEnabled { table: self.from.clone(), trigger: t.name };
        self.triggers().map(one).to_vec()
    }
}

impl<'a> Layout<'a> {
    /// Columns that are copied: generated ones are generated again.
    fn copied_columns(&self) -> Vec<String> {
        self.table.columns.iter().filter(|c| c.generated.is_none()).map(|c| c.name.clone()).collect()
    }

    /// The key by which rows of both are found: unique and never NULL in both, and checked at once, which `ON CONFLICT`
    /// needs (manual, `INSERT`, "conflict_target").
    pub(crate) fn found_by(&self) -> Result<Vec<String>, PlanError> {
        let deferrable = |index: &altimeter_catalog::Index| {
            let constraint =
                self.table.constraints.iter().find(|c| Some(&c.name) == index.constraint.as_ref());
            constraint.is_some_and(|c| c.deferrable)
        };
        let not_null = |c: &String| c == self.column || self.table.column(c).is_some_and(|c| c.not_null);
        let usable = |i: &&altimeter_catalog::Index| {
            i.valid
                && i.definition.unique
                && i.definition.predicate.is_none()
                && !deferrable(i)
                && i.definition.columns().is_some_and(|all| all.iter().all(not_null))
        };
        let rank =
            |i: &&altimeter_catalog::Index| (!i.primary, i.definition.keys.len(), i.definition.name.clone());
        let found = self.table.indexes.iter().filter(usable).min_by_key(rank);
        let key = found.and_then(|i| i.definition.columns()).map(|mut key| {
            if !key.iter().any(|c| c == self.column) {
                key.push(self.column.to_owned());
            }
            key
        });
        key.ok_or_else(|| {
            refuse(
                format!("{} has no key by which a row and its copy could be found", self.table.name),
                "add a primary key, or a unique index over NOT NULL columns that is not deferrable",
            )
        })
    }

    fn mirrors(&self, (from, into): (&Name, &Name), label: &str) -> Result<Mirrors, PlanError> {
        let own = &self.table.name;
        let fixed = self.table.columns.iter().filter(|c| c.identity == Some(Identity::Always));
        // Behind the names of others: AFTER triggers fire in the order of their names.
        let named = |more: &str| self.context.name(&format!("zz_altimeter_{}_{label}{more}", own.name));
        Ok(Mirrors {
            from: from.clone(),
            function: own.sibling(named("")),
            of_all: named("_all"),
            mirror: Mirror {
                from: from.clone(),
                into: into.clone(),
                columns: self.copied_columns(),
                fixed: fixed.map(|c| c.name.clone()).collect(),
                key: self.found_by()?,
            },
        })
    }

    /// What keeps the partitioned table in step while it is beside.
    pub(crate) fn forth(&self) -> Result<Mirrors, PlanError> {
        self.mirrors((&self.table.name, &self.beside), "forth")
    }

    /// What keeps the old table in step once the partitioned one has its name.
    pub(crate) fn back(&self) -> Result<Mirrors, PlanError> {
        self.mirrors((&self.table.name, &self.first), "back")
    }

    /// Copying the rows there are.
    pub(crate) fn copy_rows(&self) -> Result<CopyRows, PlanError> {
        self.copy_rows_into(&self.beside)
    }

    /// The same into a table of that name.
    pub(crate) fn copy_rows_into(&self, into: &Name) -> Result<CopyRows, PlanError> {
        let (batch_rows, pause_ms) = batch_of(self.table);
        Ok(CopyRows {
            from: self.table.name.clone(),
            into: into.clone(),
            columns: self.copied_columns(),
            key: self.found_by()?,
            batch_rows,
            pause_ms,
        })
    }

    /// That the table and another hold the same rows.
    pub(crate) fn same_rows(&self, copy: &Name) -> Result<Check, PlanError> {
        let stored = self.table.columns.iter().filter(|c| c.generated.as_ref().is_none_or(|g| g.stored));
        Ok(Check::SameRows {
            table: self.table.name.clone(),
            copy: copy.clone(),
            key: self.found_by()?,
            columns: stored.map(|c| c.name.clone()).collect(),
            copy_key: Vec::new(),
        })
    }

    /// Foreign keys that reference this table, of others and of its own: rows reach the copy in another order, so that
    /// whichever is the copy has none of its own.
    pub(crate) fn references(&self) -> Vec<(&'a Table, &'a Constraint)> {
        let all = self.context.catalog.referencing(&self.table.name);
        all.into_iter().filter(|(_, c)| !c.inherited).collect()
    }

    pub(crate) fn drop_references(&self) -> Vec<Change> {
        let gone = |(from, key): (&Table, &Constraint)| Change::DropConstraint {
            table: from.name.clone(),
            name: key.name.clone(),
            if_exists: false,
            cascade: false,
        };
        self.references().into_iter().map(gone).collect()
    }

    /// The foreign keys on whatever bears the name now, for new rows at once.
    pub(crate) fn make_references(&self, not_valid: bool) -> Vec<Change> {
        let made = |(from, key): (&Table, &Constraint)| {
            let definition = self.context.definition_of(from, key);
            Change::AddConstraint {
                table: from.name.clone(),
                constraint: ConstraintDefinition {
                    not_valid: definition.not_valid || not_valid && !key.not_enforced,
                    ..definition
                },
            }
        };
        self.references().into_iter().map(made).collect()
    }

    /// And for old rows, with nobody waiting.
    pub(crate) fn validate_references(&self) -> Vec<Change> {
        let validated = self.references().into_iter().filter(|(_, key)| key.validated && !key.not_enforced);
        validated
            .map(|(from, key)| Change::ValidateConstraint {
                table: from.name.clone(),
                name: key.name.clone(),
            })
            .collect()
    }

    /// What bears names of its own beside the table: from one name to another, for each.
    pub(crate) fn renamed(&self, from: &dyn Fn(&str) -> String, to: &dyn Fn(&str) -> String) -> Vec<Change> {
        let own = &self.table.name;
        let indexes = self.indexes().map(|i| {
            let name = &i.definition.name;
            Change::rename_relation(RelationWord::Index, &own.sibling(from(name)), to(name))
        });
        let statistics = self.table.statistics.iter().map(|s| {
            let (from, to) = (own.sibling(from(&s.name.name)), own.sibling(to(&s.name.name)));
            Change::Object(ObjectChange::RenameStatistics { from, to })
        });
        indexes.chain(statistics).collect()
    }

    /// Dropping the old table, once nothing follows it.
    pub(crate) fn drop_old(&self) -> Change {
        Change::drop_one(DropTarget::Relation { word: RelationWord::Table, name: self.first.clone() }, false)
    }

    /// The plain way, with the applications stopped: everything is copied in one statement.
    pub(super) fn copied_plainly(&self) -> Result<Vec<Change>, PlanError> {
        let (name, old) = (&self.table.name, &self.first);
        let mut all = Sequence::on(self.context.catalog);
        let dependants = Dependants::of_table_at_once(self.context, name)?;
        all.extend(dependants.dropped())?;
        if self.table.column(self.column).is_some_and(|c| !c.not_null) {
            all.push(Change::SetNotNull { table: name.clone(), column: self.column.to_owned() })?;
        }
        all.extend(self.drop_references())?;
        all.extend(self.unpublish(name))?;
        all.push(Change::rename_relation(RelationWord::Table, name, &old.name))?;
        all.extend(self.renamed(&str::to_owned, &|own| self.index_of_first(own)))?;
        let names = |own: &str| (self.index_of_first(own), own.to_owned());
        self.make_parent(&mut all, (old, name), &names)?;
        let moved = self.context.engine.rows_moved(&all.schema, old, name);
        all.push(moved.ok_or_else(|| refuse(format!("the rows of {name} cannot be copied"), ""))?)?;
        let triggers = self.make_triggers(&all.schema, name)?;
        all.extend(triggers)?;
        self.comment(&mut all, name, &names)?;
        let handed = self.hand_over(&all.schema, old, name);
        if !handed.is_empty() {
            all.push(Change::Together(handed))?;
        }
        all.extend(self.send_via_root())?;
        all.extend(self.publish(name))?;
        all.push(self.drop_old())?;
        all.extend(self.make_references(false))?;
        all.extend(dependants.made_again())?;
        let lost = comments::lost(self.context.catalog, &all.schema, &all.changes, &self.concerned());
        all.extend(lost)?;
        Ok(all.changes)
    }

    /// The table, those that reference it, and materialized views over it.
    pub(super) fn concerned(&self) -> Vec<Name> {
        let referencing = self.references().into_iter().map(|(from, _)| from.name.clone());
        let materialized = self.materialized.iter().map(|view| view.name().clone());
        std::iter::once(self.table.name.clone()).chain(referencing).chain(materialized).collect()
    }
}

impl Layout<'_> {
    /// What stands against a copy beside what stands against any partitioning.
    ///
    /// # Errors
    /// With the first such thing.
    pub(super) fn refuse_copying(&self) -> Result<(), PlanError> {
        let (catalog, name) = (self.context.catalog, &self.table.name);
        self.found_by()?;
        if self.table.row_security_forced && !catalog.server.superuser {
            return Err(refuse(
                format!(
                    "row security of {name} holds for its owner too (FORCE), so a copy could lack rows that {} does not see",
                    catalog.server.user
                ),
                "make and run the plan as a superuser, whom row security does not bind",
            ));
        }
        if let Some(statistics) = self.table.statistics.iter().find(|s| s.definition.is_none()) {
            return Err(refuse(
                format!("what the extended statistics {} are over is not known", statistics.name),
                "inspect the database again with this version of Altimeter",
            ));
        }
        for (from, key) in self.references() {
            let columns = key.foreign.as_ref().map(|f| f.columns.as_slice()).unwrap_or_default();
            if !columns.iter().any(|c| c == self.column) {
                return Err(refuse(
                    format!(
                        "{} of {} references {name} ({}), which is unique only together with {} once {name} is partitioned by it",
                        key.name,
                        from.name,
                        columns.join(", "),
                        self.column
                    ),
                    format!(
                        "partition by a column of that key; or give {} a column for {} and a foreign key with it first",
                        from.name, self.column
                    ),
                ));
            }
            let of_partitioned = match from.name == *name {
                true => format!("{} of {name} references the table itself", key.name),
                false if from.partition_key.is_some() => {
                    format!("{} of the partitioned table {} references {name}", key.name, from.name)
                }
                false => continue,
            };
            if catalog.server.major() < 18 && !key.not_enforced {
                return Err(refuse(
                    of_partitioned,
                    "before version 18 a partitioned table gets no foreign key without all its rows being read under a lock: \
                     drop it first (a plan can be made), and add it again afterwards",
                ));
            }
        }
        Ok(())
    }
}

/// Locks on whole tables, those before their partitions. Dropping a trigger of a partitioned table would lock the
/// partitions before the table, and statements that come from above would wait for it while it waits for them (measured
/// on 18: a deadlock once in some thousand statements).
pub(crate) fn locked(tables: &[&Name]) -> Change {
    Change::Maintain(Maintenance::Lock {
        relations: tables.iter().map(|name| Target { name: (*name).clone(), only: false }).collect(),
        mode: LockMode::AccessExclusive,
        nowait: false,
    })
}

/// Taking a relation's rows away.
pub(crate) fn truncated(table: &Name) -> Change {
    Change::Maintain(Maintenance::Truncate {
        tables: vec![Target { name: table.clone(), only: false }],
        restart_identity: false,
        cascade: false,
    })
}

/// Dropping the partitioned table while it is beside.
pub(crate) fn drop_beside(table: &Name) -> Change {
    Change::drop_one(DropTarget::Relation { word: RelationWord::Table, name: table.clone() }, true)
}
