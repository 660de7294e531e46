//! Functions and procedures.

use std::collections::BTreeSet;

use altimeter_catalog::{
    Catalog, Change, Function, FunctionBody, FunctionDefinition, Key, Name, ObjectChange, RoutineDefinition,
    RoutineStatement,
};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::names::{argument_types, created, result_types, routine};
use super::{Lowered, keyword};
use crate::body::{self, Body};
use crate::parse::{self, child, find, has, identifier, name_of, path, string_of};

pub(super) fn lower_create(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let name = node
        .children()
        .find(|n| matches!(n.kind(), SyntaxKind::FUNCTION_NAME | SyntaxKind::PROCEDURE_NAME))
        .and_then(|n| created(catalog, path(&n)));
    let Some(name) = name else { return Lowered::unknown("the function's name is not plain") };
    let arguments = child(node, SyntaxKind::PARAM_LIST).map(|n| argument_types(catalog, &n));
    let options = child(node, SyntaxKind::FUNC_OPTION_LIST);
    let option = |kind| options.as_ref().and_then(|o| find(o, kind));
    let standard =
        node.children().find(|n| matches!(n.kind(), SyntaxKind::ATOMIC_BODY | SyntaxKind::RETURN_STMT));
    let language = option(SyntaxKind::LANGUAGE_REF).map(|n| language_of(&n));
    let language = language.unwrap_or_else(|| if standard.is_some() { "sql" } else { "" }.to_owned());
    let text = match &standard {
        Some(body) => Some(body.text().to_string()),
        None => option(SyntaxKind::AS_DEFINITION).and_then(|n| string_of(&n)),
    };
    let volatility = if option(SyntaxKind::IMMUTABLE).is_some() {
        "immutable"
    } else if option(SyntaxKind::STABLE).is_some() {
        "stable"
    } else {
        "volatile"
    };
    let body = text.as_deref().and_then(|text| body::read(&language, text));
    let path = own_search_path(options.as_ref()).unwrap_or_else(|| catalog.server.search_path.clone());
    let exists = |n: &Name| catalog.has_relation(n);
    let used = body.as_ref().map(|b| body::statements(b, &path, &exists));
    let opened = used.clone().filter(|_| language == "sql" && checks_bodies(catalog, standard.is_some()));
    let inlinable = [
        SyntaxKind::SECURITY_DEFINER_FUNC_OPTION,
        SyntaxKind::STRICT_FUNC_OPTION,
        SyntaxKind::RETURNS_NULL_ON_NULL_INPUT_FUNC_OPTION,
        SyntaxKind::SET_FUNC_OPTION,
    ];
    let sets = child(node, SyntaxKind::RET_TYPE)
        .is_none_or(|n| find(&n, SyntaxKind::RETURN_TABLE_ARG_LIST).is_some() || says_setof(&n));
    let may_be_inlined = language == "sql" && !sets && inlinable.iter().all(|kind| option(*kind).is_none());
    let inlined =
        body.as_ref().filter(|_| may_be_inlined).and_then(|b| body::inlined(catalog, b, volatility));
    let statements = body.as_ref().map(|b| with_called(catalog, b, used.unwrap_or_default()));
    let function = Function {
        needs: Vec::new(),
        name: name.clone(),
        arguments: arguments.unwrap_or_default(),
        returns: result_types(catalog, node),
        language,
        volatility: volatility.to_owned(),
        inlined,
        statements,
        mentions: mentions(catalog, text.as_deref().unwrap_or_default()),
        body: text,
    };
    let opened = opened.unwrap_or_default();
    Lowered::one(Change::CreateFunction(FunctionDefinition {
        name,
        body: FunctionBody::Opaque(Box::new(RoutineDefinition { function, opened })),
        or_replace: has(node, SyntaxKind::OR_REPLACE),
    }))
}

fn says_setof(node: &SyntaxNode) -> bool {
    parse::tokens(node).any(|t| t.kind() == SyntaxKind::SETOF_KW)
}

fn language_of(node: &SyntaxNode) -> String {
    let text = parse::text_of(node);
    // Old files write the language as a string.
    identifier(text.trim_matches('\'')).to_lowercase()
}

/// A body in standard syntax is parsed when the function is made, whatever the setting.
fn checks_bodies(catalog: &Catalog, standard: bool) -> bool {
    standard || catalog.server.settings.get("check_function_bodies").is_none_or(|v| v != "off")
}

/// The search path a function sets for itself.
fn own_search_path(options: Option<&SyntaxNode>) -> Option<Vec<String>> {
    let set = options?
        .children()
        .filter(|n| n.kind() == SyntaxKind::SET_FUNC_OPTION)
        .find(|n| find(n, SyntaxKind::CONFIG_PARAMETER_REF).is_some_and(|p| name_of(&p) == "search_path"))?;
    let values = find(&set, SyntaxKind::TO_CONFIG_VALUE)?;
    let schemas = parse::tokens(&values)
        .filter(|t| !matches!(t.kind(), SyntaxKind::COMMA | SyntaxKind::EQ | SyntaxKind::TO_KW));
    Some(schemas.map(|t| identifier(t.text().trim_matches('\''))).filter(|s| !s.is_empty()).collect())
}

/// What a body uses, with what the functions it calls use.
fn with_called(catalog: &Catalog, body: &Body, own: Vec<RoutineStatement>) -> Vec<RoutineStatement> {
    let mut found = own;
    for call in &body.calls {
        let Some(name) = routine(catalog, call.clone(), None) else { continue };
        let called = catalog.functions_named(&name).filter_map(|f| f.statements.as_ref());
        for statement in called.flatten() {
            if !found.contains(statement) {
                found.push(statement.clone());
            }
        }
    }
    found
}

/// Words of a body that are also the name of a table or column.
fn mentions(catalog: &Catalog, text: &str) -> Vec<String> {
    let words: BTreeSet<&str> =
        text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty()).collect();
    let known = |word: &&&str| {
        let key = Key::word(word);
        catalog.tables.may_have(key)
            && catalog.tables.iter().any(|t| t.name.name == **word || t.column(word).is_some())
            || catalog.views.may_have(key)
                && catalog
                    .views
                    .iter()
                    .any(|v| v.name.name == **word || v.columns.iter().any(|c| c == **word))
    };
    words.iter().filter(known).map(|w| (*w).to_owned()).collect()
}

/// The routine that a signature names, with its argument types where they are said.
pub(super) fn signature(catalog: &Catalog, node: &SyntaxNode) -> Option<(Name, Option<String>)> {
    let arguments = child(node, SyntaxKind::PARAM_LIST).map(|n| argument_types(catalog, &n));
    let named = node.children().find(|n| n.kind() != SyntaxKind::PARAM_LIST)?;
    Some((routine(catalog, path(&named), arguments.as_deref())?, arguments))
}

pub(super) fn lower_alter(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let signed = node.children().find(|n| {
        matches!(n.kind(), SyntaxKind::FUNCTION_SIG | SyntaxKind::PROCEDURE_SIG | SyntaxKind::ROUTINE_SIG)
    });
    let Some((name, arguments)) = signed.and_then(|n| signature(catalog, &n)) else {
        return Lowered::unknown("the function's name is not plain");
    };
    let Some(action) = node.children().nth(1) else { return Lowered::unknown("an action is missing") };
    let rename = |to| ObjectChange::RenameRoutine { from: name.clone(), arguments: arguments.clone(), to };
    let change = match action.kind() {
        SyntaxKind::FUNCTION_RENAME_TO | SyntaxKind::PROCEDURE_RENAME_TO | SyntaxKind::ROUTINE_RENAME_TO => {
            let to = path(&action.first_child().unwrap_or(action.clone())).pop().unwrap_or_default();
            rename(name.sibling(to))
        }
        SyntaxKind::SET_SCHEMA => {
            let schema = child(&action, SyntaxKind::SCHEMA_REF).map(|n| name_of(&n)).unwrap_or_default();
            rename(Name::new(schema, &name.name))
        }
        SyntaxKind::OWNER_TO | SyntaxKind::DEPENDS_ON_EXTENSION | SyntaxKind::NO_DEPENDS_ON_EXTENSION => {
            ObjectChange::AlterRoutine { name, arguments, volatility: None }
        }
        SyntaxKind::FUNC_OPTION_LIST => {
            let volatility = [
                (SyntaxKind::IMMUTABLE, "immutable"),
                (SyntaxKind::STABLE, "stable"),
                (SyntaxKind::VOLATILE, "volatile"),
            ];
            let said = volatility.iter().find(|(kind, _)| find(&action, *kind).is_some());
            let volatility = said.map(|(_, word)| (*word).to_owned());
            ObjectChange::AlterRoutine { name, arguments, volatility }
        }
        kind => return Lowered::unknown(format!("ALTER FUNCTION … {} is not analysed", keyword(kind))),
    };
    Lowered::one(Change::Object(change))
}
