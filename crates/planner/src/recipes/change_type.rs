//! A column gets another type under its name.
//!
//! Where the server only notes the new type, it is one short statement. Everywhere else it would write the table anew,
//! or read it, with everybody locked out. Instead a new column follows the old one through the conversion, is filled
//! and gets all that hangs on the old one, and in one short transaction the two change names. From there on the old
//! column follows the new one, so that going back loses nothing, until it is dropped.

use altimeter_catalog::{
    Backfill, BackfillValue, Change, Check, Column, ColumnAction, ConstraintDefinition, ConstraintKind,
    Converts, DropTarget, Effect, FunctionBody, FunctionDefinition, Name, ObjectChange, Table, TableKind,
};

use super::add_column::prove_not_null;
use super::add_index::OLD_TRANSACTION_S;
use crate::dependants::Dependants;
use crate::draft::{Draft, DraftAlternative, DraftStep};
use crate::materialized::{Beside, Reads};
use crate::plan::{PhaseKind, PlanError};
use crate::recipe::{Recipe, RecipeContext, batch_of, refuse};
use crate::stand_in::{Follower, StandIn, drop_statistics};
use crate::subscribers;

pub(crate) struct ChangeType;

impl Recipe for ChangeType {
    fn draft(&self, context: &RecipeContext<'_>, change: &Change) -> Option<Result<Draft, PlanError>> {
        let Change::AlterColumn { table, column, action } = change else { return None };
        let ColumnAction::Type { type_name, collation, using } = action else { return None };
        let wanted = Wanted { type_name, collation: collation.as_ref(), using: using.as_deref() };
        Some(draft(context, change, table, column, &wanted))
    }
}

/// What materialized views read.
const READS: Reads = Reads { old: "the old column", new: "the new column", back: "the way to the old type" };

/// What the column shall be.
struct Wanted<'a> {
    type_name: &'a str,
    collation: Option<&'a String>,
    using: Option<&'a str>,
}

fn draft(
    context: &RecipeContext<'_>,
    change: &Change,
    name: &Name,
    column: &str,
    wanted: &Wanted<'_>,
) -> Result<Draft, PlanError> {
    let table = context.table(name)?;
    let found = context.column(table, column)?;
    subscribers::refuse_what_lists(context, name, column)?;
    let dependants = Dependants::of_column(context, name, column)?;
    let bare = dependants.without(context.catalog);
    let effect = effect(&context.on(&bare), change);
    if let Some(reason) = effect.fails.as_ref().or(effect.not_analysed.as_ref()) {
        let needed = bare.needs_column(name, column);
        let all = if needed.len() > 1 { format!(" ({})", needed.join(", ")) } else { String::new() };
        return Err(refuse(format!("the server refuses it: {reason}{all}"), instead(context, found, wanted)));
    }
    if is_free(&effect) && dependants.materialized.is_empty() {
        return noted(context, change, table, found, wanted, &dependants);
    }
    refuse_what_cannot_be_moved(context, table, found)?;
    Retype::new(context, table, found, wanted, dependants)?.draft()
}

fn effect(context: &RecipeContext<'_>, change: &Change) -> Effect {
    let sql = context.engine.print(context.catalog, change);
    let statement = context.engine.parse(context.catalog, &sql).statements.pop().unwrap_or_default();
    context.engine.effect(context.catalog, &statement)
}

fn is_free(effect: &Effect) -> bool {
    effect.rewrites.is_empty() && effect.scans.is_empty() && effect.index_builds.is_empty()
}

/// What to do about a change of type the server refuses.
fn instead(context: &RecipeContext<'_>, column: &Column, wanted: &Wanted<'_>) -> String {
    let casting = context.engine.casting(context.catalog, &column.type_name, wanted.type_name);
    match casting {
        Some(casting) if casting.must_be_said && wanted.using.is_none() => {
            let quoted = context.engine.replace_column("x", "x", &column.name);
            format!("say how: USING {}", context.engine.cast(&quoted, wanted.type_name))
        }
        _ => "take away first what stands in the way, and make it again afterwards; or add a column under \
              another name and let the application move to it"
            .to_owned(),
    }
}

fn refuse_what_cannot_be_moved(
    context: &RecipeContext<'_>,
    table: &Table,
    column: &Column,
) -> Result<(), PlanError> {
    let name = &table.name;
    let of = |columns: &[String]| columns.contains(&column.name);
    if column.generated.is_some() {
        return Err(refuse(
            format!("{} is a generated column: its values are its expression's", column.name),
            "add another generated column with the new type, move the application to it, drop this one",
        ));
    }
    let place = StandIn { context, table, name: &column.name, dependants: Dependants::default() };
    let sequence = place.identity_sequence().map(|s| s.options);
    if column.identity.is_some() && !matches!(sequence, Some(Some(_))) {
        return Err(refuse(
            format!("how the sequence of the identity column {} counts is not known", column.name),
            "inspect the database again with this version of Altimeter",
        ));
    }
    let related = table.partition_of.is_some()
        || !table.inherits.is_empty()
        || context.catalog.tables.iter().any(|t| t.inherits.contains(name));
    if related {
        return Err(refuse(
            format!("{name} is a partition or has to do with inheritance: its columns follow its parent's"),
            "change the type of the column on the topmost parent",
        ));
    }
    if let Some(statistics) = table.statistics.iter().find(|s| of(&s.columns) && s.definition.is_none()) {
        return Err(refuse(
            format!("what the statistics {} count is not known", statistics.name),
            "inspect the database again with this version of Altimeter, when no schema change is under way",
        ));
    }
    if let Some(index) = table.indexes.iter().find(|i| !i.valid && i.reads.contains(&column.name)) {
        return Err(refuse(
            format!("the index {} is invalid", index.definition.name),
            "drop it, or build it again with REINDEX INDEX CONCURRENTLY",
        ));
    }
    let identifying = table.replica_identity.strip_prefix("using index ");
    let identifies = table
        .indexes
        .iter()
        .any(|i| Some(i.definition.name.as_str()) == identifying && i.reads.contains(&column.name));
    if identifies && !column.not_null {
        return Err(refuse(
            format!("the replica identity of {name} has {}, which may be NULL", column.name),
            "choose another replica identity first",
        ));
    }
    let excluded = |k: ConstraintKind| matches!(k, ConstraintKind::Exclusion | ConstraintKind::Trigger);
    if let Some(constraint) = table.constraints.iter().find(|c| excluded(c.kind) && of(&c.columns)) {
        return Err(refuse(
            format!(
                "{} is an exclusion constraint over {}: none is made from an index",
                constraint.name, column.name
            ),
            "drop it first; that an exclusion holds can only be had by building it with writes locked out",
        ));
    }
    for (from, constraint) in context.catalog.referencing(name) {
        if !constraint.foreign.as_ref().is_some_and(|f| of(&f.columns)) {
            continue;
        }
        if from.name == *name && of(&constraint.columns) {
            return Err(refuse(
                format!("the foreign key {} references {} from itself", constraint.name, column.name),
                "drop it first, and add it again afterwards, NOT VALID and then validated",
            ));
        }
        if from.kind == TableKind::PartitionedTable && context.catalog.server.major() < 18 {
            return Err(refuse(
                format!(
                    "{} is partitioned and references {}: before version 18 no foreign key of it can be NOT VALID",
                    from.name, column.name
                ),
                "drop the foreign key first, and add it again partition by partition afterwards",
            ));
        }
    }
    let bound = table.indexes.iter().any(|i| i.reads.contains(&column.name));
    if table.kind == TableKind::PartitionedTable && bound {
        return Err(refuse(
            format!("{name} is partitioned and has an index over {}", column.name),
            "a plan that builds it partition by partition is not made yet",
        ));
    }
    Ok(())
}

/// One statement that the server only notes.
fn noted(
    context: &RecipeContext<'_>,
    change: &Change,
    table: &Table,
    column: &Column,
    wanted: &Wanted<'_>,
    dependants: &Dependants,
) -> Result<Draft, PlanError> {
    let name = &table.name;
    let mut after = context.catalog.clone();
    after.apply(change).map_err(|e| refuse(e.to_string(), ""))?;
    let context_after = context.on(&after);
    let back = Change::AlterColumn {
        table: name.clone(),
        column: column.name.clone(),
        action: ColumnAction::Type {
            type_name: column.type_name.clone(),
            collation: column.collation.clone(),
            using: None,
        },
    };
    let mut draft = Draft { cautions: dependants.caution().into_iter().collect(), ..Draft::default() };
    let why =
        "the values stay as they are on disk: the server only notes the new type, and no index is built anew";
    let mut step =
        DraftStep::sql(PhaseKind::Migrate, format!("{} becomes {}", column.name, wanted.type_name), why);
    step.up.push(around(dependants, change.clone()));
    if !dependants.is_empty() {
        step.why = format!(
            "{why}; what reads the column is made again in the same transaction: {}",
            dependants.in_words()
        );
    }
    let bare_after = dependants.without(&after);
    if is_free(&effect(&context.on(&bare_after), &back)) {
        step.down.push(around(dependants, back));
    } else {
        let reverse =
            Wanted { type_name: &column.type_name, collation: column.collation.as_ref(), using: None };
        let (table, found) = after
            .table(name)
            .and_then(|t| Some((t, t.column(&column.name)?)))
            .ok_or_else(|| refuse(format!("there is no table {name}"), ""))?;
        refuse_what_cannot_be_moved(&context_after, table, found)?;
        step.down = Retype::new(&context_after, table, found, &reverse, dependants.clone())?.at_once()?;
        step.lost_on_return = Some(format!(
            "the place of {} among the columns, and values that {} has no room for: the way back makes a new column of \
             the old type at the table's end, without locking anybody out, and fails while there is such a value",
            column.name, column.type_name
        ));
    }
    draft.steps.push(step);
    draft.steps.push(DraftStep::deploy(
        PhaseKind::Migrate,
        format!("deploy: {} is {}", column.name, wanted.type_name),
        "values only the new type has room for are refused until it is there",
        format!(
            "may write what {} has room for to {} of {name} from here on; a prepared statement that returns the column \
             fails once in each session (`cached plan must not change result type`): see that the driver prepares it again",
            wanted.type_name, column.name
        ),
    ));
    Ok(draft)
}

/// A change between the dropping and making again of what stands in its way.
fn around(dependants: &Dependants, change: Change) -> Change {
    if dependants.is_empty() {
        return change;
    }
    let mut changes = dependants.dropped();
    changes.push(change);
    changes.extend(dependants.made_again());
    Change::Together(changes)
}

/// A change of type by a column that takes the other's place.
struct Retype<'a> {
    context: &'a RecipeContext<'a>,
    table: &'a Table,
    column: &'a Column,
    type_name: &'a str,
    place: StandIn<'a>,
    /// The column of the new type, until it bears the name.
    new: Follower,
    /// The column of the old type, from then on.
    old: Follower,
    /// The function that says which values convert; none where all do.
    test: Option<Change>,
    /// The conversion is more than a cast: whether the way back undoes it is asked of the rows.
    round_trip: Option<String>,
    /// The key rows are walked by.
    key: Vec<String>,
    /// Materialized views that read the column.
    beside: Vec<Beside>,
}

impl<'a> Retype<'a> {
    fn new(
        context: &'a RecipeContext<'a>,
        table: &'a Table,
        column: &'a Column,
        wanted: &Wanted<'a>,
        dependants: Dependants,
    ) -> Result<Self, PlanError> {
        let name = &table.name;
        let engine = context.engine;
        let quoted = engine.replace_column("x", "x", &column.name);
        let forward = wanted.using.unwrap_or(&quoted).to_owned();
        if engine.columns_of(&forward) != [column.name.clone()] {
            return Err(refuse(
                format!("USING {forward} does not read {} alone", column.name),
                "a column that is made of others is added, filled and used under a name of its own",
            ));
        }
        let there = engine.casting(context.catalog, &column.type_name, wanted.type_name);
        let Some(and_back) = engine.casting(context.catalog, wanted.type_name, &column.type_name) else {
            return Err(refuse(
                format!(
                    "no value of {} becomes one of {}, so there is no way back",
                    wanted.type_name, column.type_name
                ),
                "add a column under another name and let the application move to it",
            ));
        };
        let kind = Using::of(&forward, &quoted);
        let zoned = kind == Using::Zone;
        let may_fail = !zoned && (kind == Using::Other || there.is_none_or(|c| c.may_fail));
        let back = match kind {
            Using::Zone => forward.clone(),
            _ if and_back.must_be_said => engine.cast(&quoted, &column.type_name),
            _ => quoted.clone(),
        };
        let free = |wanted: String| {
            if table.column(&wanted).is_some() {
                return Err(refuse(
                    format!("{name} has a column {wanted}, which the plan needs for itself"),
                    "rename that column, or drop it if it is left over from an earlier plan",
                ));
            }
            Ok(wanted)
        };
        let test_name =
            name.sibling(context.name(&format!("altimeter_{}_{}_converts", name.name, column.name)));
        let test = may_fail.then(|| {
            Change::CreateFunction(FunctionDefinition {
                name: test_name,
                body: FunctionBody::Converts(Converts {
                    column: column.name.clone(),
                    from: without_length(&column.type_name),
                    to: wanted.type_name.to_owned(),
                    value: forward.clone(),
                }),
                or_replace: false,
            })
        });
        let new = Follower {
            name: free(context.name(&format!("altimeter_{}", column.name)))?,
            column: Column {
                type_name: wanted.type_name.to_owned(),
                collation: wanted.collation.cloned(),
                statistics: None,
                ..column.clone()
            },
            value: forward,
            may_fail,
            suffix: "",
        };
        let old = Follower {
            name: free(context.name(&format!("altimeter_{}_old", column.name)))?,
            column: column.clone(),
            may_fail: !zoned && and_back.may_fail,
            value: back,
            suffix: "_old",
        };
        let round_trip = (kind == Using::Other).then(|| {
            let back = engine.replace_column(&old.value, &column.name, &new.name);
            let back = engine.cast(&back, &column.type_name);
            engine.put_for_column(&new.value, &column.name, &back)
        });
        Ok(Self {
            context,
            table,
            column,
            type_name: wanted.type_name,
            beside: dependants
                .materialized
                .iter()
                .map(|v| Beside::new(context, v, READS))
                .collect::<Result<_, _>>()?,
            place: StandIn { context, table, name: &column.name, dependants },
            new,
            old,
            test,
            round_trip,
            key: context.walking_key(table)?,
        })
    }

    fn own(&self) -> Name {
        self.table.name.clone()
    }

    fn test_name(&self) -> Option<Name> {
        match &self.test {
            Some(Change::CreateFunction(function)) => Some(function.name.clone()),
            _ => None,
        }
    }

    fn drop_test(&self, if_exists: bool) -> Option<Change> {
        self.test_name()
            .map(|name| Change::drop_one(DropTarget::Routine { name, arguments: None }, if_exists))
    }

    fn converts(&self) -> Option<Check> {
        self.test_name().map(|function| Check::Converts {
            table: self.own(),
            column: self.column.name.clone(),
            type_name: self.type_name.to_owned(),
            function,
        })
    }

    /// What the new column holds, as SQL over the old one; NULL where a value does not convert.
    fn value(&self) -> String {
        match self.test_name() {
            None => self.new.value.clone(),
            Some(function) => {
                let call = self.context.engine.call(&function, &self.place.quoted(&self.column.name));
                format!("CASE WHEN {call} THEN {} END", self.new.value)
            }
        }
    }

    fn fill(&self, follower: &Follower, value: String) -> Backfill {
        let (batch_rows, pause_ms) = batch_of(self.table);
        Backfill {
            table: self.own(),
            column: follower.name.clone(),
            value: BackfillValue::Computed(value),
            key: self.key.clone(),
            batch_rows,
            pause_ms,
        }
    }

    fn follows(&self) -> Check {
        Check::Follows {
            table: self.own(),
            follower: self.new.name.clone(),
            leader: self.column.name.clone(),
            value: self.value(),
        }
    }

    /// That every value of the leader has become one of the follower, as a constraint: from here on a value that does
    /// not is refused, so that none is lost between a check and the swap. Not needed where the follower is NOT NULL.
    fn guard(&self, follower: &Follower) -> Option<(Change, Change, Change)> {
        if !follower.may_fail || follower.column.not_null || self.round_trip.is_some() {
            return None;
        }
        let (leader, quoted) = (self.place.quoted(&self.column.name), self.place.quoted(&follower.name));
        let name = self.context.name(&format!("altimeter_{}_{}_kept", self.table.name.name, follower.name));
        let expression = format!("{leader} IS NULL OR {quoted} IS NOT NULL");
        let constraint = ConstraintDefinition {
            name: Some(name.clone()),
            columns: vec![self.column.name.clone(), follower.name.clone()],
            not_valid: true,
            ..ConstraintDefinition::check(expression)
        };
        let drop = Change::DropConstraint {
            table: self.own(),
            name: name.clone(),
            if_exists: false,
            cascade: false,
        };
        Some((
            Change::AddConstraint { table: self.own(), constraint },
            Change::ValidateConstraint { table: self.own(), name },
            drop,
        ))
    }

    /// NOT NULL and the guard on a follower, and what drops the guard again.
    fn demands(&self, follower: &Follower) -> (Vec<Change>, Vec<Change>) {
        let mut demanded = Vec::new();
        let mut dropped = Vec::new();
        if follower.column.not_null {
            demanded.extend(prove_not_null(self.context, &self.table.name, &follower.name));
        }
        if let Some((add, validate, drop)) = self.guard(follower) {
            demanded.extend([add, validate]);
            dropped.push(drop);
        }
        (demanded, dropped)
    }

    fn draft(&self) -> Result<Draft, PlanError> {
        let mut draft = Draft { cautions: self.cautions(), ..Draft::default() };
        draft.column_order_differs = Some(format!(
            "{} becomes the last column of {}: a new column cannot take another's place in the order. Name the columns \
             in every INSERT, COPY and SELECT that is read by position",
            self.column.name, self.table.name
        ));
        draft.steps.extend(self.test_step());
        draft.steps.push(self.add_step());
        draft.steps.push(self.follow_step()?);
        draft.steps.push(self.fill_step()?);
        draft.steps.push(self.index_step());
        draft.steps.extend(self.condition_step());
        draft.steps.push(self.deploy_step());
        draft.steps.extend(self.demand_step());
        draft.steps.push(self.swap_step()?);
        for view in &self.beside {
            draft.steps.extend([view.build_step(), view.swap_step()]);
            draft.cautions.push(view.caution());
        }
        draft.steps.push(self.wait_step());
        draft.steps.extend(self.beside.iter().map(Beside::drop_step));
        draft.steps.push(self.drop_step()?);
        draft.triggers.push((
            format!("{} no longer follows {}", self.new.name, self.column.name),
            Check::TriggerEnabled { table: self.own(), trigger: self.place.trigger(&self.new)?.name },
            "the trigger is gone or disabled before the columns change names".to_owned(),
        ));
        draft.alternatives = self.roads();
        Ok(draft)
    }

    /// All of it without the application having a say in between: the way back of a change that was only noted.
    fn at_once(&self) -> Result<Vec<Change>, PlanError> {
        let draft = self.draft()?;
        Ok(draft.steps.into_iter().flat_map(|s| s.up).collect())
    }

    fn test_step(&self) -> Option<DraftStep> {
        let (test, drop) = (self.test.clone()?, self.drop_test(true)?);
        let why = format!(
            "not every {} becomes {}: a function says which do, without an error for those that do not",
            self.column.type_name, self.type_name
        );
        let mut step = DraftStep::sql(PhaseKind::Expand, "find values that do not convert", why);
        step.up.push(test);
        step.down.push(drop);
        step.after.extend(self.converts());
        Some(step)
    }

    fn add_step(&self) -> DraftStep {
        let why =
            "the new column stands beside the old one under a name nobody uses; the server only notes it";
        let mut step = DraftStep::sql(PhaseKind::Expand, format!("add column {}", self.new.name), why);
        step.before.push(Check::ColumnMissing { table: self.own(), column: self.new.name.clone() });
        step.up = self.place.add(&self.new);
        step.down.push(self.place.drop(&self.new, true));
        step.after.push(Check::ColumnExists { table: self.own(), column: self.new.name.clone() });
        step
    }

    fn follow_step(&self) -> Result<DraftStep, PlanError> {
        let why = if self.new.may_fail {
            "from here on every written row holds the value in both types; one that does not convert leaves the new column \
             NULL, and its writer is not refused"
        } else {
            "from here on every written row holds the value in both types"
        };
        let trigger = self.place.trigger(&self.new)?;
        let mut step = DraftStep::sql(PhaseKind::Expand, "let it follow (trigger)", why);
        step.before.push(Check::TriggerMissing { table: self.own(), trigger: trigger.name.clone() });
        step.after.push(Check::TriggerEnabled { table: self.own(), trigger: trigger.name.clone() });
        step.up = vec![self.place.create_function(&self.new)?, Change::CreateTrigger(trigger)];
        step.down =
            vec![self.place.drop_trigger(&self.new, true)?, self.place.drop_function(&self.new, true)?];
        Ok(step)
    }

    fn fill_step(&self) -> Result<DraftStep, PlanError> {
        let backfill = self.fill(&self.new, self.value());
        let batches = self.table.size.rows.map(|r| (r / f64::from(backfill.batch_rows)).ceil());
        let title = match batches {
            Some(n) if n > 1.0 => format!("backfill, {n:.0} batches"),
            _ => "backfill".to_owned(),
        };
        let why = "rows written before the trigger hold the value only in the old type";
        let mut step = DraftStep::backfill(title, why, backfill);
        let trigger = self.place.trigger(&self.new)?.name;
        step.before.push(Check::TriggerEnabled { table: self.own(), trigger });
        step.after.push(self.follows());
        if let Some(value) = &self.round_trip {
            step.after.push(Check::Follows {
                table: self.own(),
                follower: self.new.name.clone(),
                leader: format!("itself, taken back to {} and converted again", self.column.type_name),
                value: value.clone(),
            });
        }
        Ok(step)
    }

    fn index_step(&self) -> DraftStep {
        let indexes = self.place.build_indexes(&self.new);
        let statistics = self.place.build_statistics(&self.new);
        let title = if indexes.is_empty() {
            format!("statistics of {}", self.new.name)
        } else {
            format!("index {}, concurrently", self.new.name)
        };
        let why = "what the old column is looked up by must be there for the new one when the names change";
        let mut step = DraftStep::sql(PhaseKind::Migrate, title, why);
        if !indexes.is_empty() {
            step.before.push(Check::NoTransactionOlderThan { seconds: OLD_TRANSACTION_S });
        }
        for change in &indexes {
            let Change::CreateIndex { index, .. } = change else { continue };
            let name = index.table.sibling(&index.name);
            let drop = Change::DropIndex { index: name.clone(), concurrently: true, if_exists: true };
            step.down.insert(0, drop);
            step.before.push(Check::NameFree { name: name.clone() });
            step.after.push(Check::IndexValid { index: name });
        }
        step.up = indexes;
        for change in &statistics {
            if let Change::Object(ObjectChange::CreateStatistics { statistics, .. }) = change {
                step.down.insert(0, drop_statistics(&statistics.name, true));
            }
        }
        // Statistics over several columns are counted with all of these.
        let columns = if statistics.is_empty() { vec![self.new.name.clone()] } else { Vec::new() };
        step.up.extend(statistics);
        step.up.push(Change::Analyze { table: self.own(), columns });
        step
    }

    fn condition_step(&self) -> Option<DraftStep> {
        let mut conditions = self.place.build_conditions(&self.new);
        conditions.extend(self.place.build_references(&self.new));
        if conditions.is_empty() {
            return None;
        }
        let why = "each holds for new rows at once, and is then checked on old ones while everybody works on";
        let mut step = DraftStep::sql(PhaseKind::Migrate, format!("constraints of {}", self.new.name), why);
        for change in &conditions {
            match change {
                Change::AddConstraint { table, constraint } => {
                    let (table, name) = (table.clone(), constraint.name.clone().unwrap_or_default());
                    let drop = Change::DropConstraint { table, name, if_exists: true, cascade: false };
                    step.down.insert(0, drop);
                }
                Change::ValidateConstraint { table, name } => {
                    let (table, constraint) = (table.clone(), name.clone());
                    step.after.push(Check::ConstraintValid { table, constraint });
                }
                _ => {}
            }
        }
        step.up = conditions;
        Some(step)
    }

    fn deploy_step(&self) -> DraftStep {
        let (column, name) = (&self.column.name, &self.table.name);
        let (old, new) = (&self.column.type_name, self.type_name);
        let only = if self.new.may_fail {
            format!("; writes nothing that does not convert to {new}")
        } else {
            String::new()
        };
        DraftStep::deploy(
            PhaseKind::Migrate,
            format!("deploy: works with {column} as {old} and as {new}"),
            "the names change in an instant: the same code has to work before and after it",
            format!(
                "reads {column} of {name} as {old} and as {new} (or casts it in the SELECT), and gives parameters compared \
                 with it or written to it a type that works with both, or none; names its columns in every INSERT{only}. A \
                 prepared statement that returns the column uncast fails once in each session after the swap (`cached plan \
                 must not change result type`): see that the driver prepares it again"
            ),
        )
    }

    fn demand_step(&self) -> Option<DraftStep> {
        let (demanded, dropped) = self.demands(&self.new);
        if demanded.is_empty() {
            return None;
        }
        let why = "a value that cannot stand in the new column is refused from here on, as it will be after the swap; old rows \
                   are checked while everybody works on";
        let title = if self.new.column.not_null {
            format!("{} NOT NULL", self.new.name)
        } else {
            "no value may be lost".to_owned()
        };
        let mut step = DraftStep::sql(PhaseKind::Migrate, title, why);
        step.before.extend(self.converts());
        step.before.push(self.follows());
        if self.new.column.not_null {
            step.down.push(Change::DropNotNull { table: self.own(), column: self.new.name.clone() });
            step.after.push(Check::ColumnNotNull { table: self.own(), column: self.new.name.clone() });
        }
        for change in &demanded {
            if let Change::AddConstraint { constraint, .. } = change {
                let name = constraint.name.clone().unwrap_or_default();
                step.down.push(Change::DropConstraint {
                    table: self.own(),
                    name,
                    if_exists: true,
                    cascade: false,
                });
            }
        }
        for change in &dropped {
            if let Change::DropConstraint { name, .. } = change {
                step.after.push(Check::ConstraintValid { table: self.own(), constraint: name.clone() });
            }
        }
        step.up = demanded;
        Some(step)
    }

    fn swap_step(&self) -> Result<DraftStep, PlanError> {
        let (column, new) = (&self.column.name, self.type_name);
        let mut why = format!(
            "in one transaction the new column takes the name {column} and all that hangs on it; the old one follows it under \
             the name {}, and demands nothing",
            self.old.name
        );
        if !self.place.dependants.is_empty() {
            why += &format!(
                "; what reads the column is made again in the same transaction: {}",
                self.place.dependants.in_words()
            );
        }
        let mut step = DraftStep::sql(PhaseKind::Migrate, format!("{column} becomes {new}"), why);
        step.before.extend(self.converts());
        step.before.push(self.follows());
        step.before
            .push(Check::TriggerEnabled { table: self.own(), trigger: self.place.trigger(&self.new)?.name });
        let (_, guards) = self.demands(&self.new);
        step.up.push(self.place.create_function(&self.old)?);
        step.up.push(Change::Together(self.place.swap(&self.new, &self.old, guards)?));
        step.up.push(self.place.drop_function(&self.new, false)?);
        step.after.push(Check::ColumnExists { table: self.own(), column: self.old.name.clone() });
        step.after.push(Check::ColumnMissing { table: self.own(), column: self.new.name.clone() });
        step.after
            .push(Check::TriggerEnabled { table: self.own(), trigger: self.place.trigger(&self.old)?.name });
        step.down = self.place.demanded_again(&self.old);
        let (demanded, guards) = self.demands(&self.old);
        step.down.extend(demanded);
        step.down.push(self.place.create_function(&self.new)?);
        step.down.push(Change::Together(self.place.swap_back(&self.new, &self.old, guards)?));
        if self.place.has_statistics() {
            step.down.push(Change::Analyze { table: self.own(), columns: Vec::new() });
        }
        step.down.extend(self.place.rebuild_keys(&self.new));
        if let Some((add, validate, _)) = self.guard(&self.new) {
            step.down.extend([add, validate]);
        }
        step.down.push(self.place.drop_function(&self.old, false)?);
        Ok(step)
    }

    fn wait_step(&self) -> DraftStep {
        DraftStep::wait(
            "no way back needed?",
            format!(
                "until the next step going back loses nothing that {} has room for; wait until nobody wants to",
                self.column.type_name
            ),
        )
    }

    fn drop_step(&self) -> Result<DraftStep, PlanError> {
        let why = "nobody reads the old column; the server only notes that it is gone";
        let mut step = DraftStep::sql(PhaseKind::Contract, format!("drop {}", self.old.name), why);
        step.before.push(Check::ColumnExists { table: self.own(), column: self.old.name.clone() });
        step.up.push(Change::Together(vec![
            self.place.drop_trigger(&self.old, false)?,
            self.place.drop(&self.old, false),
        ]));
        step.up.push(self.place.drop_function(&self.old, false)?);
        step.up.extend(self.drop_test(false));
        step.after.push(Check::ColumnMissing { table: self.own(), column: self.old.name.clone() });
        step.down.extend(self.test.clone());
        step.down.extend(self.place.add(&self.old));
        step.down.push(self.place.create_function(&self.old)?);
        step.down.push(Change::CreateTrigger(self.place.trigger(&self.old)?));
        step.down.push(Change::Backfill(self.fill(&self.old, self.old.value.clone())));
        step.down.extend(self.place.kept_indexes(&self.old));
        step.down.push(Change::Analyze { table: self.own(), columns: vec![self.old.name.clone()] });
        step.lost_on_return = Some(format!(
            "the old column's place among the columns, and its values as they were written: the way back makes them anew from \
             {}",
            self.type_name
        ));
        Ok(step)
    }

    fn roads(&self) -> Vec<DraftAlternative> {
        let (column, name) = (&self.column.name, &self.table.name);
        let mut roads = vec![DraftAlternative {
            road: None,
            title: format!("a column of type {} under another name", self.type_name),
            why_not: format!("the name {column} is asked for; at the end it would be another"),
            asks_of_application:
                "writes both columns, then reads the new one, then forgets the old one; nothing has to be \
                                  read as two types"
                    .to_owned(),
            risk: None,
            changes: self.place.add(&self.new),
        }];
        let shorter = self.context.engine.narrowing(&self.column.type_name, self.type_name).is_some();
        if let Some(length) = length_of(self.type_name).filter(|_| shorter) {
            let quoted = self.place.quoted(column);
            let expression = format!("length({quoted}) <= {length}");
            let check = self.context.name(&format!("{}_{column}_length", name.name));
            let constraint = ConstraintDefinition {
                name: Some(check.clone()),
                columns: vec![column.clone()],
                not_valid: true,
                ..ConstraintDefinition::check(expression)
            };
            roads.push(DraftAlternative {
                road: None,
                title: format!("keep the type, and a CHECK on the length of {column}"),
                why_not: format!(
                    "the type stays {}: tools that read it from the catalog see the old length",
                    self.column.type_name
                ),
                asks_of_application: "nothing but to write no longer values".to_owned(),
                risk: None,
                changes: vec![
                    Change::AddConstraint { table: name.clone(), constraint },
                    Change::ValidateConstraint { table: name.clone(), name: check },
                ],
            });
        }
        roads
    }

    fn cautions(&self) -> Vec<String> {
        let (column, name) = (&self.column.name, &self.table.name);
        let catalog = self.context.catalog;
        let mut cautions: Vec<String> = self.context.fired_by_backfill(self.table).into_iter().collect();
        cautions.extend(self.place.dependants.caution());
        if let Some(check) = self.converts()
            && let Some(query) = self.context.engine.print_exceptions(catalog, &check)
        {
            cautions.push(format!("values of {column} that do not become {}: `{query}`", self.type_name));
        }
        if self.round_trip.is_some() {
            cautions.push(format!(
                "`{}` is more than a cast. The old column follows with `{}` after the swap; that this undoes it is checked on \
                 all rows after the backfill",
                self.new.value, self.old.value
            ));
        }
        let owned =
            |s: &&altimeter_catalog::Sequence| s.owned_by.as_ref().is_some_and(|o| o.needs(name, column));
        for sequence in catalog
            .sequences
            .iter()
            .filter(owned)
            .filter(|s| s.type_name != self.type_name && self.column.identity.is_none())
        {
            cautions.push(format!(
                "the sequence {} stays {}, as it does with a plain ALTER COLUMN … TYPE: ALTER SEQUENCE … AS {} lets it go on \
                 where that ends",
                sequence.name, sequence.type_name, self.type_name
            ));
        }
        for (from, constraint) in self.place.references() {
            let place = constraint.foreign.iter().flat_map(|f| &f.columns).position(|c| c == column);
            let own = place.and_then(|at| constraint.columns.get(at)).and_then(|c| from.column(c));
            if let Some(own) = own.filter(|c| c.type_name != self.type_name) {
                cautions.push(format!(
                    "{}.{} references {column} and stays {}: ask for it to become {} too, before or after this plan",
                    from.name, own.name, own.type_name, self.type_name
                ));
            }
        }
        let published = |p: &&altimeter_catalog::Publication| p.tables.iter().any(|d| d.on == *name);
        for publication in catalog.publications.iter().filter(published) {
            cautions.push(format!(
                "{name} is published by {}: the columns {} and {} reach its subscribers, who need them while they are there",
                publication.name, self.new.name, self.old.name
            ));
        }
        for function in catalog.functions.iter().filter(|f| f.mentions.iter().any(|m| m == column)) {
            cautions.push(format!(
                "the body of {} speaks of {column}: if it means this column, it has to work with {} and with {}",
                function.name, self.column.type_name, self.type_name
            ));
        }
        cautions
    }
}

/// What a USING is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Using {
    /// The column itself, or casts of it.
    Cast,
    /// The column at a time zone that is named.
    Zone,
    /// Anything else.
    Other,
}

impl Using {
    fn of(expression: &str, column: &str) -> Self {
        let text = expression.trim();
        let text = match text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
            Some(inside) if !inside.contains([')', '(']) => inside.trim(),
            _ => text,
        };
        let Some(rest) = text.strip_prefix(column) else { return Using::Other };
        let zone = rest.trim().to_lowercase();
        let zone = zone.strip_prefix("at time zone").map(str::trim);
        let literal = |z: &str| {
            z.len() > 2
                && z.starts_with('\'')
                && z.find('\'').is_some()
                && z[1..].find('\'') == Some(z.len() - 2)
        };
        if rest.is_empty()
            || rest.trim_start().starts_with("::") && !rest.contains(['\'', '|', '+', '*', '/', '-'])
        {
            Using::Cast
        } else if zone.is_some_and(literal) {
            Using::Zone
        } else {
            Using::Other
        }
    }
}

/// The type without its length or precision, as a function's argument has it.
fn without_length(type_name: &str) -> String {
    match (type_name.find('('), type_name.find(')'), type_name.contains('"')) {
        (Some(from), Some(to), false) if from < to => {
            format!("{}{}", &type_name[..from], &type_name[to + 1..])
        }
        _ => type_name.to_owned(),
    }
}

/// A string type's length.
fn length_of(type_name: &str) -> Option<u32> {
    let rest =
        type_name.strip_prefix("character varying(").or_else(|| type_name.strip_prefix("character("))?;
    rest.strip_suffix(')')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cast_is_told_from_a_calculation() {
        for (using, column, expected) in [
            ("age", "age", "cast"),
            ("age::integer", "age", "cast"),
            ("(age)::numeric(10,2)", "age", "other"),
            ("\"At\" AT TIME ZONE 'Europe/Berlin'", "\"At\"", "zone"),
            ("at AT TIME ZONE 'UTC' AT TIME ZONE 'x'", "at", "other"),
            ("trim(age)::integer", "age", "other"),
            ("age::integer * 100", "age", "other"),
            ("agenda::integer", "age", "other"),
        ] {
            let found = match Using::of(using, column) {
                Using::Cast => "cast",
                Using::Zone => "zone",
                Using::Other => "other",
            };
            assert_eq!(found, expected, "{using}");
        }
        assert_eq!(without_length("timestamp(3) with time zone"), "timestamp with time zone");
    }
}
