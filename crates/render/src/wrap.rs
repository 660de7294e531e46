//! Lines no wider than a page, by the columns characters take in a terminal.

use tabled::grid::util::string::{get_char_width, get_line_width};

/// The columns a line takes; wide characters take two.
pub(crate) fn columns(line: &str) -> usize {
    get_line_width(line)
}

/// Words of a text, in lines of at most `width` columns; a longer word is broken. At least one line.
pub(crate) fn words(text: &str, width: usize) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|w| !w.is_empty()) {
        match kept.last_mut() {
            Some(last) if belongs(last, word) && columns(last) + 1 + columns(word) <= width => {
                last.push(' ');
                last.push_str(word);
            }
            _ => kept.push(word.to_owned()),
        }
    }
    pieces(kept.iter().map(String::as_str), " ", width)
}

/// An amount and its unit, or a bound and its amount, stay on one line.
fn belongs(last: &str, word: &str) -> bool {
    const UNITS: &[&str] =
        &["B", "KiB", "MiB", "GiB", "TiB", "PiB", "ms", "s", "min", "h", "days", "k", "M", "G", "%"];
    let unit = word.trim_end_matches(['.', ',', ';', ':', ')']);
    matches!(last, "≤" | "<" | "▶") || last.ends_with(|c: char| c.is_ascii_digit()) && UNITS.contains(&unit)
}

/// Pieces joined by `between`, in lines of at most `width` columns. A line breaks between pieces; a piece wider
/// than a line is broken at its words, and a word wider than that anywhere.
pub(crate) fn pieces<'a>(pieces: impl Iterator<Item = &'a str>, between: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for piece in pieces {
        if !line.is_empty() && columns(&line) + columns(between) + columns(piece) <= width {
            line.push_str(between);
            line.push_str(piece);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        if columns(piece) <= width {
            piece.clone_into(&mut line);
            continue;
        }
        let mut broken = if piece.contains(' ') { words(piece, width) } else { broken(piece, width) };
        line = broken.pop().unwrap_or_default();
        lines.append(&mut broken);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

fn broken(word: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let (mut line, mut used) = (String::new(), 0);
    for c in word.chars() {
        let wide = get_char_width(c);
        if used + wide > width && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        line.push(c);
        used += wide;
    }
    lines.push(line);
    lines
}

/// The first line of a text, shortened to `width` columns with `…` where something is left out.
pub(crate) fn shortened(text: &str, width: usize) -> String {
    let first = text.lines().next().unwrap_or_default();
    let cut = first.len() < text.trim_end().len();
    if columns(first) + usize::from(cut) * 2 <= width {
        return if cut { format!("{first} …") } else { first.to_owned() };
    }
    let mut lines = broken(first, width.saturating_sub(1).max(1));
    format!("{}…", lines.swap_remove(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_in_columns_not_in_characters() {
        assert_eq!(words("a bb ccc dddd", 6), ["a bb", "ccc", "dddd"]);
        assert_eq!(words("表表表 x", 4), ["表表", "表 x"]);
        assert_eq!(words("", 4), [""]);
        assert_eq!(words("wait ≤ 38 s; then", 8), ["wait", "≤ 38 s;", "then"]);
        assert_eq!(pieces(["1 M rows", "2 GiB heap"].into_iter(), "   ", 12), ["1 M rows", "2 GiB heap"]);
        assert_eq!(pieces(["1 M rows", "2 GiB heap"].into_iter(), "   ", 40), ["1 M rows   2 GiB heap"]);
    }

    #[test]
    fn what_is_cut_is_marked() {
        assert_eq!(shortened("select 1", 8), "select 1");
        assert_eq!(shortened("select 1", 7), "select…");
        assert_eq!(shortened("do $$\nbegin", 20), "do $$ …");
    }
}
