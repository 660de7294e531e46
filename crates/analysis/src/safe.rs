//! Safe ways that several rules recommend, as changes for one table.

use altimeter_catalog::{
    Backfill, BackfillValue, Change, Column, ConstraintDefinition, ConstraintKind, Dependency, Engine,
    FunctionBody, FunctionDefinition, InStep, InStepFires, IndexDefinition, IndexKey, IndexTarget, Name,
    PartitionChange, RelationChange, Sequence, SessionChange, Table, TableKind, TriggerDefinition,
};

use crate::rule::{RuleContext, Script};

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
    script = script
        .say("an index of the partitioned table alone, invalid until every partition has its own: a lock for an instant")
        .run(lock_timeout())
        .run(Change::Relation(RelationChange::CreateIndexOnly(index.clone())))
        .say("outside a transaction, on each partition; nobody waits");
    let mut attach = Vec::new();
    for leaf in leaves {
        let own = index.name.trim_start_matches(&index.table.name).trim_matches('_');
        let name = script.engine.fit_name(&format!("{}_{own}", leaf.name));
        attach.push(Change::Partition(PartitionChange::AttachIndex {
            parent: index.table.sibling(&index.name),
            child: leaf.sibling(&name),
        }));
        script = script.run(concurrently(IndexDefinition { name, table: leaf, ..index.clone() }));
    }
    script =
        script.say("each becomes a part of the whole; with the last the whole is valid").run(lock_timeout());
    attach.into_iter().fold(script, Script::run)
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
        columns: vec![column.to_owned()],
        not_valid: true,
        ..ConstraintDefinition::check(expression)
    };
    constraint(script, table, &check, &name)
        .say("the CHECK proves it, so nothing is read")
        .run(Change::SetNotNull { table: table.clone(), column: column.to_owned() })
        .run(Change::DropConstraint { table: table.clone(), name, if_exists: false, cascade: false })
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
        index: None,
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

/// The sequence a default takes its values from; none if it does not.
pub(crate) fn sequence_of(default: &str) -> Option<&str> {
    let (_, after) = default.split_once("nextval(")?;
    after.split('\'').nth(1)
}

/// A sequence for a column, which goes with it.
pub(crate) fn owned_sequence(name: &Name, table: &Name, column: &Column) -> Change {
    let sequence = Sequence {
        name: name.clone(),
        owned_by: Some(Dependency { on: table.clone(), columns: vec![column.name.clone()] }),
        type_name: column.type_name.clone(),
        used: None,
        options: None,
    };
    Change::Relation(RelationChange::CreateSequence { sequence, if_not_exists: false })
}

/// A new column beside the old one: kept in step, filled in batches. At the end the old one is dropped, and if the new
/// one has no name to stay, it takes the old one's.
pub(crate) fn column_beside<'a>(
    context: &RuleContext<'a>,
    table: &Name,
    old: Option<&Column>,
    new: &Column,
    value: &str,
) -> Script<'a> {
    let script = context
        .script()
        .say("the new column beside the old one: a lock for an instant")
        .run(lock_timeout())
        .run(Change::AddColumn { table: table.clone(), column: new.clone(), if_not_exists: false });
    let (Some(old), Some(true)) = (old, old.map(|o| o.identity.is_none() && o.generated.is_none())) else {
        return script.say(
            "keep it in step with the old one, fill the old rows in batches, then let it take the name",
        );
    };
    let function = table.sibling(context.engine.fit_name(&format!("{}_{}_in_step", table.name, old.name)));
    let in_step = InStep {
        table: table.clone(),
        truth: old.name.clone(),
        copy: new.name.clone(),
        default: None,
        fires: InStepFires::Alone,
    };
    let trigger = TriggerDefinition {
        name: function.name.clone(),
        table: table.clone(),
        function: function.clone(),
        before: true,
        per_row: true,
        events: vec!["INSERT".to_owned(), "UPDATE".to_owned()],
        ..TriggerDefinition::default()
    };
    let script = script
        .say("whichever of the two is written, the other follows")
        .run(Change::CreateFunction(FunctionDefinition {
            name: function.clone(),
            body: FunctionBody::InStep(in_step),
            or_replace: false,
        }))
        .run(Change::CreateTrigger(trigger));
    let mut script = backfill(script, table, &new.name, value);
    if old.not_null {
        script = not_null(script, table, &new.name);
    }
    let mut last = vec![
        Change::DropTrigger { table: table.clone(), name: function.name.clone(), if_exists: false },
        Change::DropFunction { name: function, if_exists: false },
        Change::DropColumn {
            table: table.clone(),
            column: old.name.clone(),
            if_exists: false,
            cascade: false,
        },
    ];
    if old.type_name != new.type_name {
        last.push(Change::RenameColumn {
            table: table.clone(),
            from: new.name.clone(),
            to: old.name.clone(),
        });
    }
    script
        .say(format!(
            "what hangs on {} (indexes, constraints, foreign keys) again on {},\neach CONCURRENTLY or NOT VALID; \
             the application is released with the new column; when no old code is left:",
            old.name, new.name
        ))
        .run(Change::Together(last))
}

/// The column of which a CHECK demands a value and nothing else.
pub(crate) fn demands_not_null(engine: &dyn Engine, constraint: &ConstraintDefinition) -> Option<String> {
    match constraint.kind {
        ConstraintKind::NotNull => constraint.columns.first().cloned(),
        ConstraintKind::Check => {
            constraint.columns.iter().find(|c| is_not_null(engine, &constraint.sql, c)).cloned()
        }
        _ => None,
    }
}

/// Whether a constraint's definition is that the column is not NULL, and no more.
pub(crate) fn is_not_null(engine: &dyn Engine, definition: &str, column: &str) -> bool {
    let bare = |text: &str| -> String {
        text.chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '(' | ')'))
            .collect::<String>()
            .to_lowercase()
    };
    let wanted = bare(&engine.replace_column("x IS NOT NULL", "x", column));
    let definition = bare(definition);
    let checked = definition.strip_prefix("check").unwrap_or(&definition);
    checked.strip_suffix("notvalid").unwrap_or(checked) == wanted
}

/// The same statement over a stretch of the table's key at a time.
pub(crate) fn batches<'a>(context: &RuleContext<'a>, table: &Name) -> Script<'a> {
    let key = context.catalog.table(table).and_then(Table::walking_key).unwrap_or_default();
    let by = match key.first() {
        Some(first) => format!("by {first}, some 10,000 rows at a time"),
        None => "by a key of the table, some 10,000 rows at a time".to_owned(),
    };
    let script = context.script().say(format!("{by}, each committed on its own, a little pause after each:"));
    let script = script.say(context.statement.sql.trim());
    match key.first() {
        Some(first) => script.say(format!(
            "… AND {first} > (the last of the batch before) AND {first} <= (10,000 further on)"
        )),
        None => script,
    }
}

/// Whether an index can find rows by those columns.
pub(crate) fn is_indexed(table: &Table, columns: &[String]) -> bool {
    table.indexes.iter().filter(|i| i.valid && i.definition.predicate.is_none()).any(|i| {
        let mut leading = i.definition.keys.iter().take(columns.len());
        let listed = |k: &IndexKey| matches!(&k.target, IndexTarget::Column(c) if columns.contains(c));
        i.definition.keys.len() >= columns.len() && leading.all(listed)
    })
}
