//! Markdown, piece by piece: what every page of it is made of.
//!
//! Everything goes through here or [`crate::escape`], so that nothing in a text is read as markup.

use crate::escape;
use crate::summary::Facts;
use crate::summary::arithmetic::Sum;

/// A heading of that level.
pub(crate) fn heading(out: &mut String, level: usize, text: &str) {
    out.push_str(&format!("{} {}\n\n", "#".repeat(level), escape::markdown(text)));
}

/// A paragraph of prose.
pub(crate) fn paragraph(out: &mut String, text: &str) {
    out.push_str(&format!("{}\n\n", escape::markdown(text)));
}

/// A label and its facts as an item of a list.
pub(crate) fn fact(out: &mut String, facts: &Facts) {
    let label = escape::markdown(&facts.label);
    out.push_str(&format!("- **{label}**: {}\n", escape::markdown(&facts.pieces.join(", "))));
}

/// A heading and a list under it; nothing if the list is empty.
pub(crate) fn bullets(out: &mut String, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    out.push('\n');
    heading(out, 3, title);
    for line in lines {
        out.push_str(&format!("- {}\n", escape::markdown(line)));
    }
}

/// An estimate's arithmetic as a block that is not wrapped; nothing unless it was asked for.
pub(crate) fn arithmetic(out: &mut String, sums: &[Sum]) {
    if sums.is_empty() {
        return;
    }
    let lines = sums.iter().flat_map(|s| {
        let below = s.lines.iter().map(|l| format!("  {}", escape::line(l)));
        std::iter::once(escape::line(&s.says)).chain(below)
    });
    let lines: Vec<String> = lines.collect();
    out.push_str(&format!("{}\n", escape::fenced("text", &lines.join("\n"))));
}

/// A table; the columns at the places of `figures` are aligned to the right.
pub(crate) fn table(out: &mut String, titles: &[&str], figures: &[usize], rows: &[Vec<String>]) {
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    out.push_str(&row(titles.iter().map(|t| escape::markdown(t)).collect()));
    let rule = |at: usize| if figures.contains(&at) { "--:" } else { "---" };
    out.push_str(&row((0..titles.len()).map(|at| rule(at).to_owned()).collect()));
    for cells in rows {
        out.push_str(&row(cells.iter().map(|c| escape::markdown(c)).collect()));
    }
}
