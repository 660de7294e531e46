//! Indexes.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Name;

/// An index as it stands on a server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Index {
    /// What it indexes, enough to make it again.
    #[serde(flatten)]
    pub definition: IndexDefinition,
    /// The primary key's index.
    pub primary: bool,
    /// The constraint that owns it.
    pub constraint: Option<String>,
    /// False after a concurrent build that failed, or while one runs.
    pub valid: bool,
    /// The parent's index it is attached to, for a partition's.
    pub part_of: Option<String>,
    /// The table's columns it reads: keys, included ones, and those in expressions and predicate.
    pub reads: Vec<String>,
    /// Bytes on disk; none if it could not be read.
    pub bytes: Option<u64>,
    /// Scans since the statistics were reset; none on a standby or if it could not be read.
    pub scans: Option<u64>,
    /// `CREATE INDEX …` as the server prints it; none if the table was locked while reading.
    pub printed: Option<String>,
    /// What somebody wrote about it (`COMMENT ON INDEX`).
    #[serde(default)]
    pub comment: Option<String>,
}

/// What an index is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IndexDefinition {
    /// Name, as stored; it lives in the table's schema.
    pub name: String,
    /// The table.
    pub table: Name,
    /// Access method: `btree`, `gin`, …
    pub method: String,
    /// UNIQUE.
    pub unique: bool,
    /// `NULLS NOT DISTINCT` (PostgreSQL 15).
    pub nulls_not_distinct: bool,
    /// Key columns or expressions, in order.
    pub keys: Vec<IndexKey>,
    /// Columns only carried along.
    pub include: Vec<String>,
    /// A partial index's condition as the server prints it, without `WHERE`.
    pub predicate: Option<String>,
    /// Storage parameters: `fillfactor` → `70`.
    pub options: BTreeMap<String, String>,
    /// Tablespace, where it is not the database's own.
    pub tablespace: Option<String>,
}

impl IndexDefinition {
    /// The key columns, if every key is a plain column.
    pub fn columns(&self) -> Option<Vec<String>> {
        self.keys
            .iter()
            .map(|k| match &k.target {
                IndexTarget::Column(c) => Some(c.clone()),
                IndexTarget::Expression(_) => None,
            })
            .collect()
    }

    /// Whether another index, of another table maybe, indexes the same: all but name, place, storage and the direction
    /// its keys are sorted in (server source, `CompareIndexInfo`; measured on 13 to 18).
    pub fn indexes_the_same(&self, other: &Self) -> bool {
        let key = |k: &IndexKey| (k.target.clone(), k.collation.clone(), k.operator_class.clone());
        self.method == other.method
            && self.unique == other.unique
            && self.nulls_not_distinct == other.nulls_not_distinct
            && self.keys.iter().map(key).eq(other.keys.iter().map(key))
            && self.include == other.include
            && self.predicate == other.predicate
    }
}

/// One key of an index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IndexKey {
    /// What is indexed.
    pub target: IndexTarget,
    /// Collation, where it is not the column's own, quoted for SQL.
    pub collation: Option<String>,
    /// Operator class, where it is not the type's default, quoted for SQL.
    pub operator_class: Option<String>,
    /// Largest first.
    pub descending: bool,
    /// Where NULLs go, if not where the direction puts them by itself.
    pub nulls_first: Option<bool>,
}

impl IndexKey {
    /// A plain column in the usual order.
    pub fn column(name: impl Into<String>) -> Self {
        Self {
            target: IndexTarget::Column(name.into()),
            collation: None,
            operator_class: None,
            descending: false,
            nulls_first: None,
        }
    }
}

/// What one key of an index is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum IndexTarget {
    /// A column's name, as stored.
    Column(String),
    /// An expression as the server prints it, without the outer parentheses.
    Expression(String),
}
