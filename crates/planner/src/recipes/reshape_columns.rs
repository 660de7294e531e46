//! One column is split into several, or several are merged into one, while old and new code both run.
//!
//! The new columns come beside the old ones, and a trigger keeps both in step in the direction in which a row was written;
//! where nobody can say how the old ones are made of the new ones, in one direction only. Rows from before are filled,
//! new code is released, and when no old code is left the old columns go. The way back from there makes them again of the
//! new ones.

use altimeter_catalog::{
    Change, Check, Column, Constraint, ConstraintDefinition, ConstraintKind, FunctionBody,
    FunctionDefinition, Reshape, Sweep, SweepWork, Table, TableKind, TriggerDefinition, Volatility,
};

use super::add_column::prove_not_null;
use super::drop_column::{made_dispensable, refuse_what_needs_it, restored};
use crate::draft::{Draft, DraftStep};
use crate::plan::{PhaseKind, PlanError};
use crate::recipe::{Recipe, RecipeContext, batch_of, refuse, shared_grants};
use crate::stand_in::last_trigger;

pub(crate) struct ReshapeColumns;

impl Recipe for ReshapeColumns {
    fn draft(&self, context: &RecipeContext<'_>, change: &Change) -> Option<Result<Draft, PlanError>> {
        let Change::Reshape(wanted) = change else { return None };
        Some(draft(context, wanted))
    }
}

/// Everything the steps share.
struct Shape<'a> {
    context: &'a RecipeContext<'a>,
    wanted: &'a Reshape,
    table: &'a Table,
    old: Vec<&'a Column>,
    key: Vec<String>,
    trigger: TriggerDefinition,
    /// How the old columns are made of the new ones, if there is a way for each.
    back: Option<Vec<(String, String)>>,
}

fn draft(context: &RecipeContext<'_>, wanted: &Reshape) -> Result<Draft, PlanError> {
    let table = context.table(&wanted.table)?;
    let old = wanted.from.iter().map(|(c, _)| context.column(table, c)).collect::<Result<Vec<_>, _>>()?;
    refuse_what_cannot_be_reshaped(context, wanted, table, &old)?;
    let names = wanted.into.iter().map(|(c, _)| c.name.as_str()).collect::<Vec<_>>().join("_");
    let stem = format!("altimeter_{}_{names}_in_step", table.name.name);
    let about = old.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(", ");
    let trigger = last_trigger(context, table, &about, &stem)?;
    let key = context.walking_key(table)?;
    let shape = Shape { context, wanted, table, old, key, trigger, back: wanted.back() };
    shape.draft()
}

fn refuse_what_cannot_be_reshaped(
    context: &RecipeContext<'_>,
    wanted: &Reshape,
    table: &Table,
    old: &[&Column],
) -> Result<(), PlanError> {
    let name = &table.name;
    let related = table.partition_of.is_some()
        || !table.inherits.is_empty()
        || table.kind != TableKind::PartitionedTable && context.catalog.heirs_of(name).next().is_some();
    if related {
        return Err(refuse(
            format!("{name} is a partition or has to do with inheritance: its columns follow its parent's"),
            "ask for the change on the topmost parent",
        ));
    }
    let key = table.walking_key().unwrap_or_default();
    for column in old {
        refuse_what_needs_it(context, table, column)?;
        if context.own_value_a_row(column) {
            return Err(refuse(
                format!("{} of {name} has a default that gives each row its own value", column.name),
                "drop that default first",
            ));
        }
        if key.contains(&column.name) || table.partition_columns.contains(&column.name) {
            return Err(refuse(
                format!(
                    "{} is part of the key rows of {name} are walked by, or decides their partition",
                    column.name
                ),
                "give the table a primary key of other columns first",
            ));
        }
        if let Some((_, constraint)) = context.reference_to(name, &column.name) {
            return Err(refuse(
                format!("{} of {name} is referenced by {}", column.name, constraint.name),
                "drop that foreign key first",
            ));
        }
    }
    let expressions =
        wanted.into.iter().map(|(_, v)| v).chain(wanted.from.iter().filter_map(|(_, v)| v.as_ref()));
    for expression in expressions {
        if context.engine.volatility(context.catalog, expression) == Volatility::Volatile {
            return Err(refuse(
                format!("{expression} gives another value each time it is asked"),
                "make the new columns of the old ones only",
            ));
        }
    }
    Ok(())
}

impl Shape<'_> {
    fn draft(&self) -> Result<Draft, PlanError> {
        let mut draft = Draft { cautions: self.cautions(), ..Draft::default() };
        draft.steps.push(self.add());
        let mut left: Vec<Column> = self.old.iter().map(|c| (*c).clone()).collect();
        if self.back.is_none() {
            for column in left.iter_mut().filter(|c| c.not_null && c.default.is_none()) {
                draft.steps.push(made_dispensable(self.context, self.table, column));
            }
        }
        draft.steps.push(self.keep_in_step());
        draft.steps.push(self.fill());
        draft.steps.push(self.analyse());
        let (old, new) = (self.old_names(), self.new_names());
        let mut deploy = DraftStep::deploy(
            PhaseKind::Migrate,
            format!("deploy: use {new} instead of {old}"),
            match self.back {
                Some(_) => "whichever are written, the others follow: old and new instances run side by side",
                None => {
                    "what old code writes is in the new columns too; nothing leads from the new ones back to the old"
                }
            },
            format!(
                "read and write {new} of {} instead of {old}; roll out instance by instance",
                self.table.name
            ),
        );
        if self.back.is_none() {
            deploy.lost_on_return = Some(format!(
                "what new code writes to {new}: nobody said how {old} is made of it, so old code does not see it. Say it in \
                 the request (`{} as …`)",
                self.old.first().map(|c| c.name.as_str()).unwrap_or_default()
            ));
        }
        draft.steps.push(deploy);
        draft.steps.push(DraftStep::old_code_gone(&old));
        draft.steps.push(self.finish(&left)?);
        draft.triggers.push((
            "old and new columns are no longer kept in step".to_owned(),
            Check::TriggerEnabled { table: self.table.name.clone(), trigger: self.trigger.name.clone() },
            "the trigger is gone or disabled before the last step".to_owned(),
        ));
        Ok(draft)
    }

    fn old_names(&self) -> String {
        self.old.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(", ")
    }

    fn new_names(&self) -> String {
        self.wanted.into.iter().map(|(c, _)| c.name.as_str()).collect::<Vec<_>>().join(", ")
    }

    fn add(&self) -> DraftStep {
        let name = &self.table.name;
        let why = "beside the old ones; the server only notes them";
        let mut step = DraftStep::sql(PhaseKind::Expand, format!("add {}", self.new_names()), why);
        for (column, _) in &self.wanted.into {
            step.before.push(Check::ColumnMissing { table: name.clone(), column: column.name.clone() });
            step.up.push(Change::AddColumn {
                table: name.clone(),
                column: column.clone(),
                if_not_exists: false,
            });
            step.down.push(Change::DropColumn {
                table: name.clone(),
                column: column.name.clone(),
                if_exists: true,
                cascade: false,
            });
            step.after.push(Check::ColumnExists { table: name.clone(), column: column.name.clone() });
        }
        // Who may see all of the old ones may see the new ones.
        for (column, _) in &self.wanted.into {
            step.up.extend(shared_grants(&self.old, name, &column.name));
        }
        step
    }

    fn may_fail(&self) -> bool {
        let casts = |text: &String| text.contains("::") || text.to_lowercase().contains("cast(");
        let same_type = |c: &Column| c.type_name == "text";
        let values = self.wanted.into.iter().any(|(c, v)| casts(v) || !same_type(c));
        values
            || self
                .back
                .iter()
                .flatten()
                .any(|(c, v)| casts(v) || self.old.iter().any(|o| o.name == *c && !same_type(o)))
    }

    fn create_function(&self) -> Change {
        Change::CreateFunction(FunctionDefinition {
            name: self.trigger.function.clone(),
            body: FunctionBody::Reshaped(self.wanted.in_step(self.may_fail())),
            or_replace: false,
        })
    }

    fn drop_function(&self, if_exists: bool) -> Change {
        Change::DropFunction { name: self.trigger.function.clone(), if_exists }
    }

    fn drop_trigger(&self, if_exists: bool) -> Change {
        Change::DropTrigger { table: self.table.name.clone(), name: self.trigger.name.clone(), if_exists }
    }

    fn keep_in_step(&self) -> DraftStep {
        let why = match self.back {
            Some(_) => "from here on a row written by either code holds the values in old and new columns",
            None => "from here on a row written by old code holds the values in the new columns too",
        };
        let mut step = DraftStep::sql(PhaseKind::Expand, "keep both in step (trigger)", why);
        let (table, trigger) = (self.table.name.clone(), self.trigger.name.clone());
        step.before.push(Check::TriggerMissing { table: table.clone(), trigger: trigger.clone() });
        step.after.push(Check::TriggerEnabled { table, trigger });
        step.up = vec![self.create_function(), Change::CreateTrigger(self.trigger.clone())];
        step.down = vec![self.drop_trigger(true), self.drop_function(true)];
        step
    }

    fn sweep(&self, set: Vec<(String, String)>) -> Sweep {
        let (batch_rows, pause_ms) = batch_of(self.table);
        Sweep {
            table: self.table.name.clone(),
            work: SweepWork::Set { set, condition: None, kept: None, once: false },
            key: self.key.clone(),
            batch_rows,
            pause_ms,
        }
    }

    fn forward(&self) -> Vec<(String, String)> {
        self.wanted.into.iter().map(|(c, v)| (c.name.clone(), v.clone())).collect()
    }

    /// Counts the rows whose old columns, made of the new ones as those are made of them, would be others.
    fn not_the_same_again(&self) -> Option<Check> {
        let engine = self.context.engine;
        let there_and_back = self.back.as_ref()?.iter().map(|(old, value)| {
            let value = self.wanted.into.iter().fold(value.clone(), |text, (new, forward)| {
                engine.put_for_column(&text, &new.name, &engine.cast(forward, &new.type_name))
            });
            (old.clone(), value)
        });
        let condition = engine.still_to_do(self.context.catalog, &self.sweep(there_and_back.collect()));
        Some(Check::RowsWhere { table: self.table.name.clone(), condition, at_most: None })
    }

    fn fill(&self) -> DraftStep {
        let name = &self.table.name;
        let why = format!("rows written before the trigger hold the values only in {}", self.old_names());
        let sweep = self.sweep(self.forward());
        let mut step = DraftStep::sweep(format!("fill {}, in batches", self.new_names()), why, sweep.clone());
        step.before.push(Check::TriggerEnabled { table: name.clone(), trigger: self.trigger.name.clone() });
        step.before.extend(self.not_the_same_again());
        // Asked of the schema as it will be: the types of the new columns are known then.
        step.after.extend(self.left_to_fill(&sweep));
        step
    }

    fn left_to_fill(&self, sweep: &Sweep) -> Option<Check> {
        let mut schema = self.context.catalog.clone();
        for (column, _) in &self.wanted.into {
            let table = self.table.name.clone();
            schema.apply(&Change::AddColumn { table, column: column.clone(), if_not_exists: false }).ok()?;
        }
        let condition = self.context.engine.still_to_do(&schema, sweep);
        Some(Check::RowsWhere { table: self.table.name.clone(), condition, at_most: Some(0) })
    }

    fn analyse(&self) -> DraftStep {
        let why = "the planner must know the new columns before new code asks by them";
        let columns = self.wanted.into.iter().map(|(c, _)| c.name.clone()).collect();
        DraftStep::statistics(PhaseKind::Migrate, self.new_names(), why, (&self.table.name, columns))
    }

    fn finish(&self, left: &[Column]) -> Result<DraftStep, PlanError> {
        let name = &self.table.name;
        let why = "the server only notes that they are gone: nothing is rewritten, their space is reused row by row";
        let title = format!("drop {}", self.old_names());
        let mut step = DraftStep::sql(PhaseKind::Contract, title, why);
        step.before.push(Check::TriggerEnabled { table: name.clone(), trigger: self.trigger.name.clone() });
        let mut together = vec![self.drop_trigger(false)];
        for column in left {
            together.push(Change::DropColumn {
                table: name.clone(),
                column: column.name.clone(),
                if_exists: false,
                cascade: false,
            });
            step.after.push(Check::ColumnMissing { table: name.clone(), column: column.name.clone() });
        }
        step.up = vec![Change::Together(together), self.drop_function(false)];
        for column in left {
            let bare = Column { not_null: false, default: None, ..column.clone() };
            step.down.extend(restored(self.context, self.table, &bare)?.0);
        }
        step.down.push(self.create_function());
        step.down.push(Change::CreateTrigger(self.trigger.clone()));
        if let Some(back) = &self.back {
            step.down.push(Change::Sweep(self.sweep(back.clone())));
        }
        for column in left {
            let (table, own) = (name.clone(), column.name.clone());
            if let Some(expression) = column.default.clone() {
                step.down.push(Change::SetDefault { table, column: own, expression });
            }
            if column.not_null {
                step.down.extend(prove_not_null(self.context, name, &column.name));
            }
        }
        let (constraints, by_hand) = constraints_again(self.table, &self.old);
        step.down.extend(constraints);
        let by_hand =
            if by_hand.is_empty() { String::new() } else { format!(", and {}", by_hand.join(", ")) };
        step.lost_on_return = Some(match &self.back {
            Some(_) => format!(
                "{} where it is not what is made of {}, and its place among the columns{by_hand}: the way back makes it of \
                 the new columns, at the table's end",
                self.old_names(),
                self.new_names()
            ),
            None => format!(
                "the values of {}{by_hand}: the way back adds it empty, at the table's end. Keep a dump of it",
                self.old_names()
            ),
        });
        Ok(step)
    }

    fn cautions(&self) -> Vec<String> {
        let mut cautions: Vec<String> = self.context.fired_by_backfill(self.table).into_iter().collect();
        let (old, new) = (self.old_names(), self.new_names());
        if self.may_fail() {
            cautions.push(format!(
                "a value of {old} from before that cannot become {new} stops the checks and the filling, and the server says \
                 which: correct it, and go on; from then on such a value leaves {new} NULL and refuses nobody"
            ));
        }
        if let Some(query) = self
            .not_the_same_again()
            .and_then(|check| self.context.engine.print_exceptions(self.context.catalog, &check))
        {
            cautions.push(format!(
                "values of {old} that are not the same again when they are made of {new} keep what they have until somebody \
                 writes {new}; a check counts them before the rows are filled, and these are the rows: `{query}`"
            ));
            cautions.push(format!(
                "until the last step going back drops {new}: what new code wrote there stays as {old}, made of it"
            ));
        }
        let reads = |columns: &[String]| self.old.iter().any(|c| columns.contains(&c.name));
        let indexes: Vec<&str> = self
            .table
            .indexes
            .iter()
            .filter(|i| reads(&i.reads))
            .map(|i| i.definition.name.as_str())
            .collect();
        if !indexes.is_empty() {
            cautions.push(format!(
                "{} goes with {old}: what shall be found by {new} needs indexes of its own, which can be asked for before \
                 the release",
                indexes.join(", ")
            ));
        }
        let constraints = self.table.constraints.iter().filter(|c| reads(&c.columns));
        let held: Vec<&str> = constraints.map(|c| c.name.as_str()).collect();
        if !held.is_empty() {
            cautions.push(format!(
                "{} holds for {old} until it goes, for what new code writes too; nothing of the kind holds for {new}",
                held.join(", ")
            ));
        }
        if self.old.iter().any(|c| c.not_null) {
            cautions.push(format!("{new} may be NULL: ask for NOT NULL afterwards where it shall not"));
        }
        let mentions = |f: &&altimeter_catalog::Function| {
            self.old.iter().any(|c| f.mentions.contains(&c.name))
                && f.mentions.contains(&self.table.name.name)
        };
        for function in self.context.catalog.functions.iter().filter(mentions) {
            cautions.push(format!(
                "the body of {} speaks of {} and {old}: look at it",
                function.name, self.table.name
            ));
        }
        cautions
    }
}

/// Keys and foreign keys over columns that come back, once those have their values again; and, in words, what has to be made
/// by hand.
pub(super) fn constraints_again(table: &Table, columns: &[&Column]) -> (Vec<Change>, Vec<String>) {
    let (mut changes, mut by_hand) = (Vec::new(), Vec::new());
    let concerns = |c: &&Constraint| columns.iter().any(|o| c.columns.contains(&o.name));
    for constraint in table.constraints.iter().filter(concerns) {
        let name = table.name.clone();
        let definition = ConstraintDefinition {
            name: Some(constraint.name.clone()),
            columns: constraint.columns.clone(),
            deferrable: constraint.deferrable,
            deferred: constraint.deferred,
            foreign: constraint.foreign.clone(),
            not_enforced: constraint.not_enforced,
            ..ConstraintDefinition::new(constraint.kind, constraint.definition.clone())
        };
        match constraint.kind {
            ConstraintKind::Check | ConstraintKind::NotNull => {}
            ConstraintKind::Unique if constraint.index.is_some() => {
                let using_index = constraint.index.clone();
                let constraint = ConstraintDefinition { using_index, ..definition };
                changes.push(Change::AddConstraint { table: name, constraint });
            }
            ConstraintKind::ForeignKey if table.kind == TableKind::Table => {
                let sql = constraint.definition.trim_end_matches("NOT VALID").trim_end().to_owned();
                let not_valid = !constraint.not_enforced;
                let again = ConstraintDefinition { sql, not_valid, ..definition };
                changes.push(Change::AddConstraint { table: name.clone(), constraint: again });
                if constraint.validated && not_valid {
                    changes.push(Change::ValidateConstraint { table: name, name: constraint.name.clone() });
                }
            }
            _ => by_hand.push(format!("the constraint {} ({})", constraint.name, constraint.definition)),
        }
    }
    (changes, by_hand)
}
