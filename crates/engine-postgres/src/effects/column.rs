//! Columns: when a table is rewritten or read, and what goes with a dropped one.

use altimeter_catalog::{
    Catalog, Column, ConstraintKind, Effect, LockMode, Name, RelationKind, TableKind, TypeKind, Volatility,
};

use super::{family, lock, scan};
use crate::{expression, parse, types};

/// A default that gives each row its own value makes the server write the table anew; so does a domain with a
/// constraint, whose rows must be checked (manual, notes of `ALTER TABLE`; measured for domains on 13 to 18).
pub(super) fn added(catalog: &Catalog, table: &Name, column: &Column, effect: &mut Effect) {
    let volatile = |e: &String| expression::volatility(catalog, e) != Volatility::Constant;
    let domain_rewrites = types::domain(catalog, &column.type_name).is_some_and(|d| match &d.kind {
        TypeKind::Domain { not_null, checks, default, .. } => {
            *not_null || !checks.is_empty() || default.as_ref().is_some_and(volatile)
        }
        _ => false,
    });
    let stored = column.generated.as_ref().is_some_and(|g| g.stored);
    if column.default.as_ref().is_some_and(volatile) || domain_rewrites || stored || column.identity.is_some()
    {
        for t in family(catalog, table).iter().filter(|t| t.kind == TableKind::Table) {
            effect.rewrites.push(t.name.clone());
            for index in &t.indexes {
                let name = t.name.sibling(&index.definition.name);
                effect.take(&name, RelationKind::Index, LockMode::AccessExclusive);
                effect.index_builds.push(name);
            }
        }
        scan(catalog, table, effect);
    } else if column.not_null && column.default.is_none() {
        // The server reads the table to find the first row, and refuses if there is one.
        let has_rows = family(catalog, table).iter().any(|t| t.size.rows.is_none_or(|r| r > 0.0));
        if has_rows {
            effect.fails =
                Some(format!("rows of {table} would have no value in the NOT NULL column {}", column.name));
        }
        scan(catalog, table, effect);
    }
}

/// Indexes and constraints that have the column go with it; dropping a foreign key locks the table it references.
pub(super) fn dropped(catalog: &Catalog, table: &Name, column: &str, cascade: bool, effect: &mut Effect) {
    for t in family(catalog, table) {
        for index in t.indexes.iter().filter(|i| i.reads.iter().any(|c| c == column)) {
            let name = t.name.sibling(&index.definition.name);
            effect.take(&name, RelationKind::Index, LockMode::AccessExclusive);
            effect.drops.push(name);
        }
        for constraint in t.constraints.iter().filter(|c| c.columns.iter().any(|c| c == column)) {
            if let Some(foreign) = &constraint.foreign {
                lock(catalog, &foreign.table, Some(LockMode::AccessExclusive), effect);
            }
        }
    }
    let owned =
        |s: &&altimeter_catalog::Sequence| s.owned_by.as_ref().is_some_and(|o| o.needs(table, column));
    for sequence in catalog.sequences.iter().filter(owned) {
        effect.take(&sequence.name, RelationKind::Sequence, LockMode::AccessExclusive);
        effect.drops.push(sequence.name.clone());
    }
    if !cascade {
        return;
    }
    let reads = |v: &&altimeter_catalog::View| v.needs.iter().any(|d| d.needs(table, column));
    for view in catalog.views.iter().filter(reads) {
        lock(catalog, &view.name, Some(LockMode::AccessExclusive), effect);
        effect.drops.push(view.name.clone());
    }
    for (from, constraint) in catalog.referencing(table) {
        if constraint.foreign.as_ref().is_some_and(|f| f.columns.iter().any(|c| c == column)) {
            lock(catalog, &from.name, Some(LockMode::AccessExclusive), effect);
        }
    }
}

/// The table is read, unless the column is NOT NULL already or a validated CHECK proves it
/// (measured on 13 to 18: only `IS NOT NULL` proves, a NOT VALID one proves nothing).
pub(super) fn not_null(catalog: &Catalog, table: &Name, column: &str, effect: &mut Effect) {
    for t in family(catalog, table) {
        let already = t.column(column).is_some_and(|c| c.not_null);
        let proved = t.constraints.iter().any(|c| {
            c.kind == ConstraintKind::Check && c.validated && proves_not_null(&c.definition, column)
        });
        if !already && !proved && t.kind != TableKind::PartitionedTable {
            effect.scans.push(t.name.clone());
        }
    }
}

/// Whether a CHECK's definition is exactly `column IS NOT NULL`, or has that among the parts of an AND.
fn proves_not_null(definition: &str, column: &str) -> bool {
    let Some(expression) = definition.trim().strip_prefix("CHECK").map(str::trim) else { return false };
    let expression = expression.strip_suffix("NOT VALID").unwrap_or(expression);
    let wanted = format!("{} IS NOT NULL", crate::quoting::quote(column)).to_lowercase();
    let Some(node) = parse::parse_expression(expression) else { return false };
    let text = parse::text_of(&node).to_lowercase();
    if text.contains(" or ") || text.contains("case ") {
        return false;
    }
    text.split(" and ").any(|part| part.trim_matches(|c| matches!(c, '(' | ')' | ' ')) == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_is_not_null_proves_it() {
        assert!(proves_not_null("CHECK ((a IS NOT NULL))", "a"));
        assert!(proves_not_null("CHECK (a IS NOT NULL)", "a"));
        assert!(proves_not_null("CHECK (((a IS NOT NULL) AND (b > 0)))", "a"));
        assert!(!proves_not_null("CHECK ((a > 0))", "a"));
        assert!(!proves_not_null("CHECK (((a IS NOT NULL) OR (b > 0)))", "a"));
        assert!(!proves_not_null("CHECK ((aa IS NOT NULL))", "a"));
    }
}
