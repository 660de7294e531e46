//! The commands, a file each.

pub(crate) mod check;
pub(crate) mod inspect;
pub(crate) mod plan;
pub(crate) mod rules;
pub(crate) mod snapshot;
pub(crate) mod verify;
