//! Migration files as people have them: given as paths, named and marked by the conventions of some tool, and run by
//! that tool in its order and its transactions. This crate reads them and says what the tool would do; it knows no
//! database and runs nothing but `git`.
//!
//! Every text is kept byte for byte as it is on disk, byte order mark and line ends included, so that a span or a line
//! of the text is one of the file. Two kinds of file cannot be kept so and say it in their notes: UTF-16 is decoded
//! (lines stay, bytes do not), and where a carriage return alone ends lines, each is read as a line feed (bytes stay).

mod directive;
mod error;
mod gather;
mod git;
mod include;
mod migration;
mod natural;
mod place;
mod read;
mod source;
mod statements;
mod tool;
mod walk;

pub use error::Error;
pub use gather::{Gathered, Request, gather};
pub use migration::{Direction, Migration, Section, TransactionRule};
pub use tool::Tool;
