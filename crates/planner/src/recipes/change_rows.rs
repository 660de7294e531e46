//! Rows are deleted, or columns of theirs set, many at a time: in batches by the key, and kept beside until nobody wants
//! them back.
//!
//! What foreign keys would delete or set along is done first, by batches of its own; so the batches of the table itself
//! touch nothing else, and what went along is kept too. The way back copies the kept rows, or puts the kept values where
//! nobody has written others since.

use altimeter_analysis::Severity;
use altimeter_catalog::{
    Change, Check, Column, DetachMode, DropTarget, IndexDefinition, IndexKey, Name, PartitionChange,
    RelationWord, RowsStatement, Sweep, SweepWork, Table, TableKind, Volatility,
};

use super::add_index::OLD_TRANSACTION_S;
use crate::draft::{Draft, DraftAlternative, DraftStep};
use crate::plan::{PhaseKind, PlanError, Road};
use crate::recipe::{Recipe, RecipeContext, batch_of, fired_by, refuse};
use crate::referencing::{self, OnDelete, Reference};
use crate::text::one_line;

pub(crate) struct ChangeRows;

impl Recipe for ChangeRows {
    fn draft(&self, context: &RecipeContext<'_>, change: &Change) -> Option<Result<Draft, PlanError>> {
        let Change::Written { sql, changes } = change else { return None };
        let [Change::Rows(_)] = changes.as_slice() else { return None };
        let read = context.engine.rows_statement(context.catalog, sql).map_err(|why| {
            refuse(
                format!("`{}` changes rows in one transaction, and cannot be done in batches: {why}", one_line(sql)),
                "ask for a DELETE or UPDATE of one table with a condition over its own columns; --zero-downtime false plans \
                 the plain statement, with what it costs",
            )
        });
        Some(read.and_then(|statement| draft(context, &statement)))
    }
}

fn draft(context: &RecipeContext<'_>, asked: &RowsStatement) -> Result<Draft, PlanError> {
    let table = context.table(&asked.table)?;
    refuse_what_cannot_be_swept(context, table, asked)?;
    let by = |keeps: bool| {
        let mut plan = Plan {
            context,
            keeps,
            draft: Draft { road: Some(if keeps { Road::Copy } else { Road::Discard }), ..Draft::default() },
            room: Vec::new(),
            kept: Vec::new(),
            built: Vec::new(),
        };
        match &asked.set {
            None => plan.delete(table, asked.condition.as_deref())?,
            Some(set) => plan.set(table, set, asked.condition.as_deref())?,
        }
        Ok(plan.finished())
    };
    let keeps = context.prefer != Some(Road::Discard);
    let mut draft: Draft = by(keeps)?;
    // Where nothing can be done without what is kept, there is no such road.
    draft.alternatives.extend(by(!keeps).ok().map(|other| other_road(&other, !keeps)));
    Ok(draft)
}

/// The road that keeps, or the one that does not, where the other was taken.
fn other_road(draft: &Draft, keeps: bool) -> DraftAlternative {
    let (title, why_not) = match keeps {
        true => ("keep what was there in a table beside", "nothing shall be kept"),
        false => (
            "keep nothing",
            "what was deleted or overwritten then comes back from a dump only; it writes about half as much",
        ),
    };
    DraftAlternative {
        title: title.to_owned(),
        road: draft.road,
        why_not: why_not.to_owned(),
        asks_of_application: "nothing".to_owned(),
        risk: None,
        changes: draft.steps.iter().flat_map(|s| &s.up).cloned().collect(),
    }
}

fn refuse_what_cannot_be_swept(
    context: &RecipeContext<'_>,
    table: &Table,
    asked: &RowsStatement,
) -> Result<(), PlanError> {
    let name = &table.name;
    key_of(context, table)?;
    if context.catalog.heirs_of(name).next().is_some() && table.kind != TableKind::PartitionedTable {
        return Err(refuse(
            format!("other tables inherit from {name}, and their rows have keys of their own"),
            "ask for each of the tables by itself",
        ));
    }
    if let Some(rule) = table.rules.first() {
        return Err(refuse(
            format!("the rule {} of {name} does something else instead, or beside it", rule.name),
            "drop the rule first, or make the change as the rule would have it",
        ));
    }
    if let Some(condition) = &asked.condition
        && context.engine.volatility(context.catalog, condition) == Volatility::Volatile
    {
        return Err(refuse(
            format!("{condition} is true of other rows each time it is asked"),
            "put the keys of the rows you mean into a table, and ask for those",
        ));
    }
    let values = asked.set.iter().flatten().map(|(_, value)| value);
    for expression in asked.condition.iter().chain(values) {
        // A subquery reads columns of its own.
        if expression.to_lowercase().contains("select") {
            continue;
        }
        let read = context.engine.columns_of(expression);
        let is_own = |c: &&String| table.column(c).is_some() || **c == name.name || **c == name.schema;
        if let Some(unknown) = read.iter().find(|c| !is_own(c)) {
            return Err(refuse(format!("{name} has no column {unknown}"), "correct the statement"));
        }
    }
    for (column, _) in asked.set.iter().flatten() {
        let found = context.column(table, column)?;
        if found.generated.is_some() {
            return Err(refuse(
                format!("{column} of {name} is computed by the server"),
                "change what it is computed from",
            ));
        }
        let key = table.walking_key().unwrap_or_default();
        if key.contains(column) || table.partition_columns.contains(column) {
            return Err(refuse(
                format!(
                    "{column} is part of the key rows of {name} are walked by, or decides their partition"
                ),
                "--zero-downtime false plans the plain statement, with what it costs",
            ));
        }
        if let Some((other, _)) = context.reference_to(name, column) {
            return Err(refuse(
                format!("{} references {column} of {name}: its rows would have to follow", other.name),
                "drop that foreign key first, and add it again afterwards; both can be planned",
            ));
        }
    }
    Ok(())
}

fn key_of(context: &RecipeContext<'_>, table: &Table) -> Result<Vec<String>, PlanError> {
    let no_key = |_| {
        refuse(
            format!("{} has no key to walk its rows by, so it cannot be done in batches", table.name),
            "add a primary key, or a unique index over NOT NULL columns; or take --zero-downtime false: one statement, with \
             what it costs",
        )
    };
    let key = context.walking_key(table).map_err(no_key)?;
    let deferrable = table.constraints.iter().find(|c| c.deferrable && c.columns == key);
    match deferrable {
        Some(constraint) => Err(refuse(
            format!(
                "the key {} of {} is deferrable: kept rows cannot be told by it",
                constraint.name, table.name
            ),
            "make it NOT DEFERRABLE, or add another unique index over NOT NULL columns",
        )),
        None => Ok(key),
    }
}

/// The steps while they are made.
struct Plan<'a> {
    context: &'a RecipeContext<'a>,
    /// Whether what was there is kept beside.
    keeps: bool,
    draft: Draft,
    /// The steps that make room: indexes, tables for what is kept.
    room: Vec<DraftStep>,
    /// The tables that hold what is kept.
    kept: Vec<Name>,
    /// Indexes that the plan needs and takes away again.
    built: Vec<IndexDefinition>,
}

impl Plan<'_> {
    fn kept_name(&self, table: &Table, beside: &str) -> Name {
        table.name.sibling(self.context.name(&format!("altimeter_kept_{}{beside}", table.name.name)))
    }

    /// A table for what is kept, empty.
    fn keep(
        &mut self,
        table: &Table,
        kept: &Name,
        columns: &[Column],
        key: &[String],
    ) -> Result<(), PlanError> {
        if !self.keeps {
            return Ok(());
        }
        let why = format!(
            "what a step takes from {} goes there, in the same transaction: the way back has it",
            table.name
        );
        let mut step =
            DraftStep::sql(PhaseKind::Expand, format!("a table for what is kept: {}", kept.name), why);
        let plain = |c: &Column| Column {
            name: c.name.clone(),
            type_name: c.type_name.clone(),
            collation: c.collation.clone(),
            not_null: key.contains(&c.name),
            ..Column::default()
        };
        let columns: Vec<Column> = columns.iter().map(plain).collect();
        let made =
            self.context.engine.table_of(self.context.catalog, kept, &columns, key).ok_or_else(|| {
                refuse(
                    format!("a table like {} cannot be made beside it", table.name),
                    "--zero-downtime false plans the plain statement, with what it costs",
                )
            })?;
        step.before.push(Check::NameFree { name: kept.clone() });
        step.up.push(made);
        step.down.push(drop_table(kept, true));
        step.after.push(Check::NameTaken { name: kept.clone() });
        self.kept.push(kept.clone());
        self.room.push(step);
        Ok(())
    }

    fn sweep(&self, table: &Name, rows: &Table, key: &[String], work: SweepWork) -> Sweep {
        let (batch_rows, pause_ms) = batch_of(rows);
        Sweep { table: table.clone(), work, key: key.to_vec(), batch_rows, pause_ms }
    }

    fn delete(&mut self, table: &Table, condition: Option<&str>) -> Result<(), PlanError> {
        let references = referencing::to_rows(self.context, &table.name, condition)?;
        for reference in references.iter().filter(|r| r.needs_index()) {
            self.index_for(reference);
        }
        let mut must_not_be = Vec::new();
        for reference in &references {
            must_not_be.extend(self.unbind(table, reference, condition)?);
        }
        let mut step = self.delete_rows(table, condition, "")?;
        step.before.extend(must_not_be);
        self.draft.steps.push(step);
        self.analyse(&table.name);
        let fired = self.fired(table, "DELETE");
        self.draft.cautions.extend(fired);
        let name = &table.name;
        self.draft.cautions.push(format!(
            "the space of the deleted rows is used again by rows to come, and is not given back to the disk; where that is \
             wanted, rewrite {name} afterwards (VACUUM FULL stops everybody; pg_repack and pg_squeeze do not)"
        ));
        self.partitions_instead(table, condition);
        if condition.is_none() && references.is_empty() {
            self.draft.alternatives.push(DraftAlternative {
                title: "empty the table at once (TRUNCATE)".to_owned(),
                road: None,
                why_not:
                    "it stops everybody for a moment, gives the space back, and nothing brings the rows back"
                        .to_owned(),
                asks_of_application: "nothing".to_owned(),
                risk: Some(Severity::High),
                changes: Vec::new(),
            });
        }
        Ok(())
    }

    /// What a foreign key does to the rows that reference those that go, done beforehand; and what must hold before they
    /// go.
    fn unbind(
        &mut self,
        table: &Table,
        reference: &Reference<'_>,
        condition: Option<&str>,
    ) -> Result<Vec<Check>, PlanError> {
        let from = reference.table;
        let beside = format!("_{}", reference.constraint.name);
        let set = match &reference.action {
            OnDelete::Refuses if reference.is_own() => {
                return self.unbind_own(table, reference, condition);
            }
            OnDelete::Refuses => {
                return Ok(vec![Check::NotReferenced {
                    table: from.name.clone(),
                    columns: reference.constraint.columns.clone(),
                    foreign: reference.foreign.clone(),
                    condition: reference.going.clone(),
                }]);
            }
            OnDelete::Cascades => {
                let step = self.delete_rows(from, Some(&reference.condition), &beside)?;
                self.draft.steps.push(step);
                let fired = self.fired(from, "DELETE");
                self.draft.cautions.extend(fired);
                self.draft.cautions.push(format!(
                    "rows of {} go too ({} says ON DELETE CASCADE): they are deleted first. One that begins to \
                     reference a row between the two is deleted by the server and not kept",
                    from.name, reference.constraint.name
                ));
                return Ok(Vec::new());
            }
            OnDelete::SetsNull(columns) => {
                columns.iter().map(|c| (c.clone(), "NULL".to_owned())).collect::<Vec<_>>()
            }
            OnDelete::SetsDefault(columns) => columns
                .iter()
                .map(|c| {
                    let default = from.column(c).and_then(|c| c.default.clone());
                    (c.clone(), default.unwrap_or_else(|| "NULL".to_owned()))
                })
                .collect(),
        };
        let step = self.set_rows(from, &set, Some(&reference.condition), &beside)?;
        self.draft.steps.push(step);
        let fired = self.fired(from, "UPDATE");
        self.draft.cautions.extend(fired);
        Ok(Vec::new())
    }

    /// Rows of one table that reference each other: those that go let go of each other first.
    fn unbind_own(
        &mut self,
        table: &Table,
        reference: &Reference<'_>,
        condition: Option<&str>,
    ) -> Result<Vec<Check>, PlanError> {
        let columns = &reference.constraint.columns;
        let nullable: Vec<(String, String)> = columns
            .iter()
            .filter(|c| table.column(c).is_some_and(|c| !c.not_null))
            .map(|c| (c.clone(), "NULL".to_owned()))
            .collect();
        if nullable.is_empty() || condition.is_none() {
            return Err(refuse(
                format!(
                    "rows of {} reference each other ({}), so they cannot go batch by batch",
                    table.name, reference.constraint.name
                ),
                "delete those that nobody references first, with a condition that says so; or let the column be NULL first",
            ));
        }
        let set = &nullable[..1];
        let beside = format!("_{}", reference.constraint.name);
        let step = self.set_rows(table, set, condition, &beside)?;
        self.draft.steps.push(step);
        Ok(vec![Check::NotReferenced {
            table: table.name.clone(),
            columns: columns.clone(),
            foreign: reference.foreign.clone(),
            condition: reference.going.clone(),
        }])
    }

    fn delete_rows(
        &mut self,
        table: &Table,
        condition: Option<&str>,
        beside: &str,
    ) -> Result<DraftStep, PlanError> {
        let name = &table.name;
        let key = key_of(self.context, table)?;
        let kept = self.kept_name(table, beside);
        let columns: Vec<Column> = table.columns.iter().filter(|c| c.generated.is_none()).cloned().collect();
        let names: Vec<String> = columns.iter().map(|c| c.name.clone()).collect();
        self.keep(table, &kept, &columns, &key)?;
        let work = SweepWork::Delete {
            condition: condition.map(str::to_owned),
            kept: self.keeps.then(|| (kept.clone(), names.clone())),
        };
        let sweep = self.sweep(name, table, &key, work);
        let title = format!("delete {} of {}, in batches", self.number(table, condition), name.name);
        let why = match self.keeps {
            true => {
                "each batch is a short transaction of its own and waits for nobody; what it deletes it keeps"
            }
            false => "each batch is a short transaction of its own and waits for nobody",
        };
        let columns = names.into_iter().map(|c| (c.clone(), c)).collect();
        let back = self.sweep(
            &kept,
            table,
            &key,
            SweepWork::Copy { into: name.clone(), columns, unless: Vec::new() },
        );
        let step = DraftStep::sweep(title, why, sweep.clone());
        Ok(self.checked(step, (table, condition), "the deleted rows", sweep, back))
    }

    /// The step with its checks and its way back, from what is kept; where nothing is, what is lost is said.
    fn checked(
        &self,
        mut step: DraftStep,
        (table, condition): (&Table, Option<&str>),
        taken: &str,
        sweep: Sweep,
        back: Sweep,
    ) -> DraftStep {
        step.before.push(self.counted(&table.name, condition));
        step.after.push(self.nothing_left(table, &sweep, condition));
        if self.keeps {
            step.before.insert(0, Check::NameTaken { name: back.table.clone() });
            step.down.push(Change::Sweep(back));
        } else {
            step.lost_on_return = Some(format!("{taken}: take a dump of them if you may want them back"));
        }
        step
    }

    fn set(
        &mut self,
        table: &Table,
        set: &[(String, String)],
        condition: Option<&str>,
    ) -> Result<(), PlanError> {
        let step = self.set_rows(table, set, condition, "")?;
        self.draft.steps.push(step);
        let columns: Vec<String> = set.iter().map(|(c, _)| c.clone()).collect();
        self.draft.steps.push(analysed(&table.name, &columns));
        let fired = self.fired(table, "UPDATE");
        self.draft.cautions.extend(fired);
        Ok(())
    }

    fn set_rows(
        &mut self,
        table: &Table,
        set: &[(String, String)],
        condition: Option<&str>,
        beside: &str,
    ) -> Result<DraftStep, PlanError> {
        let name = &table.name;
        let key = key_of(self.context, table)?;
        let kept = self.kept_name(table, beside);
        let mut columns: Vec<Column> = key.iter().filter_map(|k| table.column(k).cloned()).collect();
        columns.extend(set.iter().filter_map(|(c, _)| table.column(c).cloned()));
        let after = |(n, (c, _)): (usize, &(String, String))| {
            Some(Column { name: Sweep::kept_after(n), ..table.column(c)?.clone() })
        };
        columns.extend(set.iter().enumerate().filter_map(after));
        self.keep(table, &kept, &columns, &key)?;
        let names: Vec<String> = set.iter().map(|(c, _)| c.clone()).collect();
        if !self.keeps && self.changes_each_time(set) {
            return Err(refuse(
                format!(
                    "setting {} a second time gives another value: which rows are done is known by what is kept of them",
                    names.join(", ")
                ),
                "leave --prefer out: the values from before are kept until you drop them",
            ));
        }
        let work = SweepWork::Set {
            set: set.to_vec(),
            condition: condition.map(str::to_owned),
            kept: self.keeps.then(|| kept.clone()),
            once: self.changes_each_time(set),
        };
        let sweep = self.sweep(name, table, &key, work);
        let number = self.number(table, condition);
        let title = format!("set {} in {number} of {}, in batches", names.join(", "), name.name);
        let why = match self.keeps {
            true => {
                "each batch is a short transaction of its own and waits for nobody; the values from before are kept, and those \
                 it wrote, so that the way back touches no row that somebody has changed since"
            }
            false => "each batch is a short transaction of its own and waits for nobody",
        };
        let back = self.sweep(&kept, table, &key, SweepWork::SetBack { into: name.clone(), columns: names });
        let step = DraftStep::sweep(title, why, sweep.clone());
        Ok(self.checked(step, (table, condition), "the values from before", sweep, back))
    }

    /// Whether setting a row a second time could give it another value: then each row is set once, and is known by what
    /// is kept of it.
    fn changes_each_time(&self, set: &[(String, String)]) -> bool {
        const MOVING: [&str; 4] = ["current_", "localtime", "session_user", "("];
        let reads_set = |value: &String| {
            let read = self.context.engine.columns_of(value);
            set.iter().any(|(column, _)| read.contains(column))
        };
        let moves = |value: &String| MOVING.iter().any(|w| value.to_lowercase().contains(w));
        set.iter().any(|(_, value)| reads_set(value) || moves(value))
    }

    fn number(&self, table: &Table, condition: Option<&str>) -> String {
        match self.context.engine.rows_matched(self.context.catalog, &table.name, condition) {
            Some((fewest, _, most)) if fewest >= most => format!("about {most:.0} rows"),
            Some((fewest, likely, most)) if fewest > 0.0 => {
                format!("about {likely:.0} rows ({fewest:.0} to {most:.0})")
            }
            Some((_, _, most)) => format!("up to {most:.0} rows"),
            None => "an unknown number of rows".to_owned(),
        }
    }

    /// Counts the rows before; more than the table was thought to have means that the statistics are not to be trusted.
    fn counted(&self, table: &Name, condition: Option<&str>) -> Check {
        Check::RowsWhere { table: table.clone(), condition: condition.map(str::to_owned), at_most: None }
    }

    /// Nothing is left to do of what was there. Rows that match and came meanwhile are only counted, where they cannot be
    /// told from the others: where keys are not counted up, or time alone makes rows match.
    fn nothing_left(&self, table: &Table, sweep: &Sweep, condition: Option<&str>) -> Check {
        let RecipeContext { engine, catalog, .. } = self.context;
        let lower = condition.unwrap_or_default().to_lowercase();
        let moves = lower.contains("now(") || lower.contains("current_") || lower.contains("localtime");
        let counted_up = |k: &String| {
            table.column(k).is_some_and(|c| {
                let whole = matches!(c.type_name.as_str(), "smallint" | "integer" | "bigint");
                whole && (c.identity.is_some() || self.context.own_value_a_row(c))
            })
        };
        let behind = (!moves && sweep.key.iter().all(counted_up)).then(|| engine.left_behind(catalog, sweep));
        let table = sweep.table.clone();
        match behind.flatten() {
            Some(condition) => Check::RowsWhere { table, condition: Some(condition), at_most: Some(0) },
            None => Check::RowsWhere { table, condition: engine.still_to_do(catalog, sweep), at_most: None },
        }
    }

    fn index_for(&mut self, reference: &Reference<'_>) {
        let (table, columns) = (reference.table, &reference.constraint.columns);
        let listed = columns.join(", ");
        if !referencing::can_be_indexed(table) {
            self.draft.cautions.push(format!(
                "no index serves ({listed}) of {}, and none can be built on a partitioned table in one step: for each row \
                 that is deleted the server reads all of it. Ask for an index on {} ({listed}) first",
                table.name, table.name
            ));
            return;
        }
        let index = IndexDefinition {
            name: self.context.name(&format!("altimeter_{}_{}", table.name.name, columns.join("_"))),
            table: table.name.clone(),
            method: "btree".to_owned(),
            keys: columns.iter().map(IndexKey::column).collect(),
            ..IndexDefinition::default()
        };
        if self.built.contains(&index) {
            return;
        }
        let why = "for each row that is deleted the server looks for rows that reference it; without an index it reads all of \
                   them each time";
        let title = format!("index {} ({listed}), concurrently", table.name);
        let mut step = DraftStep::sql(PhaseKind::Expand, title, why);
        let name = table.name.sibling(&index.name);
        step.before.push(Check::NameFree { name: name.clone() });
        step.before.push(Check::NoTransactionOlderThan { seconds: OLD_TRANSACTION_S });
        step.up.push(Change::CreateIndex { index: index.clone(), concurrently: true, if_not_exists: false });
        step.down.push(Change::DropIndex { index: name.clone(), concurrently: true, if_exists: true });
        step.after.push(Check::IndexValid { index: name });
        self.room.push(step);
        self.draft.cautions.push(format!(
            "{} ({listed}) has no index, which every deletion of a referenced row needs: consider keeping the one the plan \
             builds",
            table.name
        ));
        self.built.push(index);
    }

    fn analyse(&mut self, table: &Name) {
        self.draft.steps.push(analysed(table, &[]));
    }

    fn fired(&self, table: &Table, event: &str) -> Option<String> {
        let fired = fired_by(table, event);
        (!fired.is_empty()).then(|| {
            let back = if event == "DELETE" {
                "; those for INSERT fire on the way back"
            } else {
                ", and on the way back"
            };
            format!("{} fires for every row of {} that is changed{back}", fired.join(", "), table.name)
        })
    }

    /// Partitions all of whose rows go can go themselves.
    fn partitions_instead(&mut self, table: &Table, condition: Option<&str>) {
        let Some(condition) = condition.filter(|_| table.kind == TableKind::PartitionedTable) else { return };
        let RecipeContext { engine, catalog, .. } = self.context;
        let whole = |p: &&Table| {
            let bound = p.partition_bound.as_deref().unwrap_or_default();
            let given = engine.bound_as_condition(catalog, &table.name, bound);
            p.partition_of.as_ref() == Some(&table.name)
                && given.is_some_and(|g| engine.follows(&g, condition))
        };
        let partitions: Vec<&Table> = catalog.partitions_of(&table.name).into_iter().filter(whole).collect();
        if partitions.is_empty() {
            return;
        }
        let named: Vec<String> = partitions.iter().map(|p| p.name.to_string()).collect();
        let mode = if catalog.server.major() >= 14 { DetachMode::Concurrently } else { DetachMode::Plain };
        let detach = |p: &&Table| {
            Change::Partition(PartitionChange::Detach {
                parent: table.name.clone(),
                child: p.name.clone(),
                mode,
            })
        };
        self.draft.alternatives.push(DraftAlternative {
            title: format!("detach the partitions that go whole, then drop them: {}", named.join(", ")),
            road: None,
            why_not: "it takes milliseconds and gives the space back, where these partitions are all that shall go; rows in \
                      others that the condition matches stay"
                .to_owned(),
            asks_of_application: "nothing".to_owned(),
            risk: None,
            changes: partitions.iter().map(detach).collect(),
        });
    }

    fn finished(mut self) -> Draft {
        self.draft.steps.splice(0..0, std::mem::take(&mut self.room));
        for index in std::mem::take(&mut self.built) {
            let name = index.table.sibling(&index.name);
            let why = "it was built for the deletion only";
            let mut step = DraftStep::sql(PhaseKind::Contract, format!("drop index {}", index.name), why);
            step.up.push(Change::DropIndex { index: name.clone(), concurrently: true, if_exists: false });
            step.down.push(Change::CreateIndex { index, concurrently: true, if_not_exists: false });
            step.after.push(Check::NameFree { name });
            self.draft.steps.push(step);
        }
        if self.kept.is_empty() {
            return self.draft;
        }
        self.draft.steps.push(DraftStep::wait(
            "does anybody miss anything?",
            "what was deleted or overwritten is kept until the next step: wait through a day, a week and a month's end, as \
             your jobs and reports need",
        ));
        let names: Vec<String> = self.kept.iter().map(|k| k.name.clone()).collect();
        let why = "nothing but a dump brings back what was kept once these are gone";
        let title = format!("drop what was kept: {}", names.join(", "));
        let mut step = DraftStep::sql(PhaseKind::Contract, title, why);
        for kept in &self.kept {
            step.before.push(Check::NameTaken { name: kept.clone() });
            step.up.push(drop_table(kept, false));
            step.after.push(Check::NameFree { name: kept.clone() });
        }
        step.lost_on_return =
            Some("what was kept of the rows from before: take a dump of it if you may want it".to_owned());
        self.draft.steps.push(step);
        let kept: Vec<String> = self.kept.iter().map(ToString::to_string).collect();
        self.draft.cautions.push(format!(
            "until the last step {} holds what was there before, readable by its owner only: data that must be gone by a \
             certain day is gone with that step",
            kept.join(", ")
        ));
        self.draft
    }
}

fn analysed(table: &Name, columns: &[String]) -> DraftStep {
    let why = "the planner goes by how many rows there are and which values they have";
    DraftStep::statistics(PhaseKind::Migrate, &table.name, why, (table, columns.to_vec()))
}

fn drop_table(name: &Name, if_exists: bool) -> Change {
    Change::drop_one(DropTarget::Relation { word: RelationWord::Table, name: name.clone() }, if_exists)
}
