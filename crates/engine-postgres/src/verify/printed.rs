//! A check as it may be sent: printed by this crate from its parts, never taken from anybody's text.

use altimeter_catalog::{Catalog, Check, Name, TableKind};
use squawk_syntax::ast::AstNode as _;
use squawk_syntax::{SourceFile, SyntaxKind};

use crate::dialect::print_check;

/// A check printed by this crate. Besides the compiled-in queries there is no other text that is run.
#[derive(Debug)]
pub(crate) struct PrintedCheck(String);

impl PrintedCheck {
    /// The check, if it can do nothing but read what it names; else why not. Names may come from a file that anybody
    /// wrote: they are quoted, the text is read back as one plain SELECT, and rows are read of plain tables only, since
    /// reading a view runs whatever functions it calls, and a foreign table is on another server.
    /// An expression in it would be run as it stands, whatever functions it calls: such a check is not sent.
    pub(crate) fn new(catalog: &Catalog, check: &Check) -> Result<Self, String> {
        if matches!(
            check,
            Check::Follows { .. }
                | Check::Converts { .. }
                | Check::NoRowBreaks { .. }
                | Check::RowsWhere { condition: Some(_), .. }
                | Check::NotReferenced { condition: Some(_), .. }
        ) {
            return Err(
                "it holds an expression or function of its own, which is not run from a file; look at the \
                        query, and run it yourself"
                    .to_owned(),
            );
        }
        for name in reads_rows_of(check) {
            let kind = catalog.table(name).map(|t| t.kind);
            match kind {
                Some(TableKind::Table | TableKind::PartitionedTable | TableKind::MaterializedView) => {}
                Some(TableKind::ForeignTable) => return Err(format!("{name} is a foreign table")),
                None if catalog.view(name).is_some() => return Err(format!("{name} is a view")),
                None => return Err(format!("there is no table {name}")),
            }
        }
        let sql = print_check(catalog, check);
        if sql.contains('\0') {
            return Err("a name in it has a NUL character".to_owned());
        }
        let parse = SourceFile::parse(&sql);
        let file = parse.tree();
        let kinds: Vec<SyntaxKind> = file.syntax().children().map(|s| s.kind()).collect();
        if !parse.errors().is_empty() || kinds != [SyntaxKind::SELECT] {
            return Err("it does not read as one SELECT".to_owned());
        }
        Ok(Self(sql))
    }

    /// Its text.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

/// Tables whose rows the check reads, as opposed to the server's own catalogs.
fn reads_rows_of(check: &Check) -> Vec<&Name> {
    match check {
        Check::InStep { table, .. }
        | Check::NoNulls { table, .. }
        | Check::NoDuplicates { table, .. }
        | Check::NoDuplicatesNorNulls { table, .. }
        | Check::Follows { table, .. }
        | Check::Converts { table, .. }
        | Check::RowsWhere { table, .. }
        | Check::NoRowBreaks { table, .. } => vec![table],
        Check::NoOrphans { table, foreign, .. } | Check::NotReferenced { table, foreign, .. } => {
            vec![table, &foreign.table]
        }
        Check::SameRows { table, copy, .. } => vec![table, copy],
        Check::ColumnExists { .. }
        | Check::ColumnMissing { .. }
        | Check::ColumnNotNull { .. }
        | Check::ColumnNullable { .. }
        | Check::ColumnHasDefault { .. }
        | Check::ColumnHasNoDefault { .. }
        | Check::NameFree { .. }
        | Check::NameTaken { .. }
        | Check::ConstraintMissing { .. }
        | Check::ConstraintExists { .. }
        | Check::IndexValid { .. }
        | Check::TriggerEnabled { .. }
        | Check::TriggerMissing { .. }
        | Check::ConstraintValid { .. }
        | Check::NoTransactionOlderThan { .. }
        | Check::StandbyLagBelow { .. }
        | Check::UsesEnded { .. }
        | Check::LockWaitsAtMost { .. } => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use altimeter_catalog::{Column, Extension, ForeignKey, StatementCalls, Table};

    use super::*;

    const HOSTILE: [&str; 6] = [
        "x",
        "a\"; DROP TABLE t; --",
        "a' OR pg_terminate_backend(1) IS NULL; --",
        "$$ \\' E'\\'",
        "ü\n/* ",
        "\u{202e}\\",
    ];

    fn checks(name: &str) -> Vec<Check> {
        let table = Name::new(name, name);
        let (column, text) = (name.to_owned(), name.to_owned());
        vec![
            Check::ColumnExists { table: table.clone(), column: column.clone() },
            Check::ColumnMissing { table: table.clone(), column: column.clone() },
            Check::ColumnNotNull { table: table.clone(), column: column.clone() },
            Check::ColumnNullable { table: table.clone(), column: column.clone() },
            Check::ColumnHasDefault { table: table.clone(), column: column.clone() },
            Check::NameFree { name: table.clone() },
            Check::IndexValid { index: table.clone() },
            Check::TriggerEnabled { table: table.clone(), trigger: text.clone() },
            Check::TriggerMissing { table: table.clone(), trigger: text.clone() },
            Check::ConstraintValid { table: table.clone(), constraint: text.clone() },
            Check::InStep { table: table.clone(), truth: column.clone(), copy: text },
            Check::NoNulls { table: table.clone(), column: column.clone() },
            Check::ColumnHasNoDefault { table: table.clone(), column: column.clone() },
            Check::NameTaken { name: table.clone() },
            Check::ConstraintMissing { table: table.clone(), constraint: name.to_owned() },
            Check::ConstraintExists { table: table.clone(), constraint: name.to_owned() },
            Check::NoDuplicatesNorNulls { table: table.clone(), columns: vec![column.clone()] },
            Check::NoOrphans {
                table: table.clone(),
                columns: vec![column.clone()],
                foreign: ForeignKey { table: table.clone(), columns: vec![column.clone()] },
                full: true,
            },
            Check::NoDuplicates { table: table.clone(), columns: vec![column.clone()] },
            Check::SameRows {
                table: table.clone(),
                copy: table.clone(),
                key: vec![column.clone()],
                columns: vec![column.clone()],
                copy_key: vec![column],
            },
            Check::NoTransactionOlderThan { seconds: u32::MAX },
            Check::StandbyLagBelow { seconds: u32::MAX },
            Check::LockWaitsAtMost { table, sessions: u32::MAX },
            Check::UsesEnded { statements: vec![StatementCalls { id: name.to_owned(), calls: u64::MAX }] },
        ]
    }

    #[test]
    fn hostile_names_stay_names() {
        for name in HOSTILE {
            let column =
                Column { name: name.to_owned(), type_name: "integer".to_owned(), ..Column::default() };
            let table = Table { name: Name::new(name, name), columns: vec![column], ..Table::default() };
            let extension = Extension {
                name: "pg_stat_statements".to_owned(),
                version: "1.9".to_owned(),
                schema: name.to_owned(),
            };
            let catalog = Catalog {
                tables: vec![table].into(),
                extensions: vec![extension].into(),
                ..Catalog::default()
            };
            for check in checks(name) {
                let printed = PrintedCheck::new(&catalog, &check).unwrap();
                let plain = crate::queries::why_not_plain(printed.text());
                assert_eq!(plain, None, "{}", printed.text());
                assert_eq!(crate::queries::doing(printed.text()), [""; 0], "{}", printed.text());
            }
        }
    }

    #[test]
    fn rows_are_read_of_plain_tables_only() {
        let table = |kind| Table { name: Name::new("a", "b"), kind, ..Table::default() };
        let nulls = Check::NoNulls { table: Name::new("a", "b"), column: "c".to_owned() };
        let with = |kind| Catalog { tables: vec![table(kind)].into(), ..Catalog::default() };
        assert!(PrintedCheck::new(&with(TableKind::PartitionedTable), &nulls).is_ok());
        assert!(PrintedCheck::new(&with(TableKind::ForeignTable), &nulls).is_err());
        assert!(PrintedCheck::new(&Catalog::default(), &nulls).is_err());
        let missing = Check::ColumnMissing { table: Name::new("a", "b\0"), column: "c".to_owned() };
        assert!(PrintedCheck::new(&Catalog::default(), &missing).is_err());
    }
}
