//! A plain table becomes a partitioned one, its rows the first partition as they are.
//!
//! The partitioned table is made beside, empty. That the old rows fit below the first boundary is proved by a CHECK
//! while everybody works on, and each key has been built anew with the column that decides; so the one short
//! transaction in which the two change names and the old table is attached reads nothing. The way back detaches it,
//! and takes with it the rows that went to other partitions meanwhile.

mod copied;

use altimeter_analysis::Severity;
use altimeter_catalog::{
    Change, Check, ConstraintDefinition, DetachMode, Maintenance, PartitionBy, PartitionChange, Partitioning,
    RelationWord, Target,
};

use super::add_index::OLD_TRANSACTION_S;

use super::set_not_null::demanded;
use crate::draft::{Draft, DraftAlternative, DraftStep};
use crate::materialized::Beside;
use crate::partitioning::{Layout, Sequence, drop_beside};
use crate::plan::{PhaseKind, PlanError, Road};
use crate::recipe::{Recipe, RecipeContext, refuse};

pub(crate) struct PartitionTable;

impl Recipe for PartitionTable {
    fn draft(&self, context: &RecipeContext<'_>, change: &Change) -> Option<Result<Draft, PlanError>> {
        let Change::Partition(PartitionChange::Partition(wanted)) = change else { return None };
        Some(draft(context, wanted))
    }
}

fn draft(context: &RecipeContext<'_>, wanted: &Partitioning) -> Result<Draft, PlanError> {
    let layout = Layout::new(context, wanted)?;
    if layout.copied {
        return copied::draft(&layout);
    }
    let mut draft = Draft { cautions: cautions(&layout), ..Draft::default() };
    let nullable = layout.table.column(layout.column).is_some_and(|c| !c.not_null);
    draft.steps.extend(layout.send_via_root_first());
    if !layout.keys.is_empty() {
        draft.steps.push(build_keys(&layout));
    }
    if nullable || !layout.keys.is_empty() {
        draft.steps.extend(deploy(&layout, nullable));
    }
    if nullable {
        let column = layout.column.to_owned();
        draft.steps.extend(demanded(context, layout.table, &[&column], None, false, false));
    }
    if !layout.keys.is_empty() {
        draft.steps.push(widen(&layout));
    }
    let mut schema = Sequence::on(context.catalog);
    schema.extend(draft.steps.iter().flat_map(|s| s.up.clone()))?;
    let released = draft.steps.iter().any(|s| s.phase != PhaseKind::Expand);
    let phase = if released { PhaseKind::Contract } else { PhaseKind::Expand };
    let beside = beside(&layout, &schema, phase)?;
    schema.extend(beside.up.clone())?;
    draft.steps.push(beside);
    draft.steps.push(swap(&layout, &schema)?);
    draft.steps.push(analyse(&layout));
    draft.steps.extend(built_anew(&layout));
    if !layout.materialized.is_empty() {
        draft.steps.push(DraftStep::wait(
            "all well with the partitioned table?",
            "until here all can be taken back: with the next step the materialized views of before are gone",
        ));
        draft.steps.extend(layout.materialized.iter().map(Beside::drop_step));
    }
    draft.alternatives.push(copied(&layout));
    Ok(draft)
}

pub(super) fn build_keys(layout: &Layout<'_>) -> DraftStep {
    let title = format!("build keys with {}, concurrently", layout.column);
    let why = "a key of a partitioned table must have the partition key in it: each is built anew beside the old one while \
               reads and writes go on";
    let mut step = DraftStep::sql(PhaseKind::Expand, title, why);
    step.before.push(Check::NoTransactionOlderThan { seconds: OLD_TRANSACTION_S });
    for key in &layout.keys {
        step.before.push(key.free());
        step.up.push(key.build_wide());
        step.down.insert(0, key.drop_wide());
        step.after.push(key.built());
    }
    step
}

pub(super) fn deploy(layout: &Layout<'_>, nullable: bool) -> [DraftStep; 2] {
    let (name, column) = (&layout.table.name, layout.column);
    let mut asks: Vec<String> = Vec::new();
    for key in &layout.keys {
        asks.push(format!(
            "say ON CONFLICT ({}) where it said ON CONFLICT ({}), and do not rely on the server to refuse two rows with \
             the same ({})",
            key.wide_columns(),
            key.narrow_columns(),
            key.narrow_columns()
        ));
    }
    if nullable {
        asks.push(format!("never write NULL into {column}"));
    }
    let what =
        if layout.keys.is_empty() { format!("always write {column}") } else { format!("keys with {column}") };
    [
        DraftStep::deploy(
            PhaseKind::Migrate,
            format!("deploy: {what}"),
            "both forms of each key are there, so old and new instances run side by side",
            format!("in statements on {name}: {}; roll out instance by instance", asks.join("; ")),
        ),
        DraftStep::wait(
            "old code gone?",
            "the next steps fail every statement that needs the old form: wait until no old instance, job or script has it",
        ),
    ]
}

fn widen(layout: &Layout<'_>) -> DraftStep {
    let all: Vec<String> = layout.keys.iter().map(|k| format!("({})", k.wide_columns())).collect();
    let why = "the keys change hands under one short lock; nothing is read, because the indexes are there";
    let mut step = DraftStep::sql(PhaseKind::Contract, format!("keys become {}", all.join(", ")), why);
    step.before.extend(layout.keys.iter().map(|k| k.built()));
    step.up.push(Change::Together(layout.keys.iter().flat_map(|k| k.widen()).collect()));
    step.down.extend(layout.keys.iter().flat_map(|k| k.build_back()));
    step.down.push(Change::Together(layout.keys.iter().flat_map(|k| k.narrow_again()).collect()));
    for key in &layout.keys {
        step.after.push(Check::IndexValid { index: layout.table.name.sibling(&key.narrow.definition.name) });
    }
    step
}

fn beside(layout: &Layout<'_>, schema: &Sequence, phase: PhaseKind) -> Result<DraftStep, PlanError> {
    let name = &layout.table.name;
    let title = format!(
        "make the partitioned table beside, with {} partitions and a default one",
        layout.parts().len()
    );
    let why = "empty, with the columns, keys, indexes, foreign keys, triggers and privileges of the table; nobody uses it yet";
    let mut step = DraftStep::sql(phase, title, why);
    let mut made = Sequence::on(&schema.schema);
    let names = |index: &str| (index.to_owned(), layout.index_beside(index));
    layout.make_parent(&mut made, (name, &layout.beside), &names)?;
    let triggers = layout.make_triggers(&made.schema, &layout.beside)?;
    made.extend(triggers)?;
    layout.comment(&mut made, &layout.beside, &names)?;
    step.up = made.changes;
    step.before = layout.names_free();
    step.down.push(drop_beside(&layout.beside));
    step.after = layout.all_parts().map(|(name, _)| Check::NameTaken { name: name.clone() }).collect();
    Ok(step)
}

/// The two change names, and the old table is attached.
fn swap(layout: &Layout<'_>, before: &Sequence) -> Result<DraftStep, PlanError> {
    let (name, first) = (&layout.table.name, &layout.first);
    let engine = layout.context.engine;
    let inside = engine.bound_as_condition(&before.schema, &layout.beside, &layout.bound());
    let inside =
        inside.ok_or_else(|| refuse(format!("the bound of {first} cannot be said in a CHECK"), ""))?;
    let proof = layout.context.name(&format!("altimeter_{}_bound", name.name));
    let why = format!(
        "the CHECK proves that every row is below {}, read while everybody works on; so the old table becomes {first} and \
         the partitioned one {name} in one short transaction that reads nothing",
        layout.boundary()
    );
    let mut step = DraftStep::sql(PhaseKind::Contract, format!("{name} becomes partitioned"), why);
    step.before.push(Check::NameFree { name: first.clone() });
    step.before.push(Check::NameTaken { name: layout.beside.clone() });
    step.before.push(Check::NoRowBreaks { table: name.clone(), condition: inside.clone() });
    let check = ConstraintDefinition {
        name: Some(proof.clone()),
        columns: vec![layout.column.to_owned()],
        not_valid: true,
        ..ConstraintDefinition::check(inside)
    };
    let mut proved = Sequence::on(&before.schema);
    proved.push(Change::AddConstraint { table: name.clone(), constraint: check })?;
    proved.push(Change::ValidateConstraint { table: name.clone(), name: proof.clone() })?;
    let mut together = Sequence::on(&proved.schema);
    together.extend(layout.dependants.dropped())?;
    together.extend(layout.drop_triggers())?;
    together.push(Change::rename_relation(RelationWord::Table, name, &first.name))?;
    for index in layout.indexes() {
        let index = &index.definition.name;
        together.push(Change::rename_relation(
            RelationWord::Index,
            &name.sibling(index),
            layout.index_of_first(index),
        ))?;
    }
    together.push(Change::rename_relation(RelationWord::Table, &layout.beside, &name.name))?;
    for index in layout.indexes() {
        let index = &index.definition.name;
        let beside = name.sibling(layout.index_beside(index));
        together.push(Change::rename_relation(RelationWord::Index, &beside, index))?;
    }
    let handed = layout.hand_over(&together.schema, first, name);
    together.extend(handed)?;
    together.push(layout.attach())?;
    together.extend(layout.unpublish(first))?;
    together.extend(layout.publish(name))?;
    together.push(Change::DropConstraint {
        table: first.clone(),
        name: proof.clone(),
        if_exists: false,
        cascade: false,
    })?;
    together.extend(layout.dependants.made_again())?;
    step.up = proved.changes;
    step.up.push(Change::Together(together.changes));
    // Left behind by a step that came halfway.
    step.down.push(Change::DropConstraint {
        table: name.clone(),
        name: proof,
        if_exists: true,
        cascade: false,
    });
    step.down.push(Change::Together(back(layout, &together.schema)?));
    step.after.push(Check::NameTaken { name: first.clone() });
    step.after.push(Check::NameFree { name: layout.beside.clone() });
    Ok(step)
}

/// The old table is detached, takes the rows of all other partitions with it, and gets its name back.
fn back(layout: &Layout<'_>, swapped: &altimeter_catalog::Catalog) -> Result<Vec<Change>, PlanError> {
    let (name, first) = (&layout.table.name, &layout.first);
    let mut all = Sequence::on(swapped);
    all.extend(layout.dependants.dropped())?;
    // First: what follows moves rows that subscribers have.
    all.extend(layout.unpublish(name))?;
    all.push(Change::Partition(PartitionChange::Detach {
        parent: name.clone(),
        child: first.clone(),
        mode: DetachMode::Plain,
    }))?;
    let moved = layout.context.engine.rows_moved(&all.schema, name, first);
    all.push(moved.ok_or_else(|| refuse(format!("the rows of {name} cannot be moved"), ""))?)?;
    all.push(Change::Maintain(Maintenance::Truncate {
        tables: layout.all_parts().map(|(name, _)| Target { name: name.clone(), only: false }).collect(),
        restart_identity: false,
        cascade: false,
    }))?;
    all.push(Change::rename_relation(RelationWord::Table, name, &layout.beside.name))?;
    for index in layout.indexes() {
        let index = &index.definition.name;
        all.push(Change::rename_relation(
            RelationWord::Index,
            &name.sibling(index),
            layout.index_beside(index),
        ))?;
    }
    all.push(Change::rename_relation(RelationWord::Table, first, &name.name))?;
    for index in layout.indexes() {
        let index = &index.definition.name;
        let of_first = name.sibling(layout.index_of_first(index));
        all.push(Change::rename_relation(RelationWord::Index, &of_first, index))?;
    }
    let handed = layout.hand_back(&all.schema, name);
    all.extend(handed)?;
    let triggers = layout.make_triggers(&all.schema, name)?;
    all.extend(triggers)?;
    all.extend(layout.publish(name))?;
    all.extend(layout.dependants.made_again())?;
    Ok(all.changes)
}

fn analyse(layout: &Layout<'_>) -> DraftStep {
    let why = "autovacuum keeps statistics of partitions only: those of the whole, which the planner asks for joins, are \
               made by hand, from time to time";
    let name = &layout.table.name;
    DraftStep::statistics(PhaseKind::Contract, name, why, (name, Vec::new()))
}

fn cautions(layout: &Layout<'_>) -> Vec<String> {
    let (name, column) = (&layout.table.name, layout.column);
    let mut cautions = Vec::new();
    cautions.extend(
        layout.keys.iter().map(|k| format!("{}, and the way back needs it unique again", k.becomes_wide())),
    );
    cautions.push(format!(
        "from the CHECK of the step that makes {name} partitioned until its end, a row with {column} at or above {} is \
         refused; if rows lie that far ahead, ask for a later beginning: … starting …",
        layout.boundary()
    ));
    cautions.push(format!(
        "way back: rows that went to other partitions than {} are copied back under ACCESS EXCLUSIVE, about a second for \
         each 100,000 of them; none are before {}, so go back early",
        layout.first,
        layout.boundary()
    ));
    cautions.extend(later_partitions(layout));
    if !layout.table.statistics.is_empty() {
        let names: Vec<String> = layout.table.statistics.iter().map(|s| s.name.to_string()).collect();
        cautions.push(format!("extended statistics stay with {}: {}", layout.first, names.join(", ")));
    }
    cautions.extend(about_use(layout));
    cautions
}

/// Materialized views over the partitioned table, beside those over the old one, and their change of names: all behind the
/// release.
pub(super) fn built_anew(layout: &Layout<'_>) -> Vec<DraftStep> {
    let each = layout.materialized.iter().flat_map(|view| [view.build_step(), view.swap_step()]);
    each.map(|step| DraftStep { phase: PhaseKind::Contract, ..step }).collect()
}

/// What is to be known of the partitions to come.
pub(super) fn later_partitions(layout: &Layout<'_>) -> Vec<String> {
    let mut cautions = Vec::new();
    if let Some(rest) = &layout.rest {
        cautions.push(format!(
            "nobody makes partitions by itself: make the next ones before they are needed. What no partition takes goes to \
             {rest}, which has to be empty of a partition's rows when that is made, and is read then"
        ));
    }
    let column = layout.table.column(layout.column);
    if let PartitionBy::Ranges(width) = layout.by
        && column.is_some_and(|c| c.type_name.ends_with("with time zone"))
    {
        cautions.push(format!("a {width} begins at midnight UTC"));
    }
    cautions
}

/// What is to be known of code that uses the table.
pub(super) fn about_use(layout: &Layout<'_>) -> Vec<String> {
    let (name, column) = (&layout.table.name, layout.column);
    let functions = layout.context.catalog.functions.iter().filter(|f| f.mentions.contains(&name.name));
    let mut cautions: Vec<String> = functions
        .map(|f| format!("the body of {} speaks of {name}: see that it does not need its old keys", f.name))
        .collect();
    cautions.push(format!(
        "statements that do not say {column} look into every partition: have it in their conditions where it is known"
    ));
    cautions.extend(layout.about_subscribers());
    cautions.extend(layout.materialized.iter().map(Beside::caution));
    if !layout.dependants.is_empty() {
        cautions.push(format!(
            "bound to the table itself, not to its name, these are dropped and made again in the transaction of the swap: {}",
            layout.dependants.in_words()
        ));
    }
    cautions
}

/// The other road.
fn copied(layout: &Layout<'_>) -> DraftAlternative {
    let name = &layout.table.name;
    DraftAlternative {
        road: Some(Road::Copy),
        title: "copy into a new partitioned table, kept in step by a trigger, then swap names".to_owned(),
        why_not: format!(
            "every row is written once more, so it takes the size of {name} again and as much log, for days on a large \
             table; it splits old rows too, which attaching as it is does not"
        ),
        asks_of_application: "the same; say where the first partition begins: … starting 2024-01-01"
            .to_owned(),
        risk: Some(Severity::Medium),
        // What is written once more, whatever it is called.
        changes: layout.copy_rows_into(name).map(Change::CopyRows).into_iter().collect(),
    }
}
