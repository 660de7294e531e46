//! The order people expect of names with numbers in them: `2` before `10`.

use std::cmp::Ordering;

/// Compares paths folder by folder, and runs of digits by their value.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    a.split('/').map(Part).cmp(b.split('/').map(Part)).then_with(|| a.cmp(b))
}

/// One folder's or file's name.
struct Part<'a>(&'a str);

impl Ord for Part<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        Chunks(self.0).cmp(Chunks(other.0))
    }
}

impl PartialOrd for Part<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Part<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Part<'_> {}

/// Compares numbers of any length, leading zeros aside.
pub(crate) fn compare_numbers(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// The digits a text begins with, and what follows them.
pub(crate) fn leading_number(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

#[derive(PartialEq, Eq)]
enum Chunk<'a> {
    Number(&'a str),
    Text(&'a str),
}

impl Ord for Chunk<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Chunk::Number(a), Chunk::Number(b)) => compare_numbers(a, b),
            (Chunk::Text(a), Chunk::Text(b)) => a.cmp(b),
            (Chunk::Number(_), Chunk::Text(_)) => Ordering::Less,
            (Chunk::Text(_), Chunk::Number(_)) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Chunk<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

struct Chunks<'a>(&'a str);

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let digit = self.0.chars().next()?.is_ascii_digit();
        let end = self.0.find(|c: char| c.is_ascii_digit() != digit).unwrap_or(self.0.len());
        let (chunk, rest) = self.0.split_at(end);
        self.0 = rest;
        Some(if digit { Chunk::Number(chunk) } else { Chunk::Text(chunk) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_by_their_value() {
        let mut names = vec![
            "10_b.sql",
            "2_a.sql",
            "a/1.sql",
            "002_a.sql",
            "2.10/x.sql",
            "2.9/x.sql",
            "99999999999999999999999.sql",
        ];
        names.sort_by(|a, b| compare(a, b));
        assert_eq!(
            names,
            [
                "2.9/x.sql",
                "2.10/x.sql",
                "002_a.sql",
                "2_a.sql",
                "10_b.sql",
                "99999999999999999999999.sql",
                "a/1.sql"
            ]
        );
    }
}
