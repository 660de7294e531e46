//! Everything known of one database.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Activity, Cast, Dependency, Extension, Function, Index, Key, Name, Objects, Publication, Sequence,
    Server, Shared, Table, UserType, View,
};

/// One database as it was at a moment: objects, statistics, activity, settings, and what could not be read.
///
/// Objects are sorted by name. Nothing here holds a row's value or a literal of anybody's query.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Catalog {
    /// The server, where it stands in its replication set-up, and its settings.
    pub server: Shared<Server>,
    /// Names of all schemas a user can have made, `public` among them.
    pub schemas: Shared<Vec<String>>,
    /// Relations of every kind that holds rows: plain, partitioned, foreign, unlogged, temporary tables, and
    /// materialized views.
    pub tables: Objects<Table>,
    /// Views and materialized views.
    pub views: Objects<View>,
    /// Sequences, identity columns' own ones included.
    pub sequences: Objects<Sequence>,
    /// Functions and procedures outside the system schemas and extensions.
    pub functions: Objects<Function>,
    /// Types users and extensions made; the composite types of tables are left out, and those of extensions that no
    /// column has.
    pub types: Shared<Vec<UserType>>,
    /// Casts users and extensions made.
    pub casts: Shared<Vec<Cast>>,
    /// Names of event triggers that are on.
    pub event_triggers: Shared<Vec<String>>,
    /// Publications of logical replication.
    pub publications: Shared<Vec<Publication>>,
    /// Installed extensions.
    pub extensions: Shared<Vec<Extension>>,
    /// What was going on while the catalog was read.
    pub activity: Shared<Activity>,
    /// What could not be read, why, and what would show it.
    pub unknowns: Shared<Vec<Unknown>>,
}

/// Something that could not be known. It is never taken for zero.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Unknown {
    /// What is unknown, in words a DBA understands: `write rate of tables`.
    pub what: String,
    /// Why: a missing privilege, a missing extension, a counter that is blind on a standby.
    pub why: String,
    /// What would show it: a GRANT, a setting, another server to ask. Empty if nothing would.
    pub remedy: String,
}

impl Unknown {
    /// An unknown from its three sentences.
    pub fn new(what: impl Into<String>, why: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what: what.into(), why: why.into(), remedy: remedy.into() }
    }
}

impl Catalog {
    /// The table of that name.
    pub fn table(&self, name: &Name) -> Option<&Table> {
        self.tables.get(name)
    }

    /// The table of that name, to be changed.
    pub fn table_mut(&mut self, name: &Name) -> Option<&mut Table> {
        self.tables.get_mut(name)
    }

    /// The view or materialized view of that name.
    pub fn view(&self, name: &Name) -> Option<&View> {
        self.views.get(name)
    }

    /// An index and the table it belongs to. An index lives in its table's schema.
    pub fn index(&self, name: &Name) -> Option<(&Table, &Index)> {
        self.tables
            .with(Key::index(&name.schema, &name.name))
            .filter(|t| t.name.schema == name.schema)
            .find_map(|t| t.indexes.iter().find(|i| i.definition.name == name.name).map(|i| (t, i)))
    }

    /// Resolves a name that may lack its schema the way the server would: the first schema of the search path
    /// that has a relation (table, view, sequence or index) of that name.
    pub fn resolve(&self, schema: Option<&str>, name: &str) -> Option<Name> {
        if let Some(schema) = schema {
            let full = Name::new(schema, name);
            return self.has_relation(&full).then_some(full);
        }
        // Relations of the session's own come first, whatever the path says.
        let path = std::iter::once("pg_temp").chain(self.server.search_path.iter().map(String::as_str));
        path.map(|s| Name::new(s, name)).find(|full| self.has_relation(full))
    }

    /// Whether a relation (table, view, sequence or index: they share one name space) of that name exists.
    pub fn has_relation(&self, name: &Name) -> bool {
        self.tables.contains(name)
            || self.views.contains(name)
            || self.sequences.contains(name)
            || self.index(name).is_some()
    }

    /// The direct partitions of a table.
    pub fn direct_partitions_of<'a, 'b>(
        &'a self,
        name: &'b Name,
    ) -> impl Iterator<Item = &'a Table> + use<'a, 'b> {
        self.tables.with(Key::below(name)).filter(move |t| t.partition_of.as_ref() == Some(name))
    }

    /// The direct and indirect partitions of a table, parents before children. Empty for a plain table.
    pub fn partitions_of(&self, name: &Name) -> Vec<&Table> {
        let mut found: Vec<&Table> = Vec::new();
        let mut parents = vec![name];
        while let Some(parent) = parents.pop() {
            for child in self.direct_partitions_of(parent) {
                // A server has no circles; a text may ask for one.
                if &child.name != name && !found.iter().any(|f| f.name == child.name) {
                    found.push(child);
                    parents.push(&child.name);
                }
            }
        }
        found
    }

    /// The tables directly below one: its partitions, and those that inherit from it.
    pub fn heirs_of<'a, 'b>(&'a self, name: &'b Name) -> impl Iterator<Item = &'a Table> + use<'a, 'b> {
        let tables = self.tables.with(Key::below(name));
        tables.filter(move |t| t.partition_of.as_ref() == Some(name) || t.inherits.contains(name))
    }

    /// All tables below one, each once, parents before children.
    pub fn descendants_of(&self, name: &Name) -> Vec<&Table> {
        let mut found: Vec<&Table> = self.heirs_of(name).collect();
        let mut next = 0;
        while let Some(parent) = found.get(next).copied() {
            for heir in self.heirs_of(&parent.name) {
                if &heir.name != name && !found.iter().any(|f| f.name == heir.name) {
                    found.push(heir);
                }
            }
            next += 1;
        }
        found
    }

    /// The tables directly above one: those it is a partition of or inherits from.
    pub fn parents_of<'a>(&'a self, table: &'a Table) -> impl Iterator<Item = &'a Table> {
        table.partition_of.iter().chain(&table.inherits).filter_map(|name| self.table(name))
    }

    /// Views that need a relation, or one column of it, and views that need those, each once.
    pub fn views_on(&self, relation: &Name, column: Option<&str>) -> Vec<&View> {
        let direct = |d: &Dependency| match column {
            Some(column) => d.needs(relation, column),
            None => &d.on == relation,
        };
        let mut found: Vec<&View> =
            self.views_needing(relation).filter(|v| v.needs.iter().any(direct)).collect();
        let mut next = 0;
        while let Some(below) = found.get(next).copied() {
            for view in self.views_needing(&below.name) {
                if !found.iter().any(|f| f.name == view.name) {
                    found.push(view);
                }
            }
            next += 1;
        }
        found
    }

    /// Views that read a relation directly.
    pub fn views_needing<'a, 'b>(
        &'a self,
        relation: &'b Name,
    ) -> impl Iterator<Item = &'a View> + use<'a, 'b> {
        self.views.with(Key::needs(relation)).filter(move |v| v.needs.iter().any(|d| &d.on == relation))
    }

    /// Sequences that belong to a table or to one of its columns.
    pub fn sequences_owned_by<'a, 'b>(
        &'a self,
        table: &'b Name,
    ) -> impl Iterator<Item = &'a Sequence> + use<'a, 'b> {
        let owned = move |s: &Sequence| s.owned_by.as_ref().is_some_and(|o| &o.on == table);
        self.sequences.with(Key::needs(table)).filter(move |s| owned(s))
    }

    /// The functions of a name, however many there are with different arguments.
    pub fn functions_named<'a, 'b>(
        &'a self,
        name: &'b Name,
    ) -> impl Iterator<Item = &'a Function> + use<'a, 'b> {
        self.functions.with(Key::named(name)).filter(move |f| &f.name == name)
    }

    /// Foreign keys of any table that reference this one, as (referencing table, constraint name).
    pub fn referencing(&self, name: &Name) -> Vec<(&Table, &crate::Constraint)> {
        self.tables
            .with(Key::references(name))
            .flat_map(|t| t.constraints.iter().map(move |c| (t, c)))
            .filter(|(_, c)| c.foreign.as_ref().is_some_and(|f| &f.table == name))
            .collect()
    }

    /// Remembers that something could not be known; saying it twice changes nothing.
    pub fn note_unknown(&mut self, unknown: Unknown) {
        if !self.unknowns.contains(&unknown) {
            self.unknowns.push(unknown);
        }
    }
}
