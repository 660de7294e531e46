//! Into which partitions a table is split: their bounds, and what they are called.

use altimeter_catalog::{Catalog, Column, Name, PartitionBy, Table, Width};

use super::calendar::Day;
use crate::plan::PlanError;
use crate::recipe::{RecipeContext, refuse};

/// Partitions made ahead.
const AHEAD: usize = 3;

/// The most partitions that are made at once: planning a query takes its time for each that it cannot leave out.
const MOST: usize = 1_000;

/// A boundary between partitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Boundary {
    /// As it stands in a bound, as SQL.
    pub(super) sql: String,
    /// What a partition that begins there is called by.
    pub(super) label: String,
}

/// The partitions between boundaries: labels and bounds.
pub(super) fn between(boundaries: &[Boundary]) -> Vec<(String, String)> {
    let pairs = boundaries.iter().zip(boundaries.iter().skip(1));
    let partition = |(from, to): (&Boundary, &Boundary)| {
        (from.label.clone(), format!("FOR VALUES FROM ({}) TO ({})", from.sql, to.sql))
    };
    pairs.map(partition).collect()
}

/// One partition for each remainder.
pub(super) fn by_hash(name: &Name, parts: Option<u32>) -> Result<Vec<(String, String)>, PlanError> {
    let Some(parts) = parts.filter(|n| (2..=MOST as u32).contains(n)) else {
        return Err(refuse(
            format!(
                "into how many partitions {name} is split by hash is not said, or not between 2 and {MOST}"
            ),
            "say it: … by hash of account_id into 8 partitions",
        ));
    };
    let one = |n: u32| (format!("p{n}"), format!("FOR VALUES WITH (MODULUS {parts}, REMAINDER {n})"));
    Ok((0..parts).map(one).collect())
}

/// One partition for each value.
pub(super) fn by_list(
    context: &RecipeContext<'_>,
    (name, column): (&Name, &Column),
    values: &[String],
) -> Result<Vec<(String, String)>, PlanError> {
    if values.is_empty() {
        return Err(refuse(
            format!("which values of {} get partitions of their own is not said", column.name),
            format!(
                "say them: partition {} by list of {}: a, b, others in a default",
                name.name, column.name
            ),
        ));
    }
    let mut found: Vec<(String, String)> = Vec::new();
    for value in values {
        let wrong = || {
            refuse(
                format!("{value} is no value of {name}.{}, which is {}", column.name, column.type_name),
                "name values the column can have",
            )
        };
        let sql = context.engine.value_of(context.catalog, &column.type_name, value).ok_or_else(wrong)?;
        let bound = format!("FOR VALUES IN ({sql})");
        if found.iter().any(|(_, known)| *known == bound) {
            return Err(refuse(format!("{value} is named twice"), "name each value once"));
        }
        let plain = |c: char| if c.is_alphanumeric() || c == '_' { c } else { '_' };
        let label: String = value.chars().map(plain).collect();
        let taken = label == "default" || found.iter().any(|(known, _)| *known == label);
        found.push((if taken { format!("{label}_{}", found.len() + 1) } else { label }, bound));
    }
    Ok(found)
}

/// Whether ranges begin where the table has rows already: then it cannot stay as the first of them.
pub(super) fn begins_in_the_past(
    context: &RecipeContext<'_>,
    (table, column): (&Table, &Column),
    by: &PartitionBy,
    from: Option<&str>,
) -> bool {
    let (PartitionBy::Ranges(width), Some(from)) = (by, from) else { return false };
    match width {
        Width::Numbers(_) => {
            let last = last_number(context.catalog, table, column);
            from.parse::<i64>().ok().zip(last).is_some_and(|(from, last)| from as f64 <= last)
        }
        _ => Day::parse(from)
            .zip(Day::parse(&context.catalog.server.taken_at))
            .is_some_and(|(from, today)| from <= today),
    }
}

/// Where the partitions begin.
///
/// From the first on, three of them ahead; of a table that is copied, as many before as its rows need.
pub(super) fn boundaries(
    context: &RecipeContext<'_>,
    (table, column): (&Table, &Column),
    width: Width,
    from: Option<&str>,
    copied: bool,
) -> Result<Vec<Boundary>, PlanError> {
    if copied && from.is_none() {
        return Err(refuse(
            format!("where the first partition of {} begins is not said", table.name),
            "say it: … starting 2024-01-01, or for numbers … starting 1. What is before goes to the default partition",
        ));
    }
    let on = format!("{}.{}", table.name, column.name);
    let type_name = column.type_name.as_str();
    let wrong = |words: &str| {
        refuse(
            format!("{on} is {type_name}: {words}"),
            "partition by a column of dates or times (by day, week, month, quarter, year), or of whole numbers (by range, \
             every 1000000)",
        )
    };
    match width {
        Width::Numbers(every) => {
            if !["smallint", "integer", "bigint"].contains(&type_name) {
                return Err(wrong("a range of numbers needs a column of whole numbers"));
            }
            let first = match from {
                Some(text) => text.parse().map_err(|_| wrong(&format!("{text} is no whole number")))?,
                None => after_the_last(context, table, column, every)?,
            };
            let largest = match type_name {
                "smallint" => i64::from(i16::MAX),
                "integer" => i64::from(i32::MAX),
                _ => i64::MAX,
            };
            let last = if copied { last_number(context.catalog, table, column) } else { None };
            let behind = last.map_or(0.0, |last| ((last - first as f64) / every as f64).ceil().max(0.0));
            let needed = behind as usize;
            refuse_too_many(needed)?;
            let at = |n: usize| every.checked_mul(n as i64).and_then(|d| first.checked_add(d));
            let at =
                (0..=needed + AHEAD).map(|n| at(n).filter(|v| *v <= largest)).collect::<Option<Vec<i64>>>();
            let at = at.ok_or_else(|| wrong("the partitions ahead would end beyond its largest value"))?;
            Ok(at.into_iter().map(|v| Boundary { sql: v.to_string(), label: v.to_string() }).collect())
        }
        calendar => {
            let suffix = match type_name {
                "date" => "",
                t if t.starts_with("timestamp") && t.ends_with("with time zone") => " 00:00:00+00",
                t if t.starts_with("timestamp") => " 00:00:00",
                _ => return Err(wrong("a calendar needs a column of dates or times")),
            };
            let mut day = first_day(context, calendar, from)?;
            let mut found = Vec::new();
            let today = Day::parse(&context.catalog.server.taken_at).filter(|_| copied);
            let mut ahead = 0;
            while ahead <= AHEAD {
                ahead += usize::from(today.is_none_or(|today| day > today));
                refuse_too_many(found.len())?;
                found.push(Boundary { sql: format!("'{}{suffix}'", day.iso()), label: day.label(calendar) });
                day = day.next(calendar).ok_or_else(|| wrong("that is no part of a calendar"))?;
            }
            Ok(found)
        }
    }
}

/// The day the first new partition begins with: not before tomorrow is over, so that there is time for the plan.
fn first_day(context: &RecipeContext<'_>, width: Width, from: Option<&str>) -> Result<Day, PlanError> {
    let unknown = |what: &str| refuse(format!("{what} is no date"), "write it as 2027-01-01");
    match from {
        Some(text) => {
            let day = Day::parse(text).ok_or_else(|| unknown(text))?;
            match day.start_of(width) {
                Some(start) if start == day => Ok(day),
                start => Err(refuse(
                    format!("no {width} begins on {}", day.iso()),
                    format!("begin with {}", start.and_then(|s| s.next(width)).unwrap_or(day).iso()),
                )),
            }
        }
        None => {
            let taken = &context.catalog.server.taken_at;
            let today = Day::parse(taken).ok_or_else(|| unknown(taken))?;
            today.tomorrow().next(width).ok_or_else(|| unknown(taken))
        }
    }
}

/// A multiple of the width with room behind the last value the column's sequence gave.
fn after_the_last(
    context: &RecipeContext<'_>,
    table: &Table,
    column: &Column,
    every: i64,
) -> Result<i64, PlanError> {
    let last = last_number(context.catalog, table, column);
    let Some(last) = last.filter(|l| *l < 9e18 - 2.0 * every as f64) else {
        return Err(refuse(
            format!(
                "how far {}.{} has come is not known: no sequence of its own counts it",
                table.name, column.name
            ),
            format!(
                "say where the first new partition begins, above every value there is: … every {every} starting 5000000"
            ),
        ));
    };
    // Room for what is written until the last step.
    let beyond = last as i64 + (every / 10).max(1);
    Ok((beyond / every + 1) * every)
}

/// The last value the column's own sequence gave, about; none if none counts upwards.
fn last_number(catalog: &Catalog, table: &Table, column: &Column) -> Option<f64> {
    let owned = |s: &&altimeter_catalog::Sequence| {
        s.owned_by.as_ref().is_some_and(|o| o.needs(&table.name, &column.name))
    };
    let sequence = catalog.sequences_owned_by(&table.name).find(owned)?;
    let options = sequence.options.filter(|o| o.increment > 0)?;
    Some(sequence.used? * options.maximum as f64)
}

fn refuse_too_many(parts: usize) -> Result<(), PlanError> {
    match parts > MOST {
        true => Err(refuse(
            format!("that would make more than {MOST} partitions"),
            "make them larger, or begin later: what is before goes to the default partition",
        )),
        false => Ok(()),
    }
}
