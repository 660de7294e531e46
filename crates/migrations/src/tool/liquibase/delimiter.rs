//! What ends a statement where the changeset says that a semicolon does not.

use std::ops::Range;

use crate::directive::lines;
use crate::migration::Replaced;
use crate::statements;

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

fn on_lines(text: &str, section: &Range<usize>, delimiter: &str) -> Vec<Replaced> {
    let sql = text.get(section.clone()).unwrap_or_default();
    let own = lines(sql).filter(|line| line.text.trim().eq_ignore_ascii_case(delimiter));
    own.map(|line| {
        let begin = section.start + line.span.start;
        Replaced { span: begin..begin + line.text.len(), semicolon: true }
    })
    .collect()
}
