//! Functions: what their bodies do, and the names they mention.

use std::collections::{BTreeSet, HashMap, HashSet};

use altimeter_catalog::{
    Catalog, Dependency, Function, InspectError, Key, Name, Objects, RoutineStatement, Table, View,
};

use super::answers::{Answers, Cells};
use crate::body::{self, Body};
use crate::queries;

/// Names of all tables, views and columns: the words worth finding in a body.
fn known_words<'a>(tables: &'a Objects<Table>, views: &'a Objects<View>) -> HashSet<&'a str> {
    let of_tables = tables
        .iter()
        .flat_map(|t| std::iter::once(t.name.name.as_str()).chain(t.columns.iter().map(|c| c.name.as_str())));
    let of_views = views
        .iter()
        .flat_map(|v| std::iter::once(v.name.name.as_str()).chain(v.columns.iter().map(String::as_str)));
    of_tables.chain(of_views).collect()
}

/// A function with what is known of its body until all are read.
struct Draft {
    function: Function,
    body: Option<Body>,
    /// The server would put its body in place of a call, as far as its declaration goes.
    may_be_inlined: bool,
    /// It is not called with a NULL among its arguments.
    is_strict: bool,
    /// A search path of its own.
    search_path: Option<Vec<String>>,
}

/// Fills in all functions, by name. `catalog` has tables, views, sequences and the server already. The bodies end here.
pub(super) fn add_functions(catalog: &mut Catalog, answers: &Answers) -> Result<(), InspectError> {
    let rows = read(catalog, answers)?;
    let mut drafts = in_a_deep_stack(|| rows.into_iter().map(Row::parsed).collect::<Vec<Draft>>());
    drafts.sort_by(|a, b| {
        (&a.function.name, &a.function.arguments).cmp(&(&b.function.name, &b.function.arguments))
    });
    let statements = all_statements(catalog, &drafts);
    for (draft, statements) in drafts.iter_mut().zip(statements) {
        draft.function.statements = statements;
    }
    catalog.functions = drafts.iter().map(|d| d.function.clone()).collect();
    inline(catalog, &drafts);
    Ok(())
}

/// A function as it came, its body not yet parsed.
struct Row {
    function: Function,
    body: Option<String>,
    may_be_inlined: bool,
    is_strict: bool,
    search_path: Option<Vec<String>>,
}

impl Row {
    fn parsed(self) -> Draft {
        let body = self.body.and_then(|text| body::read(&self.function.language, &text));
        Draft {
            function: self.function,
            body,
            may_be_inlined: self.may_be_inlined,
            is_strict: self.is_strict,
            search_path: self.search_path,
        }
    }
}

fn read(catalog: &Catalog, answers: &Answers) -> Result<Vec<Row>, InspectError> {
    let known = known_words(&catalog.tables, &catalog.views);
    let mut standard: HashMap<i64, Option<String>> = HashMap::new();
    for row in answers.of(&queries::FUNCTION_BODIES_14) {
        standard.insert(row.get("id")?, row.get("body")?);
    }
    let mut rows = Vec::new();
    for row in answers.of(&queries::FUNCTIONS) {
        let text: Option<String> = row.get("body")?;
        let mut mentioned: BTreeSet<String> = row.list::<String>("depends_on")?.into_iter().collect();
        mentioned.extend(mentions(text.as_deref().unwrap_or_default(), &known));
        let function = Function {
            name: row.name("schema", "name")?,
            arguments: row.get("arguments")?,
            returns: row.list("returns")?,
            language: row.get("language")?,
            volatility: match row.get::<&str>("volatility")? {
                "i" => "immutable",
                "s" => "stable",
                _ => "volatile",
            }
            .to_owned(),
            inlined: None,
            body: None,
            statements: None,
            mentions: mentioned.into_iter().collect(),
            needs: needs(row)?,
        };
        let body = standard.remove(&row.get("id")?).unwrap_or(text);
        let settings: Vec<String> = row.list("settings")?;
        let path = settings.iter().find_map(|s| s.strip_prefix("search_path="));
        rows.push(Row {
            function,
            body,
            may_be_inlined: row.get("may_be_inlined")?,
            is_strict: row.get("is_strict")?,
            search_path: path.map(|path| listed(path, &catalog.server.user)),
        });
    }
    Ok(rows)
}

/// What the server keeps a dependency on, column by column.
fn needs(row: Cells<'_>) -> Result<Vec<Dependency>, InspectError> {
    let (schemas, names): (Vec<String>, Vec<String>) =
        (row.list("needed_schemas")?, row.list("needed_names")?);
    let columns: Vec<String> = row.list("needed_columns")?;
    let mut needs: Vec<Dependency> = Vec::new();
    for ((schema, name), column) in schemas.into_iter().zip(names).zip(columns) {
        let on = Name { schema, name };
        let column = Some(column).filter(|c| !c.is_empty());
        match needs.iter_mut().find(|d| d.on == on) {
            Some(known) => known.columns.extend(column),
            None => needs.push(Dependency { on, columns: column.into_iter().collect() }),
        }
    }
    Ok(needs)
}

/// Stack for parsing: the parser goes one call deeper for each level of nesting. Only what is touched is real memory.
const STACK_BYTES: usize = 1 << 30;

fn in_a_deep_stack<T: Send + Default>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
        thread.spawn_scoped(scope, work).ok().and_then(|t| t.join().ok()).unwrap_or_default()
    })
}

/// The schemas of a `search_path` setting as it is kept: `"$user", public`.
fn listed(path: &str, user: &str) -> Vec<String> {
    let schemas = path.split(',').map(|schema| body::identifier(schema.trim()));
    schemas.map(|schema| if schema == "$user" { user.to_owned() } else { schema }).collect()
}

/// Each function's statements with those of the functions it calls, however deep.
fn all_statements(catalog: &Catalog, drafts: &[Draft]) -> Vec<Option<Vec<RoutineStatement>>> {
    let relations: HashSet<&Name> = catalog
        .tables
        .iter()
        .map(|t| &t.name)
        .chain(catalog.views.iter().map(|v| &v.name))
        .chain(catalog.sequences.iter().map(|s| &s.name))
        .collect();
    let mut by_name: HashMap<&Name, Vec<usize>> = HashMap::new();
    for (place, draft) in drafts.iter().enumerate() {
        by_name.entry(&draft.function.name).or_default().push(place);
    }
    let path = |draft: &Draft| draft.search_path.clone().unwrap_or(catalog.server.search_path.clone());
    let own: Vec<Option<Vec<RoutineStatement>>> = drafts
        .iter()
        .map(|d| Some(body::statements(d.body.as_ref()?, &path(d), &|name| relations.contains(name))))
        .collect();
    let called: Vec<Vec<usize>> = drafts
        .iter()
        .map(|d| {
            let names = d.body.iter().flat_map(|b| &b.calls);
            let found =
                names.filter_map(|parts| body::resolve(parts, &path(d), &|name| by_name.contains_key(name)));
            found.filter_map(|name| by_name.get(&name)).flatten().copied().collect()
        })
        .collect();
    (0..drafts.len()).map(|place| closure(place, &own, &called)).collect()
}

fn closure(
    place: usize,
    own: &[Option<Vec<RoutineStatement>>],
    called: &[Vec<usize>],
) -> Option<Vec<RoutineStatement>> {
    let mut seen = vec![place];
    let mut all: Vec<RoutineStatement> = Vec::new();
    let mut next = 0;
    while let Some(&at) = seen.get(next) {
        next += 1;
        for statement in own.get(at)?.as_ref()? {
            if !all.contains(statement) {
                all.push(statement.clone());
            }
        }
        for &callee in called.get(at).into_iter().flatten() {
            if !seen.contains(&callee) {
                seen.push(callee);
            }
        }
    }
    Some(all)
}

/// How often what one function calls may be another that is inlined, before it no longer matters.
const INLINED_DEPTH: usize = 10;

/// Says of each function whether a call of it becomes its body. What a body calls may itself be inlined, so this is
/// repeated until nothing new is found.
fn inline(catalog: &mut Catalog, drafts: &[Draft]) {
    for _ in 0..INLINED_DEPTH {
        let found: Vec<(usize, String)> = drafts
            .iter()
            .enumerate()
            .filter(|(_, d)| d.may_be_inlined && d.function.language == "sql")
            .filter_map(|(n, d)| Some((n, inlined(catalog, d)?)))
            .collect();
        let mut changed = false;
        for (place, volatility) in found {
            let Some(Function { name, arguments, .. }) = drafts.get(place).map(|d| &d.function) else {
                continue;
            };
            let differs = |f: &Function| {
                (&f.name, &f.arguments) == (name, arguments) && f.inlined.as_ref() != Some(&volatility)
            };
            catalog.functions.change_with(Key::named(name), differs, |f| {
                changed = true;
                f.inlined = Some(volatility.clone());
            });
        }
        if !changed {
            break;
        }
    }
}

fn inlined(catalog: &Catalog, draft: &Draft) -> Option<String> {
    let volatility = body::inlined(catalog, draft.body.as_ref()?, &draft.function.volatility)?;
    // A strict function's body may call strict functions only and must use every argument: so much is known of a
    // literal alone.
    let is_literal = draft.function.arguments.is_empty() && volatility == "immutable";
    (!draft.is_strict || is_literal).then_some(volatility)
}

/// Words of a body that are known names: bare words, folded to lower case as the server folds them, and what stands
/// between double quotes. Strings and comments count, because a statement may be put together from strings.
fn mentions(body: &str, known: &HashSet<&str>) -> BTreeSet<String> {
    let bare = body.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$');
    let quoted = body.split('"').skip(1).map(str::to_owned);
    bare.flat_map(|word| [word.to_owned(), word.to_ascii_lowercase()])
        .chain(quoted)
        .filter(|word| known.contains(word.as_str()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_names_are_found_bare_quoted_and_in_strings() {
        let known = HashSet::from(["users", "user name", "Größe", "id"]);
        let found = mentions("SELECT USERS.id, \"user name\" FROM x; EXECUTE 'drop größe, Größe'", &known);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["Größe", "id", "user name", "users"]);
        assert!(mentions("", &known).is_empty());
    }
}
