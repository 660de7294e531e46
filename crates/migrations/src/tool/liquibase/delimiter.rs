//! What ends a statement where the changeset says that a semicolon does not.

use std::ops::Range;

use crate::directive::lines;
use crate::migration::Replaced;
use crate::{Section, statements};

/// Where the delimiter stands in a section, outside quotes and comments. `/` and `GO`, and what is written with `\n`
/// before it, end a statement on a line of their own only.
pub(super) fn places(text: &str, section: &Range<usize>, delimiter: &str) -> Vec<Replaced> {
    let own_line = delimiter.trim_start_matches("\\n").trim_end_matches("\\n").trim_matches(['^', '$']);
    if delimiter.starts_with("\\n") || matches!(own_line, "/") || own_line.eq_ignore_ascii_case("go") {
        return on_lines(text, section, own_line);
    }
    let Some(sql) = text.get(section.clone()) else { return Vec::new() };
    let mut found = Vec::new();
    for code in statements::code(sql) {
        let part = sql.get(code.clone()).unwrap_or_default();
        found.extend(part.match_indices(delimiter).map(|(at, found)| {
            let begin = section.start + code.start + at;
            Replaced { span: begin..begin + found.len(), semicolon: true }
        }));
    }
    found
}

/// The line where Liquibase cuts a dollar-quoted body: at a semicolon where it has seen as many `END` as `BEGIN`,
/// whatever else they end (seen with 4.28).
pub(super) fn cut(text: &str, section: &Section) -> Option<u32> {
    let sql = text.get(section.span.clone())?;
    let at = statements::bodies(sql).into_iter().find_map(|body| {
        let quoted = sql.get(body.clone())?;
        let tag = quoted.get(1..)?.find('$')? + 2;
        let inside = quoted.get(tag..quoted.len().checked_sub(tag)?)?;
        Some(body.start + tag + statements::semicolon_outside_blocks(inside)?)
    })?;
    let lines = sql.get(..at)?.matches('\n').count();
    Some(section.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX)))
}

fn on_lines(text: &str, section: &Range<usize>, delimiter: &str) -> Vec<Replaced> {
    let sql = text.get(section.clone()).unwrap_or_default();
    let own = lines(sql).filter(|line| line.text.trim().eq_ignore_ascii_case(delimiter));
    own.map(|line| {
        let begin = section.start + line.span.start;
        Replaced { span: begin..begin + line.text.len(), semicolon: true }
    })
    .collect()
}
