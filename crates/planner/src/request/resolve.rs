//! Names people write, looked up in the catalog.
//!
//! A quoted name is taken as it stands. A plain word is tried as it stands, then in lower case as the server would,
//! then in any letter case if only one thing has that name. Nothing is guessed: two candidates are an error.

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use altimeter_catalog::{Catalog, Column, Engine, Index, Name, Table, TableKind, View};

use super::nearest::{all_of, nearest, one_of};
use super::token::Part;
use super::trouble::{Progress, Trouble};
use super::unknown::{is_view, refuse_system_column, too_many_parts};

/// The catalog as a place to look names up.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    /// Knows types, defaults and the longest name.
    pub(super) engine: &'a dyn Engine,
    /// What there is.
    pub(super) catalog: &'a Catalog,
    /// What was looked up already.
    pub(super) memory: &'a Memory,
}

/// A name as it was asked for: its parts, and a schema named apart.
type Asked = (Vec<Part>, Option<Part>);
type LookedUp<T> = RefCell<HashMap<Asked, Result<T, Trouble>>>;

/// What was looked up for one request in one catalog, as places in its lists: a request is read in many ways, and a
/// catalog can have many names.
#[derive(Default)]
pub(super) struct Memory {
    tables: LookedUp<usize>,
    indexes: LookedUp<(usize, usize)>,
    pub(super) having: RefCell<HashMap<String, Vec<Name>>>,
    objects: OnceCell<HashSet<String>>,
    types: OnceCell<Catalog>,
}

pub(super) fn remembered<K: Eq + Hash, V: Clone>(
    memory: &RefCell<HashMap<K, V>>,
    key: K,
    look: impl FnOnce(&K) -> V,
) -> V {
    if let Some(value) = memory.borrow().get(&key) {
        return value.clone();
    }
    let value = look(&key);
    memory.borrow_mut().insert(key, value.clone());
    value
}

#[derive(Clone, Copy, PartialEq)]
enum Spelling {
    Exact,
    Lower,
    AnyCase,
}

/// How a name may be spelt, in the order it is tried.
fn spellings(part: &Part) -> &'static [Spelling] {
    match part.quote {
        Some(_) => &[Spelling::Exact],
        None => &[Spelling::Exact, Spelling::Lower, Spelling::AnyCase],
    }
}

fn fits(part: &Part, candidate: &str, spelling: Spelling) -> bool {
    match spelling {
        Spelling::Exact => part.text == candidate,
        Spelling::Lower => part.text.to_ascii_lowercase() == candidate,
        Spelling::AnyCase => part.text.to_lowercase() == candidate.to_lowercase(),
    }
}

/// The candidates of that name, by the first spelling that any has.
fn named<'c, T>(part: &Part, candidates: impl Iterator<Item = (&'c str, T)> + Clone) -> Vec<T> {
    for spelling in spellings(part) {
        let found: Vec<T> = candidates
            .clone()
            .filter(|(name, _)| fits(part, name, *spelling))
            .map(|(_, value)| value)
            .collect();
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// A name for people: quoted where it needs quotes, control characters escaped.
pub(super) fn shown(name: &str) -> String {
    // `Name` shows its parts so; the schema before the dot is taken off again.
    Name::new("x", name).to_string().split_off("x.".len())
}

/// Something in a schema that a name may mean, and its name.
type Found<'a, T> = (&'a Name, T);

#[derive(Clone, Copy)]
enum Relation<'a> {
    Table(usize),
    View(&'a View),
}

impl<'a> Names<'a> {
    /// The table of that name; `schema` is one that was named apart from it.
    pub(super) fn table(&self, parts: &[Part], schema: Option<&Part>) -> Result<&'a Table, Trouble> {
        let table = self.rows(parts, schema)?;
        match self.catalog.view(&table.name) {
            Some(view) if table.kind == TableKind::MaterializedView => Err(is_view(view)),
            _ => Ok(table),
        }
    }

    /// The table or materialized view of that name.
    pub(super) fn rows(&self, parts: &[Part], schema: Option<&Part>) -> Result<&'a Table, Trouble> {
        let asked = (self.split(parts), schema.cloned());
        let place = remembered(&self.memory.tables, asked, |(parts, schema)| {
            self.find_table(parts, schema.as_ref())
        })?;
        self.catalog.tables.nth(place).ok_or_else(|| too_many_parts(parts))
    }

    fn find_table(&self, parts: &[Part], schema: Option<&Part>) -> Result<usize, Trouble> {
        let (schema, name) = self.in_schema(parts, schema)?;
        let tables = self.catalog.tables.iter().enumerate().map(|(i, t)| (&t.name, Relation::Table(i)));
        // A materialized view is among the tables already; not so in snapshots of earlier versions.
        let is_table = |v: &&View| v.materialized && self.catalog.table(&v.name).is_some();
        let views = self.catalog.views.iter().filter(|v| !is_table(v)).map(|v| (&v.name, Relation::View(v)));
        match self.only("table", name, schema.as_deref(), tables.chain(views).collect())? {
            Some(Relation::Table(place)) => Ok(place),
            Some(Relation::View(view)) => Err(is_view(view)),
            None => Err(self.no_table(name, schema.as_deref())),
        }
    }

    /// The index of that name.
    pub(super) fn index(
        &self,
        parts: &[Part],
        schema: Option<&Part>,
    ) -> Result<(&'a Table, &'a Index), Trouble> {
        let asked = (self.split(parts), schema.cloned());
        let (t, i) = remembered(&self.memory.indexes, asked, |(parts, schema)| {
            self.find_index(parts, schema.as_ref())
        })?;
        let table = self.catalog.tables.nth(t);
        table.and_then(|t| Some((t, t.indexes.get(i)?))).ok_or_else(|| too_many_parts(parts))
    }

    fn find_index(&self, parts: &[Part], schema: Option<&Part>) -> Result<(usize, usize), Trouble> {
        let (schema, name) = self.in_schema(parts, schema)?;
        let all: Vec<(Name, (usize, usize))> = self
            .catalog
            .tables
            .iter()
            .enumerate()
            .flat_map(|(n, t)| {
                t.indexes.iter().enumerate().map(move |(m, i)| (t.name.sibling(&i.definition.name), (n, m)))
            })
            .collect();
        let candidates = all.iter().map(|(name, found)| (name, *found)).collect();
        self.only("index", name, schema.as_deref(), candidates)?
            .ok_or_else(|| self.no_index(&name.text, schema.as_deref()))
    }

    /// The one thing of that name: of those on the search path, else of all.
    fn only<T>(
        &self,
        kind: &str,
        name: &Part,
        schema: Option<&str>,
        candidates: Vec<Found<'_, T>>,
    ) -> Result<Option<T>, Trouble> {
        let path = &self.catalog.server.search_path;
        let on_path = |n: &Name| match schema {
            Some(schema) => n.schema == schema,
            None => path.contains(&n.schema),
        };
        let pick = |wanted: &dyn Fn(&Name) -> bool| {
            let of_these = candidates.iter().enumerate().filter(|(_, (n, _))| wanted(n));
            named(name, of_these.map(|(i, (n, _))| (n.name.as_str(), i)))
        };
        let mut found = pick(&on_path);
        if found.is_empty() && schema.is_none() {
            found = pick(&|_| true);
        }
        if found.len() > 1 {
            let mut names: Vec<&Name> =
                found.iter().filter_map(|i| candidates.get(*i)).map(|(n, _)| *n).collect();
            names.sort_by_key(|n| path.iter().position(|s| *s == n.schema).unwrap_or(usize::MAX));
            return Err(Trouble::new(
                Progress::Table,
                format!("{kind} {} is ambiguous: there are {}", shown(&name.text), all_of(&names)),
                format!("name the one you mean in full: {}", one_of(&names)),
            ));
        }
        let chosen = found.first().copied();
        Ok(candidates.into_iter().enumerate().find(|(i, _)| Some(*i) == chosen).map(|(_, (_, value))| value))
    }

    /// The schema as stored, if one was named, and the name behind it.
    fn in_schema<'p>(
        &self,
        parts: &'p [Part],
        apart: Option<&Part>,
    ) -> Result<(Option<String>, &'p Part), Trouble> {
        let (name, before) = parts.split_last().ok_or_else(|| too_many_parts(parts))?;
        let before = match before {
            [] => None,
            [schema] => Some(schema),
            [database, schema] if database.text == self.catalog.server.database => Some(schema),
            _ => return Err(too_many_parts(parts)),
        };
        let before = before.map(|s| self.schema(s)).transpose()?;
        let apart = apart.map(|s| self.schema(s)).transpose()?;
        match (before, apart) {
            (Some(a), Some(b)) if a != b => Err(Trouble::new(
                Progress::Table,
                format!("the request names two schemas, {} and {}", shown(&a), shown(&b)),
                "name one",
            )),
            (a, b) => Ok((a.or(b), name)),
        }
    }

    fn schema(&self, part: &Part) -> Result<String, Trouble> {
        let mut schemas: Vec<&str> = self.catalog.schemas.iter().map(String::as_str).collect();
        schemas.extend(self.catalog.tables.iter().map(|t| t.name.schema.as_str()));
        schemas.sort_unstable();
        schemas.dedup();
        if let [schema] = named(part, schemas.iter().map(|s| (*s, *s))).as_slice() {
            return Ok((*schema).to_owned());
        }
        let near: Vec<String> = nearest(&part.text, schemas.iter().map(|s| (*s, shown(s))));
        let instead = if near.is_empty() {
            format!(
                "the schemas are {}",
                all_of(&schemas.iter().take(10).map(|s| shown(s)).collect::<Vec<_>>())
            )
        } else {
            format!("did you mean {}?", one_of(&near))
        };
        Err(Trouble::new(Progress::Table, format!("there is no schema {}", shown(&part.text)), instead))
    }

    /// `'users.user_name'` in quotes that are not SQL's: taken apart, unless something has just that name.
    pub(super) fn split(&self, parts: &[Part]) -> Vec<Part> {
        match parts {
            [Part { text, quote: Some(quote) }]
                if *quote != '"' && text.contains('.') && !self.known(text) =>
            {
                text.split('.').map(|p| Part { text: p.trim().to_owned(), quote: Some(*quote) }).collect()
            }
            parts => parts.to_vec(),
        }
    }

    /// Whether a table, view, index or column has that name, in that spelling or in lower case.
    pub(super) fn known(&self, name: &str) -> bool {
        let objects = self.memory.objects.get_or_init(|| {
            let views = self.catalog.views.iter().map(|v| &v.name.name);
            let inside = |t: &'a Table| {
                let columns = t.columns.iter().map(|c| &c.name);
                columns.chain(t.indexes.iter().map(|i| &i.definition.name)).chain([&t.name.name])
            };
            // Most names come up again and again: look first, keep a copy of new ones only.
            let mut objects: HashSet<String> = HashSet::new();
            for name in views.chain(self.catalog.tables.iter().flat_map(inside)) {
                if !objects.contains(name) {
                    objects.insert(name.clone());
                }
            }
            objects
        });
        objects.contains(name) || objects.contains(&name.to_ascii_lowercase())
    }

    /// The type as the server prints it, if there is one of that name.
    pub(super) fn canonical_type(&self, text: &str) -> Option<String> {
        // An engine may look through all columns for a type nobody declared: one column of each type is enough.
        let types = self.memory.types.get_or_init(|| {
            let mut seen = HashSet::new();
            let all = self.catalog.tables.iter().flat_map(|t| &t.columns);
            let columns = all.filter(|c| seen.insert(c.type_name.as_str())).cloned().collect();
            let table = self.catalog.tables.first().map(|t| Table {
                columns,
                indexes: Vec::new(),
                ..Table::clone(t)
            });
            Catalog {
                server: self.catalog.server.clone(),
                schemas: self.catalog.schemas.clone(),
                types: self.catalog.types.clone(),
                extensions: self.catalog.extensions.clone(),
                tables: table.into_iter().collect(),
                ..Catalog::default()
            }
        });
        self.engine.canonical_type(types, text)
    }

    /// The column of that table.
    pub(super) fn column(&self, table: &'a Table, part: &Part) -> Result<&'a Column, Trouble> {
        if table.column(&part.text).is_none() {
            refuse_system_column(&part.text)?;
        }
        let found = named(part, table.columns.iter().map(|c| (c.name.as_str(), c)));
        match found.as_slice() {
            [column] => Ok(column),
            [] => Err(self.no_column(table, &part.text)),
            several => {
                let names: Vec<String> = several.iter().map(|c| shown(&c.name)).collect();
                Err(Trouble::new(
                    Progress::Inside,
                    format!(
                        "column {} of {} is ambiguous: there are {}",
                        part.text,
                        table.name,
                        all_of(&names)
                    ),
                    format!("quote the one you mean: {}", one_of(&names)),
                ))
            }
        }
    }
}
