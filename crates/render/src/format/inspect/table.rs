//! One table's facts as JSON.

use altimeter_catalog::{
    Column, Constraint, ConstraintKind, Index, Persistence, Table, TableActivity, TableKind, TableRates,
    Trigger,
};
use schemars::JsonSchema;
use serde::Serialize;

/// One table with its size, activity, columns, indexes, constraints and triggers.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct TableJson {
    /// `schema.name`.
    pub name: String,
    /// Plain, partitioned or foreign.
    pub kind: TableKind,
    /// Permanent, unlogged or temporary.
    pub persistence: Persistence,
    /// The parent, for a partition.
    pub partition_of: Option<String>,
    /// How many partitions the sizes are a sum of.
    pub partitions: u32,
    /// Rows as the planner believes; null if never analysed.
    pub rows: Option<f64>,
    /// Bytes of the heap.
    pub heap_bytes: Option<u64>,
    /// Bytes of its TOAST table.
    pub toast_bytes: Option<u64>,
    /// Bytes of all indexes.
    pub index_bytes: Option<u64>,
    /// All of it.
    pub total_bytes: Option<u64>,
    /// Transactions since the table was last frozen.
    pub frozen_age: Option<u64>,
    /// Counters since the statistics were reset; null where they cannot be known.
    pub activity: Option<TableActivity>,
    /// Rates between two samples.
    pub rates: Option<TableRates>,
    /// Columns in their order.
    pub columns: Vec<ColumnJson>,
    /// Indexes by name, invalid ones too.
    pub indexes: Vec<IndexJson>,
    /// Constraints by name.
    pub constraints: Vec<ConstraintJson>,
    /// Triggers by name.
    pub triggers: Vec<TriggerJson>,
}

impl From<&Table> for TableJson {
    fn from(table: &Table) -> Self {
        Self {
            name: table.name.to_string(),
            kind: table.kind,
            persistence: table.persistence,
            partition_of: table.partition_of.as_ref().map(ToString::to_string),
            partitions: table.size.summed_partitions,
            rows: table.size.rows,
            heap_bytes: table.size.heap_bytes,
            toast_bytes: table.size.toast_bytes,
            index_bytes: table.size.index_bytes,
            total_bytes: table.size.total_bytes(),
            frozen_age: table.size.frozen_age,
            activity: table.activity.clone(),
            rates: table.rates.clone(),
            columns: table.columns.iter().map(ColumnJson::from).collect(),
            indexes: table.indexes.iter().map(IndexJson::from).collect(),
            constraints: table.constraints.iter().map(ConstraintJson::from).collect(),
            triggers: table.triggers.iter().map(TriggerJson::from).collect(),
        }
    }
}

/// One column.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ColumnJson {
    /// Name, as stored.
    pub name: String,
    /// The type as the server prints it.
    #[serde(rename = "type")]
    pub type_name: String,
    /// NOT NULL.
    pub not_null: bool,
    /// The default's expression.
    pub default: Option<String>,
    /// A generated column's expression.
    pub generated: Option<String>,
    /// Whether it is an identity column.
    pub identity: bool,
    /// Share of NULLs, 0 to 1.
    pub null_fraction: Option<f64>,
    /// Average stored bytes of a value that is not NULL.
    pub average_width: Option<f64>,
}

impl From<&Column> for ColumnJson {
    fn from(column: &Column) -> Self {
        Self {
            name: column.name.clone(),
            type_name: column.type_name.clone(),
            not_null: column.not_null,
            default: column.default.clone(),
            generated: column.generated.as_ref().map(|g| g.expression.clone()),
            identity: column.identity.is_some(),
            null_fraction: column.statistics.as_ref().map(|s| s.null_fraction),
            average_width: column.statistics.as_ref().map(|s| s.average_width),
        }
    }
}

/// One index.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct IndexJson {
    /// Name, as stored.
    pub name: String,
    /// Access method.
    pub method: String,
    /// The primary key's index.
    pub primary: bool,
    /// UNIQUE.
    pub unique: bool,
    /// False after a concurrent build that failed, or while one runs.
    pub valid: bool,
    /// `CREATE INDEX …` as the server prints it; null if it could not be read.
    pub definition: Option<String>,
    /// Bytes on disk.
    pub bytes: Option<u64>,
    /// Scans since the statistics were reset.
    pub scans: Option<u64>,
}

impl From<&Index> for IndexJson {
    fn from(index: &Index) -> Self {
        Self {
            name: index.definition.name.clone(),
            method: index.definition.method.clone(),
            primary: index.primary,
            unique: index.definition.unique,
            valid: index.valid,
            definition: index.printed.clone(),
            bytes: index.bytes,
            scans: index.scans,
        }
    }
}

/// One constraint.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ConstraintJson {
    /// Name, as stored.
    pub name: String,
    /// What it demands.
    pub kind: ConstraintKind,
    /// The definition as the server prints it.
    pub definition: String,
    /// Whether all rows are known to satisfy it.
    pub validated: bool,
}

impl From<&Constraint> for ConstraintJson {
    fn from(constraint: &Constraint) -> Self {
        Self {
            name: constraint.name.clone(),
            kind: constraint.kind,
            definition: constraint.definition.clone(),
            validated: constraint.validated,
        }
    }
}

/// One trigger.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct TriggerJson {
    /// Name, as stored.
    pub name: String,
    /// The function it calls.
    pub function: String,
    /// `origin`, `always`, `replica` or `disabled`.
    pub enabled: String,
    /// The definition as the server prints it; null if it could not be read.
    pub definition: Option<String>,
}

impl From<&Trigger> for TriggerJson {
    fn from(trigger: &Trigger) -> Self {
        Self {
            name: trigger.name.clone(),
            function: trigger.function.to_string(),
            enabled: trigger.enabled.clone(),
            definition: trigger.definition.clone(),
        }
    }
}
