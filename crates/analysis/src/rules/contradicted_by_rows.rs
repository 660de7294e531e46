//! `contradicted-by-rows`.

use altimeter_catalog::{Change, ColumnStatistics, ConstraintKind, Name, Table};

use crate::rule::{Finding, Rule, RuleContext, Severity, words};
use crate::safe;

pub(super) static RULE: Rule =
    Rule::in_statements("contradicted-by-rows", include_str!("contradicted_by_rows.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.parts().iter().filter_map(|part| match part.change {
        Change::SetNotNull { table, column } => nulls(context, table, column),
        Change::AddConstraint { table, constraint } if !constraint.not_valid => match constraint.kind {
            ConstraintKind::PrimaryKey => {
                let null = constraint.columns.iter().find_map(|c| nulls(context, table, c));
                null.or_else(|| duplicates(context, table, &constraint.columns))
            }
            ConstraintKind::Unique => duplicates(context, table, &constraint.columns),
            _ => nulls(context, table, &safe::demands_not_null(context.engine, constraint)?),
        },
        Change::ValidateConstraint { table, name } => {
            let known = context.concerned(table)?;
            let constraint = known.constraints.iter().find(|c| &c.name == name && !c.validated)?;
            let demanded = |c: &&String| safe::is_not_null(context.engine, &constraint.definition, c);
            nulls(context, table, constraint.columns.iter().find(demanded)?)
        }
        Change::CreateIndex { index, .. } if index.unique && index.predicate.is_none() => {
            duplicates(context, &index.table, &index.columns()?)
        }
        _ => None,
    });
    found.collect()
}

fn statistics<'t>(table: &'t Table, column: &str) -> Option<&'t ColumnStatistics> {
    table.column(column)?.statistics.as_ref()
}

/// The statistics have seen NULLs where there must be none.
fn nulls(context: &RuleContext<'_>, table: &Name, column: &str) -> Option<Finding> {
    let known = context.concerned(table)?;
    let share = statistics(known, column).map(|s| s.null_fraction).filter(|share| *share > 0.0)?;
    let rows = known.size.rows.map(|rows| format!("some {} rows", words::count(rows * share)));
    let message = format!(
        "will fail: {} of {table} have no value in {column}, as the statistics last saw it",
        rows.unwrap_or_else(|| format!("{:.1} % of the rows", share * 100.0))
    );
    let type_name = known.column(column).map(|c| c.type_name.as_str()).unwrap_or_default();
    let safe = match context.engine.empty_value(context.catalog, type_name) {
        Some(value) => safe::backfill(context.script(), table, column, &value),
        None => context.script().say(format!("first fill {column} where it is NULL, in batches")),
    };
    Some(RULE.finding(Severity::Critical, Some(table), message).instead(safe))
}

/// The statistics know of fewer values than rows that must all differ.
fn duplicates(context: &RuleContext<'_>, table: &Name, columns: &[String]) -> Option<Finding> {
    let known = context.concerned(table)?;
    let rows = known.size.rows?;
    let mut combinations = 1.0;
    let mut with_values = rows;
    for column in columns {
        let s = statistics(known, column)?;
        // Below 0 it is minus the share of rows; estimates are low rather than high, so only a wide gap is a proof.
        combinations *= if s.distinct < 0.0 { -s.distinct * rows } else { s.distinct };
        with_values = with_values.min(rows * (1.0 - s.null_fraction));
    }
    if columns.is_empty() || combinations * 2.0 > with_values {
        return None;
    }
    let columns = words::list(columns);
    let message = format!(
        "will fail: {} rows of {table} have only some {} different values of {columns}, as the statistics last saw it",
        words::count(with_values),
        words::count(combinations)
    );
    let safe = context.script().say(format!(
        "first find and settle the duplicates of {columns} (GROUP BY … HAVING count(*) > 1, on a replica)"
    ));
    Some(RULE.finding(Severity::Critical, Some(table), message).instead(safe))
}
