//! Objects beside tables.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Grant, Name, Trigger};

/// What an object needs of one relation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Dependency {
    /// The relation it reads.
    pub on: Name,
    /// The columns of it, by name.
    pub columns: Vec<String>,
}

impl Dependency {
    /// Whether it needs that column of that relation.
    pub fn needs(&self, on: &Name, column: &str) -> bool {
        &self.on == on && self.columns.iter().any(|c| c == column)
    }
}

/// A view or materialized view.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct View {
    /// Schema and name.
    pub name: Name,
    /// Materialized: it has rows of its own.
    pub materialized: bool,
    /// Names of its columns, in order.
    pub columns: Vec<String>,
    /// What it reads, directly.
    pub needs: Vec<Dependency>,
    /// Functions it calls, those of the server and of extensions left out.
    pub functions: Vec<Name>,
    /// Types users made that it names or whose columns it reads.
    pub types: Vec<Name>,
    /// Triggers by name: those of a view are `INSTEAD OF`, or fire per statement.
    pub triggers: Vec<Trigger>,
    /// Rules by name, its own one left out.
    pub rules: Vec<Rule>,
    /// Bytes of a materialized view with its indexes.
    pub bytes: Option<u64>,
    /// The query, as the server prints it, without closing semicolon; none where it could not be read, or is not known
    /// any more because something it names has another name since.
    pub definition: Option<String>,
    /// A plain view's options, a materialized view's storage parameters: `security_barrier=true`, `fillfactor=70`.
    pub options: Vec<String>,
    /// The role that owns a plain view; of a materialized view its table says it, as it says privileges and comments.
    pub owner: Option<String>,
    /// Privileges on a plain view of others than the owner.
    pub grants: Vec<Grant>,
    /// What somebody wrote about a plain view (`COMMENT ON VIEW`).
    pub comment: Option<String>,
    /// What a plain view's columns have besides a name.
    pub details: Vec<ViewColumn>,
}

/// What a column of a plain view has besides its name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ViewColumn {
    /// The column.
    pub name: String,
    /// Its type as the server prints it; none where it is not known.
    pub type_name: Option<String>,
    /// The default of rows inserted through the view.
    pub default: Option<String>,
    /// What somebody wrote about it.
    pub comment: Option<String>,
    /// Privileges granted on it.
    pub grants: Vec<Grant>,
}

impl View {
    /// What is known of a column besides its name, to be changed.
    pub fn detail_mut(&mut self, column: &str) -> &mut ViewColumn {
        let at = match self.details.iter().position(|d| d.name == column) {
            Some(at) => at,
            None => {
                self.details.push(ViewColumn { name: column.to_owned(), ..ViewColumn::default() });
                self.details.len() - 1
            }
        };
        &mut self.details[at]
    }
}

/// A rule users made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rule {
    /// Name, as stored.
    pub name: String,
    /// `SELECT`, `INSERT`, `UPDATE` or `DELETE`.
    pub event: String,
    /// What it does is done instead of the statement, not besides.
    pub instead: bool,
    /// What its condition and its actions read and write.
    pub statements: Vec<RoutineStatement>,
    /// Columns of its own relation that it names.
    #[serde(default)]
    pub columns: Vec<String>,
    /// The whole definition as the server prints it; none where it could not be read, or is not known any more.
    #[serde(default)]
    pub definition: Option<String>,
}

/// A sequence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sequence {
    /// Schema and name.
    pub name: Name,
    /// The column that owns it.
    pub owned_by: Option<Dependency>,
    /// `integer`, `bigint`, `smallint`.
    pub type_name: String,
    /// How much of its range is used, 0 to 1; none if never used or it may not be read.
    pub used: Option<f64>,
    /// How it counts; none of one that no server has yet.
    #[serde(default)]
    pub options: Option<SequenceOptions>,
}

/// How a sequence counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SequenceOptions {
    /// Its first value.
    pub start: i64,
    /// What comes on top for the next.
    pub increment: i64,
    /// The smallest value.
    pub minimum: i64,
    /// The largest value.
    pub maximum: i64,
    /// How many values a session takes at a time.
    pub cache: i64,
    /// It begins again at its end.
    pub cycle: bool,
}

/// A function or procedure.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Function {
    /// Schema and name.
    pub name: Name,
    /// Types of its arguments as the server prints them: `integer, text`.
    pub arguments: String,
    /// Types of its results as the server prints them, those of OUT arguments and of columns of a table too.
    #[serde(default)]
    pub returns: Vec<String>,
    /// `sql`, `plpgsql`, …
    pub language: String,
    /// `immutable`, `stable` or `volatile`.
    pub volatility: String,
    /// For a function in SQL that the server would put in place of its call: `immutable`, `stable` or `volatile` by
    /// what its body calls. A volatile function with a harmless body is harmless as a default (measured on 13 to 18).
    #[serde(default)]
    pub inlined: Option<String>,
    /// Statements of its body, and of the functions it calls, that read or write relations; none if one of the bodies
    /// is in another language than SQL and PL/pgSQL, has dynamic SQL or could not be read.
    #[serde(default)]
    pub statements: Option<Vec<RoutineStatement>>,
    /// Words of its body that are also the name of a table or column of this database. A mention is a reason to
    /// look, not a proof: the body itself is not kept.
    pub mentions: Vec<String>,
    /// What its body needs, of one in standard SQL syntax (PostgreSQL 14): the server keeps it parsed, so that it
    /// follows other names, and holds on to what it reads.
    #[serde(default)]
    pub needs: Vec<Dependency>,
    /// The body, of one that the statements at hand have made: no snapshot has it.
    #[serde(skip)]
    pub body: Option<String>,
}

/// A statement inside a function, as far as locks are concerned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RoutineStatement {
    /// `SELECT`, `SELECT FOR UPDATE` (for every strength of it), `INSERT`, `UPDATE`, `DELETE`, `MERGE`, or another
    /// statement's first word.
    pub command: String,
    /// The relation, as the body names it, resolved along the search path of the function, else of the server.
    pub relation: Name,
}

/// A type users made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UserType {
    /// Schema and name.
    pub name: Name,
    /// What kind of type.
    pub kind: TypeKind,
    /// The extension it belongs to.
    #[serde(default)]
    pub extension: Option<String>,
}

/// What a type users made is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TypeKind {
    /// An enum with its labels in order.
    Enum {
        /// The labels.
        labels: Vec<String>,
    },
    /// A domain.
    Domain {
        /// The type below it.
        base: String,
        /// NOT NULL.
        not_null: bool,
        /// The default's expression.
        default: Option<String>,
        /// The collation, where it is not that of the type below, schema-qualified and quoted for SQL.
        #[serde(default)]
        collation: Option<String>,
        /// Its CHECK constraints as the server prints them.
        checks: Vec<String>,
        /// Names of its constraints that old values were not checked against, and of all others.
        #[serde(default)]
        constraints: Vec<DomainConstraint>,
    },
    /// A composite type that is no table's.
    Composite {
        /// Its attributes' names and types.
        attributes: Vec<(String, String)>,
    },
    /// A range type.
    Range {
        /// The type of its bounds.
        subtype: String,
    },
    /// A base type, an extension's for instance.
    Base,
}

/// One constraint of a domain, NOT NULL left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DomainConstraint {
    /// Its name.
    pub name: String,
    /// Whether values that were there before are known to satisfy it.
    pub validated: bool,
}

/// A cast users or extensions made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cast {
    /// The type it begins with, as the server prints it.
    pub source: String,
    /// The type it ends with, as the server prints it.
    pub target: String,
    /// The bytes stay as they are (`WITHOUT FUNCTION`).
    pub binary: bool,
    /// `explicit`, `assignment` or `implicit`.
    pub context: String,
}

/// A publication of logical replication.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Publication {
    /// Name.
    pub name: String,
    /// `FOR ALL TABLES`.
    pub all_tables: bool,
    /// The schemas all of whose tables it publishes (PostgreSQL 15).
    #[serde(default)]
    pub schemas: Vec<String>,
    /// The tables it names, those of `all_tables` and `schemas` left out, by name.
    pub tables: Vec<PublishedTable>,
    /// Changes of partitions are sent as those of the topmost table it publishes (`publish_via_partition_root`).
    #[serde(default)]
    pub via_root: bool,
    /// It sends neither UPDATE nor DELETE (`publish`): then nothing has to identify rows.
    #[serde(default)]
    pub inserts_only: bool,
}

/// A table that a publication names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct PublishedTable {
    /// The table.
    pub on: Name,
    /// The columns it sends (PostgreSQL 15); all of them where none is listed.
    pub columns: Vec<String>,
    /// Which rows it sends (PostgreSQL 15); all of them without.
    #[serde(default)]
    pub filter: Option<RowFilter>,
}

/// The condition on rows that a publication sends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct RowFilter {
    /// As the server prints it; none where it could not be read.
    pub condition: Option<String>,
    /// The columns it reads.
    pub reads: Vec<String>,
}

impl PublishedTable {
    /// Whether the server keeps the column, and its type, because the list or the condition names it.
    pub fn holds(&self, column: &str) -> bool {
        let read = self.filter.iter().flat_map(|f| &f.reads);
        self.columns.iter().chain(read).any(|c| c == column)
    }
}

/// An installed extension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Extension {
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
    /// The schema it lives in.
    pub schema: String,
}
