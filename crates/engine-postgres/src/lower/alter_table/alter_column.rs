//! `ALTER COLUMN`.

use altimeter_catalog::{Catalog, Change, ColumnAction, Identity, Name};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::super::{column, keyword};
use crate::expression;
use crate::parse::{child, find, has, name_of, path, text_of};

pub(super) fn lower(catalog: &Catalog, table: Name, node: &SyntaxNode) -> Result<Change, String> {
    let column = child(node, SyntaxKind::COLUMN_NAME_REF).map(|n| name_of(&n)).unwrap_or_default();
    let option = node.children().last().ok_or("an action is missing")?;
    let if_exists = has(&option, SyntaxKind::IF_EXISTS);
    let action = match option.kind() {
        SyntaxKind::SET_NOT_NULL => return Ok(Change::SetNotNull { table, column }),
        SyntaxKind::DROP_NOT_NULL => return Ok(Change::DropNotNull { table, column }),
        SyntaxKind::DROP_DEFAULT => return Ok(Change::DropDefault { table, column }),
        SyntaxKind::SET_DEFAULT => return set_default(catalog, table, column, &option),
        SyntaxKind::SET_TYPE => set_type(catalog, &option)?,
        SyntaxKind::SET_STATISTICS => ColumnAction::Statistics,
        SyntaxKind::SET_STORAGE => ColumnAction::Storage,
        SyntaxKind::SET_COMPRESSION => ColumnAction::Compression,
        SyntaxKind::SET_OPTIONS | SyntaxKind::RESET_OPTIONS => ColumnAction::Options,
        SyntaxKind::SET_OPTIONS_LIST | SyntaxKind::ALTER_OPTION_LIST => ColumnAction::ForeignOptions,
        SyntaxKind::ADD_GENERATED => ColumnAction::AddIdentity {
            kind: identity(&option),
            sequence: sequence_name(catalog, &table, &option),
        },
        SyntaxKind::SET_GENERATED => ColumnAction::SetIdentity { kind: Some(identity(&option)) },
        SyntaxKind::SET_GENERATED_OPTIONS => {
            let kind = child(&option, SyntaxKind::SET_GENERATED).map(|n| identity(&n));
            ColumnAction::SetIdentity { kind }
        }
        SyntaxKind::SET_SEQUENCE_OPTION | SyntaxKind::RESTART => ColumnAction::SetIdentity { kind: None },
        SyntaxKind::DROP_IDENTITY => ColumnAction::DropIdentity { if_exists },
        SyntaxKind::SET_EXPRESSION => {
            let expression = option.first_child().map(|e| text_of(&e)).ok_or("an expression is missing")?;
            ColumnAction::SetExpression(expression)
        }
        SyntaxKind::DROP_EXPRESSION => ColumnAction::DropExpression { if_exists },
        kind => return Err(format!("ALTER COLUMN … {} is not analysed yet", keyword(kind))),
    };
    Ok(Change::AlterColumn { table, column, action })
}

/// `SET DEFAULT NULL` leaves the column without a default, like `DROP DEFAULT`, but at another time.
fn set_default(
    catalog: &Catalog,
    table: Name,
    column: String,
    option: &SyntaxNode,
) -> Result<Change, String> {
    let text = option.children().last().map(|e| text_of(&e)).ok_or("a default is missing")?;
    let type_name = catalog.table(&table).and_then(|t| t.column(&column)).map(|c| c.type_name.as_str());
    let expression = type_name.map_or(text.clone(), |t| expression::canonical_default(t, &text));
    Ok(Change::SetDefault { table, column, expression })
}

fn set_type(catalog: &Catalog, option: &SyntaxNode) -> Result<ColumnAction, String> {
    let type_node = option.children().find(|n| column::is_type(n.kind())).ok_or("a type is missing")?;
    let collation = child(option, SyntaxKind::COLLATE).map(|c| column::collation(&c)).transpose()?;
    let using = child(option, SyntaxKind::USING_EXPR).and_then(|u| u.first_child()).map(|e| text_of(&e));
    Ok(ColumnAction::Type { type_name: column::type_name(catalog, &type_node), collation, using })
}

/// `SEQUENCE NAME`, as dumps have it.
fn sequence_name(catalog: &Catalog, table: &Name, option: &SyntaxNode) -> Option<Name> {
    let named = find(option, SyntaxKind::OPTION_SEQUENCE_NAME)?;
    let mut parts = path(&named.children().next()?);
    let name = parts.pop()?;
    let schema = parts.pop().unwrap_or_else(|| table.schema.clone());
    Some(Name::new(schema, name)).filter(|n| !catalog.has_relation(n))
}

fn identity(node: &SyntaxNode) -> Identity {
    if has(node, SyntaxKind::GENERATED_ALWAYS) { Identity::Always } else { Identity::ByDefault }
}
