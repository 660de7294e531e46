//! Schemas of Prisma, which are written line by line: `model User { … }` with fields below each other.

use crate::{Certainty, Wanted, naming};

/// Lines that mean what is wanted.
pub(crate) fn references(text: &str, wanted: &Wanted) -> Vec<(u32, Certainty)> {
    let mut found = Vec::new();
    let lines: Vec<(u32, &str)> =
        (1..).zip(text.lines().map(|l| l.split("//").next().unwrap_or_default())).collect();
    for block in lines.split(|(_, l)| l.trim() == "}") {
        let Some(head) = block.iter().position(|(_, l)| l.trim_start().starts_with("model ")) else {
            continue;
        };
        let name = block[head].1.split_whitespace().nth(1).unwrap_or_default();
        let mapped = block.iter().find_map(|(_, l)| argument(l.trim().strip_prefix("@@map(")?));
        let table = mapped.unwrap_or(name);
        if table != wanted.table {
            continue;
        }
        match &wanted.column {
            None => found.push((block[head].0, Certainty::Model)),
            Some(column) => {
                let fields = block[head + 1..].iter().filter(|(_, l)| !l.trim_start().starts_with("@@"));
                let is_it = |l: &&(u32, &str)| {
                    let field = l.1.split_whitespace().next().unwrap_or_default();
                    match l.1.split_once(" @map(").and_then(|(_, rest)| argument(rest)) {
                        Some(mapped) => mapped == column,
                        None => naming::is_column(field, column),
                    }
                };
                found.extend(fields.filter(is_it).map(|(line, _)| (*line, Certainty::Model)));
            }
        }
    }
    found
}

/// The text in quotes at the beginning of arguments: `name: "users")`.
fn argument(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once('"')?;
    rest.split_once('"').map(|(name, _)| name)
}
