//! A catalog and a plan made by hand, for the tests of all formats.

mod catalog;
mod plan;
mod review;

pub(crate) use catalog::catalog;
pub(crate) use plan::{plan, statement};
pub(crate) use review::{review, review_of_files_alone};

/// Text that would clear a terminal, leave a table cell or be a tag, were it not made harmless.
pub(crate) const HOSTILE: &str = "x\u{1b}[2J|`</details>\u{202e}\n# y";
