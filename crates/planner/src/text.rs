//! SQL texts as messages show them and as they are compared.

/// A text with every run of white space one blank.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An expression or definition without what may be written or left out: blanks, parentheses, quotes around names.
pub(crate) fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !"()\"".contains(*c)).collect()
}
