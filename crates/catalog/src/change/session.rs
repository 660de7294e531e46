//! Statements about the session and its transaction.

/// What a statement does to the session it runs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionChange {
    /// `SET`: a value as the server would show it; none for `DEFAULT` and `RESET`.
    Set {
        /// The setting, in lower case as the server names it: `lock_timeout`, `search_path`, `timezone`.
        name: String,
        /// The value; a list's items are separated by commas, identifiers are unquoted.
        value: Option<String>,
        /// `SET LOCAL`: until the transaction ends.
        local: bool,
    },
    /// `RESET ALL`, `DISCARD ALL`.
    ResetAll,
    /// `BEGIN`, `START TRANSACTION`.
    Begin,
    /// `COMMIT`, `END`.
    Commit {
        /// `AND CHAIN`: another transaction begins at once.
        chain: bool,
    },
    /// `ROLLBACK`, `ABORT`.
    Rollback {
        /// `AND CHAIN`.
        chain: bool,
    },
    /// `PREPARE TRANSACTION`: the transaction leaves the session and keeps its locks.
    PrepareTransaction,
    /// `SAVEPOINT`.
    Savepoint(String),
    /// `ROLLBACK TO SAVEPOINT`.
    RollbackTo(String),
    /// `RELEASE SAVEPOINT`.
    Release(String),
    /// Something that touches neither relations nor settings: `LISTEN`, `SHOW`, `PREPARE`, `DEALLOCATE`, …
    Other {
        /// What, as the statement begins.
        what: String,
    },
}
