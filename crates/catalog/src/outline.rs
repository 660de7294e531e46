//! A schema in words: what a saved plan keeps of the tables it was made for, to tell later what has changed.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    Catalog, Column, Constraint, ConstraintKind, Index, IndexTarget, Name, Publication, Table, Trigger, View,
};

/// Relations and the parts of each (`column email`, `index users_email_key`), every part in words. Sizes, statistics
/// and activity are no part of it: equal outlines mean that no migration has changed the schema.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Outline(pub BTreeMap<String, BTreeMap<String, String>>);

/// What has to be done to one outline to have another: a part's new words, null where it is gone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct OutlineChange(pub BTreeMap<String, BTreeMap<String, Option<String>>>);

impl OutlineChange {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many parts change.
    pub fn len(&self) -> usize {
        self.0.values().map(BTreeMap::len).sum()
    }
}

impl Outline {
    /// 16 hexadecimal digits that stand for it.
    pub fn fingerprint(&self) -> String {
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        Sha256::digest(&bytes).iter().take(8).map(|b| format!("{b:02x}")).collect()
    }

    /// What changes from this one to the other.
    pub fn change_to(&self, other: &Outline) -> OutlineChange {
        let mut change = OutlineChange::default();
        let mut note = |of: &String, part: &String, words: Option<String>| {
            change.0.entry(of.clone()).or_default().insert(part.clone(), words);
        };
        for (of, part, words) in other.parts() {
            if self.words(of, part) != Some(words) {
                note(of, part, Some(words.clone()));
            }
        }
        for (of, part, _) in self.parts() {
            if other.words(of, part).is_none() {
                note(of, part, None);
            }
        }
        change
    }

    /// The outline after a change.
    #[must_use]
    pub fn changed(&self, change: &OutlineChange) -> Outline {
        let mut changed = self.clone();
        for (of, parts) in &change.0 {
            let relation = changed.0.entry(of.clone()).or_default();
            for (part, words) in parts {
                match words {
                    Some(words) => drop(relation.insert(part.clone(), words.clone())),
                    None => drop(relation.remove(part)),
                }
            }
            if relation.is_empty() {
                changed.0.remove(of);
            }
        }
        changed
    }

    /// What is different in the other one, a sentence each: `public.users: column email was text, is citext`.
    pub fn differences(&self, other: &Outline) -> Vec<String> {
        let change = self.change_to(other);
        let mut said = Vec::new();
        for (of, parts) in &change.0 {
            if !other.0.contains_key(of) {
                said.push(format!("{of} is gone"));
                continue;
            }
            if !self.0.contains_key(of) {
                let kind = parts.get(KIND).cloned().flatten().unwrap_or_default();
                said.push(format!("{of} is new ({kind})"));
                continue;
            }
            said.extend(parts.iter().map(|(part, words)| match (self.words(of, part), words) {
                (Some(was), Some(is)) => format!("{of}: {part} was {was}, is {is}"),
                (None, Some(is)) => format!("{of}: {part} is new ({is})"),
                _ => format!("{of}: {part} is gone"),
            }));
        }
        said
    }

    /// Whether the two are the same as far as both know: what a server will print of a query is not always known.
    pub fn fits(&self, other: &Outline) -> bool {
        let (own, others) = self.known_to_both(other);
        own == others
    }

    /// Both without the queries of which only one knows the text.
    pub fn known_to_both(&self, other: &Outline) -> (Outline, Outline) {
        let (mut own, mut others) = (self.clone(), other.clone());
        for (of, parts) in &mut own.0 {
            let Some(found) = others.0.get_mut(of) else { continue };
            if parts.contains_key(QUERY) != found.contains_key(QUERY) {
                parts.remove(QUERY);
                found.remove(QUERY);
            }
        }
        (own, others)
    }

    /// Forgets a view's query, which is written and not yet what a server prints.
    pub fn forget_query(&mut self, view: &Name) {
        if let Some(parts) = self.0.get_mut(&view.to_string()) {
            parts.remove(QUERY);
        }
    }

    fn parts(&self) -> impl Iterator<Item = (&String, &String, &String)> {
        self.0.iter().flat_map(|(of, parts)| parts.iter().map(move |(part, words)| (of, part, words)))
    }

    fn words(&self, of: &str, part: &str) -> Option<&String> {
        self.0.get(of)?.get(part)
    }
}

/// The part every relation has.
const KIND: &str = "kind";

/// The part a view has whose query is known as a server prints it.
const QUERY: &str = "query";

impl Catalog {
    /// The outline of relations by name, as far as they are there, of their partitions and heirs, and of what refers to
    /// them: foreign keys and views.
    pub fn outline(&self, names: &[Name]) -> Outline {
        let mut outline = Outline::default();
        let mut of: BTreeSet<Name> = names.iter().cloned().collect();
        for name in names {
            of.extend(self.descendants_of(name).into_iter().map(|t| t.name.clone()));
        }
        for name in &of {
            if let Some(table) = self.table(name) {
                outline.0.insert(name.to_string(), parts_of_table(self, table));
            }
            if let Some(view) = self.view(name) {
                outline.0.entry(name.to_string()).or_default().extend(parts_of_view(view));
            }
            for (table, key) in self.referencing(name) {
                let parts = outline.0.entry(table.name.to_string()).or_default();
                parts.insert(format!("constraint {}", key.name), constraint(key));
            }
            for view in self.views.iter().filter(|v| v.needs.iter().any(|d| &d.on == name)) {
                outline.0.entry(view.name.to_string()).or_default().extend(parts_of_view(view));
            }
        }
        outline
    }
}

fn parts_of_table(catalog: &Catalog, table: &Table) -> BTreeMap<String, String> {
    let mut parts = BTreeMap::new();
    let mut kind = format!("{:?} {:?}", table.persistence, table.kind).to_lowercase();
    for (words, what) in [
        ("partition by", table.partition_key.clone()),
        ("partition of", table.partition_of.as_ref().map(Name::to_string)),
        ("", table.partition_bound.clone()),
    ] {
        if let Some(what) = what {
            kind.push_str(&format!(" {words} {what}"));
        }
    }
    for parent in &table.inherits {
        kind.push_str(&format!(" inherits {parent}"));
    }
    if table.row_security {
        kind.push_str(", row security");
    }
    if table.row_security_forced {
        kind.push_str(", forced on its owner");
    }
    kind.push_str(&format!(", replica identity {}", table.replica_identity));
    parts.insert(KIND.to_owned(), kind);
    parts.extend(table.columns.iter().map(|c| (format!("column {}", c.name), column(c))));
    parts.extend(table.indexes.iter().map(|i| (format!("index {}", i.definition.name), index(i))));
    let constraints = table.constraints.iter().filter(|c| c.kind != ConstraintKind::Trigger);
    parts.extend(constraints.map(|c| (format!("constraint {}", c.name), constraint(c))));
    // Before version 15 the triggers partitions have from their parent are the server's own affair.
    let own = table.triggers.iter().filter(|t| catalog.cloned_from(&table.name, &t.name).is_none());
    parts.extend(own.map(|t| (format!("trigger {}", t.name), trigger(t))));
    for policy in &table.policies {
        let way = if policy.permissive { "permissive" } else { "restrictive" };
        let reads = listed(&policy.columns);
        parts.insert(format!("policy {}", policy.name), format!("{way} for {} on {reads}", policy.command));
    }
    for rule in &table.rules {
        parts.insert(format!("rule {}", rule.name), format!("on {}", rule.event));
    }
    for publication in catalog.publications_of(&table.name) {
        parts.insert(format!("publication {}", publication.name), published(publication, table));
    }
    parts
}

fn published(publication: &Publication, table: &Table) -> String {
    let mut words = match publication.named(&table.name) {
        Some(named) if named.columns.is_empty() => "named".to_owned(),
        Some(named) => format!("named ({})", sorted(&named.columns)),
        None => "covered".to_owned(),
    };
    if let Some(filter) = publication.named(&table.name).and_then(|t| t.filter.as_ref()) {
        words.push_str(&format!(" where {}", sorted(&filter.reads)));
    }
    if publication.via_root {
        words.push_str(", by way of the root");
    }
    words
}

fn parts_of_view(view: &View) -> BTreeMap<String, String> {
    let kind = if view.materialized { "materialized view" } else { "view" };
    let mut parts = BTreeMap::from([(KIND.to_owned(), format!("{kind} ({})", view.columns.join(", ")))]);
    parts.extend(view.needs.iter().map(|d| (format!("reads {}", d.on), listed(&d.columns))));
    let words = |text: &String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    parts.extend(view.definition.iter().map(|text| (QUERY.to_owned(), words(text))));
    parts
}

fn column(column: &Column) -> String {
    let mut words = column.type_name.clone();
    if let Some(collation) = &column.collation {
        words.push_str(&format!(" COLLATE {collation}"));
    }
    if column.not_null {
        words.push_str(" NOT NULL");
    }
    if let Some(default) = &column.default {
        words.push_str(&format!(" DEFAULT {default}"));
    }
    if let Some(generated) = &column.generated {
        let kind = if generated.stored { "STORED" } else { "VIRTUAL" };
        words.push_str(&format!(" GENERATED ALWAYS AS ({}) {kind}", generated.expression));
    }
    if let Some(identity) = column.identity {
        words.push_str(&format!(" IDENTITY {identity:?}"));
    }
    let mut grants: Vec<String> =
        column.grants.iter().map(|g| format!("{} to {}", sorted(&g.privileges), g.grantee)).collect();
    grants.sort();
    if !grants.is_empty() {
        words.push_str(&format!(", granted {}", grants.join("; ")));
    }
    words
}

fn index(index: &Index) -> String {
    let definition = &index.definition;
    let keys: Vec<String> = definition
        .keys
        .iter()
        .map(|key| {
            let mut words = match &key.target {
                IndexTarget::Column(column) => column.clone(),
                IndexTarget::Expression(expression) => format!("({expression})"),
            };
            if let Some(class) = &key.operator_class {
                words.push_str(&format!(" {class}"));
            }
            if key.descending {
                words.push_str(" DESC");
            }
            words
        })
        .collect();
    let unique = if definition.unique { "unique " } else { "" };
    let mut words = format!("{unique}{} ({})", definition.method, keys.join(", "));
    if !definition.include.is_empty() {
        words.push_str(&format!(" INCLUDE ({})", definition.include.join(", ")));
    }
    if let Some(predicate) = &definition.predicate {
        words.push_str(&format!(" WHERE {predicate}"));
    }
    if !index.valid {
        words.push_str(", invalid");
    }
    words
}

fn constraint(constraint: &Constraint) -> String {
    let not_valid = "NOT VALID";
    let mut words = constraint.definition.clone();
    if !constraint.validated && !words.ends_with(not_valid) {
        words.push_str(&format!(" {not_valid}"));
    }
    words
}

fn trigger(trigger: &Trigger) -> String {
    let time = if trigger.before { "before" } else { "after" };
    let level = if trigger.per_row { "row" } else { "statement" };
    let events = sorted(&trigger.events);
    format!("{time} {events} for each {level}: {}, fires: {}", trigger.function, trigger.enabled)
}

fn sorted(words: &[String]) -> String {
    let mut words = words.to_vec();
    words.sort();
    words.join(", ")
}

fn listed(columns: &[String]) -> String {
    if columns.is_empty() { "no column".to_owned() } else { sorted(columns) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users() -> Catalog {
        let column =
            |name: &str| Column { name: name.to_owned(), type_name: "text".to_owned(), ..Column::default() };
        let table = Table {
            name: Name::new("public", "users"),
            columns: vec![column("id"), column("email")],
            ..Table::default()
        };
        Catalog { tables: vec![table].into(), ..Catalog::default() }
    }

    #[test]
    fn a_change_leads_from_one_outline_to_the_other_and_says_what_differs() {
        let before = users();
        let names = [Name::new("public", "users"), Name::new("public", "notes")];
        let mut after = users();
        let table = after.table_mut(&names[0]).unwrap();
        table.column_mut("email").unwrap().type_name = "citext".to_owned();
        table.columns.remove(0);
        table.size.rows = Some(5.0);
        let mut notes = Table { name: names[1].clone(), ..Table::default() };
        notes.columns.clear();
        after.tables.insert(notes);
        let (before, after) = (before.outline(&names), after.outline(&names));
        let change = before.change_to(&after);
        assert_eq!(before.changed(&change), after);
        assert_eq!(after.changed(&after.change_to(&before)), before);
        assert_eq!(
            before.differences(&after),
            [
                "public.notes is new (permanent table, replica identity )",
                "public.users: column email was text, is citext",
                "public.users: column id is gone",
            ]
        );
        assert_ne!(before.fingerprint(), after.fingerprint());
        assert!(before.change_to(&before).is_empty());
    }

    #[test]
    fn a_query_is_compared_where_both_know_it() {
        let view = |text: Option<&str>| View {
            name: Name::new("public", "v"),
            definition: text.map(str::to_owned),
            ..View::default()
        };
        let outline = |text| {
            let catalog = Catalog { views: vec![view(text)].into(), ..Catalog::default() };
            catalog.outline(&[Name::new("public", "v")])
        };
        let one = outline(Some(" SELECT 1"));
        assert!(one.fits(&outline(Some("SELECT  1"))) && one.fits(&outline(None)));
        assert!(!one.fits(&outline(Some("SELECT 2"))));
        assert_eq!(
            one.differences(&outline(Some("SELECT 2"))),
            ["public.v: query was SELECT 1, is SELECT 2"]
        );
        let mut forgotten = one.clone();
        forgotten.forget_query(&Name::new("public", "v"));
        assert_eq!(forgotten, outline(None));
    }
}
