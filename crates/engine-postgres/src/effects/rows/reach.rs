//! How rows of one mention are reached: from end to end, or by an index. The server's planner decides that by its
//! statistics; this follows its rules as far as a catalog without values goes: an index serves a comparison with its
//! first key, and is taken where it costs less than the whole table (`costsize.c`, defaults of `selfuncs.h`).

use altimeter_catalog::{
    Catalog, EndsEarly, Index, IndexTarget, Mention, Name, RowsChange, Table, TableKind,
};

use super::write::all_empty;
use crate::effects::{family, is_empty};
use crate::implication::{Condition, Operator, Value};

/// Shares of rows the planner assumes where it knows nothing (`DEFAULT_EQ_SEL`, `DEFAULT_INEQ_SEL`,
/// `DEFAULT_RANGE_INEQ_SEL` in the server's `selfuncs.h`).
const EQUAL_SHARE: f64 = 0.005;
const BEYOND_SHARE: f64 = 1.0 / 3.0;
const BETWEEN_SHARE: f64 = 0.005;
/// What one row costs to be looked at, in page reads (`cpu_tuple_cost`, and an operator or two).
const ROW_COST: f64 = 0.0125;
/// Rows of a `VALUES` or of a mention nothing is known of but that it is restricted.
const FEW_ROWS: f64 = 10.0;

/// Whether a table that a mention stands for, or a partition of it, is read from end to end.
pub(super) fn is_full(catalog: &Catalog, change: &RowsChange, number: usize, table: &Table) -> bool {
    let Some(mention) = change.reads.get(number) else { return true };
    let conditions: Vec<Condition> = mention.conditions.iter().map(|c| Condition::parse(c)).collect();
    let stops = match &mention.ends_early {
        EndsEarly::No => false,
        EndsEarly::Anywhere => true,
        EndsEarly::InOrderOf(column) => usable(table).any(|i| first_key(i) == Some(column.as_str())),
    };
    let nothing = is_empty(table) || conditions.contains(&Condition::Known(false));
    !nothing && !stops && !by_index(catalog, table, &conditions) && !led(catalog, change, mention, table)
}

/// Rows that satisfy what is asked of a mention alone, as far as they can be told.
pub(super) fn rows(catalog: &Catalog, change: &RowsChange, number: usize) -> Option<f64> {
    let mention = change.reads.get(number)?;
    let conditions: Vec<Condition> = mention.conditions.iter().map(|c| Condition::parse(c)).collect();
    holders(catalog, &mention.relation.name).map(|t| satisfying(t, &conditions)).sum()
}

/// The tables that hold the rows of one, itself or those below it.
fn holders<'a>(catalog: &'a Catalog, table: &Name) -> impl Iterator<Item = &'a Table> {
    family(catalog, table).into_iter().filter(|t| t.kind != TableKind::PartitionedTable)
}

fn satisfying(table: &Table, conditions: &[Condition]) -> Option<f64> {
    let share: f64 = conditions.iter().map(|c| share_of(table, c)).product();
    table.size.rows.map(|rows| (rows * share).max(1.0).min(rows))
}

/// Rows of a table that satisfy a condition: the fewest, the likely number and the most, as far as the statistics of the
/// columns and the number of rows tell. None where the number of rows is not known.
pub(crate) fn matched(catalog: &Catalog, table: &Name, condition: Option<&str>) -> Option<(f64, f64, f64)> {
    let condition = condition.map_or(Condition::Known(true), Condition::parse);
    let each = holders(catalog, table).map(|t| {
        let rows = t.size.rows?;
        let likely = share_of(t, &condition).min(1.0);
        // A sample is a sample: what it says is taken to hold within a fifth.
        let (fewest, most) = match (&condition, is_told(t, &condition)) {
            (Condition::Known(true), _) => (1.0, 1.0),
            (_, true) => (likely * 0.8, (likely * 1.2).min(1.0)),
            (_, false) => (0.0, 1.0),
        };
        Some((fewest * rows, likely * rows, most * rows))
    });
    each.reduce(|sum, one| sum.zip(one).map(|(a, b)| (a.0 + b.0, a.1 + b.1, a.2 + b.2))).flatten()
}

/// Whether the number of those rows rests on what the planner assumes, or on how rows are shared out on average among
/// the values of a column: there may be any number of them.
pub(super) fn assumed(catalog: &Catalog, change: &RowsChange, number: usize) -> bool {
    let Some(mention) = change.reads.get(number) else { return true };
    let conditions: Vec<Condition> = mention.conditions.iter().map(|c| Condition::parse(c)).collect();
    let holders = family(catalog, &mention.relation.name);
    !mention.led_by.is_empty() || holders.iter().any(|t| !conditions.iter().all(|c| is_told(t, c)))
}

/// Whether statistics tell the share of rows that satisfy a condition.
fn is_told(table: &Table, condition: &Condition) -> bool {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().all(|c| is_told(table, c)),
        Condition::Known(_) => true,
        Condition::IsNull(column) | Condition::NotNull(column) => null_share(table, column).is_some(),
        Condition::Compare { subject, operator: Operator::Equal | Operator::NotEqual, .. } => {
            is_unique(table, subject) || remainders(subject).is_some()
        }
        Condition::Compare { subject, value, .. } => {
            value.as_ref().is_some_and(|v| counted_below(table, subject, v).is_some())
        }
        Condition::Other(_) => false,
    }
}

/// How many remainders a division has that an expression is the remainder of: `id % 10` has ten, about as many rows
/// with each.
fn remainders(subject: &str) -> Option<f64> {
    let (_, divisor) = subject.trim_matches(['(', ')']).rsplit_once('%')?;
    divisor.trim().parse::<u32>().ok().filter(|n| *n > 0).map(f64::from)
}

/// Whether a mention gives no row for sure.
pub(super) fn gives_nothing(catalog: &Catalog, change: &RowsChange, number: usize) -> bool {
    let Some(mention) = change.reads.get(number) else { return false };
    all_empty(catalog, &mention.relation.name) || mention.conditions.iter().any(|c| c == "false")
}

/// Indexes that hold all rows and are kept in order or by hash.
fn usable(table: &Table) -> impl Iterator<Item = &Index> {
    table.indexes.iter().filter(|i| i.valid && i.definition.predicate.is_none())
}

fn first_key(index: &Index) -> Option<&str> {
    match &index.definition.keys.first()?.target {
        IndexTarget::Column(column) => Some(column),
        IndexTarget::Expression(expression) => Some(expression),
    }
}

/// Whether an index serves the conditions and costs less than reading the table.
fn by_index(catalog: &Catalog, table: &Table, conditions: &[Condition]) -> bool {
    let flat: Vec<&Condition> = conditions.iter().flat_map(parts).collect();
    let partial = |index: &Index| {
        let implied = index.definition.predicate.as_deref().is_none_or(|predicate| {
            crate::implication::implies(&Condition::All(conditions.to_vec()), &Condition::parse(predicate))
        });
        index.valid && implied
    };
    let by_one = table.indexes.iter().filter(|i| partial(i)).filter_map(|i| share_by(table, i, &flat));
    let by_arms = flat.iter().filter_map(|c| match c {
        Condition::Any(arms) => {
            let arm = |arm: &Condition| {
                let flat = parts(arm);
                usable(table).filter_map(|i| share_by(table, i, &flat)).reduce(f64::min)
            };
            arms.iter().map(arm).sum::<Option<f64>>()
        }
        _ => None,
    });
    let best = by_one.chain(by_arms).reduce(f64::min);
    best.is_some_and(|share| is_cheaper(catalog, table, share))
}

/// The single conditions of an AND.
fn parts(condition: &Condition) -> Vec<&Condition> {
    match condition {
        Condition::All(parts_of) => parts_of.iter().flat_map(parts).collect(),
        one => vec![one],
    }
}

/// The share of rows an index's first key singles out; none if no condition is about it.
fn share_by(table: &Table, index: &Index, conditions: &[&Condition]) -> Option<f64> {
    let key = first_key(index)?;
    let ordered = index.definition.method == "btree";
    let serves = |c: &&&Condition| {
        match c {
        Condition::Compare { subject, operator: Operator::Equal, .. } => {
            subject == key && (ordered || index.definition.method == "hash")
        }
        Condition::Compare { operator: Operator::NotEqual, .. } => false,
        Condition::Compare { subject, .. } | Condition::IsNull(subject) => subject == key && ordered,
        Condition::Any(arms) => arms.iter().all(
            |arm| matches!(arm, Condition::Compare { subject, operator: Operator::Equal, .. } if subject == key),
        ),
        _ => false,
    }
    };
    let served: Vec<Condition> = conditions.iter().filter(serves).map(|c| (**c).clone()).collect();
    match served.as_slice() {
        [] => None,
        [one] => Some(share_of(table, one)),
        _ => Some(share_of(table, &Condition::All(served))),
    }
}

/// Whether reading that share of rows by an index costs less than reading the table; so it is where the size is not
/// known.
fn is_cheaper(catalog: &Catalog, table: &Table, share: f64) -> bool {
    let (Some(pages), Some(rows)) = (table.size.pages, table.size.rows) else { return true };
    let setting = |name: &str, default: f64| catalog.server.setting_number(name).unwrap_or(default);
    let (next, any) = (setting("seq_page_cost", 1.0), setting("random_page_cost", 4.0));
    let found = (rows * share).max(1.0);
    // Pages that hold that many rows, if they lie anywhere (Mackert and Lohman, as in `index_pages_fetched`).
    let touched = (2.0 * pages * found / (2.0 * pages + found)).min(pages).max(1.0);
    let each = any - (any - next) * (touched / pages.max(1.0)).sqrt();
    let by_index = touched * each + found * ROW_COST + 2.0 * any;
    by_index < pages * next + rows * ROW_COST
}

/// Whether rows are looked up by those of another mention that are few enough.
fn led(catalog: &Catalog, change: &RowsChange, mention: &Mention, table: &Table) -> bool {
    mention.led_by.iter().any(|led| {
        let found_by = usable(table).any(|i| first_key(i) == Some(led.column.as_str()));
        let lookups = match led.other {
            None => Some(FEW_ROWS),
            Some(other) => {
                let restricted = change.reads.get(other).is_some_and(|m| !m.conditions.is_empty());
                rows(catalog, change, other).or(restricted.then_some(FEW_ROWS))
            }
        };
        let cost = lookups.map(|n| n * catalog.server.setting_number("random_page_cost").unwrap_or(4.0));
        let whole = table.size.pages.zip(table.size.rows).map(|(pages, rows)| pages + rows * ROW_COST);
        found_by && cost.is_some_and(|cost| whole.is_none_or(|whole| cost < whole))
    })
}

/// The share of rows that satisfy a condition.
fn share_of(table: &Table, condition: &Condition) -> f64 {
    match condition {
        Condition::All(parts) => match between(table, parts) {
            Some(share) => share,
            None => parts.iter().map(|c| share_of(table, c)).product(),
        },
        Condition::Any(arms) => arms.iter().map(|c| share_of(table, c)).sum::<f64>().min(1.0),
        Condition::Known(true) => 1.0,
        Condition::Known(false) => 0.0,
        Condition::IsNull(column) => null_share(table, column).unwrap_or(EQUAL_SHARE),
        Condition::NotNull(column) => 1.0 - null_share(table, column).unwrap_or(EQUAL_SHARE),
        Condition::Compare { subject, operator: Operator::Equal, value } => {
            equal(table, subject, value.as_ref())
        }
        Condition::Compare { subject, operator: Operator::NotEqual, value } => {
            1.0 - equal(table, subject, value.as_ref())
        }
        Condition::Compare { subject, operator, value } => {
            let counted = value.as_ref().and_then(|v| counted_below(table, subject, v));
            match (counted, operator) {
                (Some(below), Operator::Less | Operator::LessEqual) => below,
                (Some(below), _) => 1.0 - below,
                (None, _) => BEYOND_SHARE,
            }
        }
        Condition::Other(_) => BEYOND_SHARE,
    }
}

fn null_share(table: &Table, column: &str) -> Option<f64> {
    let column = table.column(column)?;
    if column.not_null {
        return Some(0.0);
    }
    column.statistics.as_ref().map(|s| s.null_fraction)
}

fn equal(table: &Table, subject: &str, value: Option<&Value>) -> f64 {
    if matches!(value, Some(Value::Truth(_))) {
        return 0.5;
    }
    let rows = table.size.rows.unwrap_or(1000.0).max(1.0);
    if is_unique(table, subject) {
        return 1.0 / rows;
    }
    if let Some(remainders) = remainders(subject) {
        return 1.0 / remainders;
    }
    match table.column(subject).and_then(|c| c.statistics.as_ref()).map(|s| s.distinct) {
        Some(distinct) if distinct > 0.0 => 1.0 / distinct,
        Some(share) if share < 0.0 => 1.0 / (-share * rows).max(1.0),
        _ => EQUAL_SHARE,
    }
}

fn is_unique(table: &Table, column: &str) -> bool {
    usable(table).any(|i| i.definition.unique && i.definition.keys.len() == 1 && first_key(i) == Some(column))
}

/// The share of rows between two ends of one column.
fn between(table: &Table, parts: &[Condition]) -> Option<f64> {
    let [
        Condition::Compare { subject: one, operator: a, value: x },
        Condition::Compare { subject: two, operator: b, value: y },
    ] = parts
    else {
        return None;
    };
    let up = |o: &Operator| matches!(o, Operator::Greater | Operator::GreaterEqual);
    let down = |o: &Operator| matches!(o, Operator::Less | Operator::LessEqual);
    let (low, high) = match (up(a) && down(b), down(a) && up(b)) {
        (true, _) => (x, y),
        (_, true) => (y, x),
        _ => return None,
    };
    if one != two {
        return None;
    }
    let counted = |value: &Option<Value>| value.as_ref().and_then(|v| counted_below(table, one, v));
    Some(match (counted(low), counted(high)) {
        (Some(low), Some(high)) => (high - low).max(1.0 / table.size.rows.unwrap_or(1.0).max(1.0)),
        _ => BETWEEN_SHARE,
    })
}

/// The share of rows below a value, for a unique column of whole numbers: its values are taken to be counted through
/// from 1, as a sequence gives them.
fn counted_below(table: &Table, column: &str, value: &Value) -> Option<f64> {
    let Value::Whole(value) = value else { return None };
    let counts = matches!(table.column(column)?.type_name.as_str(), "smallint" | "integer" | "bigint");
    let rows = table.size.rows.filter(|_| counts && is_unique(table, column))?;
    Some((*value as f64 / rows.max(1.0)).clamp(0.0, 1.0))
}
