//! Partitioning a table, as in `partition events by month on created_at`.

use altimeter_catalog::{Change, PartitionBy, PartitionChange, Partitioning, Width};

use super::matching::Clause;
use super::pattern::Slot;
use super::reader::{Found, Reader, existing_table, incomplete};
use super::resolve::{Names, shown};
use super::token::{Part, Token, TokenKind};
use super::trouble::{Progress, Trouble};
use crate::partitioning;
use crate::recipe::RecipeContext;

/// Reads requests to partition a table.
pub(super) struct PartitionTable;

const CLAUSES: &[Clause] = &[
    Clause {
        required: true,
        patterns: &[
            "partition|partitioning|split|divide {table}",
            "partition|partitioning of {table}",
            "alter {table} partition",
            "make|turn|convert|change {table} [into|to|be] partitioned [table]",
            "{apart} partition [it]",
        ],
    },
    Clause { required: false, patterns: &["[by|with|using] {strategy} [partitioning|partitions]"] },
    Clause {
        required: false,
        patterns: &[
            "[by|per|every|each|a] {period}",
            "[in|into] {period} partitions|parts|pieces|chunks|ranges",
            "one [partition] per|a|each {period}",
            "every|per|each <number> [rows|ids|values|numbers|keys]",
            "[in|into] steps|ranges|chunks|partitions|parts of <number> [rows|ids|values|numbers|keys]",
            "into|in <parts> partitions|parts|pieces|chunks",
        ],
    },
    Clause {
        required: false,
        patterns: &[
            "on|by|over|along|using [column] <column> [column]",
            "[on|by|over] ( <column> )",
            "of [column] <column> [column]",
        ],
    },
    Clause {
        required: false,
        patterns: &[
            ": <values>",
            "[with|for|into|in] values|value|lists|list [:] <values>",
            "values in ( <values> )",
            "into|with|for [partitions|parts|pieces] [for] [:] <values>",
            "into|with partitions|parts|pieces <values>",
        ],
    },
    Clause {
        required: false,
        patterns: &[
            "others|other|rest|remaining|everything|anything [else] [values|rows|value] [go|goes] [in|into|to] \
             [a|the|its|one] default [partition]",
            "[with] [a] default [partition|one] [for|takes] [the] [others|rest|other|remaining] [values]",
        ],
    },
    Clause {
        required: false,
        patterns: &["starting|beginning [with|from|on|at|in] <from>", "from <from> [on|onwards]"],
    },
];

impl Reader for PartitionTable {
    fn doing(&self) -> &'static str {
        "partitioning a table"
    }

    fn clauses(&self) -> &'static [Clause] {
        CLAUSES
    }

    fn build(&self, found: &Found<'_>) -> Result<Change, Trouble> {
        let (table, column) = found.column(Slot::Column, "partition by")?;
        let by = asked(found)?;
        let from = found.sql(Slot::From).map(|text| text.trim_matches('\'').to_owned());
        let Names { engine, catalog, .. } = found.names;
        let context = RecipeContext { engine, catalog, prefer: None };
        let (table, column) = (table.name.clone(), column.name.clone());
        Ok(partitioning::change(&context, Partitioning { table, column, by, from, plain: Vec::new() }))
    }

    fn examine(&self, names: Names<'_>, change: &Change) -> Option<Result<(), Trouble>> {
        let Change::Partition(PartitionChange::Partition(wanted)) = change else { return None };
        Some(existing_table(names, &wanted.table).and_then(|table| {
            names.column(table, &Part { text: wanted.column.clone(), quote: Some('"') }).map(|_| ())
        }))
    }

    fn says(&self, change: &Change) -> Option<String> {
        let Change::Partition(PartitionChange::Partition(wanted)) = change else { return None };
        let by = match &wanted.by {
            PartitionBy::Ranges(Width::Numbers(n)) => format!("every {n}"),
            PartitionBy::Ranges(width) => format!("by {width}"),
            PartitionBy::List(_) => "by list".to_owned(),
            PartitionBy::Hash(Some(parts)) => format!("by hash into {parts} partitions"),
            PartitionBy::Hash(None) => "by hash".to_owned(),
        };
        let from = wanted.from.as_ref().map(|f| format!(" starting {f}")).unwrap_or_default();
        let values = match &wanted.by {
            PartitionBy::List(values) if !values.is_empty() => {
                let values: Vec<String> = values.iter().map(|v| value_shown(v)).collect();
                format!(": {}, others in a default", values.join(", "))
            }
            _ => String::new(),
        };
        Some(format!("partition {} {by} on {}{from}{values}", wanted.table, shown(&wanted.column)))
    }

    fn example(&self, table: &str, column: &str) -> String {
        format!("partition {table} by month on {column}")
    }
}

/// A value as it can be written in a request.
fn value_shown(value: &str) -> String {
    let bare = !value.is_empty() && value.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if bare { value.to_owned() } else { format!("'{}'", value.replace('\'', "''")) }
}

/// The values of a list, quotes taken off.
fn values(found: &Found<'_>) -> Vec<String> {
    let Some(range) = found.tokens_of(Slot::Values) else { return Vec::new() };
    let tokens = found.tokens.get(range).unwrap_or_default();
    let one = |token: &Token| match token.parts() {
        Some([part]) => Some(part.text.clone()),
        _ if token.kind == TokenKind::Number => found.text.get(token.source.clone()).map(str::to_owned),
        _ => None,
    };
    let separators = ["and", "then"];
    tokens.iter().filter(|t| !separators.iter().any(|w| t.is(w))).filter_map(one).collect()
}

fn asked(found: &Found<'_>) -> Result<PartitionBy, Trouble> {
    // Words that say nothing may stand before the one that counts.
    let word = |slot| {
        let last = found.tokens_of(slot)?.end.checked_sub(1)?;
        let token = found.tokens.get(last)?;
        found.text.get(token.source.clone()).map(str::to_lowercase)
    };
    let number = |slot| -> Result<Option<i64>, Trouble> {
        let Some(text) = word(slot) else { return Ok(None) };
        let value = text.replace('_', "").parse().ok().filter(|n| *n > 0);
        value.map(Some).ok_or_else(|| {
            Trouble::new(Progress::Named, format!("{text} is no number of values"), "say it as 1000000")
        })
    };
    let (every, parts) = (number(Slot::Number)?, number(Slot::Parts)?);
    let strategy = word(Slot::Strategy).unwrap_or_default();
    let lists = strategy == "list" || strategy.is_empty() && found.has(Slot::Values);
    if lists {
        return Ok(PartitionBy::List(values(found)));
    }
    if strategy == "hash" || parts.is_some() && strategy != "range" {
        return Ok(PartitionBy::Hash(parts.and_then(|n| u32::try_from(n).ok())));
    }
    let period = word(Slot::Period);
    // daily, weekly, monthly: the words begin like what they are made of.
    let begins = [
        ("d", Width::Day),
        ("w", Width::Week),
        ("m", Width::Month),
        ("q", Width::Quarter),
        ("y", Width::Year),
    ];
    let calendar = period.and_then(|p| begins.into_iter().find(|(letter, _)| p.starts_with(letter)));
    match (calendar, every) {
        (Some((_, width)), _) => Ok(PartitionBy::Ranges(width)),
        (None, Some(every)) => Ok(PartitionBy::Ranges(Width::Numbers(every))),
        (None, None) => {
            let mut trouble = incomplete("how much a partition shall hold");
            trouble.instead =
                "say it: by day, week, month, quarter or year; or, for numbers, every 1000000".to_owned();
            Err(trouble)
        }
    }
}
