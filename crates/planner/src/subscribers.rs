//! What a plan sends to subscribers, step by step, and what has to be done at them, and when.
//!
//! A subscriber knows tables and columns by name. What arrives and has no place there stops the subscription until it has
//! one; what no longer arrives is NULL there. Nothing is lost either way, because the publisher keeps what was not
//! received. So after each step it is seen, on the simulated schema, under which names rows are sent. (What a
//! subscription does in each case is shown by tests/e2e/published.rs; manual, "Logical Replication", "Conflicts".)

use std::collections::{BTreeMap, BTreeSet};

use altimeter_catalog::{
    Catalog, Change, FunctionBody, FunctionDefinition, Name, Publication, RelationChange, RelationWord,
    Table, TableKind,
};

use crate::draft::DraftStep;
use crate::plan::{PhaseKind, PlanError, Step};
use crate::recipe::{RecipeContext, refuse};

/// A table as subscribers see it: columns with their types, and those that identify a row.
#[derive(Clone, Default, PartialEq)]
struct Sent {
    columns: BTreeMap<String, String>,
    key: BTreeSet<String>,
}

/// What a publication sends, by the names rows are sent under.
type Picture = BTreeMap<Name, Sent>;

/// What has to be done at subscribers, a sentence or two for each.
///
/// # Errors
/// If a step would leave a table whose rows publications cannot identify.
pub(crate) fn cautions(
    catalog: &Catalog,
    drafts: &[DraftStep],
    steps: &[(PhaseKind, Step)],
) -> Result<Vec<String>, PlanError> {
    let mut found: Vec<String> = Vec::new();
    if catalog.publications.is_empty() {
        return Ok(found);
    }
    let broken = unidentified(catalog);
    let written = written(catalog, drafts);
    for publication in catalog.publications.iter() {
        let mut told = Told {
            publication: &publication.name,
            cautions: Vec::new(),
            written: &written,
            came: BTreeMap::new(),
        };
        let mut schema = catalog.clone();
        let mut before = picture(&schema, &publication.name);
        for (draft, (_, step)) in drafts.iter().zip(steps) {
            let names = Names::through(&draft.up);
            told.rows(&schema, &draft.up, &step.id);
            if draft.up.iter().any(|change| schema.apply(change).is_err()) {
                break;
            }
            let now =
                unidentified(&schema).into_iter().find(|(found, _)| !broken.iter().any(|(b, _)| b == found));
            if let Some(((name, table), why)) = now {
                return Err(refuse(
                    format!("{why}, so no UPDATE and DELETE of {table} would work from {} on", step.id),
                    format!(
                        "take {table} out of {name} first, or let {name} send all columns of it; or give {table} an identity of \
                         columns that stay (REPLICA IDENTITY DEFAULT or USING INDEX)"
                    ),
                ));
            }
            let after = picture(&schema, &publication.name);
            told.step(&before, &after, &names, &step.id);
            before = after;
        }
        found.extend(told.cautions);
    }
    Ok(found)
}

/// Tables of publications that send less than what identifies a row, or choose rows by more: the server refuses UPDATE
/// and DELETE of them (manual, "Logical Replication", "Column Lists", "Row Filters").
fn unidentified(catalog: &Catalog) -> Vec<((String, Name), String)> {
    let mut found = Vec::new();
    for publication in catalog.publications.iter().filter(|p| !p.inserts_only) {
        for named in &publication.tables {
            let Some(table) = catalog.table(&named.on) else { continue };
            let listed = !named.columns.is_empty();
            // Where the whole row identifies it no list will do, not even of all columns (measured on 15 and 18).
            let whole = table.replica_identity == "full";
            let key = identity(table).unwrap_or_default();
            let unsent = key.iter().find(|c| listed && !named.columns.contains(c));
            let read = named.filter.iter().flat_map(|f| &f.reads).find(|c| !whole && !key.contains(c));
            let why = match (unsent, read) {
                _ if whole && listed => {
                    "the whole row would identify rows, and columns are listed".to_owned()
                }
                (Some(column), _) => format!("{column} would identify rows and is not in the list"),
                (None, Some(column)) => format!("{column}, which chooses rows, would not identify them"),
                (None, None) => continue,
            };
            let of = (publication.name.clone(), table.name.clone());
            found.push((of, format!("{} is published by {}: {why}", table.name, publication.name)));
        }
    }
    found
}

/// Tables that rows are written to once they are made: what the plan writes to, and all that are there at its end.
fn written(catalog: &Catalog, drafts: &[DraftStep]) -> BTreeSet<Name> {
    let mut schema = catalog.clone();
    let mut written = BTreeSet::new();
    for change in drafts.iter().flat_map(|d| &d.up) {
        match change {
            Change::CopyRows(copy) => drop(written.insert(copy.into.clone())),
            Change::Sweep(sweep) => written.extend(sweep.written().into_iter().cloned()),
            Change::CreateFunction(FunctionDefinition { body: FunctionBody::Mirror(mirror), .. }) => {
                written.insert(mirror.into.clone());
            }
            _ => {}
        }
        let _ = schema.apply(change);
    }
    written.extend(schema.tables.iter().map(|t| t.name.clone()));
    written
}

fn picture(catalog: &Catalog, publication: &str) -> Picture {
    let mut picture = Picture::new();
    let Some(publication) = catalog.publications.iter().find(|p| p.name == publication) else {
        return picture;
    };
    for table in catalog.published_by(publication).filter(|t| t.kind == TableKind::Table) {
        let sent_as = catalog.sent_as(publication, table);
        picture.entry(sent_as.name.clone()).or_insert_with(|| sent(publication, sent_as));
    }
    picture
}

fn sent(publication: &Publication, table: &Table) -> Sent {
    let listed = publication.named(&table.name).map(|t| t.columns.as_slice()).unwrap_or_default();
    let is_sent = |name: &String| listed.is_empty() || listed.contains(name);
    let columns = table.columns.iter().filter(|c| c.generated.is_none() && is_sent(&c.name));
    Sent {
        columns: columns.map(|c| (c.name.clone(), c.type_name.clone())).collect(),
        key: identity(table).into_iter().flatten().filter(is_sent).collect(),
    }
}

/// The columns that identify a row at subscribers; of the whole row none.
fn identity(table: &Table) -> Option<Vec<String>> {
    let using = table.replica_identity.strip_prefix("using index ");
    let index = table.indexes.iter().find(|i| match (using, table.replica_identity.as_str()) {
        (Some(index), _) => i.definition.name == index,
        (None, "full" | "nothing") => false,
        (None, _) => i.primary,
    });
    index.and_then(|i| i.definition.columns())
}

/// Names that tables and columns got in a step.
#[derive(Default)]
struct Names {
    tables: BTreeMap<Name, Name>,
    columns: BTreeMap<(Name, String), String>,
}

impl Names {
    fn through(changes: &[Change]) -> Self {
        let mut names = Self::default();
        for change in changes.iter().flat_map(Change::parts) {
            match change {
                Change::Relation(RelationChange::Rename {
                    word: RelationWord::Table, relation, to, ..
                }) => {
                    names.table(relation, relation.sibling(to));
                }
                Change::Relation(RelationChange::SetSchema {
                    word: RelationWord::Table,
                    relation,
                    schema,
                    ..
                }) => {
                    names.table(relation, Name::new(schema, &relation.name));
                }
                Change::RenameColumn { table, from, to } => {
                    let first = names.columns.iter().find(|((t, _), now)| t == table && *now == from);
                    let first = first.map_or_else(|| from.clone(), |((_, first), _)| first.clone());
                    names.columns.insert((table.clone(), first), to.clone());
                }
                _ => {}
            }
        }
        names
    }

    fn table(&mut self, from: &Name, to: Name) {
        let first = self.tables.iter().find(|(_, now)| *now == from).map(|(first, _)| first.clone());
        self.tables.insert(first.unwrap_or_else(|| from.clone()), to);
    }

    /// What the column is called afterwards; the table is named as at the time.
    fn column(&self, tables: [&Name; 2], column: &str) -> Option<&String> {
        tables.iter().find_map(|t| self.columns.get(&((*t).clone(), column.to_owned())))
    }
}

struct Told<'a> {
    publication: &'a str,
    cautions: Vec<String>,
    /// Tables that rows are written to.
    written: &'a BTreeSet<Name>,
    /// What began to be sent in an earlier step: the table, and its column or none.
    came: BTreeMap<(Name, Option<String>), String>,
}

impl Told<'_> {
    fn say(&mut self, text: String) {
        if !self.cautions.contains(&text) {
            self.cautions.push(text);
        }
    }

    /// Rows that a step writes.
    fn rows(&mut self, schema: &Catalog, changes: &[Change], step: &str) {
        let publication = schema.publications.iter().find(|p| p.name == self.publication);
        let Some(publication) = publication else { return };
        for change in changes {
            let tables = match change {
                Change::Backfill(backfill) => vec![&backfill.table],
                Change::Sweep(sweep) => sweep.written(),
                Change::CopyRows(copy) => vec![&copy.into],
                _ => continue,
            };
            for table in tables.into_iter().filter(|t| schema.covers(publication, t)) {
                self.say(format!(
                    "{step} writes rows of {table} that {} sends: subscribers get each of them again, and the slot keeps \
                     log until they have; watch its lag",
                    self.publication
                ));
            }
        }
    }

    fn step(&mut self, before: &Picture, after: &Picture, names: &Names, step: &str) {
        let p = self.publication.to_owned();
        let mut new: Vec<&Name> =
            after.keys().filter(|n| !before.contains_key(n) && self.written.contains(n)).collect();
        for (name, was) in before.iter().filter(|(n, _)| !after.contains_key(n)) {
            let now = names.tables.get(name).filter(|n| after.contains_key(n) && !before.contains_key(n));
            let Some(now) = now else {
                self.gone(name, step);
                continue;
            };
            new.retain(|n| *n != now);
            if let Some(began) = self.came.remove(&(name.clone(), None)) {
                self.came.insert((now.clone(), None), began);
                self.say(format!(
                    "at {step} the table {name} that {p} sends becomes {now}: give it that name there"
                ));
                continue;
            }
            self.say(format!(
                "{p} sends {name} as {now} from {step} on: the subscription stops there, because it knows no {now}. When it \
                 has stopped and not before, because what was sent earlier has the old name, give the table that name at the \
                 subscriber: it goes on by itself and nothing is lost. REFRESH PUBLICATION only after that, it would forget \
                 the table"
            ));
            if let Some(is) = after.get(now) {
                self.columns((name, was), (now, is), names, step);
            }
        }
        if !new.is_empty() {
            let list = new.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            self.say(format!(
                "{p} sends {list} too from {step} on, without naming it: make tables of that name with the same columns, and \
                 empty, at every subscriber before, else the subscription stops. What arrives for them is passed over until \
                 REFRESH PUBLICATION"
            ));
            self.came.extend(new.into_iter().map(|n| ((n.clone(), None), step.to_owned())));
        }
        for (name, is) in after {
            let was = before.get(name);
            // A table that is only beside is no subscriber's.
            if let Some(was) = was.filter(|_| !self.came.contains_key(&(name.clone(), None))) {
                self.columns((name, was), (name, is), names, step);
            }
        }
    }

    fn gone(&mut self, name: &Name, step: &str) {
        let p = self.publication.to_owned();
        match self.came.remove(&(name.clone(), None)) {
            Some(_) => self.say(format!("after {step}, {name} can go at subscribers: {p} sends it no more")),
            None => self.say(format!(
                "{p} sends {name} no more from {step} on: once it has been run, ALTER SUBSCRIPTION … REFRESH PUBLICATION at \
                 every subscriber; its table stays there until you drop it"
            )),
        }
    }

    fn columns(&mut self, (old, was): (&Name, &Sent), (name, is): (&Name, &Sent), names: &Names, step: &str) {
        let p = self.publication.to_owned();
        let mut new: Vec<&String> = is.columns.keys().filter(|c| !was.columns.contains_key(*c)).collect();
        for gone in was.columns.keys().filter(|c| !is.columns.contains_key(*c)) {
            let to = names.column([old, name], gone).filter(|to| new.contains(to));
            let came = self.came.remove(&(name.clone(), Some(gone.clone())));
            if let Some(to) = to.cloned() {
                new.retain(|c| **c != to);
                if came.is_some() {
                    self.came.insert((name.clone(), Some(to.clone())), step.to_owned());
                }
                self.say(format!(
                    "{p} sends {gone} of {name} as {to} from {step} on: the subscription stops there, because it knows no \
                     {to}. When it has stopped and not before, because what was sent earlier has the old name, give the column \
                     that name at the subscriber: it goes on by itself and nothing is lost"
                ));
                continue;
            }
            if came.is_some() {
                self.say(format!(
                    "after {step}, {gone} of {name} can be dropped at subscribers: {p} sends it no more"
                ));
                continue;
            }
            self.say(format!(
                "{p} sends {gone} of {name} no more from {step} on: drop NOT NULL of {gone} at every subscriber before, and \
                 drop the column there when you will not go back any more"
            ));
            if was.key.contains(gone) {
                let key = is.key.iter().cloned().collect::<Vec<_>>().join(", ");
                self.say(format!(
                    "{gone} identifies rows of {name} at subscribers: build a unique index over ({key}) there before {step}. \
                     At {step} the subscription stops (\"publisher did not send replica identity column\"): make that index \
                     the primary key there then, and it goes on by itself; nothing is lost"
                ));
            }
        }
        if !new.is_empty() {
            let list = new.iter().map(|c| c.as_str()).collect::<Vec<_>>().join(", ");
            self.say(format!(
                "{p} sends {list} of {name} too from {step} on: add it at every subscriber before, nullable and without \
                 triggers, else the subscription stops until it is there"
            ));
            self.came.extend(new.into_iter().map(|c| ((name.clone(), Some(c.clone())), step.to_owned())));
        }
        for (column, now) in &is.columns {
            let Some(then) = was.columns.get(column).filter(|then| *then != now) else { continue };
            self.say(format!(
                "values of {column} of {name} that {p} sends are {now} from {step} on, and were {then}: they are sent as text, \
                 and the subscription stops at the first that the column there does not take. Give it the type {now} there, \
                 before if it takes the old values too"
            ));
        }
        let narrower: Vec<&String> = was.key.iter().filter(|c| is.columns.contains_key(*c)).collect();
        let lost: Vec<&str> = narrower
            .into_iter()
            .filter(|c| !is.key.is_empty() && !is.key.contains(*c))
            .map(String::as_str)
            .collect();
        if !lost.is_empty() {
            self.say(format!(
                "{} identifies rows of {name} no more from {step} on: a primary key at a subscriber that has it stops the \
                 subscription at the next UPDATE or DELETE; give {name} a key over {} there before",
                lost.join(", "),
                is.key.iter().cloned().collect::<Vec<_>>().join(", ")
            ));
        }
    }
}

/// What keeps a column as it is because a publication names it: the server neither drops it nor changes its type then
/// (measured on 15 and 18).
///
/// # Errors
/// If one does, with the statements that take it out.
pub(crate) fn refuse_what_lists(
    context: &RecipeContext<'_>,
    table: &Name,
    column: &str,
) -> Result<(), PlanError> {
    for publication in context.catalog.publications.iter() {
        let Some(named) = publication.named(table).filter(|t| t.holds(column)) else { continue };
        let by_filter = named.filter.as_ref().is_some_and(|f| f.reads.iter().any(|c| c == column));
        let how = if by_filter { "chooses rows by" } else { "lists" };
        let quoted = |name: &str| context.engine.replace_column("x", "x", name);
        let others: Vec<String> = named.columns.iter().filter(|c| *c != column).map(|c| quoted(c)).collect();
        let list = match (others.is_empty(), by_filter) {
            (_, true) => " …".to_owned(),
            (true, false) => String::new(),
            (false, false) => format!(" ({})", others.join(", ")),
        };
        let full = format!("{}.{}", quoted(&table.schema), quoted(&table.name));
        let p = quoted(&publication.name);
        return Err(refuse(
            format!(
                "the publication {} {how} {column} of {table}, and the server neither drops such a column nor changes its type",
                publication.name
            ),
            format!(
                "say first, in one transaction, what is to be sent without it: BEGIN; ALTER PUBLICATION {p} DROP TABLE {full}; \
                 ALTER PUBLICATION {p} ADD TABLE {full}{list}; COMMIT"
            ),
        ));
    }
    Ok(())
}
