//! Column definitions, in `ALTER TABLE` and `CREATE TABLE`.

use altimeter_catalog::{
    Catalog, Column, ConstraintDefinition, Dependency, Generated, Identity, Name, NameParts, Sequence,
};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::constraint::{self, Place};
use super::keyword;
use crate::parse::{child, has, name_of, text_of};
use crate::quoting::{literal, quote_name};
use crate::{expression, types};

/// A column with what the server makes along with it.
#[derive(Debug, Default)]
pub(crate) struct ColumnDefinition {
    /// The column itself.
    pub(crate) column: Column,
    /// CHECK, UNIQUE, PRIMARY KEY and REFERENCES written behind it, and a NOT NULL with a name of its own.
    pub(crate) constraints: Vec<ConstraintDefinition>,
    /// The sequence of a serial or identity column.
    pub(crate) sequence: Option<Sequence>,
}

/// Lowers a column's definition. `taken` are names the statement has given already; those chosen here join them.
pub(crate) fn lower(
    catalog: &Catalog,
    table: &Name,
    node: &SyntaxNode,
    taken: &mut Vec<String>,
) -> Result<ColumnDefinition, String> {
    let mut made = ColumnDefinition::default();
    for part in node.children() {
        let column = &mut made.column;
        match part.kind() {
            SyntaxKind::COLUMN_NAME => column.name = name_of(&part),
            SyntaxKind::NULL_CONSTRAINT
            | SyntaxKind::IF_NOT_EXISTS
            | SyntaxKind::ALTER_OPTION_LIST
            | SyntaxKind::STORAGE
            | SyntaxKind::COMPRESSION_METHOD
            | SyntaxKind::WITH_OPTIONS => {}
            SyntaxKind::DEFAULT_CONSTRAINT => {
                let mut parts = part.children().filter(|n| n.kind() != SyntaxKind::CONSTRAINT_NAME_CLAUSE);
                column.default = Some(parts.next().map(|v| text_of(&v)).ok_or("a default is missing")?);
                if let Some(more) = parts.next() {
                    return Err(format!("a default cannot be {}", keyword(more.kind())));
                }
            }
            SyntaxKind::COLLATE => column.collation = Some(collation(&part)?),
            SyntaxKind::GENERATED_CONSTRAINT => generated(catalog, &part, column)?,
            SyntaxKind::NOT_NULL_CONSTRAINT => {
                column.not_null = true;
                if has(&part, SyntaxKind::CONSTRAINT_NAME_CLAUSE) || has(&part, SyntaxKind::NO_INHERIT) {
                    let name = column.name.clone();
                    let place = &mut Place { catalog, table, column: Some(&name), new_columns: &[], taken };
                    made.constraints.push(constraint::lower(place, &part)?);
                }
            }
            SyntaxKind::CHECK_CONSTRAINT
            | SyntaxKind::UNIQUE_CONSTRAINT
            | SyntaxKind::PRIMARY_KEY_CONSTRAINT
            | SyntaxKind::REFERENCES_CONSTRAINT => {
                let name = column.name.clone();
                let place = &mut Place { catalog, table, column: Some(&name), new_columns: &[], taken };
                made.constraints.push(constraint::lower(place, &part)?);
            }
            kind if is_type(kind) => column.type_name = type_name(catalog, &part),
            kind => return Err(format!("{} on a column is not analysed yet", keyword(kind))),
        }
    }
    finish(catalog, table, &mut made, taken);
    Ok(made)
}

/// Whether a clause is a type.
pub(super) fn is_type(kind: SyntaxKind) -> bool {
    format!("{kind:?}").ends_with("_TYPE")
}

/// A type as the server prints it; as written if it is not known.
pub(super) fn type_name(catalog: &Catalog, node: &SyntaxNode) -> String {
    let text = text_of(node);
    types::canonical(catalog, &text).unwrap_or(text)
}

/// A collation as the catalog has it: with its schema, quoted for SQL.
pub(super) fn collation(clause: &SyntaxNode) -> Result<String, String> {
    let of = child(clause, SyntaxKind::COLLATION_REF).ok_or("a collation is missing")?;
    Ok(text_of(&of))
}

fn generated(catalog: &Catalog, node: &SyntaxNode, column: &mut Column) -> Result<(), String> {
    if let Some(identity) = child(node, SyntaxKind::GENERATED_IDENTITY) {
        let always = has(&identity, SyntaxKind::GENERATED_ALWAYS);
        column.identity = Some(if always { Identity::Always } else { Identity::ByDefault });
        column.not_null = true;
        return Ok(());
    }
    let stored = child(node, SyntaxKind::GENERATED_STORED).ok_or("what generates the column is missing")?;
    let skip = [SyntaxKind::GENERATED_ALWAYS, SyntaxKind::STORED, SyntaxKind::VIRTUAL];
    let expression =
        stored.children().find(|n| !skip.contains(&n.kind())).ok_or("an expression is missing")?;
    column.generated = Some(Generated {
        // Before version 18 STORED has to be said; since then VIRTUAL is the default.
        stored: has(&stored, SyntaxKind::STORED)
            || !has(&stored, SyntaxKind::VIRTUAL) && catalog.server.major() < 18,
        expression: text_of(&expression),
    });
    Ok(())
}

/// What follows from the type: a serial column is an integer with a sequence of its own.
fn finish(catalog: &Catalog, table: &Name, made: &mut ColumnDefinition, taken: &mut Vec<String>) {
    let column = &mut made.column;
    let serial = match column.type_name.to_ascii_lowercase().as_str() {
        "serial" | "serial4" | "pg_catalog.serial" => Some("integer"),
        "bigserial" | "serial8" => Some("bigint"),
        "smallserial" | "serial2" => Some("smallint"),
        _ => None,
    };
    if let Some(integer) = serial {
        column.type_name = integer.to_owned();
        column.not_null = true;
    }
    if serial.is_some() || column.identity.is_some() {
        let parts = NameParts { table: &table.name, columns: &column.name, label: "seq" };
        let name = table.sibling(catalog.default_relation_name(&table.schema, parts, taken));
        taken.push(name.name.clone());
        if serial.is_some() {
            column.default = Some(format!("nextval({}::regclass)", literal(&quote_name(&name))));
        }
        made.sequence = Some(Sequence {
            name,
            owned_by: Some(Dependency { on: table.clone(), columns: vec![column.name.clone()] }),
            type_name: column.type_name.clone(),
            used: None,
            options: None,
        });
    } else {
        let type_name = column.type_name.clone();
        column.default = column.default.take().map(|d| expression::canonical_default(&type_name, &d));
        // DEFAULT NULL is no default.
        column.default = column.default.take().filter(|d| !is_null(d));
    }
}

/// Whether a default is a NULL, cast or not.
pub(super) fn is_null(default: &str) -> bool {
    let bare = default.split("::").next().unwrap_or(default);
    bare.trim().trim_matches(['(', ')']).eq_ignore_ascii_case("null")
}
