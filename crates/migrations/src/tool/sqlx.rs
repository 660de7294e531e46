//! sqlx.
//!
//! `<VERSION>_<DESCRIPTION>.sql`, or the pair `.up.sql` and `.down.sql`, in the order of the version as a number; other
//! names are ignored (`sqlx-core/src/migrate/source.rs`). Each runs in a transaction with its row of
//! `_sqlx_migrations`, unless the file begins with `-- no-transaction`: then it is sent as one message.

use super::numbered;
use super::{Arranged, Rules, Sign, Tool, note_duplicates};
use crate::natural::compare_numbers;
use crate::place::Place;
use crate::source::Source;
use crate::{Direction, Section, TransactionRule};

pub(super) struct Sqlx;

const NO_TRANSACTION: &str = "-- no-transaction";

impl Rules for Sqlx {
    fn looked_for(&self) -> &'static str {
        "names like 1_description.sql"
    }

    fn takes(&self, file: &Source, _: &Place) -> bool {
        numbered::parse(file.name()).is_some()
    }

    fn sign(&self, file: &Source, place: &Place) -> Sign {
        let at_home = place.has(".sqlx") || place.mentions("Cargo.toml", "sqlx");
        match numbered::parse(file.name()) {
            Some(_) if file.text.starts_with(NO_TRANSACTION) => Sign::Contents,
            Some(_) if at_home => Sign::Place,
            _ => Sign::None,
        }
    }

    fn arrange(&self, files: Vec<Source>, _: &Place) -> Arranged {
        let mut found: Vec<_> = files
            .into_iter()
            .filter_map(|file| {
                let name = numbered::parse(file.name())?;
                let direction = name.direction.unwrap_or_default();
                let version = name.version.trim_start_matches('0').to_owned();
                let transaction = match file.text.starts_with(NO_TRANSACTION) {
                    true => TransactionRule::OneIfSeveral,
                    false => TransactionRule::One,
                };
                let section = Section::whole(&file.text, transaction, direction);
                Some(((version, direction == Direction::Down), file.migration(Tool::Sqlx, vec![section])))
            })
            .collect();
        found.sort_by(|((a, x), _), ((b, y), _)| compare_numbers(a, b).then(x.cmp(y)));
        note_duplicates(Tool::Sqlx, &mut found);
        Arranged { migrations: found.into_iter().map(|(_, m)| m).collect(), notes: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_says_whether_there_is_a_transaction() {
        let files = vec![
            Source::of("2_index.sql", "-- no-transaction\nCREATE INDEX CONCURRENTLY i ON t (a);"),
            Source::of("1_t.sql", "CREATE TABLE t (a int);\n-- no-transaction"),
        ];
        let rust = Place::with("Cargo.toml", "sqlx = \"0.8\"");
        assert_eq!(Sqlx.sign(&files[0], &Place::default()), Sign::Contents);
        assert_eq!(Sqlx.sign(&files[1], &Place::default()), Sign::None);
        assert_eq!(Sqlx.sign(&files[1], &rust), Sign::Place);
        let rules: Vec<_> =
            Sqlx.arrange(files, &rust).migrations.iter().map(|m| m.sections[0].transaction).collect();
        assert_eq!(rules, [TransactionRule::One, TransactionRule::OneIfSeveral]);
    }
}
