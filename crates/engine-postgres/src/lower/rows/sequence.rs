//! Sequences a statement draws from or sets: `nextval()` and its kin.

use altimeter_catalog::{Catalog, Name};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::lower::{qualified, setting};
use crate::parse::{child, identifier, parse_expression, path, tokens};

/// The functions that open a sequence (`sequence.c`).
const FUNCTIONS: &[&str] = &["nextval", "setval", "currval", "pg_sequence_last_value"];

/// The sequences that functions in a statement are given by name.
pub(super) fn used(catalog: &Catalog, node: &SyntaxNode) -> Vec<Name> {
    let mut found: Vec<Name> = Vec::new();
    for call in node.descendants().filter(|n| n.kind() == SyntaxKind::CALL_EXPR) {
        let sequence = called(&call).filter(|name| FUNCTIONS.contains(&name.as_str()));
        let sequence = sequence.and_then(|_| first_argument(&call)).and_then(|a| named(catalog, &a));
        found.extend(sequence.filter(|name| !found.contains(name)));
    }
    found
}

/// The sequences an expression (a default's) draws from.
pub(crate) fn used_by(catalog: &Catalog, expression: &str) -> Vec<Name> {
    parse_expression(expression).map(|node| used(catalog, &node)).unwrap_or_default()
}

fn called(call: &SyntaxNode) -> Option<String> {
    path(&call.first_child()?).pop()
}

fn first_argument(call: &SyntaxNode) -> Option<SyntaxNode> {
    child(call, SyntaxKind::ARG_LIST)?.first_child()?.first_child()
}

/// The sequence a `'schema.name'::regclass` names, or `pg_get_serial_sequence('table', 'column')`.
fn named(catalog: &Catalog, argument: &SyntaxNode) -> Option<Name> {
    let call = argument.descendants().find(|n| n.kind() == SyntaxKind::CALL_EXPR);
    if let Some(call) = call {
        if called(&call)? != "pg_get_serial_sequence" {
            return None;
        }
        let arguments = child(&call, SyntaxKind::ARG_LIST)?;
        let mut texts = arguments.children().map(|a| setting::literal(&a));
        let (table, column) = (texts.next()??, texts.next()??);
        let table = qualified(catalog, dotted(&table))?;
        let owned =
            |s: &&altimeter_catalog::Sequence| s.owned_by.as_ref().is_some_and(|o| o.needs(&table, &column));
        return catalog.sequences_owned_by(&table).find(owned).map(|s| s.name.clone());
    }
    let text = tokens(argument).next().map(|t| setting::unquoted(t.text()))?;
    qualified(catalog, dotted(&text)).filter(|name| catalog.sequences.contains(name))
}

/// The parts of a name as text: `public."Odd.Name"`.
fn dotted(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        quoted ^= c == '"';
        match parts.last_mut() {
            Some(last) if c != '.' || quoted => last.push(c),
            _ => parts.push(String::new()),
        }
    }
    parts.iter().map(|p| identifier(p.trim())).collect()
}
