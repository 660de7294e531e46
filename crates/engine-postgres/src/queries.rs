//! The SQL this crate may send to a server, all of it, compiled in: one file per object under `queries/`.
//!
//! Every statement is one plain SELECT or SHOW (asserted by the test below with the parser), qualifies what it
//! names with `pg_catalog`, and casts its results to built-in types: for a type the driver does not know it
//! would prepare named statements to look it up, which a pooler in transaction mode cannot carry.

/// One compiled-in statement.
#[derive(Clone, Copy, Debug)]
pub struct Query {
    /// The name of its file, without `.sql`: what an error or a log calls it.
    pub name: &'static str,
    /// Its text.
    pub sql: &'static str,
}

/// Declares each query under the name of its file, and the list of all of them. What is to know which relations are
/// `locked` has that in front.
macro_rules! queries {
    ($($name:ident = $($locked:ident,)? $file:literal;)*) => {
        $(pub(crate) const $name: Query = Query {
            name: $file,
            sql: concat!(
                $(queries!(@$locked),)?
                include_str!(concat!("queries/", $file, ".sql"))
            ),
        };)*

        /// Every statement that can be sent.
        pub const ALL: &[Query] = &[$($name),*];
    };
    (@locked) => {
        include_str!("queries_locked.sql")
    };
}

// What each is for, its file says.
queries! {
    SESSION = "session";
    STANDING = "standing";
    SERVER = "server";
    SETTINGS = "settings";
    ROLE_SETTINGS = "role_settings";
    SPEED = "speed";
    PRINTING = "printing";
    SCHEMAS = "schemas";
    TABLES = locked, "tables";
    COLUMNS = locked, "columns";
    GRANTS = "grants";
    COLUMN_STATISTICS = "column_statistics";
    INDEXES = locked, "indexes";
    CONSTRAINTS = locked, "constraints";
    EXTENDED_STATISTICS = "extended_statistics";
    TRIGGERS = locked, "triggers";
    POLICIES = "policies";
    VIEWS = "views";
    VIEW_NEEDS = "view_needs";
    VIEW_DEFINITIONS = locked, "view_definitions";
    POLICY_DEFINITIONS = locked, "policy_definitions";
    STATISTICS_DEFINITIONS = locked, "statistics_definitions";
    COMMENTS = "comments";
    RULES = locked, "rules";
    USES = "uses";
    SEQUENCES = "sequences";
    FUNCTIONS = "functions";
    FUNCTION_BODIES_14 = locked, "function_bodies_14";
    TYPES = "types";
    CASTS = "casts";
    EVENT_TRIGGERS = "event_triggers";
    PUBLICATIONS = "publications";
    PUBLICATION_SCHEMAS_15 = "publication_schemas_15";
    PUBLICATION_FILTERS_15 = locked, "publication_filters_15";
    EXTENSIONS = "extensions";
    SIZES = locked, "sizes";
    INDEX_SIZES = locked, "index_sizes";
    DATABASE_SIZE = "database_size";
    SAMPLE = "sample";
    TABLE_COUNTERS = "table_counters";
    STATEMENTS_PATH = "statements_path";
    STATEMENTS = "statements";
    STATEMENTS_WORK = "statements_work";
    STATEMENTS_INFO_14 = "statements_info_14";
    SESSIONS = "sessions";
    CONNECTIONS = "connections";
    HELD_LOCKS = "held_locks";
    PREPARED = "prepared";
    LOCK_WAITS = "lock_waits";
    PROGRESS = "progress";
    PROGRESS_COPY_14 = "progress_copy_14";
    STANDBYS = "standbys";
    SLOTS = "slots";
    ARCHIVER = "archiver";
    IO = "io";
    IO_16 = "io_16";
    IO_WAL_14 = "io_wal_14";
    IO_WAL_18 = "io_wal_18";
}

#[cfg(test)]
#[path = "queries_tests.rs"]
mod tests;
#[cfg(test)]
pub(crate) use tests::{doing, why_not_plain};
