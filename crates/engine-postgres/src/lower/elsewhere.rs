//! Statements that have nothing to do with relations: roles, operators, servers, databases, …

use altimeter_catalog::{Change, ObjectChange};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::Lowered;
use crate::parse::{self, child, has, name_of, text_of};

/// A statement that touches no relation; none if it is not known to be one.
pub(super) fn lower(node: &SyntaxNode) -> Option<Lowered> {
    let kind = format!("{:?}", node.kind());
    let (verb, object) = kind.split_once('_')?;
    if !matches!(verb, "CREATE" | "ALTER" | "DROP") {
        return match node.kind() {
            SyntaxKind::LOAD | SyntaxKind::CHECKPOINT => Some(of(node)),
            _ => None,
        };
    }
    if verb == "DROP" && has(node, SyntaxKind::CASCADE) && may_be_needed(object) {
        let what = parse::text_of(node);
        return Some(Lowered::unknown(format!("what depends on it is not known (`{what}`)")));
    }
    ELSEWHERE.contains(&object).then(|| of(node))
}

/// Objects that relations and functions do not belong to. Those that views, columns and indexes can depend on are
/// among them: dropped with `CASCADE` they are not analysed.
const ELSEWHERE: &[&str] = &[
    "ACCESS_METHOD",
    "AGGREGATE",
    "CAST",
    "COLLATION",
    "CONVERSION",
    "DATABASE",
    "DEFAULT_PRIVILEGES",
    "EXTENSION",
    "FOREIGN_DATA_WRAPPER",
    "GROUP",
    "LANGUAGE",
    "LARGE_OBJECT",
    "OPERATOR",
    "OPERATOR_CLASS",
    "OPERATOR_FAMILY",
    "ROLE",
    "SERVER",
    "SUBSCRIPTION",
    "SYSTEM",
    "TABLESPACE",
    "TEXT_SEARCH_CONFIG",
    "TEXT_SEARCH_CONFIGURATION",
    "TEXT_SEARCH_DICT",
    "TEXT_SEARCH_DICTIONARY",
    "TEXT_SEARCH_PARSER",
    "TEXT_SEARCH_TEMPLATE",
    "TRANSFORM",
    "USER",
    "USER_MAPPING",
];

fn may_be_needed(object: &str) -> bool {
    !matches!(
        object,
        "ROLE" | "USER" | "GROUP" | "USER_MAPPING" | "SUBSCRIPTION" | "TABLESPACE" | "DATABASE" | "TRANSFORM"
    )
}

/// The statement as one that touches no relation.
pub(super) fn of(node: &SyntaxNode) -> Lowered {
    let kind = format!("{:?}", node.kind()).replace('_', " ");
    Lowered::one(Change::Object(ObjectChange::Elsewhere { what: kind, alone: is_alone(node) }))
}

/// Whether the server refuses the statement inside a transaction block (manual, page of each; `PreventInTransactionBlock`
/// in the server's source).
fn is_alone(node: &SyntaxNode) -> bool {
    match node.kind() {
        SyntaxKind::CREATE_DATABASE
        | SyntaxKind::DROP_DATABASE
        | SyntaxKind::CREATE_TABLESPACE
        | SyntaxKind::DROP_TABLESPACE
        | SyntaxKind::ALTER_SYSTEM => true,
        SyntaxKind::ALTER_DATABASE => parse::find(node, SyntaxKind::SET_TABLESPACE).is_some(),
        // It makes a slot on the other server, unless told not to connect or not to make one.
        SyntaxKind::CREATE_SUBSCRIPTION => !is_off(node, "connect") && !is_off(node, "create_slot"),
        // It drops the slot; a subscription without one can be dropped anywhere, but that is not to be seen here.
        SyntaxKind::DROP_SUBSCRIPTION => true,
        SyntaxKind::ALTER_SUBSCRIPTION => {
            let refreshes = ["SET_PUBLICATION", "ADD_PUBLICATION", "DROP_PUBLICATION", "REFRESH_PUBLICATION"];
            node.children().any(|n| refreshes.contains(&format!("{:?}", n.kind()).as_str()))
                && !is_off(node, "refresh")
        }
        _ => false,
    }
}

/// Whether an option in brackets is switched off.
fn is_off(node: &SyntaxNode, option: &str) -> bool {
    let mut options = node.descendants().filter(|n| n.kind() == SyntaxKind::ATTRIBUTE_OPTION);
    options.any(|o| {
        let named = child(&o, SyntaxKind::ATTRIBUTE_NAME).is_some_and(|n| name_of(&n) == option);
        let value = child(&o, SyntaxKind::ATTRIBUTE_VALUE).map(|v| text_of(&v).to_lowercase());
        named && value.is_some_and(|v| matches!(v.trim_matches('\''), "false" | "off" | "0" | "no"))
    })
}
