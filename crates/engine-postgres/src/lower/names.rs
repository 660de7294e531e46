//! What names of objects mean: each kind has its own name space, searched along the search path.

use altimeter_catalog::{Catalog, Name};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::creation_schema;
use crate::parse::{self, path};
use crate::types;

/// A name for an object to be made: it goes into the first schema of the search path unless it says another.
pub(super) fn created(catalog: &Catalog, mut parts: Vec<String>) -> Option<Name> {
    let name = parts.pop()?;
    let schema = parts.pop().unwrap_or_else(|| creation_schema(catalog).to_owned());
    Some(Name::new(schema, name))
}

/// The name of an existing object, found along the search path; else where the server would make it.
fn searched(catalog: &Catalog, mut parts: Vec<String>, exists: impl Fn(&Name) -> bool) -> Option<Name> {
    let name = parts.pop()?;
    match parts.pop() {
        Some(schema) => Some(Name::new(schema, name)),
        None => {
            let mut path = catalog.server.search_path.iter().map(|s| Name::new(s, &name));
            path.find(|n| exists(n)).or_else(|| Some(Name::new(creation_schema(catalog), name)))
        }
    }
}

/// The name of a type.
pub(super) fn type_name(catalog: &Catalog, node: &SyntaxNode) -> Option<Name> {
    searched(catalog, path(node), |n| {
        catalog.user_type(n).is_some() || catalog.table(n).is_some() || catalog.view(n).is_some()
    })
}

/// The name of extended statistics.
pub(super) fn statistics(catalog: &Catalog, node: &SyntaxNode) -> Option<Name> {
    let known = |n: &Name| catalog.tables.iter().flat_map(|t| &t.statistics).any(|s| &s.name == n);
    searched(catalog, path(node), known)
}

/// The name of a function or procedure with those argument types; any, where they are not said.
pub(super) fn routine(catalog: &Catalog, parts: Vec<String>, arguments: Option<&str>) -> Option<Name> {
    let named = |n: &Name, with: Option<&str>| {
        catalog.functions_named(n).any(|f| with.is_none_or(|a| f.arguments == a))
    };
    let exact = searched(catalog, parts.clone(), |n| named(n, arguments))?;
    if named(&exact, arguments) { Some(exact) } else { searched(catalog, parts, |n| named(n, None)) }
}

/// Types of the arguments that a call gives, as the server prints them without their modifiers: `integer, text`.
pub(super) fn argument_types(catalog: &Catalog, list: &SyntaxNode) -> String {
    let given = list.children().filter(|n| n.kind() == SyntaxKind::PARAM);
    let given = given.filter(|n| !parse::has(n, SyntaxKind::PARAM_OUT));
    let types = given.map(|param| {
        let node = param.children().find(|n| is_type(n.kind()));
        node.map(|n| argument_type(catalog, &n)).unwrap_or_default()
    });
    types.collect::<Vec<_>>().join(", ")
}

/// Types of a routine's results as the server prints them, each once: what it returns, columns of a table, OUT arguments.
pub(super) fn result_types(catalog: &Catalog, routine: &SyntaxNode) -> Vec<String> {
    let outwards = |n: &SyntaxNode| match n.kind() {
        SyntaxKind::RET_TYPE => true,
        SyntaxKind::PARAM => parse::has(n, SyntaxKind::PARAM_OUT) || parse::has(n, SyntaxKind::PARAM_IN_OUT),
        _ => false,
    };
    let outermost = |t: &SyntaxNode| is_type(t.kind()) && t.parent().is_none_or(|p| !is_type(p.kind()));
    let from = routine.descendants().filter(outwards);
    let types = from.flat_map(|n| n.descendants().filter(outermost).collect::<Vec<_>>());
    let mut found: Vec<String> = types.map(|t| argument_type(catalog, &t)).collect();
    found.sort();
    found.dedup();
    found
}

fn argument_type(catalog: &Catalog, node: &SyntaxNode) -> String {
    if node.kind() == SyntaxKind::PERCENT_TYPE {
        // `table.column%TYPE` means the type the column has now.
        let mut parts = parse::path(node);
        let column = parts.pop().unwrap_or_default();
        let table = super::qualified(catalog, parts).and_then(|name| catalog.table(&name));
        let found = table.and_then(|t| t.column(&column)).map(|c| c.type_name.clone());
        return types::type_without_modifier(&found.unwrap_or_else(|| parse::text_of(node)));
    }
    let text = parse::text_of(node);
    let text = text.strip_prefix("setof ").or_else(|| text.strip_prefix("SETOF ")).unwrap_or(&text);
    types::type_without_modifier(&types::canonical(catalog, text).unwrap_or_else(|| text.to_owned()))
}

/// Whether a node is a type.
pub(super) fn is_type(kind: SyntaxKind) -> bool {
    format!("{kind:?}").ends_with("_TYPE") && kind != SyntaxKind::RET_TYPE
}

/// The names that a list of `…_REF` nodes directly below holds.
pub(super) fn listed(node: &SyntaxNode, kind: SyntaxKind) -> Vec<SyntaxNode> {
    node.children().filter(|n| n.kind() == kind && parse::tokens(n).next().is_some()).collect()
}
