//! A draft becomes a plan: every change is printed by the engine, read back, judged on the schema the steps before
//! it leave, and applied.

use std::collections::BTreeSet;

use altimeter_analysis::limits::{self, Budget};
use altimeter_analysis::preflight::{Met, preflight};
use altimeter_analysis::{Capacity, Judged, Severity, Situation, judge};
use altimeter_catalog::{
    Catalog, Change, Check, Engine, Maintenance, Name, ObjectChange, PartitionChange, RelationChange,
    RelationWord, TransactionUse, TriggerDefinition, Unknown,
};

use crate::dependants::with_dependants;
use crate::draft::{Draft, DraftAlternative, DraftStep};
use crate::plan::{
    Alternative, Phase, PhaseKind, Plan, PlanError, PlanSchema, PlannedCheck, PlannedStatement, Road,
    Rollback, RollbackTrigger, Step, Transaction,
};
use crate::recipe::{RecipeContext, refuse};
use crate::recipes::replace_view;
use crate::request::Request;
use crate::uses::{self, Uses};
use crate::{coexistence, combine, comments, direct, partitioning, proof, subscribers, throttle};

/// How long a statement that stops others waits for its lock, in ms: all others wait behind it for that long.
const LOCK_TIMEOUT_MS: u32 = 2_000;

/// How a plan is to be made.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanOptions {
    /// Users and the application notice nothing; else the plain statements, with what they cost.
    pub zero_downtime: bool,
    /// The road to take where several lead there; none for the one that disturbs least.
    pub prefer: Option<Road>,
    /// What people say the server has.
    pub budget: Budget,
    /// Whether estimates keep their arithmetic.
    pub explain: bool,
}

impl Default for PlanOptions {
    fn default() -> Self {
        Self { zero_downtime: true, prefer: None, budget: Budget::default(), explain: false }
    }
}

/// Plans a request for one database. The plan is proved on the simulated schema before it is given out.
///
/// # Errors
/// If a change of it cannot be made this way, with the reason and what to do instead.
pub fn plan_request(
    engine: &dyn Engine,
    catalog: &Catalog,
    request: &Request,
    options: PlanOptions,
) -> Result<Plan, PlanError> {
    let PlanOptions { zero_downtime, prefer, budget, explain } = options;
    let zero_downtime = zero_downtime && prefer != Some(Road::Direct);
    let context = RecipeContext { engine, catalog, prefer };
    let changes = replace_view::settled(&context, &request.changes)?;
    let changes = partitioning::settled(&context, changes);
    let request = &Request { changes, says: request.says.clone() };
    let tables = tables(catalog, &request.changes);
    let uses = uses::find(engine, catalog, &request.changes);
    let (changes, drafts) = match zero_downtime {
        true => {
            let changes = combine::apart(&context, &request.changes);
            let drafts = combine::in_turn(&context, &changes, combine::draft)?;
            (changes, drafts)
        }
        false => {
            let changes: Vec<Change> = plainly(&context, &request.changes).iter().map(plain).collect();
            let drafts = combine::in_turn(&context, &changes, direct::whatever_it_costs)?;
            (changes, drafts)
        }
    };
    if let Some(wanted) = prefer.filter(|p| zero_downtime && !drafts.iter().any(|d| d.road == Some(*p))) {
        return Err(refuse(
            format!("no road by a {} is known for this change", wanted.key()),
            "leave --prefer out: the plan shows the other roads there are",
        ));
    }
    let direct = direct(engine, catalog, &request.changes)?;
    for judged in &direct {
        if let Some(reason) = &judged.effect.fails {
            let sql = direct::one_line(judged);
            return Err(refuse(format!("`{sql}`: {reason}"), "correct the request"));
        }
    }
    // With downtime there is no release whose end is to be seen.
    let ends = uses.as_ref().filter(|_| zero_downtime);
    let prove = |mut draft| {
        throttle::fit(catalog, &mut draft, &budget);
        proved(&context, &request.changes, &tables, draft, ends)
    };
    // Side by side where that is proved, each on the schema there is or on what the ones before it leave; else one change
    // after the other.
    let through_the_phases = |drafts: Vec<Draft>| {
        let proved = prove(combine::merged(drafts)).ok()?;
        let steps = &proved.draft.steps;
        let coexistence = coexistence::check(engine, catalog, &request.changes, &tables, steps).ok()?;
        Some((proved, Some(coexistence)))
    };
    let together = (zero_downtime && changes.len() > 1)
        .then(|| {
            let apart = combine::side_by_side(&context, &changes).and_then(through_the_phases);
            apart.or_else(|| combine::in_order(&drafts).then(|| through_the_phases(drafts.clone())).flatten())
        })
        .flatten();
    let (proved, coexistence) = match together {
        Some(proved) => proved,
        None => {
            let check = || coexistence::check_in_turn(engine, catalog, &changes, &tables, &drafts);
            let coexistence = zero_downtime.then(check).transpose()?;
            (prove(combine::chained(drafts))?, coexistence)
        }
    };
    let mut plan = finish(engine, catalog, request, proved, direct, tables);
    let limits = limits::limits(catalog, &plan.capacity, &budget);
    if !explain {
        let steps = plan.phases.iter_mut().flat_map(|p| &mut p.steps);
        let planned = steps.flat_map(|s| s.up.iter_mut().chain(&mut s.down)).map(|s| &mut s.judged);
        planned.chain(&mut plan.direct).for_each(|j| j.estimate.forget_arithmetic());
    }
    Ok(Plan { uses, coexistence, limits, ..plan })
}

/// The tables the changes are about, each once; an index stands for its table.
fn tables(catalog: &Catalog, changes: &[Change]) -> Vec<Name> {
    let mut tables: Vec<Name> = Vec::new();
    for change in changes.iter().flat_map(Change::parts) {
        let of_index = match change {
            Change::DropIndex { index, .. } => catalog.index(index).map(|(t, _)| &t.name),
            _ => None,
        };
        for name in change.tables().into_iter().chain(of_index) {
            if !tables.contains(name) {
                tables.push(name.clone());
            }
        }
    }
    tables
}

/// A draft, its judged steps, and the schema each of them was proved on.
struct Proved {
    draft: Draft,
    steps: Vec<(PhaseKind, Step)>,
    schema: PlanSchema,
}

fn proved(
    context: &RecipeContext<'_>,
    changes: &[Change],
    tables: &[Name],
    mut draft: Draft,
    uses: Option<&Uses>,
) -> Result<Proved, PlanError> {
    uses.into_iter().for_each(|u| uses::wait_for_the_end(&mut draft, u));
    let concerned = concerned(tables, &draft.steps);
    let steps = steps(context.engine, context.catalog, &draft.steps, &concerned)?;
    proof::reaches(context.catalog, changes, &draft)?;
    draft.cautions.extend(subscribers::cautions(context.catalog, &draft.steps, &steps)?);
    let schema = PlanSchema { before: context.catalog.outline(&concerned), of: concerned };
    Ok(Proved { draft, steps, schema })
}

/// The plain statements, for comparison: as somebody would type them, without `lock_timeout`.
fn direct(engine: &dyn Engine, catalog: &Catalog, changes: &[Change]) -> Result<Vec<Judged>, PlanError> {
    let mut schema = catalog.clone();
    let mut statements = Vec::new();
    for change in plainly(&RecipeContext { engine, catalog, prefer: None }, changes) {
        statements.push(printed(engine, &schema, &plain(&change), None, None)?);
        schema.apply(&change).map_err(|e| refuse(e.to_string(), "correct the request"))?;
    }
    Ok(statements)
}

/// The changes as statements of their own, each with what its dependants need around it.
fn plainly(context: &RecipeContext<'_>, changes: &[Change]) -> Vec<Change> {
    let mut schema = context.catalog.clone();
    let mut all = Vec::new();
    for change in each_alone(changes) {
        let now = context.on(&schema);
        let made = with_dependants(&now, change);
        // What is not possible is said by whoever looks at it next.
        let _ = made.iter().try_for_each(|c| schema.apply(c));
        all.extend(made);
    }
    all
}

/// The changes as statements of their own: what is asked for together in words needs no transaction of its own.
fn each_alone(changes: &[Change]) -> impl Iterator<Item = &Change> {
    changes.iter().flat_map(|change| match change {
        Change::Together(parts) => parts.as_slice(),
        Change::Partition(PartitionChange::Partition(wanted)) if !wanted.plain.is_empty() => {
            wanted.plain.as_slice()
        }
        Change::Reshape(wanted) if !wanted.plain.is_empty() => wanted.plain.as_slice(),
        Change::MoveColumns(wanted) if !wanted.plain.is_empty() => wanted.plain.as_slice(),
        one => std::slice::from_ref(one),
    })
}

/// The change without what a careful person would add.
fn plain(change: &Change) -> Change {
    match change.clone() {
        Change::CreateIndex { index, if_not_exists, .. } => {
            Change::CreateIndex { index, concurrently: false, if_not_exists }
        }
        Change::DropIndex { index, if_exists, .. } => {
            Change::DropIndex { index, concurrently: false, if_exists }
        }
        Change::Maintain(Maintenance::Reindex { target, .. }) => {
            Change::Maintain(Maintenance::Reindex { target, concurrently: false })
        }
        other => other,
    }
}

/// Prints one change, reads the text back and judges it: what is shown is what was judged.
pub(crate) fn printed(
    engine: &dyn Engine,
    catalog: &Catalog,
    change: &Change,
    lock_timeout_ms: Option<u32>,
    plan_began_on: Option<&Catalog>,
) -> Result<Judged, PlanError> {
    let sql = engine.print(catalog, change);
    let mut statements = engine.parse(catalog, &sql).statements;
    let (Some(statement), true) = (statements.pop(), statements.is_empty()) else {
        return Err(PlanError::Unproved { reason: format!("`{sql}` is not one statement") });
    };
    proof::means(change, &statement)?;
    // A plan has few statements: their arithmetic is kept, and forgotten at the end where nobody asked for it.
    let situation = Situation {
        catalog,
        lock_timeout_ms,
        plan_began_on,
        transaction: None,
        complete: true,
        explain: true,
    };
    Ok(judge(engine, &situation, statement))
}

/// The relations a plan's statements are about, those they make too, each once.
fn concerned(tables: &[Name], steps: &[DraftStep]) -> Vec<Name> {
    let changes = steps.iter().flat_map(|s| s.up.iter().chain(&s.down));
    let named = changes.flat_map(|c| c.tables().into_iter().cloned());
    let all: BTreeSet<Name> = tables.iter().cloned().chain(named).collect();
    all.into_iter().collect()
}

fn steps(
    engine: &dyn Engine,
    catalog: &Catalog,
    drafts: &[DraftStep],
    concerned: &[Name],
) -> Result<Vec<(PhaseKind, Step)>, PlanError> {
    let mut schema = catalog.clone();
    let mut steps = Vec::new();
    let mut counts = [0_u32; 3];
    let mut made = BTreeSet::new();
    for draft in drafts {
        let count = &mut counts[draft.phase as usize];
        *count += 1;
        let id = format!("{}-{count}", draft.phase);
        let before = schema.clone();
        let checks =
            |checks: &[Check], schema: &Catalog| checks.iter().map(|c| check(engine, schema, c)).collect();
        let checks_before: Vec<PlannedCheck> = checks(&draft.before, &schema);
        let mut up = statements(engine, catalog, (&mut schema, &mut made), &draft.up, &id, concerned)?;
        let lost = comments::lost(&before, &schema, &draft.up, concerned);
        up.extend(statements(engine, catalog, (&mut schema, &mut made), &lost, &id, concerned)?);
        let (mut undone, mut remade) = (schema.clone(), made.clone());
        let mut down = statements(engine, catalog, (&mut undone, &mut remade), &draft.down, &id, concerned)?;
        if !draft.down.is_empty() {
            let lost = comments::lost(&before, &undone, &draft.down, concerned);
            down.extend(statements(engine, catalog, (&mut undone, &mut remade), &lost, &id, concerned)?);
        }
        proof::comes_home(&before, &undone, draft, &id)?;
        let step = Step {
            id,
            title: draft.title.clone(),
            kind: draft.kind,
            why: draft.why.clone(),
            app_change: draft.app_change.clone(),
            before: checks_before,
            up,
            down,
            after: checks(&draft.after, &schema),
            lost_on_return: draft.lost_on_return.clone(),
            progress: draft.progress.as_ref().and_then(|c| engine.print_progress(&schema, c)),
        };
        steps.push((draft.phase, step));
    }
    Ok(steps)
}

/// Judges each change on the schema the ones before it leave, and leaves `schema` as the last one does, and among `made`
/// the views that the plan has made: how the server prints their queries is not known before.
fn statements(
    engine: &dyn Engine,
    began_on: &Catalog,
    (schema, made): (&mut Catalog, &mut BTreeSet<Name>),
    changes: &[Change],
    step: &str,
    concerned: &[Name],
) -> Result<Vec<PlannedStatement>, PlanError> {
    let mut statements = Vec::new();
    let outlined = |schema: &Catalog, made: &BTreeSet<Name>| {
        let mut outline = schema.outline(concerned);
        made.iter().for_each(|view| outline.forget_query(view));
        outline
    };
    let mut outline = outlined(schema, made);
    for change in changes {
        let lock_timeout_ms = lock_timeout_of(schema, change);
        let judged = printed(engine, schema, change, Some(lock_timeout_ms), Some(began_on))?;
        let effect = &judged.effect;
        if let Some(reason) = effect.fails.as_ref().or(effect.not_analysed.as_ref()) {
            return Err(PlanError::Unproved {
                reason: format!("{step}: `{}`: {reason}", judged.statement.sql),
            });
        }
        // What stops nobody while it waits need not give up.
        let waits_harmlessly = effect.waits_for_transactions && !effect.blocks.writes && !effect.blocks.reads;
        let transaction = if effect.transaction == TransactionUse::Forbidden {
            Transaction::None
        } else {
            Transaction::Own
        };
        schema.apply(change).map_err(|e| PlanError::Unproved { reason: format!("{step}: {e}") })?;
        expect_size(schema, change);
        note_made(change, made);
        let after = outlined(schema, made);
        statements.push(PlannedStatement {
            transaction,
            lock_timeout_ms: if waits_harmlessly { 0 } else { lock_timeout_ms },
            judged,
            changes: outline.change_to(&after),
        });
        outline = after;
    }
    Ok(statements)
}

/// Adds the views that a change makes, under the names they have afterwards.
fn note_made(change: &Change, made: &mut BTreeSet<Name>) {
    for part in change.parts() {
        match part {
            Change::Relation(RelationChange::CreateView(it)) => {
                made.insert(it.view.name.clone());
            }
            Change::Relation(RelationChange::Rename { relation, to, .. }) if made.remove(relation) => {
                made.insert(relation.sibling(to));
            }
            _ => {}
        }
    }
}

/// How long a change waits for each lock, in ms. One that locks several tables could be in each other's way with a
/// transaction that has them in another order; it must give up before the server looks for deadlocks, which it does
/// after a second (`deadlock_timeout`) and at the cost of either.
fn lock_timeout_of(schema: &Catalog, change: &Change) -> u32 {
    if let Change::DropIndex { index, concurrently: false, .. } = change
        && let Some((table, _)) = schema.index(index)
    {
        return shared_out(1 + schema.partitions_of(&table.name).len());
    }
    let Change::Together(_) = change else { return LOCK_TIMEOUT_MS };
    let parts = change.parts();
    // What takes a partition takes its foreign keys too.
    let through = parts.iter().filter_map(|c| match c {
        Change::Partition(
            PartitionChange::Attach { parent, .. } | PartitionChange::Detach { parent, .. },
        ) => schema.table(parent),
        _ => None,
    });
    let through = through.flat_map(|t| &t.constraints).filter_map(|c| c.foreign.as_ref()).map(|f| &f.table);
    let mut tables: Vec<&Name> = parts.iter().flat_map(|c| altered(c)).chain(through).collect();
    tables.sort();
    tables.dedup();
    shared_out(tables.len())
}

fn shared_out(tables: usize) -> u32 {
    match u32::try_from(tables) {
        Ok(0 | 1) => LOCK_TIMEOUT_MS,
        Ok(several) => (800 / several).max(50),
        Err(_) => 50,
    }
}

fn altered(change: &Change) -> Vec<&Name> {
    match change {
        Change::DropConstraint { table, .. }
        | Change::AddConstraint { table, .. }
        | Change::RenameColumn { table, .. }
        | Change::DropColumn { table, .. }
        | Change::AlterWhole { table, .. }
        | Change::DropTrigger { table, .. }
        | Change::CreateTrigger(TriggerDefinition { table, .. })
        | Change::AlterColumn { table, .. }
        | Change::Object(ObjectChange::CreatePolicy { table, .. }) => vec![table],
        Change::Relation(RelationChange::Rename { word: RelationWord::Table, relation, .. }) => {
            vec![relation]
        }
        Change::Partition(
            PartitionChange::Attach { parent, .. } | PartitionChange::Detach { parent, .. },
        ) => vec![parent],
        Change::Maintain(Maintenance::Lock { relations, .. }) => relations.iter().map(|t| &t.name).collect(),
        Change::Relation(RelationChange::Drop { targets, .. }) => {
            targets.iter().filter_map(|t| t.relation()).collect()
        }
        _ => Vec::new(),
    }
}

/// A new index has the size it was estimated at, for the statements that come after.
fn expect_size(schema: &mut Catalog, change: &Change) {
    let Change::CreateIndex { index, .. } = change else { return };
    let of = |table| altimeter_analysis::cost::index_bytes(schema, table, index);
    let bytes = schema.table(&index.table).and_then(of).map(|r| r.likely as u64);
    let Some(table) = schema.table_mut(&index.table) else { return };
    if let Some(made) = table.indexes.iter_mut().find(|i| i.definition.name == index.name) {
        made.bytes = bytes;
    }
}

fn check(engine: &dyn Engine, catalog: &Catalog, check: &Check) -> PlannedCheck {
    PlannedCheck { check: check.clone(), sql: engine.print_check(catalog, check), says: check.to_string() }
}

fn finish(
    engine: &dyn Engine,
    catalog: &Catalog,
    request: &Request,
    Proved { draft, steps, schema }: Proved,
    direct: Vec<Judged>,
    tables: Vec<Name>,
) -> Plan {
    let capacity = one_by_one(steps.iter().flat_map(|(_, s)| &s.up).map(|s| &s.judged));
    let rollback = Rollback {
        triggers: triggers(engine, catalog, &draft, &tables),
        procedure: steps.iter().rev().map(|(_, s)| s.id.clone()).collect(),
    };
    let mut unknowns: Vec<String> = catalog.unknowns.iter().map(in_words).collect();
    for judged in steps.iter().flat_map(|(_, s)| &s.up).map(|s| &s.judged) {
        for unknown in &judged.estimate.unknowns {
            if !unknowns.contains(unknown) {
                unknowns.push(unknown.clone());
            }
        }
    }
    let mut met = Met::default();
    for judged in steps.iter().flat_map(|(_, s)| &s.up).map(|s| &s.judged) {
        met.absorb(preflight(catalog, &judged.effect, &judged.estimate));
    }
    let met = met.found().clone();
    unknowns.extend(met.unknowns.iter().filter(|u| !unknowns.contains(u)).cloned().collect::<Vec<_>>());
    let alternatives = alternatives(engine, catalog, &direct, &draft.alternatives);
    Plan {
        request: request.says.clone(),
        engine: catalog.server.engine,
        server_version: catalog.server.version.clone(),
        made_by: "rules".to_owned(),
        schema,
        tables,
        risk: worst_risk(steps.iter().flat_map(|(_, s)| &s.up).map(|s| &s.judged)),
        risk_if_run_directly: worst_risk(&direct),
        direct,
        phases: phases(steps),
        rollback,
        capacity,
        limits: Vec::new(),
        alternatives,
        uses: None,
        coexistence: None,
        cautions: draft.column_order_differs.into_iter().chain(draft.cautions).collect(),
        unknowns,
        preflight: met,
    }
}

/// The worst of several statements' risks, low if there are none.
fn worst_risk<'a>(statements: impl IntoIterator<Item = &'a Judged>) -> Severity {
    statements.into_iter().map(|j| j.risk).max().unwrap_or(Severity::Low)
}

fn in_words(unknown: &Unknown) -> String {
    let Unknown { what, why, remedy } = unknown;
    if remedy.is_empty() { format!("{what}: {why}") } else { format!("{what}: {why}. To see it: {remedy}") }
}

fn phases(steps: Vec<(PhaseKind, Step)>) -> Vec<Phase> {
    let mut phases: Vec<Phase> = Vec::new();
    for (kind, step) in steps {
        match phases.last_mut().filter(|p| p.phase == kind) {
            Some(phase) => phase.steps.push(step),
            None => phases.push(Phase { phase: kind, steps: vec![step] }),
        }
    }
    phases
}

/// What every plan watches, and what this one does beside.
fn triggers(engine: &dyn Engine, catalog: &Catalog, draft: &Draft, tables: &[Name]) -> Vec<RollbackTrigger> {
    let mut wanted = vec![(
        "a standby falls behind".to_owned(),
        Check::StandbyLagBelow { seconds: 10 },
        "more than 10 s".to_owned(),
    )];
    wanted.extend(tables.iter().map(|table| {
        let check = Check::LockWaitsAtMost { table: table.clone(), sessions: 5 };
        (format!("sessions pile up behind a lock on {table}"), check, "more than 5".to_owned())
    }));
    wanted.extend(draft.triggers.clone());
    wanted
        .into_iter()
        .map(|(when, what, threshold)| RollbackTrigger {
            when,
            check: check(engine, catalog, &what),
            threshold,
        })
        .collect()
}

fn alternatives(
    engine: &dyn Engine,
    catalog: &Catalog,
    direct: &[Judged],
    drafts: &[DraftAlternative],
) -> Vec<Alternative> {
    let worst = direct.iter().flat_map(|j| &j.findings).max_by_key(|f| f.severity);
    let mut roads = vec![Alternative {
        title: "run it directly".to_owned(),
        road: Some(Road::Direct),
        why_not: worst.map_or_else(
            || "nothing speaks against it here, but it cannot be taken back step by step".to_owned(),
            |f| f.message.clone(),
        ),
        asks_of_application: "must be stopped, or know both schemas, while it happens".to_owned(),
        risk: worst_risk(direct),
        capacity: one_by_one(direct),
    }];
    for draft in drafts {
        let mut schema = catalog.clone();
        let mut judged = Vec::new();
        for change in &draft.changes {
            judged.extend(printed(engine, &schema, change, Some(LOCK_TIMEOUT_MS), Some(catalog)));
            // What does not apply cannot be judged either, and the road is shown without its cost.
            let _ = schema.apply(change);
        }
        roads.push(Alternative {
            title: draft.title.clone(),
            road: draft.road,
            why_not: draft.why_not.clone(),
            asks_of_application: draft.asks_of_application.clone(),
            risk: draft.risk.unwrap_or_else(|| worst_risk(&judged)),
            capacity: one_by_one(&judged),
        });
    }
    roads
}

/// What statements take that are a transaction each.
fn one_by_one<'a>(statements: impl IntoIterator<Item = &'a Judged>) -> Capacity {
    Capacity::of(statements.into_iter().map(|judged| [&judged.estimate]))
}
