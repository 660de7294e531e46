//! A column that takes another's place: what hangs on the one is made on the other first, without anybody waiting, and
//! in one short transaction the two change names and roles.
//!
//! The one that is written bears the name; the other follows it by a trigger and demands nothing, so that no writer is
//! ever refused on its account. Going back is the same thing in the other direction.

use altimeter_catalog::{
    Catalog, Change, Column, ColumnAction, Constraint, ConstraintDefinition, ConstraintKind, Dependency,
    DropTarget, ExtendedStatistics, Follow, FunctionBody, FunctionDefinition, Index, IndexDefinition,
    IndexKey, IndexTarget, Name, NameParts, ObjectChange, RelationChange, RelationWord, Sequence,
    SequenceAction, SequenceOptions, StatisticsDefinition, Table, TableAction, TriggerDefinition,
};

use crate::dependants::Dependants;
use crate::plan::PlanError;
use crate::recipe::{RecipeContext, grants_of, refuse};

/// One of the two columns while both are there, as it stands behind the one that is written.
#[derive(Clone, Debug)]
pub(crate) struct Follower {
    /// The name it bears while it follows.
    pub(crate) name: String,
    /// The column, under its final name, with type, NOT NULL, default, privileges.
    pub(crate) column: Column,
    /// What it follows with, as SQL over the name that is written.
    pub(crate) value: String,
    /// Some values cannot be had.
    pub(crate) may_fail: bool,
    /// What its own indexes and constraints are called while it follows, behind `altimeter_` and their final names.
    pub(crate) suffix: &'static str,
}

/// A column of a table, and the two that bear its name one after the other.
pub(crate) struct StandIn<'a> {
    pub(crate) context: &'a RecipeContext<'a>,
    /// The table as the catalog has it.
    pub(crate) table: &'a Table,
    /// The name both bear in their time.
    pub(crate) name: &'a str,
    /// What reads the one that bears the name: made again when the two change places.
    pub(crate) dependants: Dependants,
}

impl StandIn<'_> {
    fn own(&self) -> Name {
        self.table.name.clone()
    }

    fn aside(&self, name: &str, of: &Follower) -> String {
        self.context.name(&format!("altimeter_{name}{}", of.suffix))
    }

    /// The expression over the column, over another name.
    fn over(&self, text: &str, name: &str) -> String {
        self.context.engine.replace_column(text, self.name, name)
    }

    /// A name as it stands in SQL.
    pub(crate) fn quoted(&self, name: &str) -> String {
        self.context.engine.replace_column("x", "x", name)
    }

    // The column and the trigger that fills it.

    /// The follower, nullable and empty, with its privileges, comment and settings.
    pub(crate) fn add(&self, it: &Follower) -> Vec<Change> {
        let column = Column {
            name: it.name.clone(),
            not_null: false,
            default: None,
            identity: None,
            grants: Vec::new(),
            statistics: None,
            ..it.column.clone()
        };
        let mut changes = vec![Change::AddColumn { table: self.own(), column, if_not_exists: false }];
        changes.extend(grants_of(&it.column, &self.table.name, &it.name));
        changes.extend(self.context.engine.column_settings(&self.table.name, &it.column, &it.name));
        changes
    }

    /// Dropping the follower, and with it its indexes.
    pub(crate) fn drop(&self, it: &Follower, if_exists: bool) -> Change {
        Change::DropColumn { table: self.own(), column: it.name.clone(), if_exists, cascade: false }
    }

    /// The trigger; it fires behind all others, which may change what is written.
    ///
    /// # Errors
    /// Where another trigger has a name behind any this could have: BEFORE triggers fire in the order of their names,
    /// byte by byte (manual, "Overview of Trigger Behavior").
    pub(crate) fn trigger(&self, it: &Follower) -> Result<TriggerDefinition, PlanError> {
        let stem = format!("altimeter_{}_{}_follows", self.table.name.name, it.name);
        last_trigger(self.context, self.table, self.name, &stem)
    }

    /// The trigger's function.
    pub(crate) fn create_function(&self, it: &Follower) -> Result<Change, PlanError> {
        Ok(Change::CreateFunction(FunctionDefinition {
            name: self.trigger(it)?.function,
            body: FunctionBody::Follow(Follow {
                leader: self.name.to_owned(),
                follower: it.name.clone(),
                value: it.value.clone(),
                may_fail: it.may_fail,
            }),
            or_replace: false,
        }))
    }

    /// Dropping the trigger's function.
    pub(crate) fn drop_function(&self, it: &Follower, if_exists: bool) -> Result<Change, PlanError> {
        Ok(Change::DropFunction { name: self.trigger(it)?.function, if_exists })
    }

    /// Dropping the trigger.
    pub(crate) fn drop_trigger(&self, it: &Follower, if_exists: bool) -> Result<Change, PlanError> {
        Ok(Change::DropTrigger { table: self.own(), name: self.trigger(it)?.name, if_exists })
    }

    // What hangs on the column.

    fn indexes(&self) -> impl Iterator<Item = &Index> {
        self.table.indexes.iter().filter(|i| i.reads.iter().any(|c| c == self.name))
    }

    /// Indexes that cannot make a write fail: those a follower may keep.
    fn is_harmless(index: &Index) -> bool {
        let plain = |k: &IndexKey| matches!(k.target, IndexTarget::Column(_));
        index.constraint.is_none() && !index.definition.unique && index.definition.keys.iter().all(plain)
    }

    fn constraints(&self) -> impl Iterator<Item = &Constraint> {
        self.table.constraints.iter().filter(|c| c.columns.iter().any(|c| c == self.name))
    }

    /// UNIQUE and PRIMARY KEY.
    fn keys(&self) -> impl Iterator<Item = &Constraint> {
        self.constraints().filter(|c| is_key(c))
    }

    /// CHECK and FOREIGN KEY.
    fn conditions(&self) -> impl Iterator<Item = &Constraint> {
        self.constraints().filter(|c| matches!(c.kind, ConstraintKind::Check | ConstraintKind::ForeignKey))
    }

    fn index_over(&self, index: &Index, it: &Follower) -> IndexDefinition {
        let of = &index.definition;
        let column = |c: &String| if c == self.name { it.name.clone() } else { c.clone() };
        let key = |key: &IndexKey| IndexKey {
            target: match &key.target {
                IndexTarget::Column(c) => IndexTarget::Column(column(c)),
                IndexTarget::Expression(e) => IndexTarget::Expression(self.over(e, &it.name)),
            },
            ..key.clone()
        };
        IndexDefinition {
            name: self.aside(&of.name, it),
            keys: of.keys.iter().map(key).collect(),
            include: of.include.iter().map(column).collect(),
            predicate: of.predicate.as_ref().map(|p| self.over(p, &it.name)),
            ..of.clone()
        }
    }

    fn build(&self, index: &Index, it: &Follower) -> Change {
        Change::CreateIndex { index: self.index_over(index, it), concurrently: true, if_not_exists: false }
    }

    /// The indexes, over the follower, each CONCURRENTLY.
    pub(crate) fn build_indexes(&self, it: &Follower) -> Vec<Change> {
        self.indexes().map(|i| self.build(i, it)).collect()
    }

    // Extended statistics.

    fn statistics(&self) -> impl Iterator<Item = &ExtendedStatistics> {
        self.table.statistics.iter().filter(|s| s.columns.iter().any(|c| c == self.name))
    }

    /// Whether statistics over several columns or expressions are about the column.
    pub(crate) fn has_statistics(&self) -> bool {
        self.statistics().next().is_some()
    }

    fn statistics_aside(&self, of: &ExtendedStatistics, it: &Follower) -> Name {
        of.name.sibling(self.aside(&of.name.name, it))
    }

    /// The statistics, over the follower.
    pub(crate) fn build_statistics(&self, it: &Follower) -> Vec<Change> {
        let over = |of: &ExtendedStatistics| {
            let column = |c: &String| if c == self.name { it.name.clone() } else { c.clone() };
            let mut columns: Vec<String> = of.columns.iter().map(column).collect();
            columns.sort();
            let definition = of.definition.as_ref().map(|d| StatisticsDefinition {
                kinds: d.kinds.clone(),
                on: d.on.iter().map(|item| self.over(item, &it.name)).collect(),
            });
            let name = self.statistics_aside(of, it);
            let statistics = ExtendedStatistics { name, columns, definition, comment: None };
            Change::Object(ObjectChange::CreateStatistics {
                table: self.own(),
                statistics,
                if_not_exists: false,
            })
        };
        self.statistics().map(over).collect()
    }

    fn rename_statistics(&self, from: &Name, to: &Name) -> Change {
        Change::Object(ObjectChange::RenameStatistics { from: from.clone(), to: to.clone() })
    }

    /// CHECKs and foreign keys on the follower: for new rows at once, then for old ones, with nobody waiting.
    pub(crate) fn build_conditions(&self, it: &Follower) -> Vec<Change> {
        let mut changes = Vec::new();
        for constraint in self.conditions() {
            let name = self.aside(&constraint.name, it);
            changes.push(Change::AddConstraint {
                table: self.own(),
                constraint: self.condition_over(constraint, it, name.clone()),
            });
            if constraint.validated {
                changes.push(Change::ValidateConstraint { table: self.own(), name });
            }
        }
        changes
    }

    fn condition_over(&self, constraint: &Constraint, it: &Follower, name: String) -> ConstraintDefinition {
        let text = without_not_valid(&constraint.definition);
        let column = |c: &String| if c == self.name { it.name.clone() } else { c.clone() };
        let (expression, sql) = match constraint.kind {
            ConstraintKind::Check => {
                let (expression, rest) = checked(text);
                let expression = self.over(expression, &it.name);
                (Some(expression.clone()), format!("CHECK ({expression}){rest}"))
            }
            _ => (None, self.foreign_key_over(constraint, &it.name).unwrap_or_else(|| text.to_owned())),
        };
        ConstraintDefinition {
            name: Some(name),
            columns: constraint.columns.iter().map(column).collect(),
            expression,
            not_valid: !constraint.not_enforced,
            foreign: constraint.foreign.clone(),
            deferrable: constraint.deferrable,
            deferred: constraint.deferred,
            no_inherit: constraint.no_inherit && constraint.kind == ConstraintKind::Check,
            not_enforced: constraint.not_enforced,
            ..ConstraintDefinition::new(constraint.kind, sql)
        }
    }

    /// A foreign key's definition with the column's name replaced on its own side.
    fn foreign_key_over(&self, constraint: &Constraint, name: &str) -> Option<String> {
        // The simulated schema knows which part of the text names the table's own columns.
        let mut schema = Catalog { tables: vec![self.table.clone()].into(), ..Catalog::default() };
        schema.apply(&self.rename_column(self.name, name)).ok()?;
        let constraints = &schema.table(&self.table.name)?.constraints;
        constraints
            .iter()
            .find(|c| c.name == constraint.name)
            .map(|c| without_not_valid(&c.definition).to_owned())
    }

    /// Foreign keys that reference the column, of other tables and of its own.
    pub(crate) fn references(&self) -> Vec<(&Table, &Constraint)> {
        let names = |c: &Constraint| {
            c.foreign.as_ref().is_some_and(|f| f.columns.iter().any(|column| column == self.name))
        };
        let all = self.context.catalog.referencing(&self.table.name);
        all.into_iter().filter(|(_, c)| names(c) && !c.inherited).collect()
    }

    /// Foreign keys that reference the follower as they do the column: each row then has to satisfy both.
    pub(crate) fn build_references(&self, it: &Follower) -> Vec<Change> {
        let mut changes = Vec::new();
        for (from, constraint) in self.references() {
            let name = self.aside(&constraint.name, it);
            let Some(constraint_over) = self.reference_over(from, constraint, it, name.clone()) else {
                continue;
            };
            changes.push(Change::AddConstraint { table: from.name.clone(), constraint: constraint_over });
            if constraint.validated {
                changes.push(Change::ValidateConstraint { table: from.name.clone(), name });
            }
        }
        changes
    }

    fn reference_over(
        &self,
        from: &Table,
        constraint: &Constraint,
        it: &Follower,
        name: String,
    ) -> Option<ConstraintDefinition> {
        let mut tables = vec![self.table.clone()];
        if from.name != self.table.name {
            tables.push(from.clone());
        }
        let mut schema = Catalog { tables: tables.into(), ..Catalog::default() };
        schema.apply(&self.rename_column(self.name, &it.name)).ok()?;
        let constraints = &schema.table(&from.name)?.constraints;
        let renamed = constraints.iter().find(|c| c.name == constraint.name)?;
        Some(ConstraintDefinition {
            name: Some(name),
            columns: renamed.columns.clone(),
            not_valid: !renamed.not_enforced,
            foreign: renamed.foreign.clone(),
            deferrable: renamed.deferrable,
            deferred: renamed.deferred,
            not_enforced: renamed.not_enforced,
            ..ConstraintDefinition::new(ConstraintKind::ForeignKey, without_not_valid(&renamed.definition))
        })
    }

    fn drop_references(&self) -> impl Iterator<Item = Change> {
        self.references().into_iter().map(|(from, c)| Change::DropConstraint {
            table: from.name.clone(),
            name: c.name.clone(),
            if_exists: false,
            cascade: false,
        })
    }

    // The swap.

    /// The columns change names: the one that bore the name follows from here on as `now`, and what followed as `was`
    /// bears it. Everything in one transaction, nothing of which reads the table.
    pub(crate) fn swap(
        &self,
        was: &Follower,
        now: &Follower,
        mut guards: Vec<Change>,
    ) -> Result<Vec<Change>, PlanError> {
        let mut all = self.dependants.dropped();
        all.push(self.drop_trigger(was, false)?);
        all.append(&mut guards);
        all.extend(self.move_identity(&was.name, &was.column));
        all.extend(self.stripped(now));
        all.push(self.rename_column(self.name, &now.name));
        all.push(self.rename_column(&was.name, self.name));
        all.extend(self.dressed(was));
        all.push(Change::CreateTrigger(self.trigger(now)?));
        all.extend(self.dependants.made_again());
        Ok(all)
    }

    /// Takes from the column that bears the name what demands something, and the names of the rest.
    fn stripped(&self, now: &Follower) -> Vec<Change> {
        let mut changes: Vec<Change> = self.drop_references().collect();
        let gone = |name: &str| Change::DropConstraint {
            table: self.own(),
            name: name.to_owned(),
            if_exists: false,
            cascade: false,
        };
        changes.extend(self.conditions().map(|c| gone(&c.name)));
        changes.extend(self.keys().map(|c| gone(&c.name)));
        for index in self.indexes().filter(|i| i.constraint.is_none()) {
            let name = self.table.name.sibling(&index.definition.name);
            changes.push(if Self::is_harmless(index) {
                self.rename_index(&index.definition.name, &self.aside(&index.definition.name, now))
            } else {
                Change::DropIndex { index: name, concurrently: false, if_exists: false }
            });
        }
        changes.extend(self.statistics().map(|s| drop_statistics(&s.name, false)));
        if now.column.default.is_some() {
            changes.push(Change::DropDefault { table: self.own(), column: self.name.to_owned() });
        }
        if now.column.not_null {
            changes.push(Change::DropNotNull { table: self.own(), column: self.name.to_owned() });
        }
        changes
    }

    /// Gives the column that bears the name now what the name stands for.
    fn dressed(&self, was: &Follower) -> Vec<Change> {
        let mut changes = Vec::new();
        if let Some(expression) = &was.column.default {
            changes.push(Change::SetDefault {
                table: self.own(),
                column: self.name.to_owned(),
                expression: expression.clone(),
            });
        }
        let not_null = |c: &&Constraint| c.kind == ConstraintKind::NotNull && c.columns == [self.name];
        let named = self.table.constraints.iter().find(not_null);
        if let Some(constraint) = named.filter(|_| was.column.not_null) {
            let chosen = self.not_null_name(&was.name);
            if chosen != constraint.name {
                changes.push(self.rename_constraint(&chosen, &constraint.name));
            }
        }
        for index in self.indexes().filter(|i| i.constraint.is_none()) {
            let name = &index.definition.name;
            changes.push(self.rename_index(&self.aside(name, was), name));
        }
        for key in self.keys() {
            let index = key.index.clone().unwrap_or_else(|| key.name.clone());
            changes.push(Change::AddConstraint {
                table: self.own(),
                constraint: ConstraintDefinition {
                    name: Some(key.name.clone()),
                    columns: key.columns.clone(),
                    using_index: Some(self.aside(&index, was)),
                    deferrable: key.deferrable,
                    deferred: key.deferred,
                    ..ConstraintDefinition::new(key.kind, key.definition.clone())
                },
            });
        }
        changes.extend(self.conditions().map(|c| self.rename_constraint(&self.aside(&c.name, was), &c.name)));
        for (from, constraint) in self.references() {
            let action = TableAction::RenameConstraint {
                from: self.aside(&constraint.name, was),
                to: constraint.name.clone(),
            };
            changes.push(Change::AlterWhole { table: from.name.clone(), action });
        }
        let owned = |s: &&Sequence| s.owned_by.as_ref().is_some_and(|o| o.needs(&self.table.name, self.name));
        let identity = was.column.identity.is_some();
        for sequence in self.context.catalog.sequences.iter().filter(owned).filter(|_| !identity) {
            let owner = Dependency { on: self.own(), columns: vec![self.name.to_owned()] };
            changes.push(Change::Relation(RelationChange::AlterSequence {
                sequence: sequence.name.clone(),
                if_exists: false,
                action: SequenceAction::Options { owned_by: Some(Some(owner)), type_name: None },
            }));
        }
        for statistics in self.statistics() {
            changes.push(self.rename_statistics(&self.statistics_aside(statistics, was), &statistics.name));
        }
        let identity = self.table.replica_identity.strip_prefix("using index ");
        if let Some(index) = identity.filter(|i| self.indexes().any(|own| own.definition.name == **i)) {
            let action = TableAction::ReplicaIdentity(format!("using index {index}"));
            changes.push(Change::AlterWhole { table: self.own(), action });
        }
        let clustered = self.table.clustered_on.as_ref();
        if let Some(index) = clustered.filter(|c| self.indexes().any(|i| i.definition.name == **c)) {
            changes.push(Change::AlterWhole {
                table: self.own(),
                action: TableAction::ClusterOn(index.clone()),
            });
        }
        changes
    }

    /// What the way back makes on the follower before the names change, besides NOT NULL: all a swap had taken from it.
    pub(crate) fn demanded_again(&self, it: &Follower) -> Vec<Change> {
        let mut changes: Vec<Change> =
            self.indexes().filter(|i| !Self::is_harmless(i)).map(|i| self.build(i, it)).collect();
        changes.extend(self.build_conditions(it));
        changes.extend(self.build_references(it));
        changes.extend(self.build_statistics(it));
        changes
    }

    /// The swap taken back: `was` followed before it and follows again, and keeps what it had.
    pub(crate) fn swap_back(
        &self,
        was: &Follower,
        now: &Follower,
        mut guards: Vec<Change>,
    ) -> Result<Vec<Change>, PlanError> {
        let mut all = self.dependants.dropped();
        all.push(self.drop_trigger(now, false)?);
        all.append(&mut guards);
        all.extend(self.move_identity(&now.name, &now.column));
        all.extend(self.drop_references());
        all.extend(self.conditions().map(|c| self.rename_constraint(&c.name, &self.aside(&c.name, was))));
        all.extend(self.keys().map(|c| Change::DropConstraint {
            table: self.own(),
            name: c.name.clone(),
            if_exists: false,
            cascade: false,
        }));
        for index in self.indexes().filter(|i| i.constraint.is_none()) {
            let name = &index.definition.name;
            all.push(self.rename_index(name, &self.aside(name, was)));
        }
        for statistics in self.statistics() {
            all.push(self.rename_statistics(&statistics.name, &self.statistics_aside(statistics, was)));
        }
        if was.column.default.is_some() {
            all.push(Change::DropDefault { table: self.own(), column: self.name.to_owned() });
        }
        let not_null = |c: &&Constraint| c.kind == ConstraintKind::NotNull && c.columns == [self.name];
        if let Some(constraint) = self.table.constraints.iter().find(not_null).filter(|_| was.column.not_null)
        {
            let chosen = self.not_null_name(&was.name);
            if chosen != constraint.name {
                all.push(self.rename_constraint(&constraint.name, &chosen));
            }
        }
        all.push(self.rename_column(self.name, &was.name));
        all.push(self.rename_column(&now.name, self.name));
        all.extend(self.dressed(now));
        all.push(Change::CreateTrigger(self.trigger(was)?));
        all.extend(self.dependants.made_again());
        Ok(all)
    }

    /// The indexes a constraint had taken over and took with it, built again over the follower, and the foreign keys
    /// that need them.
    pub(crate) fn rebuild_keys(&self, it: &Follower) -> Vec<Change> {
        let keys = self.indexes().filter(|i| i.constraint.is_some()).map(|i| self.build(i, it));
        keys.chain(self.build_references(it)).collect()
    }

    /// The indexes a follower keeps once it no longer bears the name.
    pub(crate) fn kept_indexes(&self, it: &Follower) -> Vec<Change> {
        self.indexes().filter(|i| Self::is_harmless(i)).map(|i| self.build(i, it)).collect()
    }

    /// The identity goes from the column that bears the name to the other. A sequence cannot change hands: another goes on
    /// where it stands, and takes its name.
    fn move_identity(&self, to: &str, as_column: &Column) -> Vec<Change> {
        let engine = self.context.engine;
        let Some((kind, sequence)) = as_column.identity.zip(self.identity_sequence()) else {
            return Vec::new();
        };
        let Some(options) = sequence.options else { return Vec::new() };
        let counts = SequenceOptions {
            minimum: limit(options.minimum, &sequence.type_name, &as_column.type_name),
            maximum: limit(options.maximum, &sequence.type_name, &as_column.type_name),
            ..options
        };
        let next = self.table.name.sibling(self.context.name(&format!("altimeter_{}", sequence.name.name)));
        let go_on = engine.print_go_on(&next, &sequence.name);
        // The statement is read where the other sequence is there already.
        let mut schema = self.context.catalog.clone();
        let other = Sequence { name: next.clone(), owned_by: None, ..sequence.clone() };
        let made = Change::Relation(RelationChange::CreateSequence { sequence: other, if_not_exists: false });
        if schema.apply(&made).is_err() {
            return Vec::new();
        }
        let read = engine.parse(&schema, &format!("DO $$ BEGIN {go_on}; END $$")).statements.pop();
        let means = read.map(|s| s.changes).unwrap_or_default().into_iter().flat_map(|c| match c {
            Change::Together(parts) => parts,
            one => vec![one],
        });
        let alter = |column: &str, action| Change::AlterColumn {
            table: self.own(),
            column: column.to_owned(),
            action,
        };
        vec![
            Change::Written {
                sql: engine.print_identity((&self.table.name, to), kind, (&next, &counts)),
                changes: vec![alter(to, ColumnAction::AddIdentity { kind, sequence: Some(next.clone()) })],
            },
            Change::Written { sql: go_on, changes: means.collect() },
            alter(self.name, ColumnAction::DropIdentity { if_exists: false }),
            Change::rename_relation(RelationWord::Sequence, &next, &sequence.name.name),
        ]
    }

    /// The sequence behind an identity column.
    pub(crate) fn identity_sequence(&self) -> Option<&Sequence> {
        let owned = |s: &&Sequence| s.owned_by.as_ref().is_some_and(|o| o.needs(&self.table.name, self.name));
        self.context.catalog.sequences.iter().find(owned)
    }

    fn not_null_name(&self, column: &str) -> String {
        let parts = NameParts { table: &self.table.name.name, columns: column, label: "not_null" };
        self.context.catalog.default_constraint_name(&self.table.name.schema, parts, &[])
    }

    fn rename_column(&self, from: &str, to: &str) -> Change {
        Change::RenameColumn { table: self.own(), from: from.to_owned(), to: to.to_owned() }
    }

    fn rename_index(&self, from: &str, to: &str) -> Change {
        Change::rename_relation(RelationWord::Index, &self.table.name.sibling(from), to)
    }

    fn rename_constraint(&self, from: &str, to: &str) -> Change {
        let action = TableAction::RenameConstraint { from: from.to_owned(), to: to.to_owned() };
        Change::AlterWhole { table: self.own(), action }
    }
}

/// A trigger before each row written that fires behind all others.
///
/// # Errors
/// As [`StandIn::trigger`].
pub(crate) fn last_trigger(
    context: &RecipeContext<'_>,
    table: &Table,
    about: &str,
    stem: &str,
) -> Result<TriggerDefinition, PlanError> {
    let others: Vec<&str> = table
        .triggers
        .iter()
        .filter(|t| t.before && t.per_row && t.enabled != "disabled")
        .map(|t| t.name.as_str())
        .collect();
    let named = |prefix: &str| context.name(&format!("{prefix}{stem}"));
    let free = ["", "zz_", "~"].into_iter().map(named).find(|n| others.iter().all(|o| *o < n.as_str()));
    let Some(name) = free else {
        return Err(refuse(
            format!(
                "a trigger of {} has a name that sorts behind any a trigger of the plan could have, so it could change \
                 {about} after the plan's has read it",
                table.name
            ),
            "rename that trigger",
        ));
    };
    Ok(TriggerDefinition {
        function: table.name.sibling(&name),
        name,
        table: table.name.clone(),
        before: true,
        per_row: true,
        events: vec!["INSERT".to_owned(), "UPDATE".to_owned()],
        ..TriggerDefinition::default()
    })
}

/// Dropping extended statistics.
pub(crate) fn drop_statistics(name: &Name, if_exists: bool) -> Change {
    Change::drop_one(DropTarget::Statistics(name.clone()), if_exists)
}

/// The limit of a sequence whose type changes: one that was the type's own becomes the other's (manual, ALTER SEQUENCE,
/// AS).
fn limit(limit: i64, from: &str, to: &str) -> i64 {
    let range = |type_name: &str| match type_name {
        "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
        "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    let ((low, high), (new_low, new_high)) = (range(from), range(to));
    match limit {
        l if l == low => new_low,
        l if l == high => new_high,
        other => other,
    }
}

fn is_key(constraint: &Constraint) -> bool {
    matches!(constraint.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique)
}

fn without_not_valid(definition: &str) -> &str {
    definition.trim_end().trim_end_matches("NOT VALID").trim_end()
}

/// A CHECK's expression, and what stands behind it (`NO INHERIT`).
fn checked(definition: &str) -> (&str, &str) {
    let text = definition.strip_prefix("CHECK").unwrap_or(definition).trim_start();
    match (text.strip_prefix('('), text.rfind(')')) {
        (Some(inside), Some(end)) if end > 0 => (&inside[..end - 1], &text[end + 1..]),
        _ => (text, ""),
    }
}
