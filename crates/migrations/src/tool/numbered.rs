//! Names that several tools share: a number, an underscore, a description, and maybe a direction.

use crate::Direction;
use crate::natural::leading_number;

/// A file name taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Numbered<'a> {
    /// The digits it begins with.
    pub(super) version: &'a str,
    /// `up` or `down`, where the name says which.
    pub(super) direction: Option<Direction>,
}

/// Reads `123_name.sql`, `123_name.up.sql` and `123_name.down.sql`.
pub(super) fn parse(name: &str) -> Option<Numbered<'_>> {
    let stem = name.strip_suffix(".sql")?;
    let (version, rest) = leading_number(stem)?;
    rest.strip_prefix('_')?;
    let direction = match () {
        () if stem.ends_with(".up") => Some(Direction::Up),
        () if stem.ends_with(".down") => Some(Direction::Down),
        () => None,
    };
    Some(Numbered { version, direction })
}
