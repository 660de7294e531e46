//! The nouns of Altimeter.
//!
//! A [`Catalog`] is all the tool knows of a database: objects, statistics, activity, settings, and what could
//! not be read and why. A [`Change`] is what somebody wants done to it, an [`Effect`] what a server would do to
//! carry one statement out, and [`Catalog::apply`] the schema that a change leaves behind. The two traits every
//! engine implements, [`Engine`] (pure) and [`Inspector`] (live), are here too. No I/O, no SQL text.

mod activity;
mod answer;
mod apply;
mod catalog;
mod change;
mod check;
mod collection;
mod dependency;
mod difference;
mod effect;
mod engine;
mod expression;
mod history;
mod index;
mod name;
mod naming;
mod objects;
mod outline;
mod publications;
mod server;
mod shared;
mod snapshot;
mod table;

pub use activity::{
    Activity, Archiver, LockWait, PreparedTransaction, Progress, ReplicationSlot, Session, StandbyConnection,
    StatementCalls, StatementStatistics,
};
pub use answer::Answer;
pub use apply::{ApplyError, ObjectKind};
pub use catalog::{Catalog, Unknown};
pub use change::{
    Across, AcrossPart, AlterTable, AttributeAction, Backfill, BackfillValue, Change, ColumnAction,
    Commented, Conflict, ConstraintDefinition, Converts, CopyRows, DetachMode, DropTarget, EndsEarly, Follow,
    FunctionBody, FunctionDefinition, Given, Granted, InBoth, InStep, InStepFires, IndexAction, LedBy,
    Maintenance, Mention, Mirror, Movable, MoveColumns, ObjectChange, PartitionBy, PartitionChange,
    Partitioning, PublicationVerb, Published, ReindexTarget, RelationChange, RelationWord, Reshape, Reshaped,
    RoutineDefinition, RowsChange, RowsStatement, SequenceAction, SessionChange, Sweep, SweepWork,
    TableAction, TableDefinition, TableSource, Target, TriggerDefinition, TypeAction, Vacuum, Values,
    ViewDefinition, Way, Width, Write, WriteCommand,
};
pub use check::Check;
pub use collection::{Iter, Key, Keyed, Objects};
pub use dependency::{Object, UsedBy, type_named};
pub use effect::{Blocks, Created, Effect, Lock, LockMode, RelationKind, RowUpdate, TransactionUse};
pub use engine::{
    Casting, Engine, EngineName, InspectError, InspectErrorKind, InspectOptions, Inspector, Narrowing, Piece,
    PieceKind, Script, SourceText, Statement, StatementUse, SyntaxError, SyntaxOracle, Verdict, Verifier,
    Volatility,
};
pub use history::{PastKind, PastWork};
pub use index::{Index, IndexDefinition, IndexKey, IndexTarget};
pub use name::Name;
pub use naming::{NameParts, joined};
pub use objects::{
    Cast, Dependency, DomainConstraint, Extension, Function, Publication, PublishedTable, RoutineStatement,
    RowFilter, Rule, Sequence, SequenceOptions, TypeKind, UserType, View, ViewColumn,
};
pub use outline::{Outline, OutlineChange};
pub use server::{Pace, Role, RoleSetting, Server, Speed, Timed, Timings, WalPosition};
pub use shared::Shared;
pub use snapshot::{SNAPSHOT_FORMAT, SnapshotError, read_snapshot, write_snapshot};
pub use table::{
    Column, ColumnStatistics, Constraint, ConstraintKind, ExtendedStatistics, ForeignKey, Generated, Grant,
    Identity, Persistence, Policy, PolicyDefinition, Size, StatisticsDefinition, Table, TableActivity,
    TableKind, TableRates, Trigger,
};
