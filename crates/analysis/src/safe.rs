//! Safe ways that several rules recommend, as changes for one table.

use altimeter_catalog::{
    Backfill, BackfillValue, Change, ConstraintDefinition, ConstraintKind, Engine, IndexDefinition, IndexKey,
    Name, SessionChange, Table, TableKind,
};

use crate::rule::Script;

/// How long a statement that stops others should wait for its lock at the most, in ms: all others wait behind it.
pub(crate) const LOCK_TIMEOUT_MS: u32 = 2_000;

/// Rows a batch of a backfill, and the pause after it in ms.
const BATCH: (u32, u32) = (10_000, 100);

/// `SET lock_timeout`.
pub(crate) fn lock_timeout() -> Change {
    Change::Session(SessionChange::Set {
        name: "lock_timeout".to_owned(),
        value: Some(LOCK_TIMEOUT_MS.to_string()),
        local: false,
    })
}

/// An index that is built while writers go on; on a partitioned table, partition by partition.
pub(crate) fn index<'a>(script: Script<'a>, index: &IndexDefinition) -> Script<'a> {
    let concurrently =
        |index: IndexDefinition| Change::CreateIndex { index, concurrently: true, if_not_exists: false };
    let mut script = script;
    let parent = script.schema().table(&index.table);
    if parent.is_none_or(|t| t.kind != TableKind::PartitionedTable) {
        return script.say("outside a transaction; nobody waits").run(concurrently(index.clone()));
    }
    let leaves = script.schema().partitions_of(&index.table);
    let leaves: Vec<Name> =
        leaves.iter().filter(|t| t.kind == TableKind::Table).map(|t| t.name.clone()).collect();
    script = script.say("outside a transaction, on each partition; nobody waits");
    for leaf in leaves {
        let own = index.name.trim_start_matches(&index.table.name).trim_matches('_');
        let name = script.engine.fit_name(&format!("{}_{own}", leaf.name));
        script = script.run(concurrently(IndexDefinition { name, table: leaf, ..index.clone() }));
    }
    script
        .say("then on the partitioned table, which takes those over and builds nothing")
        .run(lock_timeout())
        .run(Change::CreateIndex { index: index.clone(), concurrently: false, if_not_exists: false })
}

/// A constraint that holds for new rows at once, and for old ones once they were read with nobody waiting.
pub(crate) fn constraint<'a>(
    script: Script<'a>,
    table: &Name,
    constraint: &ConstraintDefinition,
    name: &str,
) -> Script<'a> {
    let constraint =
        ConstraintDefinition { name: Some(name.to_owned()), not_valid: true, ..constraint.clone() };
    script
        .say("for new rows at once: a lock for an instant")
        .run(lock_timeout())
        .run(Change::AddConstraint { table: table.clone(), constraint })
        .say("in another transaction, for the old rows: reads and writes go on")
        .run(Change::ValidateConstraint { table: table.clone(), name: name.to_owned() })
}

/// NOT NULL by way of a CHECK that proves it.
pub(crate) fn not_null<'a>(script: Script<'a>, table: &Name, column: &str) -> Script<'a> {
    let name = script.engine.fit_name(&format!("{}_{column}_not_null", table.name));
    // The engine knows how a name stands in an expression.
    let expression = script.engine.replace_column("x IS NOT NULL", "x", column);
    let check = ConstraintDefinition {
        name: None,
        kind: ConstraintKind::Check,
        columns: vec![column.to_owned()],
        sql: format!("CHECK ({expression})"),
        expression: Some(expression),
        using_index: None,
        not_valid: true,
        foreign: None,
        deferrable: false,
        deferred: false,
        no_inherit: false,
        not_enforced: false,
    };
    constraint(script, table, &check, &name)
        .say("the CHECK proves it, so nothing is read")
        .run(Change::SetNotNull { table: table.clone(), column: column.to_owned() })
        .run(Change::DropConstraint { table: table.clone(), name, if_exists: false })
}

/// A unique index built while writers go on, and the constraint that takes it over.
pub(crate) fn unique<'a>(
    script: Script<'a>,
    table: &Name,
    constraint: &ConstraintDefinition,
    name: &str,
) -> Script<'a> {
    let definition = IndexDefinition {
        name: name.to_owned(),
        table: table.clone(),
        method: "btree".to_owned(),
        unique: true,
        nulls_not_distinct: constraint.sql.to_uppercase().contains("NULLS NOT DISTINCT"),
        keys: constraint.columns.iter().map(IndexKey::column).collect(),
        include: Vec::new(),
        predicate: None,
        options: Default::default(),
        tablespace: None,
    };
    let taken_over = ConstraintDefinition {
        name: Some(name.to_owned()),
        using_index: Some(name.to_owned()),
        ..constraint.clone()
    };
    index(script, &definition)
        .say("the constraint takes the index over: a lock for an instant")
        .run(lock_timeout())
        .run(Change::AddConstraint { table: table.clone(), constraint: taken_over })
}

/// Rows filled in batches by key, each committed on its own; words where the table has no key to walk.
pub(crate) fn backfill<'a>(mut script: Script<'a>, table: &Name, column: &str, value: &str) -> Script<'a> {
    let key = script.schema().table(table).and_then(Table::walking_key);
    let Some(key) = key else {
        return script.say(format!("then fill {column} of the rows that are there with {value}, in batches"));
    };
    let (batch_rows, pause_ms) = BATCH;
    script.say("fills the rows that are there, in batches; outside a transaction, nobody waits").run(
        Change::Backfill(Backfill {
            table: table.clone(),
            column: column.to_owned(),
            value: BackfillValue::Expression(value.to_owned()),
            key,
            batch_rows,
            pause_ms,
        }),
    )
}

/// The constraint's name: its own, or one like those the server chooses.
pub(crate) fn constraint_name(
    engine: &dyn Engine,
    table: &Name,
    constraint: &ConstraintDefinition,
) -> String {
    let kind = match constraint.kind {
        ConstraintKind::PrimaryKey => "pkey",
        ConstraintKind::Unique => "key",
        ConstraintKind::ForeignKey => "fkey",
        ConstraintKind::Exclusion => "excl",
        ConstraintKind::NotNull => "not_null",
        ConstraintKind::Check | ConstraintKind::Trigger => "check",
    };
    let columns = match constraint.kind {
        ConstraintKind::PrimaryKey => String::new(),
        _ => constraint.columns.iter().map(|c| format!("_{c}")).collect(),
    };
    constraint.name.clone().unwrap_or_else(|| engine.fit_name(&format!("{}{columns}_{kind}", table.name)))
}
