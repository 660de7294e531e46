//! Objects that hang on relations.

use super::{ACCESS_EXCLUSIVE, ACCESS_SHARE, LockFact, NONE, SHARE_ROW_EXCLUSIVE, fact};

pub(crate) const CREATE_FUNCTION: LockFact = fact("CREATE FUNCTION", "any table", NONE, "create_function");
pub(crate) const DROP_FUNCTION: LockFact = fact("DROP FUNCTION", "any table", NONE, "drop_function");
pub(crate) const CREATE_TRIGGER: LockFact =
    fact("CREATE TRIGGER", "the table", SHARE_ROW_EXCLUSIVE, "create_trigger");
pub(crate) const DROP_TRIGGER: LockFact = fact("DROP TRIGGER", "the table", ACCESS_EXCLUSIVE, "drop_trigger");
/// From 18 on the table is locked so that it is not dropped meanwhile.
pub(crate) const GRANT_COLUMN: LockFact = LockFact {
    later: &[(18, ACCESS_SHARE)],
    ..fact("GRANT … (column) ON TABLE", "the table", NONE, "grant_column")
};

/// All rows of this family.
#[cfg(test)]
pub(super) const ALL: &[&LockFact] =
    &[&CREATE_FUNCTION, &DROP_FUNCTION, &CREATE_TRIGGER, &DROP_TRIGGER, &GRANT_COLUMN];
