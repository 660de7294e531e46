//! refinery.
//!
//! `[U|V]{version}__{name}.sql`, in the order of the version as a number, whatever the letter: U stands for unversioned
//! and leads forwards too, unlike Flyway's (its README; `refinery_core/src/util.rs`). Each runs in a transaction with its
//! row of `refinery_schema_history`, unless a line says `-- refinery:noTransaction`; with `set_grouped` all of them run in
//! one, which the files do not tell.

use super::{Arranged, Rules, Sign, Tool, note_duplicates};
use crate::directive::lines;
use crate::natural::{compare_numbers, leading_number};
use crate::place::Place;
use crate::source::Source;
use crate::{Direction, Section, TransactionRule};

pub(super) struct Refinery;

impl Rules for Refinery {
    fn looked_for(&self) -> &'static str {
        "names like V1__name.sql"
    }

    fn takes(&self, file: &Source, _: &Place) -> bool {
        version(file.name()).is_some()
    }

    fn sign(&self, file: &Source, place: &Place) -> Sign {
        let at_home = place.has("refinery.toml") || place.mentions("Cargo.toml", "refinery");
        match version(file.name()) {
            Some(_) if without_transaction(&file.text) => Sign::Contents,
            Some(_) if at_home => Sign::Place,
            _ => Sign::None,
        }
    }

    fn arrange(&self, files: Vec<Source>, _: &Place) -> Arranged {
        let mut found: Vec<_> = files
            .into_iter()
            .filter_map(|file| {
                let version = version(file.name())?.trim_start_matches('0').to_owned();
                let transaction = match without_transaction(&file.text) {
                    true => TransactionRule::OneIfSeveral,
                    false => TransactionRule::One,
                };
                let section = Section::whole(&file.text, transaction, Direction::Up);
                Some((version, file.migration(Tool::Refinery, vec![section])))
            })
            .collect();
        found.sort_by(|(a, _), (b, _)| compare_numbers(a, b));
        note_duplicates(Tool::Refinery, &mut found);
        Arranged { migrations: found.into_iter().map(|(_, m)| m).collect(), notes: Vec::new() }
    }
}

/// The version in `V1__name.sql`.
fn version(name: &str) -> Option<&str> {
    let stem = name.strip_suffix(".sql")?.strip_prefix(['U', 'V'])?;
    let (version, rest) = leading_number(stem)?;
    rest.strip_prefix("__").filter(|name| !name.is_empty())?;
    Some(version)
}

fn without_transaction(text: &str) -> bool {
    lines(text).any(|line| {
        let rest = line.text.trim_start_matches('-');
        line.text.len() >= rest.len() + 2 && rest.trim_start() == "refinery:noTransaction"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_letters_lead_forwards_in_one_order() {
        let files = ["V10__c.sql", "U2__b.sql", "V1__a.sql"].map(|n| Source::of(n, "SELECT 1")).to_vec();
        let order: Vec<_> =
            Refinery.arrange(files, &Place::default()).migrations.into_iter().map(|m| m.path).collect();
        assert_eq!(order, ["V1__a.sql", "U2__b.sql", "V10__c.sql"]);
        assert!(without_transaction("SELECT 1;\n-- refinery:noTransaction\n"));
        assert!(!without_transaction("-- not refinery:noTransaction"));
        assert_eq!(version("V1.5__x.sql"), None);
    }
}
