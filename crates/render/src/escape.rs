//! Text from a database or a user, made harmless for where it is shown.
//!
//! A name may hold any character but NUL. In a terminal a control character moves the cursor or starts an escape
//! sequence, and a bidirectional mark makes a line read as something else; in Markdown a pipe ends a table cell and
//! a tag is a tag.

use std::fmt::Write;

/// Characters that change what is seen without being seen: controls, bidirectional and zero-width marks, line and
/// paragraph separators.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// One line: every invisible character, line breaks among them, as `\u{..}`.
pub(crate) fn line(text: &str) -> String {
    escaped(text, |_| false)
}

/// Several lines: as [`line()`], line breaks and tabs kept.
pub(crate) fn lines(text: &str) -> String {
    escaped(&text.replace("\r\n", "\n"), |c| matches!(c, '\n' | '\t'))
}

fn escaped(text: &str, keep: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_invisible(c) && !keep(c) {
            // Writing to a string cannot fail.
            let _ = write!(out, "{}", c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// Prose inside Markdown: nothing in it is read as markup.
pub(crate) fn markdown(text: &str) -> String {
    let text = line(&text.replace(['\n', '\r'], " "));
    let mut out = String::with_capacity(text.len());
    // What would begin a list or underline a heading.
    let number = text.trim_start_matches(|c: char| c.is_ascii_digit());
    if text.starts_with(['-', '+', '=']) {
        out.push('\\');
    } else if number.len() < text.len() && (number.starts_with(". ") || number.starts_with(") ")) {
        let digits = &text[..text.len() - number.len()];
        return format!("{digits}\\{}{}", &number[..1], markdown(&number[1..]));
    }
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let word = |c: char| c.is_alphanumeric();
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '[' | ']' | '|' | '~' | '#' | '$' => {
                out.push('\\');
                out.push(c);
            }
            // Inside a word an underscore is only an underscore.
            '_' if !(word(before) && rest.peek().copied().is_some_and(word)) => out.push_str("\\_"),
            c => out.push(c),
        }
        before = c;
    }
    out
}

/// Text inside an HTML element of a Markdown page, where backslashes escape nothing.
pub(crate) fn html(text: &str) -> String {
    line(&text.replace(['\n', '\r'], " ")).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A fenced block whose fence is longer than any run of backticks inside.
pub(crate) fn fenced(language: &str, text: &str) -> String {
    let text = lines(text);
    let (mut longest, mut run) = (0, 0);
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}{language}\n{}\n{fence}\n", text.trim_end_matches('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_acts_on_a_terminal_gets_through() {
        assert_eq!(line("a\u{1b}[2Jb\u{202e}c\r\nd\u{9b}"), "a\\u{1b}[2Jb\\u{202e}c\\u{d}\\u{a}d\\u{9b}");
        assert_eq!(lines("a\r\n\tb\rc"), "a\n\tb\\u{d}c");
        assert_eq!(line("größe · 表 → ≤"), "größe · 表 → ≤");
    }

    #[test]
    fn markdown_stays_text() {
        assert_eq!(
            markdown("a|b `c` <img> _d_ user_name\n# x"),
            "a\\|b \\`c\\` &lt;img&gt; \\_d\\_ user_name \\# x"
        );
        assert_eq!(markdown("- a"), "\\- a");
        assert_eq!(markdown("12. a"), "12\\. a");
        assert_eq!(html("a<b> & |\n"), "a&lt;b&gt; &amp; | ");
        assert_eq!(fenced("sql", "select '````'"), "`````sql\nselect '````'\n`````\n");
    }
}
