//! What heavy work a statement is, as far as it is of one kind and on one table.

use altimeter_catalog::{
    Catalog, Change, ColumnAction, ConstraintKind, Engine, IndexDefinition, Maintenance, Name, PastKind,
    ReindexTarget, TableAction, WriteCommand,
};

use crate::PostgresEngine;

/// What a statement did, to which table, with which index.
pub(crate) fn heavy_work(catalog: &Catalog, text: &str) -> Option<(PastKind, Name, Option<IndexDefinition>)> {
    let statements = PostgresEngine.parse(catalog, text).statements;
    let [statement] = statements.as_slice() else { return None };
    let parts: Vec<&Change> = statement.changes.iter().flat_map(Change::parts).collect();
    let each: Option<Vec<_>> = parts.iter().map(|c| of_change(c, catalog)).collect();
    let mut each = each?;
    let (kind, table, index) = each.pop()?;
    // Several actions in one pass over the table are one piece of work if they are of one kind.
    let alike = index.is_none() && each.iter().all(|(k, t, i)| (*k, t) == (kind, &table) && i.is_none());
    let whole = catalog.table(&table).is_some_and(|t| t.size.heap_bytes.is_some());
    ((each.is_empty() || alike) && whole).then_some((kind, table, index))
}

fn of_change(change: &Change, catalog: &Catalog) -> Option<(PastKind, Name, Option<IndexDefinition>)> {
    let build = |concurrently| if concurrently { PastKind::BuildConcurrently } else { PastKind::Build };
    match change {
        Change::CreateIndex { index, concurrently, .. } => {
            let known = known_index(catalog, index)?;
            Some((build(*concurrently), index.table.clone(), Some(known)))
        }
        Change::AddConstraint { table, constraint } => match constraint.kind {
            ConstraintKind::Check if !constraint.not_valid => Some((PastKind::Scan, table.clone(), None)),
            ConstraintKind::Unique | ConstraintKind::PrimaryKey => {
                let index = known_index(catalog, constraint.index.as_deref()?)?;
                Some((PastKind::Build, table.clone(), Some(index)))
            }
            _ => None,
        },
        Change::SetNotNull { table, .. } => Some((PastKind::Scan, table.clone(), None)),
        Change::ValidateConstraint { table, name } => {
            // A foreign key is held against another table, which its pages are of too.
            let constraints = &catalog.table(table)?.constraints;
            let check = constraints.iter().any(|c| c.name == *name && c.foreign.is_none());
            check.then(|| (PastKind::Scan, table.clone(), None))
        }
        Change::AddColumn { table, column, .. } if column.default.is_some() => {
            Some((PastKind::Rewrite, table.clone(), None))
        }
        Change::AlterColumn { table, action: ColumnAction::Type { .. }, .. } => {
            Some((PastKind::Rewrite, table.clone(), None))
        }
        Change::AlterWhole { table, action: TableAction::Tablespace(_) } => {
            Some((PastKind::RewritePages, table.clone(), None))
        }
        Change::Maintain(Maintenance::Vacuum(vacuum)) if vacuum.full => match vacuum.tables.as_slice() {
            [one] => Some((PastKind::RewritePages, one.name.clone(), None)),
            _ => None,
        },
        Change::Maintain(Maintenance::Cluster { table: Some(table), .. }) => {
            Some((PastKind::RewritePages, table.clone(), None))
        }
        Change::Maintain(Maintenance::Reindex { target, concurrently }) => match target {
            ReindexTarget::Index(name) => {
                let (table, index) = catalog.index(name)?;
                Some((build(*concurrently), table.name.clone(), Some(index.definition.clone())))
            }
            ReindexTarget::Table(table) if !*concurrently => Some((PastKind::Reindex, table.clone(), None)),
            _ => None,
        },
        Change::Rows(rows) if !rows.planned_only => {
            let [write] = rows.writes.as_slice() else { return None };
            let kind = match write.command {
                WriteCommand::Update => PastKind::Update,
                WriteCommand::Delete => PastKind::Delete,
                WriteCommand::Insert => return None,
            };
            Some((kind, write.target.name.clone(), None))
        }
        _ => None,
    }
}

/// The index as the catalog has it; one that is gone as its text says, where that holds no expression and so no
/// literal. Of a partial one nobody knows how many rows were in it.
fn known_index(catalog: &Catalog, index: &IndexDefinition) -> Option<IndexDefinition> {
    let there = catalog.table(&index.table)?.indexes.iter().map(|i| &i.definition);
    let mut there =
        there.filter(|i| i.keys == index.keys && i.method == index.method && i.unique == index.unique);
    let known = there.next().or_else(|| index.columns().map(|_| index));
    known.filter(|i| i.predicate.is_none() && index.predicate.is_none()).cloned()
}

#[cfg(test)]
mod tests {
    use altimeter_catalog::{Column, Size, Table};

    use super::*;

    fn catalog() -> Catalog {
        let column = |name: &str, type_name: &str| Column {
            name: name.to_owned(),
            type_name: type_name.to_owned(),
            ..Column::default()
        };
        let table = Table {
            name: Name::new("public", "t"),
            columns: vec![column("a", "integer"), column("b", "text")],
            size: Size { heap_bytes: Some(8192), ..Size::default() },
            ..Table::default()
        };
        let mut catalog = Catalog::default();
        catalog.server.search_path = vec!["public".to_owned()];
        catalog.schemas = vec!["public".to_owned()].into();
        catalog.tables = vec![table].into();
        catalog
    }

    #[test]
    fn statements_are_known_by_what_they_did() {
        let catalog = catalog();
        for (text, kind) in [
            ("CREATE INDEX i ON t (a)", Some(PastKind::Build)),
            (
                "/* nightly */ create unique index concurrently on public.t (a, b)",
                Some(PastKind::BuildConcurrently),
            ),
            ("ALTER TABLE t ADD PRIMARY KEY (a)", Some(PastKind::Build)),
            ("ALTER TABLE t ALTER a TYPE bigint, ALTER b TYPE varchar(3)", Some(PastKind::Rewrite)),
            ("ALTER TABLE t ADD COLUMN u uuid DEFAULT gen_random_uuid()", Some(PastKind::Rewrite)),
            ("ALTER TABLE t ALTER a SET NOT NULL", Some(PastKind::Scan)),
            ("ALTER TABLE t ADD CHECK (a > $1)", Some(PastKind::Scan)),
            ("VACUUM (FULL) t", Some(PastKind::RewritePages)),
            ("REINDEX TABLE t", Some(PastKind::Reindex)),
            ("UPDATE t SET b = $1 WHERE a > $2", Some(PastKind::Update)),
            ("DELETE FROM t WHERE a < $1", Some(PastKind::Delete)),
            // Not to be told, of several kinds, of a table that is gone, of a part of the rows, with a literal.
            ("VACUUM", None),
            ("VACUUM t", None),
            ("ALTER TABLE t ALTER a SET NOT NULL, ALTER b TYPE varchar(3)", None),
            ("CREATE INDEX ON gone (a)", None),
            ("CREATE INDEX ON t (a) WHERE b = $1", None),
            ("CREATE INDEX ON t ((b || 'secret'))", None),
            ("ALTER TABLE t RENAME a TO c", None),
            ("CREATE INDEX on t (", None),
        ] {
            assert_eq!(heavy_work(&catalog, text).map(|(kind, ..)| kind), kind, "{text}");
        }
    }
}
