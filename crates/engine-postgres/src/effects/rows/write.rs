//! Rows written: the table, the partitions they go to, defaults, foreign keys, triggers.

use altimeter_catalog::{
    Catalog, Conflict, Effect, Given, Name, RowUpdate, RowsChange, Table, TableKind, Values, Write,
    WriteCommand,
};

use super::{DEEPEST, family, is_empty, lock_indexes, open, reach, reference, take, trigger};
use crate::effects::fail;
use crate::implication::{Condition, Operator, Value};
use crate::locks::rows as facts;
use crate::lower::rows::sequences_of;
use crate::partitions;

/// A write on one table, by a statement, a trigger, a function or a foreign key.
pub(in crate::effects) struct Written<'a> {
    pub(in crate::effects) command: WriteCommand,
    pub(in crate::effects) table: &'a Name,
    /// Columns given values; none if it is not known which.
    pub(in crate::effects) given: Option<&'a [Given]>,
    /// What leads to it, unless the statement names it.
    pub(in crate::effects) through: Option<&'a str>,
    /// How far from the statement it is.
    pub(in crate::effects) depth: usize,
}

/// What a statement writes to one target. Its rows were opened as those of a mention already.
pub(super) fn by_statement(catalog: &Catalog, change: &RowsChange, write: &Write, effect: &mut Effect) {
    let Some(target) = behind_views(catalog, write, effect) else { return };
    if write.conflict == Conflict::Named
        && let Some(table) = catalog.table(&target)
    {
        lock_indexes(catalog, table, &facts::INSERT_ON_CONFLICT_INDEX, effect);
    }
    let nothing = write.rows == Some(0)
        || write.only_with.iter().any(|n| reach::gives_nothing(catalog, change, *n))
        || (write.command != WriteCommand::Insert
            && write.read.is_some_and(|n| reach::gives_nothing(catalog, change, n)));
    let through = (target != write.target.name).then(|| format!("view {}", write.target.name));
    let written = Written {
        command: write.command,
        table: &target,
        given: Some(&write.columns),
        through: through.as_deref(),
        depth: 0,
    };
    if change.planned_only || nothing {
        if let Some(mode) = facts::INSERT.on_server(catalog) {
            take(catalog, &target, mode, written.through, effect);
        }
        if !change.planned_only
            && let Some(table) = catalog.table(&target)
        {
            trigger::of_statement(catalog, table, &written, effect);
        }
        return;
    }
    self::written(catalog, &written, effect);
    let (rows, assumed) = match write.command {
        WriteCommand::Insert => (write.rows.map(|n| n as f64), false),
        _ => {
            let read = write.read.and_then(|n| reach::rows(catalog, change, n).zip(Some(n)));
            (read.map(|(rows, _)| rows), read.is_some_and(|(_, n)| reach::assumed(catalog, change, n)))
        }
    };
    effect.updates.push(RowUpdate {
        object: target.clone(),
        command: write.command,
        columns: write.columns.iter().map(|g| g.column.clone()).collect(),
        rows,
        assumed,
        batch_rows: None,
        pause_ms: 0,
    });
}

/// The table that is written when the target is a view over one relation; the views on the way are locked. None where
/// a rule or trigger is run instead.
fn behind_views(catalog: &Catalog, write: &Write, effect: &mut Effect) -> Option<Name> {
    let target = &write.target.name;
    let mut name = target.clone();
    for _ in 0..DEEPEST {
        if catalog.table(&name).is_some() {
            return Some(name);
        }
        let Some(view) = catalog.view(&name) else {
            if !open::is_system(&name) {
                fail(effect, format!("{name} does not exist"));
            }
            return None;
        };
        let through = (&name != target).then(|| format!("view {target}"));
        if let Some(mode) = facts::INSERT.on_server(catalog) {
            take(catalog, &name, mode, through.as_deref(), effect);
        }
        let it = Written {
            command: write.command,
            table: &name,
            given: Some(&write.columns),
            through: through.as_deref(),
            depth: 0,
        };
        let by_trigger = trigger::instead_of(catalog, view, &it, effect);
        if trigger::by_rules(catalog, &view.rules, &it, effect) || by_trigger {
            return None;
        }
        let [need] = view.needs.as_slice() else {
            effect.remark(format!("what is written through the view {name} cannot be told"));
            return None;
        };
        name = need.on.clone();
    }
    None
}

/// A write: the table, the partitions, and all that follows from it.
pub(in crate::effects) fn written(catalog: &Catalog, it: &Written<'_>, effect: &mut Effect) {
    let Some(table) = catalog.table(it.table).filter(|_| it.depth < DEEPEST) else { return };
    let Some(mode) = facts::INSERT.on_server(catalog) else { return };
    take(catalog, it.table, mode, it.through, effect);
    if it.command != WriteCommand::Insert && it.through.is_some() && it.depth > 0 {
        opened_by_plan(catalog, it, effect);
    }
    if trigger::by_rules(catalog, &table.rules, it, effect) {
        return;
    }
    let routed = match it.command {
        WriteCommand::Insert => true,
        WriteCommand::Update => partitions::keys(table).iter().any(|k| changes(it.given, k)),
        WriteCommand::Delete => false,
    };
    let mut holders = vec![table];
    if table.kind == TableKind::PartitionedTable && routed {
        let fact = match it.command {
            WriteCommand::Insert => &facts::INSERT_PARTITION,
            _ => &facts::MOVED_ROWS,
        };
        let Some(mode) = fact.on_server(catalog) else { return };
        for partition in routes(catalog, table, it) {
            let through = format!("partition of {}", it.table);
            take(catalog, &partition.name, mode, Some(&through), effect);
            holders.push(partition);
        }
    } else if table.kind == TableKind::PartitionedTable {
        holders.extend(catalog.partitions_of(it.table));
    }
    if it.command == WriteCommand::Insert {
        lock_indexes(catalog, table, &facts::INSERT_INDEX, effect);
        draws(catalog, table, it.given, effect);
    }
    if it.command != WriteCommand::Delete {
        reference::checked(catalog, &holders, it, effect);
    }
    if it.command != WriteCommand::Insert {
        reference::followed(catalog, table, it, effect);
    }
    trigger::fired_by(catalog, table, &holders, it, effect);
}

/// A write that is itself a planned statement (a cascade's, a function's) opens all partitions and indexes.
fn opened_by_plan(catalog: &Catalog, it: &Written<'_>, effect: &mut Effect) {
    open::Opening::to_write(catalog).relation(it.table, false, &[], it.through, effect);
}

/// Whether a column may get another value.
pub(super) fn changes(given: Option<&[Given]>, column: &str) -> bool {
    let Some(given) = given else { return true };
    given.iter().any(|g| g.column == column && g.values != Values::Itself)
}

/// The partitions, at any level, that rows with the given values can go to.
fn routes<'a>(catalog: &'a Catalog, table: &Table, it: &Written<'_>) -> Vec<&'a Table> {
    let conditions: Vec<Condition> = match it.given {
        Some(given) => {
            partitions::keys(table).iter().filter_map(|key| key_values(table, given, key, it)).collect()
        }
        None => Vec::new(),
    };
    let mut found = Vec::new();
    for partition in partitions::live(catalog, table, &conditions) {
        found.push(partition);
        if partition.kind == TableKind::PartitionedTable {
            found.extend(routes(catalog, partition, it));
        }
    }
    found
}

/// What is known of the values of one key column.
fn key_values(table: &Table, given: &[Given], key: &str, it: &Written<'_>) -> Option<Condition> {
    let column = table.column(key)?;
    let Some(of_key) = given.iter().find(|g| g.column == key) else {
        // An insert that does not give it takes the default, NULL if there is none.
        let null =
            it.command == WriteCommand::Insert && column.default.is_none() && column.identity.is_none();
        return null.then(|| Condition::IsNull(key.to_owned()));
    };
    let Values::Constants(values) = &of_key.values else { return None };
    let one = |text: &String| {
        if text.eq_ignore_ascii_case("null") {
            return Condition::IsNull(key.to_owned());
        }
        let value = Value::parse(text);
        Condition::Compare { subject: key.to_owned(), operator: Operator::Equal, value }
    };
    Some(Condition::Any(values.iter().map(one).collect()))
}

/// Sequences and functions in the defaults of columns an insert does not give.
fn draws(catalog: &Catalog, table: &Table, given: Option<&[Given]>, effect: &mut Effect) {
    let Some(mode) = facts::NEXTVAL.on_server(catalog) else { return };
    let given = given.unwrap_or_default();
    for column in table.columns.iter().filter(|c| !given.iter().any(|g| g.column == c.name)) {
        let through = format!("default of {}.{}", table.name, column.name);
        let mut drawn = column.default.as_deref().map(|d| sequences_of(catalog, d)).unwrap_or_default();
        if column.identity.is_some() {
            let owned = catalog
                .sequences_owned_by(&table.name)
                .find(|s| s.owned_by.as_ref().is_some_and(|o| o.needs(&table.name, &column.name)));
            drawn.extend(owned.map(|s| s.name.clone()));
        }
        for sequence in drawn {
            take(catalog, &sequence, mode, Some(&through), effect);
        }
    }
}

/// Whether no row of any table below this one can be there.
pub(super) fn all_empty(catalog: &Catalog, table: &Name) -> bool {
    let holders = family(catalog, table);
    let holds = |t: &&&Table| t.kind != TableKind::PartitionedTable;
    !holders.is_empty() && holders.iter().filter(holds).all(|t| is_empty(t))
}
