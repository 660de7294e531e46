//! A column gets another name while old and new code both run.
//!
//! A copy under the new name is kept in step by a trigger, filled, and used by new code beside the old column. When
//! no old code is left, one short statement drops the copy and gives the original the new name: indexes,
//! constraints, views and foreign keys follow a rename by themselves, so nothing of them has to be made again, the
//! column keeps its place, and the schema is exactly what the plain rename gives. The way back from there makes a
//! copy under the old name, fills it and swaps the two names in one statement: there is no point of no return.

use altimeter_catalog::{Change, Check, Column, Name, Table, TableKind};

use super::add_index::OLD_TRANSACTION_S;
use crate::both_names;
use crate::draft::{Draft, DraftAlternative, DraftStep};
use crate::in_step::Pair;
use crate::plan::{PhaseKind, PlanError, Road};
use crate::recipe::{Recipe, RecipeContext, refuse};

pub(crate) struct RenameColumn;

impl Recipe for RenameColumn {
    fn draft(&self, context: &RecipeContext<'_>, change: &Change) -> Option<Result<Draft, PlanError>> {
        let Change::RenameColumn { table, from, to } = change else { return None };
        Some(draft(context, table, from, to))
    }
}

/// Everything the steps share.
struct Rename<'a> {
    table: &'a Table,
    from: &'a str,
    to: &'a str,
    /// The original under its old name, the copy under the new one.
    forward: Pair<'a>,
    /// On the way back from the finished rename: the original under the new name, the copy under the old one.
    back: Pair<'a>,
}

fn draft(context: &RecipeContext<'_>, name: &Name, from: &str, to: &str) -> Result<Draft, PlanError> {
    let table = context.table(name)?;
    let column = context.column(table, from)?;
    refuse_what_cannot_be_renamed(context, table, to)?;
    let by_copy = || by_copy(context, table, column, to);
    let by_view = || both_names::draft(context, table, from, to);
    match context.prefer {
        Some(Road::View) => {
            let copied = by_copy().map(|draft| the_copy(&draft)).ok();
            by_view().map(|mut draft| {
                draft.alternatives.extend(copied);
                draft
            })
        }
        Some(_) => by_copy(),
        // What cannot be copied can have two names all the same.
        None => by_copy().or_else(|refused| {
            let mut draft = by_view().map_err(|_| refused.clone())?;
            draft.cautions.insert(0, format!("a view is the only road: {refused}"));
            Ok(draft)
        }),
    }
}

/// The road by a copy, where another was taken.
fn the_copy(draft: &Draft) -> DraftAlternative {
    DraftAlternative {
        title: "a copy of the column, kept in step by a trigger and filled".to_owned(),
        road: Some(Road::Copy),
        why_not: "the view was asked for".to_owned(),
        asks_of_application: "nothing but the release".to_owned(),
        risk: None,
        changes: draft.steps.iter().flat_map(|s| &s.up).cloned().collect(),
    }
}

fn by_copy(
    context: &RecipeContext<'_>,
    table: &Table,
    column: &Column,
    to: &str,
) -> Result<Draft, PlanError> {
    let (name, from) = (&table.name, column.name.as_str());
    refuse_what_cannot_be_copied(table, column)?;
    let default = column.default.clone().filter(|_| !context.own_value_a_row(column));
    let key = context.walking_key(table)?;
    let pair = |truth, copy| Pair {
        context,
        table,
        column,
        truth,
        copy,
        default: default.clone(),
        key: key.clone(),
    };
    let rename = Rename { table, from, to, forward: pair(from, to), back: pair(to, from) };
    let mut draft = Draft { road: Some(Road::Copy), cautions: rename.cautions(), ..Draft::default() };
    draft.steps.push(rename.add_copy());
    draft.steps.push(rename.keep_in_step());
    draft.steps.push(rename.fill());
    draft.steps.push(rename.index_copy());
    draft.steps.push(DraftStep::deploy(
        PhaseKind::Migrate,
        format!("deploy: read and write {to}"),
        "both columns hold the truth whichever is written, so old and new instances run side by side",
        format!("use {to} instead of {from} on {name}, nothing else; roll out instance by instance"),
    ));
    draft.steps.push(DraftStep::old_code_gone(from));
    draft.steps.push(rename.finish());
    draft.triggers.push((
        "the two columns are no longer kept in step".to_owned(),
        Check::TriggerEnabled { table: name.clone(), trigger: rename.forward.triggers().remove(0).name },
        "the trigger is gone or disabled before the last step".to_owned(),
    ));
    draft.alternatives.extend(both_names::alternative(context, table, from, to));
    Ok(draft)
}

fn refuse_what_cannot_be_renamed(
    context: &RecipeContext<'_>,
    table: &Table,
    to: &str,
) -> Result<(), PlanError> {
    let name = &table.name;
    if table.column(to).is_some() {
        return Err(refuse(format!("{name} has a column {to} already"), "choose another name"));
    }
    let related = table.partition_of.is_some()
        || !table.inherits.is_empty()
        || context.catalog.tables.iter().any(|t| t.inherits.contains(name));
    if related {
        return Err(refuse(
            format!("{name} is a partition or has to do with inheritance: its columns follow its parent's"),
            "rename the column on the topmost parent",
        ));
    }
    Ok(())
}

fn refuse_what_cannot_be_copied(table: &Table, column: &Column) -> Result<(), PlanError> {
    let by_view = "PostgreSQL 15 can do it by a view that has both names";
    if column.generated.is_some() {
        return Err(refuse(
            format!(
                "{} is a generated column: nobody writes it, so a copy cannot be kept in step",
                column.name
            ),
            by_view,
        ));
    }
    if table.partition_columns.contains(&column.name) {
        return Err(refuse(
            format!(
                "{} is part of the partition key of {}: a trigger cannot set what decides the partition",
                column.name, table.name
            ),
            by_view,
        ));
    }
    Ok(())
}

impl Rename<'_> {
    fn name(&self) -> Name {
        self.table.name.clone()
    }

    fn add_copy(&self) -> DraftStep {
        let why = format!("new code needs {} beside {}; the server only notes it", self.to, self.from);
        let mut step = DraftStep::sql(PhaseKind::Expand, format!("add column {}", self.to), why);
        step.before.push(Check::ColumnMissing { table: self.name(), column: self.to.to_owned() });
        step.up = self.forward.add_copy();
        step.down.push(self.forward.drop_copy(true));
        step.after.push(Check::ColumnExists { table: self.name(), column: self.to.to_owned() });
        step
    }

    fn keep_in_step(&self) -> DraftStep {
        let why = "from here on a row written under either name holds the value under both";
        let mut step = DraftStep::sql(PhaseKind::Expand, "keep both in step (trigger)", why);
        let triggers = self.forward.triggers();
        step.before.push(Check::ColumnExists { table: self.name(), column: self.to.to_owned() });
        for trigger in &triggers {
            step.before.push(Check::TriggerMissing { table: self.name(), trigger: trigger.name.clone() });
            step.after.push(Check::TriggerEnabled { table: self.name(), trigger: trigger.name.clone() });
        }
        step.up = self.forward.create_functions();
        step.up.extend(self.forward.create_triggers());
        step.down = self.forward.drop_triggers(true);
        step.down.extend(self.forward.drop_functions(true));
        step
    }

    fn fill(&self) -> DraftStep {
        let why = format!("rows written before the trigger hold the value only in {}", self.from);
        let backfill = self.forward.backfill();
        let batches = self.table.size.rows.map(|r| (r / f64::from(backfill.batch_rows)).ceil());
        let title = match batches {
            Some(n) if n > 1.0 => format!("backfill, {n:.0} batches"),
            _ => "backfill".to_owned(),
        };
        let mut step = DraftStep::backfill(title, why, backfill);
        for trigger in self.forward.triggers() {
            step.before.push(Check::TriggerEnabled { table: self.name(), trigger: trigger.name });
        }
        step.after.push(Check::InStep {
            table: self.name(),
            truth: self.from.to_owned(),
            copy: self.to.to_owned(),
        });
        step
    }

    fn index_copy(&self) -> DraftStep {
        let indexes = self.forward.index_copy();
        let (title, why) = if indexes.is_empty() {
            (
                format!("statistics of {}", self.to),
                "the planner must know the new column before new code asks by it",
            )
        } else {
            (
                format!("index {}, concurrently", self.to),
                "new code looks rows up by the new name; these indexes go again with the copy at the end",
            )
        };
        let mut step = DraftStep::sql(PhaseKind::Migrate, title, why);
        if !indexes.is_empty() {
            step.before.push(Check::NoTransactionOlderThan { seconds: OLD_TRANSACTION_S });
        }
        for change in &indexes {
            if let Change::CreateIndex { index, .. } = change {
                let name = index.table.sibling(&index.name);
                step.down.insert(
                    0,
                    Change::DropIndex { index: name.clone(), concurrently: true, if_exists: true },
                );
                step.before.push(Check::NameFree { name: name.clone() });
                step.after.push(Check::IndexValid { index: name });
            }
        }
        step.up = indexes;
        step.up.push(Change::Analyze { table: self.name(), columns: vec![self.to.to_owned()] });
        step
    }

    fn finish(&self) -> DraftStep {
        let why = format!(
            "the copy goes, {} gets its name: indexes, constraints, views and foreign keys follow a rename by themselves",
            self.from
        );
        let mut step =
            DraftStep::sql(PhaseKind::Contract, format!("{} takes the name {}", self.from, self.to), why);
        step.before.push(Check::InStep {
            table: self.name(),
            truth: self.from.to_owned(),
            copy: self.to.to_owned(),
        });
        for trigger in self.forward.triggers() {
            step.before.push(Check::TriggerEnabled { table: self.name(), trigger: trigger.name });
        }
        let mut together = self.forward.drop_triggers(false);
        together.push(self.forward.drop_copy(false));
        together.push(self.renamed(self.from, self.to));
        step.up.push(Change::Together(together));
        step.up.extend(self.forward.drop_functions(false));
        step.after.push(Check::ColumnExists { table: self.name(), column: self.to.to_owned() });
        step.after.push(Check::ColumnMissing { table: self.name(), column: self.from.to_owned() });
        step.down = self.way_back();
        step
    }

    fn renamed(&self, from: &str, to: &str) -> Change {
        Change::RenameColumn { table: self.name(), from: from.to_owned(), to: to.to_owned() }
    }

    /// From the finished rename back to both columns in step: a copy under the old name, filled and indexed, then the
    /// two swap names, so that the original is the old one again.
    fn way_back(&self) -> Vec<Change> {
        let mut down = self.back.add_copy();
        down.extend(self.back.create_functions());
        down.extend(self.back.create_triggers());
        down.push(Change::Backfill(self.back.backfill()));
        down.extend(self.back.index_copy());
        down.push(Change::Analyze { table: self.name(), columns: vec![self.from.to_owned()] });
        down.extend(self.forward.create_functions());
        let aside = self.forward.context.name(&format!("altimeter_{}", self.from));
        let mut swap = self.back.drop_triggers(false);
        swap.push(self.renamed(self.from, &aside));
        swap.push(self.renamed(self.to, self.from));
        swap.push(self.renamed(&aside, self.to));
        swap.extend(self.forward.create_triggers());
        down.push(Change::Together(swap));
        down.extend(self.back.drop_functions(false));
        down
    }

    fn cautions(&self) -> Vec<String> {
        let mut cautions: Vec<String> =
            self.forward.context.fired_by_backfill(self.table).into_iter().collect();
        for trigger in self.table.triggers.iter().filter(|t| t.columns.iter().any(|c| c == self.from)) {
            cautions.push(format!(
                "the trigger {} fires for {} only: until the last step not for writes under the name {}",
                trigger.name, self.from, self.to
            ));
        }
        if let Some(default) = self.forward.column.default.as_ref().filter(|_| self.forward.default.is_none())
        {
            cautions.push(format!(
                "the default {default} gives each row its own value: until the last step new code that writes an \
                 explicit NULL into {} gets the default instead",
                self.to
            ));
        }
        let mentions = |f: &&altimeter_catalog::Function| f.mentions.iter().any(|m| m == self.from);
        for function in self.forward.context.catalog.functions.iter().filter(mentions) {
            cautions.push(format!(
                "the body of {} speaks of {}: if it means this column, it is old code too",
                function.name, self.from
            ));
        }
        if self.table.kind == TableKind::PartitionedTable {
            cautions.push(format!(
                "{} is partitioned: {} gets no index before the last step",
                self.table.name, self.to
            ));
        }
        cautions
    }
}
