//! A plain table becomes a partitioned one, every row copied.
//!
//! The partitioned table is made beside, and triggers keep it in step with the old one while old rows are copied in
//! batches. When both hold the same, they change names in one short transaction that reads nothing, and from there on
//! the triggers keep the old table in step with the partitioned one: whoever goes back loses nothing. Last the old
//! table goes.

use altimeter_catalog::{Change, Check, PartitionBy, Partitioning, RelationWord};

use super::super::set_not_null::demanded;
use super::{about_use, build_keys, built_anew, deploy, later_partitions};
use crate::draft::{Draft, DraftAlternative, DraftStep};
use crate::materialized::Beside;
use crate::partitioning::{Layout, Sequence, drop_beside, locked, truncated};
use crate::plan::{PhaseKind, PlanError, Road};
use crate::recipe::RecipeContext;

pub(super) fn draft(layout: &Layout<'_>) -> Result<Draft, PlanError> {
    let mut draft = Draft { cautions: cautions(layout), road: Some(Road::Copy), ..Draft::default() };
    let nullable = layout.table.column(layout.column).is_some_and(|c| !c.not_null);
    draft.steps.extend(layout.send_via_root_first());
    if !layout.keys.is_empty() {
        draft.steps.push(build_keys(layout));
    }
    if nullable || !layout.keys.is_empty() {
        let release = deploy(layout, nullable).into_iter();
        draft.steps.extend(release.map(|s| DraftStep { phase: PhaseKind::Migrate, ..s }));
    }
    if nullable {
        let column = layout.column.to_owned();
        let proved = demanded(layout.context, layout.table, &[&column], None, false, false);
        draft.steps.extend(proved.into_iter().map(|s| DraftStep { phase: PhaseKind::Migrate, ..s }));
    }
    let released = draft.steps.iter().any(|s| s.phase != PhaseKind::Expand);
    let phase = if released { PhaseKind::Migrate } else { PhaseKind::Expand };
    let mut schema = Sequence::on(layout.context.catalog);
    schema.extend(draft.steps.iter().flat_map(|s| s.up.clone()))?;
    for step in [beside(layout, &schema, phase)?, in_step(layout, phase)?, copy(layout)?, analyse(layout)] {
        schema.extend(step.up.clone())?;
        draft.steps.push(step);
    }
    draft.steps.push(swap(layout, &schema)?);
    draft.steps.extend(built_anew(layout));
    draft.steps.push(settled(layout)?);
    draft.steps.extend(layout.materialized.iter().map(Beside::drop_step));
    draft.steps.push(drop_old(layout)?);
    draft.alternatives.extend(attached(layout));
    Ok(draft)
}

/// The other road, which only ranges have.
fn attached(layout: &Layout<'_>) -> Option<DraftAlternative> {
    let PartitionBy::Ranges(_) = layout.by else { return None };
    let name = &layout.table.name;
    let wanted = Partitioning {
        table: name.clone(),
        column: layout.column.to_owned(),
        by: layout.by.clone(),
        from: None,
        plain: Vec::new(),
    };
    let context = RecipeContext { prefer: None, ..*layout.context };
    let other = super::draft(&context, &wanted).ok()?;
    Some(DraftAlternative {
        road: None,
        title: "attach the table as it is, as the first partition".to_owned(),
        why_not: format!(
            "rows that are there stay together in one partition, below a boundary that lies ahead. Nothing is copied, {name} \
             is only read: for that, leave out where the first partition begins"
        ),
        asks_of_application: "the same".to_owned(),
        risk: None,
        changes: other.steps.into_iter().flat_map(|s| s.up).collect(),
    })
}

fn beside(layout: &Layout<'_>, schema: &Sequence, phase: PhaseKind) -> Result<DraftStep, PlanError> {
    let name = &layout.table.name;
    let rest = if layout.rest.is_some() { " and a default one" } else { "" };
    let title = format!("make the partitioned table beside, with {} partitions{rest}", layout.parts().len());
    let why = "empty, with the columns, keys, indexes, foreign keys, policies and privileges of the table; nobody uses it yet";
    let mut step = DraftStep::sql(phase, title, why);
    let mut made = Sequence::on(&schema.schema);
    let names = |own: &str| (own.to_owned(), layout.index_beside(own));
    layout.make_parent(&mut made, (name, &layout.beside), &names)?;
    layout.comment(&mut made, &layout.beside, &names)?;
    step.up = made.changes;
    step.before = layout.names_free();
    step.down.push(drop_beside(&layout.beside));
    step.after = layout.all_parts().map(|(name, _)| Check::NameTaken { name: name.clone() }).collect();
    Ok(step)
}

fn in_step(layout: &Layout<'_>, phase: PhaseKind) -> Result<DraftStep, PlanError> {
    let (forth, back) = (layout.forth()?, layout.back()?);
    let why = format!(
        "whoever writes {} writes the partitioned table in the same transaction; rows that are there already follow in the \
         next step. The second function is called once the two have changed names",
        layout.table.name
    );
    let mut step = DraftStep::sql(phase, "keep it in step by triggers", why);
    step.up =
        vec![forth.create_function(), back.create_function(), Change::Together(forth.create_triggers())];
    step.down = vec![
        Change::Together(forth.drop_triggers(true)),
        back.drop_function(),
        forth.drop_function(),
        // Nothing keeps it in step any more.
        truncated(&layout.beside),
    ];
    step.after = forth.enabled();
    Ok(step)
}

fn copy(layout: &Layout<'_>) -> Result<DraftStep, PlanError> {
    let name = &layout.table.name;
    let why = "in batches that commit one by one; a batch locks its rows while it copies them and waits for nobody. Rows that \
               are there already are left to the triggers, so it can be stopped and run again";
    let mut step =
        DraftStep::in_batches(format!("copy the rows of {name}"), why, Change::CopyRows(layout.copy_rows()?));
    step.before = layout.forth()?.enabled();
    step.after.push(layout.same_rows(&layout.beside)?);
    Ok(step)
}

fn analyse(layout: &Layout<'_>) -> DraftStep {
    let why = "so that queries are planned well from the first moment on; of the whole, autovacuum makes none later either";
    DraftStep::statistics(PhaseKind::Migrate, &layout.beside, why, (&layout.beside, Vec::new()))
}

/// The two change names, and the triggers turn round.
fn swap(layout: &Layout<'_>, before: &Sequence) -> Result<DraftStep, PlanError> {
    let (name, old) = (&layout.table.name, &layout.first);
    let (forth, back) = (layout.forth()?, layout.back()?);
    let why = format!(
        "the old table becomes {old} and the partitioned one {name} in one short transaction that reads nothing; from there on \
         triggers keep {old} in step, so the way back loses nothing"
    );
    let mut step = DraftStep::sql(PhaseKind::Contract, format!("{name} becomes partitioned"), why);
    step.before.push(Check::NameFree { name: old.clone() });
    step.before.extend(forth.enabled());
    step.before.push(layout.same_rows(&layout.beside)?);
    let mut together = Sequence::on(&before.schema);
    together.extend(layout.dependants.dropped())?;
    together.push(locked(&[name, &layout.beside]))?;
    together.extend(forth.drop_triggers(false))?;
    together.extend(layout.drop_triggers())?;
    together.extend(layout.drop_references())?;
    together.extend(layout.unpublish(name))?;
    together.push(Change::rename_relation(RelationWord::Table, name, &old.name))?;
    together.extend(layout.renamed(&str::to_owned, &|own| layout.index_of_first(own)))?;
    together.push(Change::rename_relation(RelationWord::Table, &layout.beside, &name.name))?;
    together.extend(layout.renamed(&|own| layout.index_beside(own), &str::to_owned))?;
    let handed = layout.hand_over(&together.schema, old, name);
    together.extend(handed)?;
    let triggers = layout.make_triggers(&together.schema, name)?;
    together.extend(triggers)?;
    together.extend(back.create_triggers())?;
    together.extend(layout.publish(name))?;
    together.extend(layout.make_references(true))?;
    together.extend(layout.dependants.made_again())?;
    step.down.push(Change::Together(home(layout, &together.schema)?));
    step.up.push(Change::Together(together.changes));
    step.up.extend(layout.validate_references());
    step.down.extend(layout.validate_references());
    step.after.push(Check::NameTaken { name: old.clone() });
    step.after.push(Check::NameFree { name: layout.beside.clone() });
    step.after.extend(back.enabled());
    Ok(step)
}

/// The same in the other direction.
fn home(layout: &Layout<'_>, swapped: &altimeter_catalog::Catalog) -> Result<Vec<Change>, PlanError> {
    let (name, old) = (&layout.table.name, &layout.first);
    let (forth, back) = (layout.forth()?, layout.back()?);
    let mut all = Sequence::on(swapped);
    all.extend(layout.dependants.dropped())?;
    all.push(locked(&[name, old]))?;
    all.extend(back.drop_triggers(false))?;
    all.extend(layout.drop_triggers())?;
    all.extend(layout.drop_references())?;
    all.extend(layout.unpublish(name))?;
    all.push(Change::rename_relation(RelationWord::Table, name, &layout.beside.name))?;
    all.extend(layout.renamed(&str::to_owned, &|own| layout.index_beside(own)))?;
    all.push(Change::rename_relation(RelationWord::Table, old, &name.name))?;
    all.extend(layout.renamed(&|own| layout.index_of_first(own), &str::to_owned))?;
    let handed = layout.hand_back(&all.schema, name);
    all.extend(handed)?;
    let triggers = layout.make_triggers(&all.schema, name)?;
    all.extend(triggers)?;
    all.extend(forth.create_triggers())?;
    all.extend(layout.publish(name))?;
    all.extend(layout.make_references(true))?;
    all.extend(layout.dependants.made_again())?;
    Ok(all.changes)
}

fn settled(layout: &Layout<'_>) -> Result<DraftStep, PlanError> {
    let why = format!(
        "until here the way back loses nothing. Wait until the partitioned table has served your busiest hours: with the next \
         step {} is gone",
        layout.first
    );
    let mut step = DraftStep::wait("all well with the partitioned table?", why);
    step.after.push(layout.same_rows(&layout.first)?);
    Ok(step)
}

fn drop_old(layout: &Layout<'_>) -> Result<DraftStep, PlanError> {
    let (forth, back) = (layout.forth()?, layout.back()?);
    let why = "nothing needs it any more; with it go its keys, so that only the partitioned table's hold from here on";
    let mut step = DraftStep::sql(PhaseKind::Contract, format!("drop {}", layout.first), why);
    let released = std::iter::once(locked(&[&layout.table.name])).chain(back.drop_triggers(false));
    step.up = vec![
        Change::Together(released.collect()),
        back.drop_function(),
        forth.drop_function(),
        layout.drop_old(),
    ];
    step.after.push(Check::NameFree { name: layout.first.clone() });
    step.lost_on_return = Some(format!(
        "{} as it was before: partitions can be merged again only by copying all rows",
        layout.table.name
    ));
    Ok(step)
}

fn cautions(layout: &Layout<'_>) -> Vec<String> {
    let (name, old) = (&layout.table.name, &layout.first);
    let mut cautions: Vec<String> = layout.keys.iter().map(|k| k.becomes_wide()).collect();
    if !layout.keys.is_empty() {
        cautions.push(format!(
            "the old keys hold until {old} goes: a row they refuse is refused to whoever writes {name}"
        ));
    }
    cautions.push(format!(
        "from the step that keeps the two in step until {old} goes, each write of {name} is made twice, in one transaction: \
         expect writes to take about twice as long, and {name} twice its place on disk"
    ));
    cautions.push(format!(
        "what triggers do not see is not followed: sessions with session_replication_role = replica, ALTER TABLE … DISABLE \
         TRIGGER, and TRUNCATE of a single partition. Use none of them on {name} meanwhile; the checks before and behind the \
         swap compare all rows"
    ));
    cautions.push(
        "transactions in REPEATABLE READ or SERIALIZABLE may be told to try again (40001) when they write a row that was \
         copied after they began"
            .to_owned(),
    );
    cautions.push(format!(
        "storage parameters other than fillfactor (ALTER TABLE … SET (autovacuum_…)) are not read: set those of {name} on its \
         partitions by hand"
    ));
    if layout.context.catalog.server.major() < 18 && !layout.validate_references().is_empty() {
        // Measured on 13 to 17 by tests/e2e/partition_copied.rs.
        cautions.push(format!(
            "before version 18 the parts that a foreign key has for each partition of {name} stay marked NOT VALID in \
             pg_constraint, although the key itself is validated and holds; nothing depends on the mark"
        ));
    }
    cautions.extend(later_partitions(layout));
    cautions.extend(about_use(layout));
    if matches!(layout.by, PartitionBy::Hash(_)) {
        cautions.push(
            "the number of partitions by hash cannot be changed without copying all rows again".to_owned(),
        );
    }
    cautions
}
