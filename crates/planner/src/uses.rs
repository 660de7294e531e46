//! Who still uses what a plan takes away or renames.

use altimeter_catalog::{
    Catalog, Change, Check, DropTarget, Engine, Name, RelationChange, RelationWord, StatementCalls,
    StatementStatistics, Way,
};

use crate::draft::Draft;
use crate::plan::PhaseKind;

/// What a plan takes away or renames, and who uses it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Uses {
    /// What is looked for.
    pub of: Vec<Used>,
    /// Statements that ran on the server, those called most first; none if they are not counted.
    pub statements: Option<Vec<UsingStatement>>,
    /// Since when they are counted, RFC 3339; none if that is not known.
    pub since: Option<String>,
    /// Objects of the database.
    pub objects: Vec<UsingObject>,
    /// References in the application's source; none if no folder was named.
    pub application: Option<Vec<Reference>>,
    /// What was not looked at, a sentence each.
    pub unknowns: Vec<String>,
}

/// A place in the application's source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The file, from the folder named.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The line's text.
    pub excerpt: String,
    /// How sure it is.
    pub certainty: Certainty,
    /// What told: `ActiveRecord model`, `SQL`.
    pub by: String,
}

/// How sure it is that a place in a source means the column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// The table and the column, resolved.
    Exact,
    /// The column's name where something stands for its table: a model, a migration.
    Model,
    /// The word alone.
    Word,
}

/// A column, or a table with all of its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// The table.
    pub table: Name,
    /// The column; none for the table itself.
    pub column: Option<String>,
}

impl std::fmt::Display for Used {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.column {
            Some(column) => write!(f, "{}.{column}", self.table),
            None => write!(f, "{}", self.table),
        }
    }
}

/// A statement that uses it.
#[derive(Clone, Debug, PartialEq)]
pub struct UsingStatement {
    /// The statement, its literals taken out.
    pub statement: String,
    /// How it uses it.
    pub how: How,
    /// How often it ran since they are counted.
    pub calls: u64,
    /// Calls a second between two samples.
    pub calls_per_second: Option<f64>,
    /// What the server knows it by.
    pub ids: Vec<StatementCalls>,
}

/// How sure it is, and what becomes of the statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// It names it: it fails the moment the name is gone.
    Named,
    /// It takes it with `*` or by its position: it goes on, with another result, or fails where positions count.
    Taken,
    /// It cannot be read, but has the word.
    Word,
}

/// An object of the database that uses it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UsingObject {
    /// What it is: `view public.active_users`.
    pub object: String,
    /// Resolved by the server; else only its text has the word.
    pub certain: bool,
}

/// What a change takes away or renames.
fn taken_away(change: &Change) -> Vec<Used> {
    let table = |table: &Name| Used { table: table.clone(), column: None };
    let column = |table: &Name, column: &String| Used { table: table.clone(), column: Some(column.clone()) };
    match change {
        Change::DropColumn { table, column: name, .. } => vec![column(table, name)],
        Change::RenameColumn { table, from, .. } => vec![column(table, from)],
        Change::MoveColumns(it) => match it.way {
            Way::Apart => it.columns.iter().map(|name| column(&it.parent, name)).collect(),
            Way::Together => vec![table(&it.child)],
        },
        Change::Reshape(it) => it.from.iter().map(|(name, _)| column(&it.table, name)).collect(),
        Change::Relation(
            RelationChange::Rename { relation, .. } | RelationChange::SetSchema { relation, .. },
        ) => {
            vec![table(relation)]
        }
        Change::Relation(RelationChange::Drop { targets, .. }) => {
            let relations = targets.iter().filter_map(|t| match t {
                DropTarget::Relation { name, .. } => Some(table(name)),
                _ => None,
            });
            relations.collect()
        }
        _ => Vec::new(),
    }
}

/// Who uses what the changes take away; none if they take nothing away.
pub(crate) fn find(engine: &dyn Engine, catalog: &Catalog, changes: &[Change]) -> Option<Uses> {
    let of: Vec<Used> = changes.iter().flat_map(Change::parts).flat_map(taken_away).collect();
    if of.is_empty() {
        return None;
    }
    let mut uses = Uses {
        since: catalog.activity.statements_since.clone(),
        statements: catalog.activity.statements.as_ref().map(|all| statements(engine, catalog, all, &of)),
        objects: of.iter().flat_map(|used| objects(catalog, used)).collect(),
        of,
        application: None,
        unknowns: Vec::new(),
    };
    uses.objects.sort();
    uses.objects.dedup();
    match &catalog.activity.statements {
        None => uses.unknowns.push(
            "which statements use it: this server does not count statements (pg_stat_statements), or they cannot be \
             read"
                .to_owned(),
        ),
        Some(all) if all.len() >= MOST => uses.unknowns.push(format!(
            "statements beyond the {MOST} that took most time: a rare one may use it too"
        )),
        Some(_) => {}
    }
    Some(uses)
}

/// So many kinds of statements a catalog keeps.
const MOST: usize = 200;

fn statements(
    engine: &dyn Engine,
    catalog: &Catalog,
    all: &[StatementStatistics],
    of: &[Used],
) -> Vec<UsingStatement> {
    let using = all.iter().filter_map(|statement| {
        let how = of.iter().filter_map(|used| how(engine, catalog, &statement.statement, used)).min()?;
        Some(UsingStatement {
            statement: statement.statement.clone(),
            how,
            calls: statement.calls,
            calls_per_second: statement.calls_per_second,
            ids: statement.ids.clone(),
        })
    });
    let mut using: Vec<UsingStatement> = using.collect();
    using.sort_by(|a, b| a.how.cmp(&b.how).then(b.calls.cmp(&a.calls)).then(a.statement.cmp(&b.statement)));
    using
}

/// How a statement uses it, if it does.
pub fn how(engine: &dyn Engine, catalog: &Catalog, sql: &str, used: &Used) -> Option<How> {
    // Reading costs more than looking for the words, and what has not even the table's name can only mean a view.
    let relations = relations(catalog, &used.table);
    if !relations.iter().any(|name| has_word(sql, &name.name)) {
        return None;
    }
    let Some(found) = engine.uses(catalog, sql) else {
        let column = used.column.as_ref().is_none_or(|c| has_word(sql, c));
        return column.then_some(How::Word);
    };
    let about = found.iter().filter(|u| relations.contains(&&u.relation));
    about
        .filter_map(|u| match &used.column {
            None => Some(How::Named),
            Some(column) if u.columns.contains(column) => Some(How::Named),
            Some(column) if u.taken.contains(column) => Some(How::Taken),
            Some(_) => None,
        })
        .min()
}

/// Whether a statement about the schema names it: a migration.
pub fn is_about_its_schema(engine: &dyn Engine, catalog: &Catalog, sql: &str, used: &Used) -> bool {
    let words = has_word(sql, &used.table.name) && used.column.as_ref().is_none_or(|c| has_word(sql, c));
    let is_rows = |c: &Change| matches!(c, Change::Rows(_));
    words
        && engine.parse(catalog, sql).statements.iter().any(|s| {
            let named = s.changes.iter().flat_map(Change::tables).any(|t| t.name == used.table.name);
            !s.changes.iter().any(is_rows) && (named || s.mentions.contains(&used.table))
        })
}

/// The table and those above and below it: a column of one is a column of all.
fn relations<'a>(catalog: &'a Catalog, table: &'a Name) -> Vec<&'a Name> {
    let mut names = vec![table];
    names.extend(catalog.descendants_of(table).into_iter().map(|t| &t.name));
    names.extend(catalog.table(table).into_iter().flat_map(|t| catalog.parents_of(t)).map(|t| &t.name));
    names
}

fn has_word(text: &str, word: &str) -> bool {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    // A name in quotes may have anything in it.
    let plain = word.chars().all(part_of_word);
    if plain {
        text.split(|c| !part_of_word(c)).any(|w| w.eq_ignore_ascii_case(word))
    } else {
        text.contains(word)
    }
}

fn objects(catalog: &Catalog, used: &Used) -> Vec<UsingObject> {
    let mut found = Vec::new();
    let mut add = |certain: bool, object: String| found.push(UsingObject { object, certain });
    let table = &used.table;
    for view in catalog.views_on(table, used.column.as_deref()) {
        let kind = if view.materialized { "materialized view" } else { "view" };
        add(true, format!("{kind} {}", view.name));
    }
    match &used.column {
        Some(column) => catalog
            .needs_column(table, column)
            .into_iter()
            // Views are listed with those that need them in turn.
            .filter(|needed| !needed.starts_with("view ") && !needed.starts_with("materialized view "))
            .for_each(|needed| add(true, needed)),
        None => {
            for (from, key) in catalog.referencing(table).into_iter().filter(|(from, _)| &from.name != table)
            {
                add(true, format!("foreign key {} of {}", key.name, from.name));
            }
            for other in catalog.tables.iter().filter(|t| &t.name != table) {
                let reads = |p: &&altimeter_catalog::Policy| p.needs.iter().any(|d| &d.on == table);
                for policy in other.policies.iter().filter(reads) {
                    add(true, format!("policy {} of {}", policy.name, other.name));
                }
            }
        }
    }
    for publication in catalog.publications.iter() {
        if let Some(published) = publication.tables.iter().find(|d| &d.on == table) {
            let listed = used.column.as_ref().is_none_or(|c| published.columns.contains(c));
            if listed || published.columns.is_empty() {
                add(true, format!("publication {}", publication.name));
            }
        }
    }
    for function in catalog.functions.iter() {
        let reads = function.statements.iter().flatten().any(|s| &s.relation == table);
        let has = |word: &String| function.mentions.contains(word);
        let mentions = used.column.as_ref().is_none_or(has) && (reads || has(&table.name));
        let fires =
            catalog.table(table).is_some_and(|t| t.triggers.iter().any(|g| g.function == function.name));
        if mentions || fires && used.column.as_ref().is_some_and(has) {
            let certain = reads && used.column.is_none();
            add(certain, format!("function {}({})", function.name, function.arguments));
        }
    }
    found
}

/// Has the step that takes it away wait until its known uses have ended.
pub(crate) fn wait_for_the_end(draft: &mut Draft, uses: &Uses) {
    let statements: Vec<StatementCalls> = uses
        .statements
        .iter()
        .flatten()
        .filter(|s| s.how != How::Taken)
        .flat_map(|s| s.ids.iter().cloned())
        .collect();
    if statements.is_empty() {
        return;
    }
    // Statements through a view that stands in for a table are counted anew: that the old ones have ended says nothing.
    let is_stand_in = |change: &Change| {
        let is_view = |t: &DropTarget| matches!(t, DropTarget::Relation { word: RelationWord::View, .. });
        let drops_view = |part: &&Change| match part {
            Change::Relation(RelationChange::Drop { targets, .. }) => targets.iter().any(is_view),
            _ => false,
        };
        change.parts().iter().any(drops_view)
    };
    let takes_away = |change: &Change| {
        change.parts().iter().flat_map(|part| taken_away(part)).any(|used| uses.of.contains(&used))
    };
    let mut steps = draft.steps.iter_mut();
    if let Some(step) = steps
        .find(|s| s.phase == PhaseKind::Contract && s.up.iter().any(|c| takes_away(c) && !is_stand_in(c)))
    {
        step.before.push(Check::UsesEnded { statements });
    }
}
