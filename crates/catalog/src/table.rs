//! Tables and what hangs on them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Index, Name, Rule};

/// One table with its columns, indexes, constraints, triggers, policies, size and activity.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Table {
    /// Schema and name.
    pub name: Name,
    /// Plain, partitioned or foreign.
    pub kind: TableKind,
    /// Permanent, unlogged or temporary.
    pub persistence: Persistence,
    /// Columns in their order, dropped ones left out.
    pub columns: Vec<Column>,
    /// Indexes by name, invalid ones too.
    pub indexes: Vec<Index>,
    /// Constraints by name.
    pub constraints: Vec<Constraint>,
    /// Triggers by name, the server's internal ones left out.
    pub triggers: Vec<Trigger>,
    /// Row security policies by name.
    pub policies: Vec<Policy>,
    /// Whether row security is on.
    pub row_security: bool,
    /// Whether it holds for the table's owner too (`FORCE ROW LEVEL SECURITY`).
    #[serde(default)]
    pub row_security_forced: bool,
    /// `default`, `nothing`, `full`, or the name of the index after `using index `.
    pub replica_identity: String,
    /// The parent, for a partition.
    pub partition_of: Option<Name>,
    /// A partitioned table's key as the server prints it: `RANGE (created_at)`.
    pub partition_key: Option<String>,
    /// Columns the partition key names.
    pub partition_columns: Vec<String>,
    /// A partition that `DETACH … CONCURRENTLY` has begun to detach and not finished (PostgreSQL 14).
    #[serde(default)]
    pub detach_pending: bool,
    /// Tables this one inherits from (old-style inheritance).
    pub inherits: Vec<Name>,
    /// A partition's bound as the server prints it: `FOR VALUES FROM (1) TO (2)`, `DEFAULT`.
    #[serde(default)]
    pub partition_bound: Option<String>,
    /// The access method, where it is not `heap`.
    #[serde(default)]
    pub access_method: Option<String>,
    /// The composite type of a typed table (`CREATE TABLE … OF`).
    #[serde(default)]
    pub of_type: Option<Name>,
    /// The index `CLUSTER` without `USING` would take.
    #[serde(default)]
    pub clustered_on: Option<String>,
    /// The role that owns it.
    #[serde(default)]
    pub owner: Option<String>,
    /// What somebody wrote about it (`COMMENT ON TABLE`, `COMMENT ON MATERIALIZED VIEW`).
    #[serde(default)]
    pub comment: Option<String>,
    /// Privileges on the whole table of others than the owner.
    #[serde(default)]
    pub grants: Vec<Grant>,
    /// Extended statistics (`CREATE STATISTICS`) on it.
    #[serde(default)]
    pub statistics: Vec<ExtendedStatistics>,
    /// Rules by name, a view's own one left out.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// A temporary table that goes when its transaction ends (`ON COMMIT DROP`). Only a script's own can be one.
    #[serde(default)]
    pub until_commit: bool,
    /// A materialized view that was never filled (`WITH NO DATA`): nobody can read it.
    #[serde(default)]
    pub unpopulated: bool,
    /// `fillfactor`, where it is set, in per cent.
    pub fillfactor: Option<u8>,
    /// The tablespace, where it is not the database's own.
    pub tablespace: Option<String>,
    /// Size and rows; a partitioned table's is the sum of its partitions.
    pub size: Size,
    /// Counters since the last statistics reset; none on a standby, whose counters are not the primary's.
    pub activity: Option<TableActivity>,
    /// Rates between two samples.
    pub rates: Option<TableRates>,
}

impl Table {
    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// The column of that name, to be changed.
    pub fn column_mut(&mut self, name: &str) -> Option<&mut Column> {
        self.columns.iter_mut().find(|c| c.name == name)
    }

    /// Columns by which rows can be walked in order: the primary key's, else those of the shortest valid unique
    /// index over NOT NULL columns without a predicate. None where there is no such key.
    pub fn walking_key(&self) -> Option<Vec<String>> {
        let usable = |i: &&Index| {
            i.valid
                && i.definition.unique
                && i.definition.predicate.is_none()
                && i.definition
                    .columns()
                    .is_some_and(|cs| cs.iter().all(|c| self.column(c).is_some_and(|c| c.not_null)))
        };
        let rank = |i: &&Index| (!i.primary, i.definition.keys.len(), i.definition.name.clone());
        self.indexes.iter().filter(usable).min_by_key(rank).and_then(|i| i.definition.columns())
    }

    /// Estimated bytes of one heap row without its header, from column statistics; none if nothing is known.
    pub fn row_width(&self) -> Option<f64> {
        let widths: Vec<f64> = self
            .columns
            .iter()
            .filter_map(|c| c.statistics.as_ref())
            .map(|s| s.average_width * (1.0 - s.null_fraction))
            .collect();
        (!widths.is_empty()).then(|| widths.iter().sum())
    }
}

/// What kind of table it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TableKind {
    /// A plain table.
    #[default]
    Table,
    /// A partitioned parent, which holds no rows itself.
    PartitionedTable,
    /// A foreign table: its rows are elsewhere.
    ForeignTable,
    /// The rows of a materialized view; its query is in [`crate::Catalog::views`] under the same name.
    MaterializedView,
}

impl TableKind {
    /// Whether its rows are on disk under its own name: not those of a partitioned parent or a foreign table.
    pub fn has_heap(self) -> bool {
        matches!(self, TableKind::Table | TableKind::MaterializedView)
    }
}

/// Whether a table survives a crash and a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Persistence {
    /// Logged.
    #[default]
    Permanent,
    /// Not logged: empty after a crash and on standbys.
    Unlogged,
    /// Of one session.
    Temporary,
}

/// One column.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Column {
    /// Name, as stored.
    pub name: String,
    /// The type as the server prints it: `character varying(50)`, schema-qualified where it is not built in.
    pub type_name: String,
    /// The collation, where it is not the type's own, schema-qualified and quoted for SQL.
    pub collation: Option<String>,
    /// The collation calls some different strings equal.
    pub nondeterministic: bool,
    /// NOT NULL, and known of all rows. Where such a constraint is NOT VALID (PostgreSQL 18), this is false and the
    /// constraint is among [`Table::constraints`].
    pub not_null: bool,
    /// The default's expression as the server prints it.
    pub default: Option<String>,
    /// A generated column's kind and expression.
    pub generated: Option<Generated>,
    /// An identity column.
    pub identity: Option<Identity>,
    /// Inherited from a parent and not declared here too.
    pub inherited: bool,
    /// Privileges granted on the column itself.
    pub grants: Vec<Grant>,
    /// The planner's statistics; none if the table was never analysed or they may not be read.
    pub statistics: Option<ColumnStatistics>,
    /// What somebody wrote about it (`COMMENT ON COLUMN`).
    pub comment: Option<String>,
    /// How many values statistics keep of it (`SET STATISTICS`), where it is not the server's choice.
    pub statistics_target: Option<i32>,
    /// Its options: `n_distinct=100`.
    pub options: Vec<String>,
}

/// A generated column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Generated {
    /// Stored on disk; else computed when read (PostgreSQL 18's default).
    pub stored: bool,
    /// The expression as the server prints it.
    pub expression: String,
}

/// How an identity column takes values given to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// `GENERATED ALWAYS`.
    Always,
    /// `GENERATED BY DEFAULT`.
    ByDefault,
}

/// Privileges on one table or column for one role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Grant {
    /// The role, `PUBLIC` for everybody.
    pub grantee: String,
    /// `SELECT`, `INSERT`, `UPDATE`, `REFERENCES`; of a table also `DELETE`, `TRUNCATE`, `TRIGGER`, `MAINTAIN`.
    pub privileges: Vec<String>,
    /// The role may pass them on (`WITH GRANT OPTION`).
    #[serde(default)]
    pub grantable: bool,
}

/// Planner statistics of one column. Never values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ColumnStatistics {
    /// Share of NULLs, 0 to 1.
    pub null_fraction: f64,
    /// Average stored bytes of a value that is not NULL.
    pub average_width: f64,
    /// Distinct values as `pg_stats.n_distinct` has them: below 0, minus the share of rows.
    pub distinct: f64,
    /// Correlation of value order and place on disk, -1 to 1.
    pub correlation: Option<f64>,
}

/// One constraint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Constraint {
    /// Name, as stored.
    pub name: String,
    /// What it demands.
    pub kind: ConstraintKind,
    /// The table's columns it is about, in order.
    pub columns: Vec<String>,
    /// The definition as the server prints it: `CHECK ((a > 0)) NOT VALID`.
    pub definition: String,
    /// Whether all rows are known to satisfy it.
    pub validated: bool,
    /// Whether it can be deferred to the end of the transaction.
    pub deferrable: bool,
    /// Whether it is deferred unless told otherwise.
    pub deferred: bool,
    /// Whether heirs and partitions do without it (`NO INHERIT`).
    #[serde(default)]
    pub no_inherit: bool,
    /// Whether it comes from a parent.
    #[serde(default)]
    pub inherited: bool,
    /// Whether new rows are not checked either (`NOT ENFORCED`, PostgreSQL 18).
    #[serde(default)]
    pub not_enforced: bool,
    /// The referenced side of a foreign key.
    pub foreign: Option<ForeignKey>,
    /// The index that enforces it.
    pub index: Option<String>,
    /// What somebody wrote about it (`COMMENT ON CONSTRAINT`).
    #[serde(default)]
    pub comment: Option<String>,
}

/// What a constraint demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConstraintKind {
    /// PRIMARY KEY.
    PrimaryKey,
    /// UNIQUE.
    Unique,
    /// CHECK.
    Check,
    /// FOREIGN KEY.
    ForeignKey,
    /// EXCLUDE.
    Exclusion,
    /// NOT NULL as a constraint of its own (PostgreSQL 18).
    NotNull,
    /// A constraint trigger.
    Trigger,
}

/// The referenced side of a foreign key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ForeignKey {
    /// The referenced table.
    pub table: Name,
    /// Its columns, in the order of the constraint's own.
    pub columns: Vec<String>,
}

/// Statistics over several columns or expressions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExtendedStatistics {
    /// Schema and name.
    pub name: Name,
    /// The table's columns it is about, those in expressions too.
    pub columns: Vec<String>,
    /// What is counted, and over what; none where it could not be read.
    #[serde(default)]
    pub definition: Option<StatisticsDefinition>,
    /// What somebody wrote about them (`COMMENT ON STATISTICS`).
    #[serde(default)]
    pub comment: Option<String>,
}

/// What extended statistics count, and over what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StatisticsDefinition {
    /// `ndistinct`, `dependencies`, `mcv`; empty for all, and for statistics over one expression.
    pub kinds: Vec<String>,
    /// Columns and expressions as SQL, each as it stands in `ON`.
    pub on: Vec<String>,
}

/// A trigger users made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Trigger {
    /// Name, as stored.
    pub name: String,
    /// The function it calls.
    pub function: Name,
    /// Fires before the change is made (else after, or instead).
    pub before: bool,
    /// Fires per row, not per statement.
    pub per_row: bool,
    /// `INSERT`, `UPDATE`, `DELETE`, `TRUNCATE`.
    pub events: Vec<String>,
    /// Columns named after `UPDATE OF`, and those its WHEN condition reads.
    pub columns: Vec<String>,
    /// `origin`, `always`, `replica` or `disabled`.
    pub enabled: String,
    /// The whole definition as the server prints it; none if the table was locked while reading.
    pub definition: Option<String>,
    /// What somebody wrote about it (`COMMENT ON TRIGGER`).
    #[serde(default)]
    pub comment: Option<String>,
}

/// A row security policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Policy {
    /// Name, as stored.
    pub name: String,
    /// Permissive (else restrictive).
    pub permissive: bool,
    /// `ALL`, `SELECT`, `INSERT`, `UPDATE` or `DELETE`.
    pub command: String,
    /// The table's columns its expressions read.
    pub columns: Vec<String>,
    /// Other relations its expressions read.
    #[serde(default)]
    pub needs: Vec<crate::Dependency>,
    /// Functions its expressions call, those of the server and of extensions left out.
    #[serde(default)]
    pub functions: Vec<Name>,
    /// Whom it is for and what it demands; none where it could not be read, or is not known any more.
    #[serde(default)]
    pub definition: Option<PolicyDefinition>,
    /// What somebody wrote about it (`COMMENT ON POLICY`).
    #[serde(default)]
    pub comment: Option<String>,
}

/// Whom a policy is for and what it demands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyDefinition {
    /// The roles, `PUBLIC` for everybody.
    pub roles: Vec<String>,
    /// `USING`: the expression as SQL.
    pub using: Option<String>,
    /// `WITH CHECK`: the expression as SQL.
    pub check: Option<String>,
}

/// Size and rows of a table. None where it could not be read, never zero instead.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Size {
    /// Rows as the planner believes (`reltuples` scaled to today's pages); none if never analysed.
    pub rows: Option<f64>,
    /// Heap pages when last analysed (`relpages`).
    pub pages: Option<f64>,
    /// Bytes of the heap with its maps.
    pub heap_bytes: Option<u64>,
    /// Bytes of its TOAST table with index.
    pub toast_bytes: Option<u64>,
    /// Bytes of all indexes.
    pub index_bytes: Option<u64>,
    /// Transactions since the table was last frozen.
    pub frozen_age: Option<u64>,
    /// How many partitions the sizes are a sum of; 0 for a plain table.
    pub summed_partitions: u32,
}

impl Size {
    /// Heap, TOAST and indexes together; none if any is unknown.
    pub fn total_bytes(&self) -> Option<u64> {
        Some(self.heap_bytes? + self.toast_bytes? + self.index_bytes?)
    }

    /// One of that many equal parts.
    pub fn shared_by(&self, parts: usize) -> Self {
        let parts = parts.max(1);
        let bytes = |all: Option<u64>| all.map(|b| b / parts as u64);
        let number = |all: Option<f64>| all.map(|n| n / parts as f64);
        Self {
            rows: number(self.rows),
            pages: number(self.pages),
            heap_bytes: bytes(self.heap_bytes),
            toast_bytes: bytes(self.toast_bytes),
            index_bytes: bytes(self.index_bytes),
            frozen_age: None,
            summed_partitions: 0,
        }
    }
}

/// Counters of a table since the statistics were reset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TableActivity {
    /// Sequential scans.
    pub seq_scans: u64,
    /// Index scans.
    pub index_scans: u64,
    /// Rows inserted.
    pub inserted: u64,
    /// Rows updated.
    pub updated: u64,
    /// Rows updated without touching an index.
    pub hot_updated: u64,
    /// Rows deleted.
    pub deleted: u64,
    /// Live rows by the counters.
    pub live_rows: u64,
    /// Dead rows not yet vacuumed.
    pub dead_rows: u64,
    /// Hours since the last vacuum, automatic or not.
    pub vacuumed_hours_ago: Option<f64>,
    /// Hours since the last analyze, automatic or not.
    pub analyzed_hours_ago: Option<f64>,
}

/// Rates of a table between two samples, per second.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TableRates {
    /// Scans begun, sequential and by index.
    pub scans: f64,
    /// Rows inserted, updated and deleted.
    pub rows_written: f64,
}
