//! What a tool would run.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use crate::Tool;

/// One file, or the part of one that lies between two files it includes.
#[derive(Clone, Debug, PartialEq)]
pub struct Migration {
    /// The path as people gave it, `-` for standard input.
    pub path: String,
    /// The whole text of the file.
    pub text: Arc<str>,
    /// What the tool sends to the server, in order.
    pub sections: Vec<Section>,
    /// Whose rules these are.
    pub tool: Tool,
    /// Whether it is new or changed since the revision asked for; true where none was asked for.
    pub changed: bool,
    /// It goes on in the session of the one before, transaction included: `psql` came here by `\i`, or came back.
    pub continues: bool,
    /// What is to be said about the file: what was decoded or left out, and what the tool would refuse.
    pub notes: Vec<String>,
}

/// A stretch of a file that the tool runs in one way.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// Its bytes in the text.
    pub span: Range<usize>,
    /// The line it begins on, from 1.
    pub line: u32,
    /// What the tool wraps around it.
    pub transaction: TransactionRule,
    /// Which way it leads.
    pub direction: Direction,
    /// Its name, where the tool gives it one besides the file's: a changeset, a revision.
    pub name: Option<String>,
    /// Bytes inside that the server does not get as they stand: lines the tool leaves out, and its own delimiters.
    pub(crate) replaced: Vec<Replaced>,
}

/// Some bytes of a section that read otherwise.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Replaced {
    /// In the text.
    pub(crate) span: Range<usize>,
    /// By a semicolon, or by nothing.
    pub(crate) semicolon: bool,
}

/// What a tool wraps around the statements it sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionRule {
    /// Nothing: each statement by itself, unless the text begins a transaction.
    Each,
    /// One transaction for all.
    One,
    /// Nothing, but all go in one message, and the server makes one transaction of a message with more than one
    /// statement (manual, "Message Flow", "Multiple Statements in a Simple Query").
    OneIfSeveral,
}

/// Which way a section leads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// Forwards.
    #[default]
    Up,
    /// Back.
    Down,
    /// Forwards, and again whenever the text changes.
    Repeatable,
}

impl Migration {
    /// The statements of a section as the server gets them: as long as the section and with the same line ends, so
    /// that a place in it is one in the text.
    pub fn sql(&self, section: &Section) -> Cow<'_, str> {
        let text = self.text.get(section.span.clone()).unwrap_or_default();
        if section.replaced.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut sql = String::with_capacity(text.len());
        let mut at = section.span.start;
        for Replaced { span, semicolon } in &section.replaced {
            // A delimiter in a line that is left out.
            if span.start < at {
                continue;
            }
            sql.push_str(self.text.get(at..span.start).unwrap_or_default());
            let replaced = self.text.get(span.clone()).unwrap_or_default();
            let begin = sql.len();
            sql.extend(
                replaced.bytes().map(|b| if matches!(b, b'\n' | b'\r') { char::from(b) } else { ' ' }),
            );
            if *semicolon && sql.get(begin..begin + 1) == Some(" ") {
                sql.replace_range(begin..=begin, ";");
            }
            at = span.end;
        }
        sql.push_str(self.text.get(at..section.span.end).unwrap_or_default());
        Cow::Owned(sql)
    }
}

impl Section {
    /// All of a text.
    pub(crate) fn whole(text: &str, transaction: TransactionRule, direction: Direction) -> Self {
        Self { span: 0..text.len(), line: 1, transaction, direction, name: None, replaced: Vec::new() }
    }
}
