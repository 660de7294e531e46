//! `ALTER TABLE`.

use altimeter_catalog::{Catalog, Change, Column, ConstraintDefinition, ConstraintKind, Name};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::{Lowered, relation};
use crate::parse::{self, child, find, has, name_of, text_of};
use crate::{expression, types};

pub(super) fn lower(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let Some(table) = child(node, SyntaxKind::TABLE_RELATION_NAME).and_then(|n| relation(catalog, &n)) else {
        return super::maintenance::move_tablespace(node)
            .unwrap_or_else(|| Lowered::unknown("the table of this ALTER TABLE has no plain name"));
    };
    if find(node, SyntaxKind::TABLE_RELATION_NAME).is_some_and(|n| has(&n, SyntaxKind::ONLY_KW)) {
        return Lowered::unknown("ALTER TABLE ONLY is not analysed yet");
    }
    let mut lowered = Lowered::default();
    let skip = [SyntaxKind::TABLE_RELATION_NAME, SyntaxKind::IF_EXISTS];
    for action in node.children().filter(|n| !skip.contains(&n.kind())) {
        match lower_action(catalog, &table, &action) {
            Ok(change) => lowered.changes.push(change),
            Err(reason) => {
                lowered.not_analysed.get_or_insert(reason);
            }
        }
    }
    lowered
}

fn lower_action(catalog: &Catalog, table: &Name, action: &SyntaxNode) -> Result<Change, String> {
    let table = table.clone();
    let column = |kind| child(action, kind).map(|n| name_of(&n)).unwrap_or_default();
    Ok(match action.kind() {
        SyntaxKind::ADD_COLUMN => Change::AddColumn {
            column: lower_column(catalog, action)?,
            table,
            if_not_exists: has(action, SyntaxKind::IF_NOT_EXISTS),
        },
        SyntaxKind::DROP_COLUMN => Change::DropColumn {
            table,
            column: column(SyntaxKind::COLUMN_NAME_REF),
            if_exists: has(action, SyntaxKind::IF_EXISTS),
            cascade: has(action, SyntaxKind::CASCADE),
        },
        SyntaxKind::RENAME_COLUMN => Change::RenameColumn {
            table,
            from: column(SyntaxKind::COLUMN_NAME_REF),
            to: column(SyntaxKind::COLUMN_NAME),
        },
        SyntaxKind::ALTER_COLUMN => return lower_alter_column(catalog, table, action),
        SyntaxKind::ADD_CONSTRAINT => {
            let constraint = action.first_child().ok_or("a constraint is missing")?;
            Change::AddConstraint { table, constraint: lower_constraint(&constraint)? }
        }
        SyntaxKind::VALIDATE_CONSTRAINT => {
            Change::ValidateConstraint { table, name: column(SyntaxKind::CONSTRAINT_NAME_REF) }
        }
        SyntaxKind::DROP_CONSTRAINT if !has(action, SyntaxKind::CASCADE) => Change::DropConstraint {
            table,
            name: column(SyntaxKind::CONSTRAINT_NAME_REF),
            if_exists: has(action, SyntaxKind::IF_EXISTS),
        },
        kind => return Err(format!("ALTER TABLE … {} is not analysed yet", super::keyword(kind))),
    })
}

fn lower_column(catalog: &Catalog, action: &SyntaxNode) -> Result<Column, String> {
    let mut column = Column::default();
    for part in action.children() {
        match part.kind() {
            SyntaxKind::COLUMN_NAME => column.name = name_of(&part),
            SyntaxKind::NOT_NULL_CONSTRAINT if !has(&part, SyntaxKind::NOT_VALID) => column.not_null = true,
            SyntaxKind::NULL_CONSTRAINT | SyntaxKind::IF_NOT_EXISTS => {}
            SyntaxKind::DEFAULT_CONSTRAINT => {
                let value = part.children().last().ok_or("a default is missing")?;
                column.default = Some(text_of(&value));
            }
            SyntaxKind::COLLATE => {
                let of = child(&part, SyntaxKind::COLLATION_REF).ok_or("a collation is missing")?;
                column.collation = Some(text_of(&of));
            }
            kind if format!("{kind:?}").ends_with("_TYPE") => {
                let text = text_of(&part);
                column.type_name = types::canonical(catalog, &text).unwrap_or(text);
            }
            kind => return Err(format!("{} on a new column is not analysed yet", super::keyword(kind))),
        }
    }
    if matches!(
        column.type_name.to_lowercase().as_str(),
        "serial" | "bigserial" | "smallserial" | "serial4" | "serial8"
    ) {
        return Err("a serial column is not analysed yet".to_owned());
    }
    let type_name = column.type_name.clone();
    column.default = column.default.map(|d| expression::canonical_default(&type_name, &d));
    // DEFAULT NULL is no default.
    column.default = column.default.filter(|d| d != "null");
    Ok(column)
}

fn lower_alter_column(catalog: &Catalog, table: Name, action: &SyntaxNode) -> Result<Change, String> {
    let column = child(action, SyntaxKind::COLUMN_NAME_REF).map(|n| name_of(&n)).unwrap_or_default();
    let option = action.children().last().ok_or("an action is missing")?;
    Ok(match option.kind() {
        SyntaxKind::SET_NOT_NULL => Change::SetNotNull { table, column },
        SyntaxKind::DROP_NOT_NULL => Change::DropNotNull { table, column },
        SyntaxKind::DROP_DEFAULT => Change::DropDefault { table, column },
        SyntaxKind::SET_DEFAULT => {
            let text = option.children().last().map(|e| text_of(&e)).ok_or("a default is missing")?;
            let type_name =
                catalog.table(&table).and_then(|t| t.column(&column)).map(|c| c.type_name.as_str());
            let expression = type_name.map_or(text.clone(), |t| expression::canonical_default(t, &text));
            Change::SetDefault { table, column, expression }
        }
        kind => return Err(format!("ALTER COLUMN … {} is not analysed yet", super::keyword(kind))),
    })
}

fn lower_constraint(node: &SyntaxNode) -> Result<ConstraintDefinition, String> {
    let name = find(node, SyntaxKind::CONSTRAINT_NAME).map(|n| name_of(&n));
    let not_valid = has(node, SyntaxKind::NOT_VALID);
    match node.kind() {
        SyntaxKind::CHECK_CONSTRAINT => {
            let options = [SyntaxKind::CONSTRAINT_NAME_CLAUSE, SyntaxKind::NOT_VALID];
            let mut rest = node.children().filter(|n| !options.contains(&n.kind()));
            let expression = rest.next().map(|e| text_of(&e)).ok_or("an expression is missing")?;
            if let Some(option) = rest.next() {
                return Err(format!("CHECK … {} is not analysed yet", super::keyword(option.kind())));
            }
            let mut columns: Vec<String> = parse::parse_expression(&expression)
                .map(|e| {
                    e.descendants()
                        .filter(|n| n.kind() == SyntaxKind::NAME_REF)
                        .map(|n| name_of(&n))
                        .collect()
                })
                .unwrap_or_default();
            columns.dedup();
            let sql = format!("CHECK ({expression})");
            Ok(ConstraintDefinition {
                name,
                kind: ConstraintKind::Check,
                columns,
                expression: Some(expression),
                using_index: None,
                sql,
                not_valid,
                foreign: None,
                deferrable: false,
                deferred: false,
                no_inherit: false,
                not_enforced: false,
            })
        }
        kind => Err(format!("ADD {} is not analysed yet", super::keyword(kind))),
    }
}
