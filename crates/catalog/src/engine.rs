//! What every engine provides: a pure side that needs no server, and a live one.

use std::fmt;
use std::future::Future;
use std::ops::Range;
use std::pin::Pin;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Answer, Catalog, Change, Check, Column, Effect, Identity, IndexDefinition, Name, Object, PartitionBy,
    PastKind, SequenceOptions, Table, Trigger,
};

/// The database systems Altimeter speaks of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EngineName {
    /// PostgreSQL.
    #[default]
    Postgresql,
    /// MySQL.
    Mysql,
    /// MariaDB.
    Mariadb,
}

impl fmt::Display for EngineName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            EngineName::Postgresql => "PostgreSQL",
            EngineName::Mysql => "MySQL",
            EngineName::Mariadb => "MariaDB",
        })
    }
}

/// SQL text taken apart and parsed, not yet resolved against any schema; so texts can be read side by side, each
/// once, and each statement lowered on the schema the ones before it leave.
pub trait SourceText: Send {
    /// The statements, in order.
    fn pieces(&self) -> &[Piece];

    /// Lowers one statement to changes, its names resolved against `catalog`, whose settings (search path) hold.
    /// Never fails: what is not understood is said in the statement.
    fn lower(&self, piece: usize, catalog: &Catalog) -> Statement;
}

/// One statement's place in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub kind: PieceKind,
    /// Its bytes in the text, without the closing semicolon and the comments around it.
    pub span: Range<usize>,
    /// The line it begins on, from 1.
    pub line: u32,
    /// Lines of data that follow it in the text and are no statements: the rows of `COPY … FROM stdin`.
    pub data_rows: Option<u64>,
}

/// What a statement uses of one relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementUse {
    /// The relation.
    pub relation: Name,
    /// Columns of it that are named.
    pub columns: Vec<String>,
    /// Columns of it that are not named but taken: by `*`, by a write without a list of columns.
    pub taken: Vec<String>,
}

/// What a piece of a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PieceKind {
    /// A statement for the server.
    Sql,
    /// A command for the client that reads the text: `\\set`, `DELIMITER`.
    Client,
}

/// SQL text taken apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Script {
    /// Its statements, in order.
    pub statements: Vec<Statement>,
}

/// One statement of somebody's SQL.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statement {
    /// Its text, without the closing semicolon.
    pub sql: String,
    /// The line it begins on, from 1.
    pub line: u32,
    /// Its bytes in the text it was read from.
    pub span: Range<usize>,
    /// What it does, as far as that is understood.
    pub changes: Vec<Change>,
    /// Why it was not understood: unknown kind, unsupported clause, dynamic SQL. The changes are then incomplete.
    pub not_analysed: Option<String>,
    /// Where and why it is not SQL at all.
    pub syntax_error: Option<SyntaxError>,
    /// Why the server, at its version, does not read it although a newer one does.
    pub too_new: Option<String>,
    /// Relations it names, for a statement that is not analysed.
    pub mentions: Vec<Name>,
    /// It commits by itself in between, so it must not run inside a transaction block.
    pub commits: bool,
    /// What its changes rest on: `runs only if …`, in whole sentences.
    pub remarks: Vec<String>,
}

/// Where and why a statement is not SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong there.
    pub message: String,
    /// The byte of the text it was read from.
    pub at: usize,
    /// The line, from 1.
    pub line: u32,
    /// The character in that line, from 1.
    pub column: u32,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

/// Whether an expression gives the same value for every row of one statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Volatility {
    /// One value for all rows: a literal, `now()`.
    Constant,
    /// A value of its own for each row: `random()`, `gen_random_uuid()`.
    Volatile,
    /// It calls something whose volatility is not known; to be treated as volatile.
    Unknown,
}

/// What happens to values that a column's new type has no room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Narrowing {
    /// One such value, and the statement fails.
    Refuses,
    /// They are rounded or cut, and nobody is told.
    Alters,
}

/// How the values of one type become another's when nobody says how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Casting {
    /// The server does it only where it is told to (`USING`).
    pub must_be_said: bool,
    /// Some values cannot be converted, or it is not known that all can.
    pub may_fail: bool,
}

/// The pure side of an engine: text to changes, changes to effects and text.
pub trait Engine: Sync {
    /// Takes SQL apart and parses it.
    fn read(&self, sql: &str) -> Box<dyn SourceText>;

    /// Takes SQL apart and lowers each statement to changes, all on the same catalog.
    fn parse(&self, catalog: &Catalog, sql: &str) -> Script {
        let text = self.read(sql);
        Script { statements: (0..text.pieces().len()).map(|n| text.lower(n, catalog)).collect() }
    }

    /// What the server does to carry the statement out on that catalog.
    fn effect(&self, catalog: &Catalog, statement: &Statement) -> Effect {
        self.outcome(catalog, statement).0
    }

    /// The same, with the schema it leaves where working out the effect has led there: none of a statement that
    /// fails, or that writes rows or changes settings.
    fn outcome(&self, catalog: &Catalog, statement: &Statement) -> (Effect, Option<Catalog>);

    /// What a heavy statement does, to which table, and the index it builds: what it is found by among
    /// [`crate::PastWork`]. None of any other statement.
    fn heavy_work(&self, catalog: &Catalog, sql: &str) -> Option<(PastKind, Name, Option<IndexDefinition>)>;

    /// The relations a statement about rows reads or writes and the columns it names or takes with `*`, every name
    /// resolved; nothing of a statement about the schema; none if it cannot be read. Literals may have been taken out.
    fn uses(&self, catalog: &Catalog, sql: &str) -> Option<Vec<StatementUse>>;

    /// A change as one statement that runs as it stands, without closing semicolon. Empty for a change that is only
    /// ever read from somebody's SQL and that no recipe makes.
    fn print(&self, catalog: &Catalog, change: &Change) -> String;

    /// What takes a change back that is made on the schema `before`, in order; none if something of it cannot be
    /// brought back. Empty if it changes nothing.
    fn undo(&self, before: &Catalog, change: &Change) -> Option<Vec<Change>>;

    /// One statement as [`Change::Written`]; none if it is not fully understood on that catalog.
    fn written(&self, catalog: &Catalog, sql: &str) -> Option<Change>;

    /// Makes a view that stands in for a table under another name, for reads and writes, with its privileges; none
    /// if the server has none that would do. `also`: columns that the view has under a second name too.
    fn stand_in(
        &self,
        catalog: &Catalog,
        view: &Name,
        table: &Name,
        also: &[(&str, &str)],
    ) -> Option<Vec<Change>>;

    /// Makes a table partitioned by a column, with everything another one has but its rows, indexes, keys, foreign keys,
    /// triggers, policies and identity; none if that is not understood.
    fn partitioned_beside(
        &self,
        catalog: &Catalog,
        like: &Name,
        name: &Name,
        by: (&PartitionBy, &str),
    ) -> Option<Vec<Change>>;

    /// Makes a partition (the parent and its own name) with that bound, owned and stored like another table.
    fn partition_beside(
        &self,
        catalog: &Catalog,
        like: &Name,
        partition: (&Name, &Name),
        bound: &str,
    ) -> Option<Vec<Change>>;

    /// Makes a table with the columns, owner, row security and privileges of this one, which need not be there; without
    /// identity, constraints, indexes, triggers, policies and comments. None if that is not understood.
    ///
    /// With `of`, its primary key is the key of another table, which it references and whose rows it follows: pairs of
    /// that table's column and its own.
    fn bare_table(
        &self,
        catalog: &Catalog,
        table: &Table,
        of: Option<(&Name, &[(String, String)])>,
    ) -> Option<Vec<Change>>;

    /// Puts the rows of one table into another in one statement: its columns, each into the one named beside it.
    fn columns_moved(
        &self,
        catalog: &Catalog,
        tables: (&Name, &Name),
        columns: &[(String, String)],
    ) -> Option<Change>;

    /// Writes columns of one table into the rows of another that have the same key, in one statement. The key's columns
    /// are pairs, those that are written are called the same in both.
    fn columns_given(
        &self,
        catalog: &Catalog,
        tables: (&Name, &Name),
        key: &[(String, String)],
        columns: &[String],
    ) -> Option<Change>;

    /// Makes triggers of one table on another; none if the definition of one is not known.
    fn triggers_on(&self, catalog: &Catalog, triggers: &[Trigger], on: &Name) -> Option<Vec<Change>>;

    /// A value as SQL that a column of that type takes; none if the text is no such value.
    fn value_of(&self, catalog: &Catalog, type_name: &str, text: &str) -> Option<String>;

    /// Why rows cannot be spread over partitions by values of that type; none if they can.
    fn no_partition_key(&self, catalog: &Catalog, by: &PartitionBy, type_name: &str) -> Option<String>;

    /// Puts all rows of one table into another of the same columns, in one statement.
    fn rows_moved(&self, catalog: &Catalog, from: &Name, to: &Name) -> Option<Change>;

    /// Makes a view, policy, trigger or rule that is dropped again, with all that hangs on it: options, owner, privileges,
    /// comments, the triggers and rules of a view. None if the catalog does not know all of that, or for another object.
    fn make_again(&self, catalog: &Catalog, object: &Object) -> Option<Vec<Change>>;

    /// A check as one read-only query.
    fn print_check(&self, catalog: &Catalog, check: &Check) -> String;

    /// A query that shows how far a change in batches is, while it runs, without reading the table; none for any other.
    fn print_progress(&self, catalog: &Catalog, change: &Change) -> Option<String>;

    /// A DELETE or UPDATE of one table, taken apart; else why it cannot be.
    ///
    /// # Errors
    /// If it is another statement, or has parts (an alias, a join, `RETURNING`) that a batch could not have.
    fn rows_statement(&self, catalog: &Catalog, sql: &str) -> Result<crate::RowsStatement, String>;

    /// Such a statement as one SQL statement.
    fn print_rows(&self, statement: &crate::RowsStatement) -> String;

    /// Rows of a table that satisfy a condition: the fewest, the likely number, the most, as far as statistics tell. None
    /// where not even the number of rows is known.
    fn rows_matched(
        &self,
        catalog: &Catalog,
        table: &Name,
        condition: Option<&str>,
    ) -> Option<(f64, f64, f64)>;

    /// The rows that reference rows of another table, as a condition over their own table: `(a) IN (SELECT …)`.
    fn references(&self, columns: &[String], of: (&Name, &[String]), condition: Option<&str>) -> String;

    /// A text column taken apart at a separator into that many parts, the last of which has all that is left.
    fn parts(&self, column: &str, separator: &str, number: usize) -> Vec<String>;

    /// Text columns put together with a separator between them, those that are NULL left out; NULL if all are.
    fn joined(&self, columns: &[String], separator: &str) -> String;

    /// Whether one condition follows from another, both as SQL over columns of one table. What cannot be proved does not.
    fn follows(&self, given: &str, wanted: &str) -> bool;

    /// The rows a sweep has still to do, as a condition over the walked table; none if that cannot be said in one.
    fn still_to_do(&self, catalog: &Catalog, sweep: &crate::Sweep) -> Option<String>;

    /// The same of the rows up to the last one it kept: rows that came since are behind that, where keys are counted up.
    /// None where nothing is kept, or the key has several columns.
    fn left_behind(&self, catalog: &Catalog, sweep: &crate::Sweep) -> Option<String>;

    /// A new table of these columns, with a primary key; none if that is not understood.
    fn table_of(&self, catalog: &Catalog, name: &Name, columns: &[Column], key: &[String]) -> Option<Change>;

    /// A type's name as the server prints it, from any of its spellings: `int8` → `bigint`; none if it is no type
    /// of this catalog.
    fn canonical_type(&self, catalog: &Catalog, text: &str) -> Option<String>;

    /// An expression as the server would print it in a column default of that type, as far as that can be told.
    fn canonical_default(&self, catalog: &Catalog, type_name: &str, expression: &str) -> String;

    /// Whether an expression gives one value for all rows.
    fn volatility(&self, catalog: &Catalog, expression: &str) -> Volatility;

    /// The expression with every mention of one column replaced by another.
    fn replace_column(&self, expression: &str, from: &str, to: &str) -> String;

    /// A value that stands for "nothing" in a column of that type, as SQL; none if there is no such value.
    fn empty_value(&self, catalog: &Catalog, type_name: &str) -> Option<String>;

    /// What happens to values of a column that its new type has no room for, both types as the server prints them;
    /// none if there are no such values, or it cannot be told.
    fn narrowing(&self, from: &str, to: &str) -> Option<Narrowing>;

    /// How values of one type become another's, both as the server prints them; none if there is no way.
    fn casting(&self, catalog: &Catalog, from: &str, to: &str) -> Option<Casting>;

    /// The expression with an expression in parentheses in the place of every mention of one column.
    fn put_for_column(&self, expression: &str, column: &str, value: &str) -> String;

    /// An expression cast to a type.
    fn cast(&self, expression: &str, type_name: &str) -> String;

    /// A function called with one argument, both as SQL.
    fn call(&self, function: &Name, argument: &str) -> String;

    /// `ALTER COLUMN … ADD GENERATED … AS IDENTITY` with a sequence of that name that counts like that.
    fn print_identity(
        &self,
        column: (&Name, &str),
        kind: Identity,
        sequence: (&Name, &SequenceOptions),
    ) -> String;

    /// What a column has beside its type, default and constraints (a comment, a statistics target, options), given to a
    /// column of that name.
    fn column_settings(&self, table: &Name, column: &Column, name: &str) -> Vec<Change>;

    /// What lets a sequence go on where another stands, as a statement inside a block.
    fn print_go_on(&self, sequence: &Name, from: &Name) -> String;

    /// The columns an expression reads.
    fn columns_of(&self, expression: &str) -> Vec<String>;

    /// A query that lists the rows for which a check does not hold; none where it is not about rows.
    fn print_exceptions(&self, catalog: &Catalog, check: &Check) -> Option<String>;

    /// A partition's bound (`FOR VALUES …`) as the condition its rows satisfy, that the key is not NULL included; none if
    /// it cannot be said in a condition the server would recognise.
    fn bound_as_condition(&self, catalog: &Catalog, parent: &Name, bound: &str) -> Option<String>;

    /// An expression that takes the next value of a sequence.
    fn next_value(&self, sequence: &Name) -> String;

    /// The name the server would choose for an index.
    fn default_index_name(&self, catalog: &Catalog, index: &crate::IndexDefinition) -> String;

    /// Fits a name made of several into the longest the server keeps, so that two different ones stay different.
    fn fit_name(&self, name: &str) -> String;
}

/// What an inspection should take.
#[derive(Clone, Copy, Debug, Default)]
pub struct InspectOptions {
    /// Pause between two samples of the counters, from which rates come; none for one sample and no rates.
    pub sample: Option<std::time::Duration>,
    /// Whether small queries that read no table measure how fast the server is; else times are what is published.
    pub probe: bool,
}

/// The live side of an engine: a read-only connection that can be read into a [`Catalog`].
pub trait Inspector {
    /// Reads everything, in a number of queries that does not depend on the number of objects. `progress` is told
    /// what is being read.
    fn inspect<'a>(
        &'a self,
        options: InspectOptions,
        progress: &'a (dyn Fn(&str) + Sync),
    ) -> Pin<Box<dyn Future<Output = Result<Catalog, InspectError>> + 'a>>;
}

/// The server's own parser, which says of a statement whether it is one, without running it.
pub trait SyntaxOracle {
    /// A verdict for each statement, in order. Only statements about the schema are asked about: of others the server
    /// would look up and lock the relations.
    fn confirm<'a>(
        &'a self,
        statements: &'a [String],
    ) -> Pin<Box<dyn Future<Output = Result<Vec<Verdict>, InspectError>> + 'a>>;
}

/// Asks a database whether checks hold, reading only.
pub trait Verifier {
    /// An answer to each check, in order, on the database `catalog` was just read from. No question takes longer than
    /// `limit`; what takes longer is unknown. `progress` hears what is being asked.
    fn verify<'a>(
        &'a self,
        catalog: &'a Catalog,
        checks: &'a [Check],
        limit: Duration,
        progress: &'a (dyn Fn(&str) + Sync),
    ) -> Pin<Box<dyn Future<Output = Result<Vec<Answer>, InspectError>> + 'a>>;
}

/// What the server's parser says of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It reads it. Whether it would run is another question.
    Accepted,
    /// It does not.
    Refused {
        /// In the server's words.
        message: String,
        /// The character it stumbles at, counted from 1.
        position: Option<u32>,
    },
    /// It was not asked, or did not answer.
    NotAsked {
        /// Why.
        why: String,
    },
}

/// Why a database could not be reached or read.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct InspectError {
    /// What kind of failure it is.
    pub kind: InspectErrorKind,
    /// What happened, with the host and database it happened to, never with a password.
    pub message: String,
    /// What to do next.
    pub hint: String,
    /// What the driver or the system said.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The kinds of failure to reach or read a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InspectErrorKind {
    /// The connection's parameters make no sense: a usage error.
    Parameters,
    /// No such host, nothing listens, or no answer in time.
    Unreachable,
    /// The server refused the user, password or database.
    Refused,
    /// TLS was asked for and could not be had, or the certificate does not fit.
    Tls,
    /// The connection ended while reading.
    Lost,
    /// A query failed or took too long.
    Query,
}
