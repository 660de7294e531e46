//! dbmate.
//!
//! A file has `-- migrate:up` and, behind it, `-- migrate:down`, both demanded; nothing but comments may stand before.
//! Files run in the order of their names. A block is sent as one message, in a transaction unless its marker says
//! `transaction:false` (its README, "Migration Options"; `pkg/dbmate/migration.go`).

use super::{Arranged, Rules, Sign, Tool, note_duplicates};
use crate::directive::{Line, behind, lines};
use crate::natural::leading_number;
use crate::place::Place;
use crate::source::Source;
use crate::{Direction, Section, TransactionRule};

pub(super) struct Dbmate;

impl Rules for Dbmate {
    fn looked_for(&self) -> &'static str {
        "files with a line -- migrate:up"
    }

    fn takes(&self, file: &Source, _: &Place) -> bool {
        leading_number(file.name()).is_some()
    }

    fn sign(&self, file: &Source, _: &Place) -> Sign {
        match lines(&file.text).any(|l| marker(&l).is_some()) {
            true => Sign::Contents,
            false => Sign::None,
        }
    }

    fn arrange(&self, mut files: Vec<Source>, _: &Place) -> Arranged {
        files.sort_by(|a, b| a.name().cmp(b.name()));
        let mut notes = Vec::new();
        let mut found: Vec<_> = files
            .into_iter()
            .filter_map(|mut file| {
                let version = leading_number(file.name()).map(|(v, _)| v.to_owned()).unwrap_or_default();
                if version.is_empty() && !file.asked_for {
                    notes.push(format!(
                        "{} is left out: dbmate ignores it, since its name begins with no number",
                        file.shown
                    ));
                    return None;
                }
                let sections = blocks(&mut file);
                Some((version, file.migration(Tool::Dbmate, sections)))
            })
            .collect();
        note_duplicates(Tool::Dbmate, &mut found);
        Arranged { migrations: found.into_iter().map(|(_, m)| m).collect(), notes }
    }
}

/// The block a line opens, and its options.
fn marker<'a>(line: &Line<'a>) -> Option<(Direction, &'a str)> {
    // The dashes have to be the first characters of the line.
    let comment = line.text.strip_prefix("--")?.trim_start();
    let up = behind(comment, "migrate:up").map(|options| (Direction::Up, options));
    up.or_else(|| behind(comment, "migrate:down").map(|options| (Direction::Down, options)))
}

fn blocks(file: &mut Source) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    let text = file.text.clone();
    let mut before = false;
    for line in lines(&text) {
        match marker(&line) {
            // Only the first of each counts.
            Some((direction, options)) if !sections.iter().any(|s| s.direction == direction) => {
                if let Some(last) = sections.last_mut() {
                    last.span.end = line.span.start;
                }
                let transaction = match options.split_whitespace().any(|o| o == "transaction:false") {
                    true => TransactionRule::OneIfSeveral,
                    false => TransactionRule::One,
                };
                let section = Section::whole(&text, transaction, direction);
                sections.push(Section { span: line.span.start..text.len(), line: line.number, ..section });
            }
            _ if sections.is_empty() => {
                before |= line.comment().is_none() && !line.text.trim().is_empty();
            }
            _ => {}
        }
    }
    let has = |direction| sections.iter().any(|s| s.direction == direction);
    let refused = match (has(Direction::Up), has(Direction::Down)) {
        (false, _) => Some("there is no -- migrate:up"),
        (true, false) => Some("there is no -- migrate:down"),
        _ if sections.first().is_some_and(|s| s.direction == Direction::Down) => {
            Some("migrate:down comes before migrate:up")
        }
        _ if before => Some("there are statements before -- migrate:up"),
        _ => None,
    };
    if let Some(why) = refused {
        file.notes.push(format!("dbmate refuses it: {why}"));
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_and_their_options() {
        let text = "-- a comment\n-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY i ON t (a);\n\n-- migrate:down\nDROP INDEX i;\n";
        let mut file = Source::of("1_a.sql", text);
        let sections = blocks(&mut file);
        let found: Vec<_> = sections.iter().map(|s| (s.direction, s.transaction, s.line)).collect();
        assert_eq!(
            found,
            [(Direction::Up, TransactionRule::OneIfSeveral, 2), (Direction::Down, TransactionRule::One, 5)]
        );
        assert!(text[sections[0].span.clone()].ends_with("(a);\n\n"));
        assert_eq!(file.notes, [""; 0]);
        for (bad, why) in [
            ("SELECT 1;\n-- migrate:up\n-- migrate:down", "before"),
            ("-- migrate:up\n", "no -- migrate:down"),
            ("SELECT 1", "no -- migrate:up"),
        ] {
            let mut file = Source::of("1_a.sql", bad);
            blocks(&mut file);
            assert!(file.notes[0].contains(why), "{:?}", file.notes);
        }
    }
}
