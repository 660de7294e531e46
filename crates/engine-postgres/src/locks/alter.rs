//! `ALTER TABLE`, partitions left out.

use super::{ACCESS_EXCLUSIVE, LockFact, SHARE_UPDATE_EXCLUSIVE, fact};

pub(crate) const ADD_COLUMN: LockFact =
    fact("ALTER TABLE … ADD COLUMN", "the table", ACCESS_EXCLUSIVE, "add_column");
pub(crate) const DROP_COLUMN: LockFact =
    fact("ALTER TABLE … DROP COLUMN", "the table", ACCESS_EXCLUSIVE, "drop_column");
pub(crate) const RENAME_COLUMN: LockFact =
    fact("ALTER TABLE … RENAME COLUMN", "the table", ACCESS_EXCLUSIVE, "rename_column");
pub(crate) const SET_NOT_NULL: LockFact =
    fact("ALTER TABLE … ALTER COLUMN … SET NOT NULL", "the table", ACCESS_EXCLUSIVE, "set_not_null");
pub(crate) const DROP_NOT_NULL: LockFact =
    fact("ALTER TABLE … ALTER COLUMN … DROP NOT NULL", "the table", ACCESS_EXCLUSIVE, "drop_not_null");
pub(crate) const SET_DEFAULT: LockFact =
    fact("ALTER TABLE … ALTER COLUMN … SET DEFAULT", "the table", ACCESS_EXCLUSIVE, "set_default");
pub(crate) const DROP_DEFAULT: LockFact =
    fact("ALTER TABLE … ALTER COLUMN … DROP DEFAULT", "the table", ACCESS_EXCLUSIVE, "drop_default");
pub(crate) const ADD_CHECK: LockFact =
    fact("ALTER TABLE … ADD CHECK", "the table", ACCESS_EXCLUSIVE, "add_check");
pub(crate) const VALIDATE_CHECK: LockFact =
    fact("ALTER TABLE … VALIDATE CONSTRAINT, a CHECK", "the table", SHARE_UPDATE_EXCLUSIVE, "validate_check");
pub(crate) const DROP_CONSTRAINT: LockFact =
    fact("ALTER TABLE … DROP CONSTRAINT", "the table", ACCESS_EXCLUSIVE, "drop_constraint");

/// All rows of this family.
#[cfg(test)]
pub(super) const ALL: &[&LockFact] = &[
    &ADD_COLUMN,
    &DROP_COLUMN,
    &RENAME_COLUMN,
    &SET_NOT_NULL,
    &DROP_NOT_NULL,
    &SET_DEFAULT,
    &DROP_DEFAULT,
    &ADD_CHECK,
    &VALIDATE_CHECK,
    &DROP_CONSTRAINT,
];
