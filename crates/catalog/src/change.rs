//! What somebody wants done to a schema, in words both engines share.

mod alter;
mod copy;
mod maintenance;
mod move_columns;
mod object;
mod partition;
mod relation;
mod reshape;
mod rows;
mod session;
mod sweep;

pub use alter::{AlterTable, ColumnAction, TableAction};
pub use copy::{CopyRows, Mirror};
pub use maintenance::{Maintenance, Movable, ReindexTarget, Target, Vacuum};
pub use move_columns::{Across, AcrossPart, InBoth, MoveColumns, Way};
pub use object::{Commented, Granted, ObjectChange, PublicationVerb, Published};
pub use partition::{DetachMode, PartitionBy, PartitionChange, Partitioning, Width};
pub use relation::{
    AttributeAction, DropTarget, IndexAction, RelationChange, RelationWord, SequenceAction, TableDefinition,
    TableSource, TypeAction, ViewDefinition,
};
pub use reshape::{Reshape, Reshaped};
pub use rows::{Conflict, EndsEarly, Given, LedBy, Mention, RowsChange, Values, Write, WriteCommand};
pub use session::SessionChange;
pub use sweep::{RowsStatement, Sweep, SweepWork};

use crate::{Column, ConstraintKind, IndexDefinition, Name};

/// One change. A statement lowers to one or several; a recipe is made of them; an engine prints each as SQL.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A new column at the table's end.
    AddColumn {
        /// The table.
        table: Name,
        /// The column, with type, default, NOT NULL.
        column: Column,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
    },
    /// A column goes, with every index and constraint that has it.
    DropColumn {
        /// The table.
        table: Name,
        /// The column.
        column: String,
        /// `IF EXISTS`.
        if_exists: bool,
        /// `CASCADE`: dependent objects go too.
        cascade: bool,
    },
    /// A column gets another name.
    RenameColumn {
        /// The table.
        table: Name,
        /// The name it has.
        from: String,
        /// The name it gets.
        to: String,
    },
    /// A column may no longer be NULL.
    SetNotNull {
        /// The table.
        table: Name,
        /// The column.
        column: String,
    },
    /// A column may be NULL.
    DropNotNull {
        /// The table.
        table: Name,
        /// The column.
        column: String,
    },
    /// A default for rows to come.
    SetDefault {
        /// The table.
        table: Name,
        /// The column.
        column: String,
        /// The expression, as SQL.
        expression: String,
    },
    /// No default for rows to come.
    DropDefault {
        /// The table.
        table: Name,
        /// The column.
        column: String,
    },
    /// A new constraint.
    AddConstraint {
        /// The table.
        table: Name,
        /// The constraint.
        constraint: ConstraintDefinition,
    },
    /// Old rows are checked against a constraint that so far held for new ones only.
    ValidateConstraint {
        /// The table.
        table: Name,
        /// The constraint.
        name: String,
    },
    /// A constraint goes.
    DropConstraint {
        /// The table.
        table: Name,
        /// The constraint.
        name: String,
        /// `IF EXISTS`.
        if_exists: bool,
        /// `CASCADE`: foreign keys that need it go too.
        cascade: bool,
    },
    /// A new index.
    CreateIndex {
        /// The index.
        index: IndexDefinition,
        /// Built while writers go on.
        concurrently: bool,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
    },
    /// An index goes.
    DropIndex {
        /// The index.
        index: Name,
        /// Dropped while others go on.
        concurrently: bool,
        /// `IF EXISTS`.
        if_exists: bool,
    },
    /// A new function or procedure; recipes make those without arguments that return a trigger.
    CreateFunction(FunctionDefinition),
    /// A function without arguments goes; any other is a [`RelationChange::Drop`].
    DropFunction {
        /// The function.
        name: Name,
        /// `IF EXISTS`.
        if_exists: bool,
    },
    /// A new trigger.
    CreateTrigger(TriggerDefinition),
    /// A trigger goes.
    DropTrigger {
        /// The table.
        table: Name,
        /// The trigger.
        name: String,
        /// `IF EXISTS`.
        if_exists: bool,
    },
    /// Column privileges for a role.
    GrantColumn {
        /// The table.
        table: Name,
        /// The column.
        column: String,
        /// `SELECT`, `INSERT`, `UPDATE`, `REFERENCES`.
        privileges: Vec<String>,
        /// The role, `PUBLIC` for everybody.
        grantee: String,
    },
    /// Fresh statistics for the planner.
    Analyze {
        /// The table.
        table: Name,
        /// The columns; empty for all.
        columns: Vec<String>,
    },
    /// Rows of a table are filled in batches, each committed on its own.
    Backfill(Backfill),
    /// Rows of a table are copied into another in batches, each committed on its own.
    CopyRows(CopyRows),
    /// Rows of a table are deleted, changed or copied in batches, each committed on its own.
    Sweep(Sweep),
    /// Columns of a table become others of the same row.
    Reshape(Box<Reshape>),
    /// Columns of a table become columns of another, found by the same key.
    MoveColumns(Box<MoveColumns>),
    /// Several changes in one statement and one transaction.
    Together(Vec<Change>),
    /// A statement in somebody's own words: for what no engine prints from the change alone.
    Written {
        /// The statement, without closing semicolon.
        sql: String,
        /// What it means.
        changes: Vec<Change>,
    },
    /// One `ALTER TABLE` with several actions, or with `ONLY`.
    AlterTable(AlterTable),
    /// An `ALTER COLUMN` no recipe is made of.
    AlterColumn {
        /// The table.
        table: Name,
        /// The column.
        column: String,
        /// What is done.
        action: ColumnAction,
    },
    /// Another action of `ALTER TABLE`, about the table as a whole.
    AlterWhole {
        /// The table.
        table: Name,
        /// What is done.
        action: TableAction,
    },
    /// Partitions coming and going.
    Partition(PartitionChange),
    /// Relations, types and schemas made, dropped, renamed, moved.
    Relation(RelationChange),
    /// Objects that are no relations.
    Object(ObjectChange),
    /// Rows read and written.
    Rows(RowsChange),
    /// Work on whole relations.
    Maintain(Maintenance),
    /// The session and its transaction.
    Session(SessionChange),
}

/// A constraint to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConstraintDefinition {
    /// Name; none if the server shall choose. A statement read as text has the name the server will choose.
    pub name: Option<String>,
    /// What it demands.
    pub kind: ConstraintKind,
    /// The columns it is about, where it names them.
    pub columns: Vec<String>,
    /// A CHECK's expression, without the outer parentheses.
    pub expression: Option<String>,
    /// The index it takes over, for `USING INDEX`.
    pub using_index: Option<String>,
    /// The index the server builds behind it, for UNIQUE, PRIMARY KEY and EXCLUDE.
    pub index: Option<Box<IndexDefinition>>,
    /// The whole definition as SQL, `NOT VALID` left out: `CHECK (a > 0)`, `UNIQUE (a, b)`.
    pub sql: String,
    /// `NOT VALID`: old rows are not looked at.
    pub not_valid: bool,
    /// The referenced side of a foreign key.
    pub foreign: Option<crate::ForeignKey>,
    /// `DEFERRABLE`.
    pub deferrable: bool,
    /// `INITIALLY DEFERRED`.
    pub deferred: bool,
    /// `NO INHERIT`.
    pub no_inherit: bool,
    /// `NOT ENFORCED` (PostgreSQL 18).
    pub not_enforced: bool,
    /// It is written behind a new column without a default: no row can break it, and none is looked at.
    pub holds: bool,
}

impl ConstraintDefinition {
    /// A constraint of that kind and text, everything else left out.
    pub fn new(kind: ConstraintKind, sql: impl Into<String>) -> Self {
        Self {
            name: None,
            kind,
            columns: Vec::new(),
            expression: None,
            using_index: None,
            index: None,
            sql: sql.into(),
            not_valid: false,
            foreign: None,
            deferrable: false,
            deferred: false,
            no_inherit: false,
            not_enforced: false,
            holds: false,
        }
    }

    /// A CHECK of that expression.
    pub fn check(expression: impl Into<String>) -> Self {
        let expression = expression.into();
        let sql = format!("CHECK ({expression})");
        Self { expression: Some(expression), ..Self::new(ConstraintKind::Check, sql) }
    }
}

/// A function to be made.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionDefinition {
    /// Schema and name.
    pub name: Name,
    /// What it does.
    pub body: FunctionBody,
    /// `OR REPLACE`.
    pub or_replace: bool,
}

/// What a function does.
#[derive(Clone, Debug, PartialEq)]
pub enum FunctionBody {
    /// Keeps two columns of one row equal, whichever of the two was written.
    InStep(InStep),
    /// Makes one column of a row what becomes of another.
    Follow(Follow),
    /// Keeps old and new columns of one row in step, whichever of them were written.
    Reshaped(Reshaped),
    /// Says of a value whether it becomes one of another type.
    Converts(Converts),
    /// Keeps one table in step with another.
    Mirror(Mirror),
    /// Keeps columns that two tables have in step.
    Across(Across),
    /// Anything else, as read from somebody's SQL: what is known of it. The text itself is not kept.
    Opaque(Box<RoutineDefinition>),
}

/// A function or procedure as somebody's SQL makes it.
#[derive(Clone, Debug, PartialEq)]
pub struct RoutineDefinition {
    /// What the catalog knows of it afterwards.
    pub function: crate::Function,
    /// What the server opens to check the body of a function in SQL, unless `check_function_bodies` is off.
    pub opened: Vec<crate::RoutineStatement>,
}

impl FunctionDefinition {
    /// What the catalog knows of it afterwards.
    pub fn function(&self) -> crate::Function {
        match &self.body {
            FunctionBody::Opaque(it) => it.function.clone(),
            FunctionBody::InStep(_)
            | FunctionBody::Follow(_)
            | FunctionBody::Reshaped(_)
            | FunctionBody::Converts(_)
            | FunctionBody::Mirror(_)
            | FunctionBody::Across(_) => crate::Function {
                name: self.name.clone(),
                arguments: match &self.body {
                    FunctionBody::Converts(it) => it.from.clone(),
                    _ => String::new(),
                },
                language: "plpgsql".to_owned(),
                volatility: "volatile".to_owned(),
                ..crate::Function::default()
            },
        }
    }
}

/// Two columns kept equal by a trigger.
///
/// An application knows one of the two and writes only that. `truth` is the column that holds every value already;
/// `copy` may still be empty in rows nobody has filled. Whoever writes `copy` changes `truth` too; in every other
/// write `copy` is made equal to `truth`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InStep {
    /// The table.
    pub table: Name,
    /// The column whose values are complete.
    pub truth: String,
    /// The column that follows.
    pub copy: String,
    /// The default both columns have, as SQL: a value of `copy` that equals it was not written by anybody.
    pub default: Option<String>,
    /// Which part of the work is done.
    pub fires: InStepFires,
}

/// A column that a trigger makes what becomes of another, whoever writes the row. Nobody writes it itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Follow {
    /// The column that is written.
    pub leader: String,
    /// The column that follows.
    pub follower: String,
    /// What it follows with, as SQL over the leader.
    pub value: String,
    /// Some values cannot be had: the follower is then NULL, and the writer is not refused.
    pub may_fail: bool,
}

/// A function of one value: true if the value becomes one of another type, false if the server refuses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converts {
    /// The column whose name stands for the value in `value`.
    pub column: String,
    /// Its type, without length or precision.
    pub from: String,
    /// The other type.
    pub to: String,
    /// How one becomes the other, as SQL over the column.
    pub value: String,
}

/// When an in-step trigger fires among a table's other BEFORE triggers, which see and change the same row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InStepFires {
    /// There are no others: it does both parts.
    Alone,
    /// Before all others: what was written to `copy` goes into `truth`.
    First,
    /// After all others: `truth` goes into `copy`.
    Last,
}

/// A trigger to be made: BEFORE INSERT OR UPDATE, FOR EACH ROW, unless it is somebody else's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TriggerDefinition {
    /// Name.
    pub name: String,
    /// The table.
    pub table: Name,
    /// The function it calls.
    pub function: Name,
    /// Fires before the change is made.
    pub before: bool,
    /// Fires per row.
    pub per_row: bool,
    /// `INSERT`, `UPDATE`, `DELETE`, `TRUNCATE`.
    pub events: Vec<String>,
    /// Columns named after `UPDATE OF`, and those its WHEN condition reads.
    pub columns: Vec<String>,
    /// The other table of a constraint trigger (`FROM`).
    pub from: Option<Name>,
    /// `OR REPLACE`.
    pub or_replace: bool,
}

impl TriggerDefinition {
    /// The trigger as the table has it afterwards.
    pub fn trigger(&self) -> crate::Trigger {
        crate::Trigger {
            name: self.name.clone(),
            function: self.function.clone(),
            before: self.before,
            per_row: self.per_row,
            events: self.events.clone(),
            columns: self.columns.clone(),
            enabled: "origin".to_owned(),
            definition: None,
            comment: None,
        }
    }
}

/// Rows filled in batches that walk a key and commit one by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backfill {
    /// The table.
    pub table: Name,
    /// The column that is filled.
    pub column: String,
    /// What it is filled with.
    pub value: BackfillValue,
    /// The key that is walked.
    pub key: Vec<String>,
    /// Rows a batch.
    pub batch_rows: u32,
    /// Pause after each batch, in milliseconds.
    pub pause_ms: u32,
}

/// What a backfill writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BackfillValue {
    /// Another column's value, in rows where the two differ.
    Column(String),
    /// An expression, as SQL, in rows where the column is NULL.
    Expression(String),
    /// An expression over the row, as SQL, in rows where the column is not what it gives.
    Computed(String),
}

impl Change {
    /// A relation gets another name in its schema.
    pub fn rename_relation(word: RelationWord, relation: &Name, to: impl Into<String>) -> Self {
        let (relation, to) = (relation.clone(), to.into());
        Self::Relation(RelationChange::Rename { word, relation, to, if_exists: false })
    }

    /// One thing goes, and nothing with it; if it need not be there, `if_exists`.
    pub fn drop_one(target: DropTarget, if_exists: bool) -> Self {
        Self::Relation(RelationChange::Drop { targets: vec![target], if_exists, cascade: false })
    }

    /// The single changes it is made of: several for [`Change::Together`], [`Change::Written`] and
    /// [`Change::AlterTable`], else itself.
    pub fn parts(&self) -> Vec<&Change> {
        match self {
            Change::Together(changes)
            | Change::Written { changes, .. }
            | Change::AlterTable(AlterTable { actions: changes, .. }) => {
                changes.iter().flat_map(Change::parts).collect()
            }
            one => vec![one],
        }
    }

    /// The tables it is about, without those it reaches through foreign keys.
    pub fn tables(&self) -> Vec<&Name> {
        match self {
            Change::AddColumn { table, .. }
            | Change::DropColumn { table, .. }
            | Change::RenameColumn { table, .. }
            | Change::SetNotNull { table, .. }
            | Change::DropNotNull { table, .. }
            | Change::SetDefault { table, .. }
            | Change::DropDefault { table, .. }
            | Change::AddConstraint { table, .. }
            | Change::ValidateConstraint { table, .. }
            | Change::DropConstraint { table, .. }
            | Change::DropTrigger { table, .. }
            | Change::GrantColumn { table, .. }
            | Change::Analyze { table, .. }
            | Change::AlterTable(AlterTable { table, .. })
            | Change::AlterColumn { table, .. }
            | Change::AlterWhole { table, .. } => vec![table],
            Change::CreateIndex { index, .. } => vec![&index.table],
            Change::Reshape(it) => vec![&it.table],
            Change::MoveColumns(it) => match it.way {
                Way::Apart => vec![&it.parent],
                Way::Together => vec![&it.parent, &it.child],
            },
            Change::CreateTrigger(trigger) => vec![&trigger.table],
            Change::Backfill(backfill) => vec![&backfill.table],
            Change::CopyRows(copy) => vec![&copy.from, &copy.into],
            Change::Sweep(sweep) => std::iter::once(&sweep.table).chain(sweep.written()).collect(),
            Change::DropIndex { .. } | Change::CreateFunction(_) | Change::DropFunction { .. } => Vec::new(),
            Change::Partition(change) => change.tables(),
            Change::Relation(change) => change.tables(),
            Change::Object(change) => change.tables(),
            Change::Rows(change) => change.tables(),
            Change::Maintain(change) => change.tables(),
            Change::Session(_) => Vec::new(),
            Change::Together(changes) | Change::Written { changes, .. } => {
                changes.iter().flat_map(Change::tables).collect()
            }
        }
    }
}
