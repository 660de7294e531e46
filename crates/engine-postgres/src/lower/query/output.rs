//! Names and types of the columns a query gives.

use altimeter_catalog::Catalog;
use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::column_name::ColumnName;
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::scope::{Output, Outputs, Scope};
use super::walk::{dotted, is_query};
use crate::parse::{child, has, name_of, text_of};
use crate::types;

/// The names of a `(a, b)` after an alias or a common table expression's name.
pub(super) fn column_list(node: &SyntaxNode) -> Vec<String> {
    let list = child(node, SyntaxKind::COLUMN_LIST);
    let names = list.iter().flat_map(|l| l.children().filter(|n| n.kind() == SyntaxKind::COLUMN_NAME));
    names.map(|n| name_of(&n)).collect()
}

/// Gives the first columns other names.
pub(super) fn rename(outputs: &mut Outputs, names: &[String]) {
    for (n, name) in names.iter().enumerate() {
        match outputs.columns.get_mut(n) {
            Some(column) => column.name = name.clone(),
            None if outputs.open => {
                outputs.columns.push(Output { name: name.clone(), ..Output::default() });
            }
            None => break,
        }
    }
}

/// The columns of a set operation: names of its first part, types where both parts agree or one is unknown.
pub(super) fn unite(mut first: Outputs, second: &Outputs) -> Outputs {
    for (column, other) in first.columns.iter_mut().zip(&second.columns) {
        if column.type_name != other.type_name {
            column.type_name = None;
        }
        column.origin = None;
    }
    first.open |= second.open && first.columns.is_empty();
    first
}

/// Adds what one target gives.
pub(super) fn add_target(catalog: &Catalog, target: &SyntaxNode, scope: &Scope<'_>, outputs: &mut Outputs) {
    let expression = target.first_child().filter(|n| n.kind() != SyntaxKind::AS_NAME);
    let Some(expression) = expression else {
        for source in &scope.sources {
            outputs.columns.extend(source.outputs().columns);
            outputs.open |= source.open;
        }
        return;
    };
    if expression.kind() == SyntaxKind::FIELD_EXPR && has(&expression, SyntaxKind::STAR) {
        match dotted(&expression).and_then(|path| scope.source(&path)) {
            Some(source) => {
                outputs.columns.extend(source.outputs().columns);
                outputs.open |= source.open;
            }
            None => outputs.open = true,
        }
        return;
    }
    let name = ast::Target::cast(target.clone())
        .and_then(ColumnName::from_target)
        .and_then(|(name, _)| name.to_string())
        .unwrap_or_else(|| "?column?".to_owned());
    outputs.columns.push(match column(&expression, scope) {
        Some(column) => Output { name, ..column },
        None => Output { name, type_name: expression_type(catalog, &expression, scope), ..Output::default() },
    });
}

/// The column an expression is.
pub(super) fn column(expression: &SyntaxNode, scope: &Scope<'_>) -> Option<Output> {
    let path = dotted(expression)?;
    let (last, qualifier) = path.split_last()?;
    let source = match qualifier {
        [] => scope.with_column(last).into_iter().next()?,
        qualifier => scope.source(qualifier)?,
    };
    source.column(last).map(|(output, _)| output.clone())
}

/// The type of an expression as the server prints it, where that is plain; a bare string is text.
pub(super) fn expression_type(catalog: &Catalog, node: &SyntaxNode, scope: &Scope<'_>) -> Option<String> {
    let is = |name: &str| Some(name.to_owned());
    match node.kind() {
        SyntaxKind::NAME_REF | SyntaxKind::FIELD_EXPR => match column(node, scope) {
            Some(column) => column.type_name,
            None => keyword_type(&text_of(node)),
        },
        SyntaxKind::LITERAL => literal_type(&text_of(node)),
        SyntaxKind::PAREN_EXPR => node
            .first_child()
            .filter(|n| !is_query(n.kind()))
            .and_then(|inner| expression_type(catalog, &inner, scope)),
        SyntaxKind::CAST_EXPR => node
            .children()
            .find(|n| format!("{:?}", n.kind()).ends_with("_TYPE"))
            .and_then(|n| types::canonical(catalog, &text_of(&n))),
        SyntaxKind::COLLATE => node.first_child().and_then(|inner| expression_type(catalog, &inner, scope)),
        SyntaxKind::BETWEEN_EXPR => is("boolean"),
        SyntaxKind::BIN_EXPR => binary_type(catalog, node, scope),
        SyntaxKind::CALL_EXPR => call_type(catalog, node, scope),
        SyntaxKind::CASE_EXPR => {
            let branches = node
                .descendants()
                .filter(|n| matches!(n.kind(), SyntaxKind::WHEN_CLAUSE | SyntaxKind::ELSE_CLAUSE));
            let mut types = branches.filter_map(|n| n.children().last()).filter(|n| !is_null(n));
            let first = expression_type(catalog, &types.next()?, scope)?;
            types.all(|n| expression_type(catalog, &n, scope).as_ref() == Some(&first)).then_some(first)
        }
        _ => None,
    }
}

fn is_null(node: &SyntaxNode) -> bool {
    text_of(node).eq_ignore_ascii_case("null")
}

fn literal_type(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    Some(
        match lower.as_str() {
            "true" | "false" => "boolean",
            "null" => "text",
            _ if text.contains('\'') || text.starts_with('$') => "text",
            _ if text.parse::<i32>().is_ok() => "integer",
            _ if text.parse::<i64>().is_ok() => "bigint",
            _ if text.starts_with(|c: char| c.is_ascii_digit() || c == '.') => "numeric",
            _ => return None,
        }
        .to_owned(),
    )
}

fn keyword_type(text: &str) -> Option<String> {
    Some(
        match text.to_ascii_lowercase().as_str() {
            "current_date" => "date",
            "current_timestamp" => "timestamp with time zone",
            "localtimestamp" => "timestamp without time zone",
            "current_time" => "time with time zone",
            "localtime" => "time without time zone",
            "current_user" | "session_user" | "user" | "current_role" | "current_catalog"
            | "current_schema" => "name",
            _ => return None,
        }
        .to_owned(),
    )
}

fn binary_type(catalog: &Catalog, node: &SyntaxNode, scope: &Scope<'_>) -> Option<String> {
    let operands: Vec<SyntaxNode> = node.children().filter(|n| is_operand(n.kind())).collect();
    let (left, right) = (operands.first()?, operands.last()?);
    let between = text_of(node);
    let middle = between
        .strip_prefix(&text_of(left))
        .and_then(|rest| rest.strip_suffix(&text_of(right)))
        .map(|operator| operator.trim().to_ascii_lowercase())?;
    let of = |n: &SyntaxNode| expression_type(catalog, n, scope);
    match middle.as_str() {
        "||" => of(left).filter(|t| t == "jsonb" || t.ends_with("[]")).or_else(|| Some("text".to_owned())),
        "+" | "-" | "*" | "/" | "%" => of(left).filter(|t| of(right).as_ref() == Some(t) && is_number(t)),
        "->>" | "#>>" => Some("text".to_owned()),
        "->" | "#>" => of(left),
        "at time zone" => None,
        _ => Some("boolean".to_owned()),
    }
}

fn is_operand(kind: SyntaxKind) -> bool {
    let name = format!("{kind:?}");
    name.ends_with("_EXPR")
        || matches!(kind, SyntaxKind::NAME_REF | SyntaxKind::LITERAL | SyntaxKind::COLLATE)
}

fn is_number(type_name: &str) -> bool {
    matches!(type_name, "integer" | "bigint" | "smallint" | "double precision" | "real")
}

/// The types of functions that queries of `CREATE TABLE … AS` call most (manual, "Functions and Operators").
fn call_type(catalog: &Catalog, node: &SyntaxNode, scope: &Scope<'_>) -> Option<String> {
    let callee = node.first_child()?;
    let Some(name) = dotted(&callee).and_then(|mut path| path.pop()) else {
        return matches!(callee.kind(), SyntaxKind::EXISTS_FN).then(|| "boolean".to_owned());
    };
    let argument = || {
        let list = child(node, SyntaxKind::ARG_LIST)?;
        let first = list.first_child()?;
        expression_type(catalog, &first.first_child().unwrap_or(first), scope)
    };
    Some(
        match name.as_str() {
            "count" | "row_number" | "rank" | "dense_rank" | "nextval" | "currval" | "lastval" => "bigint",
            "now" | "clock_timestamp" | "statement_timestamp" | "transaction_timestamp" => {
                "timestamp with time zone"
            }
            "md5" | "lower" | "upper" | "concat" | "concat_ws" | "string_agg" | "to_char" | "btrim"
            | "replace" | "substr" | "repeat" | "format" => "text",
            "length" | "char_length" | "strpos" => "integer",
            "random" => "double precision",
            "gen_random_uuid" | "uuid_generate_v4" => "uuid",
            "max" | "min" | "coalesce" | "nullif" | "greatest" | "least" | "abs" => return argument(),
            "sum" => {
                return match argument()?.as_str() {
                    "integer" | "smallint" => Some("bigint".to_owned()),
                    "bigint" | "numeric" => Some("numeric".to_owned()),
                    other => Some(other.to_owned()),
                };
            }
            _ => return None,
        }
        .to_owned(),
    )
}
