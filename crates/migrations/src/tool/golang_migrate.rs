//! golang-migrate.
//!
//! `{version}_{title}.up.sql` and `.down.sql` in one folder, in the order of the version as a number (its
//! MIGRATIONS.md, "Migration Filename Format"; `source/parse.go`). The PostgreSQL drivers send a whole file in one
//! message, unless `x-multi-statement` is set in the URL (`database/postgres/README.md`), so that several statements
//! run in one transaction of the server's and a single one in none.

use super::numbered;
use super::{Arranged, Rules, Sign, Tool, note_duplicates};
use crate::natural::compare_numbers;
use crate::place::Place;
use crate::source::Source;
use crate::{Direction, Section, TransactionRule};

pub(super) struct GolangMigrate;

impl Rules for GolangMigrate {
    fn looked_for(&self) -> &'static str {
        "names like 1_title.up.sql"
    }

    fn takes(&self, file: &Source, _: &Place) -> bool {
        numbered::parse(file.name()).is_some_and(|n| n.direction.is_some())
    }

    fn sign(&self, file: &Source, place: &Place) -> Sign {
        match self.takes(file, place) {
            false => Sign::None,
            true if place.mentions("go.mod", "golang-migrate") => Sign::Place,
            true => Sign::Name,
        }
    }

    fn arrange(&self, files: Vec<Source>, place: &Place) -> Arranged {
        let mut notes = Vec::new();
        if !place.mentions("go.mod", "golang-migrate") {
            notes.push(
                "taken for golang-migrate's; sqlx names files the same way, but wraps each in a transaction"
                    .to_owned(),
            );
        }
        let mut found: Vec<_> = files
            .into_iter()
            .filter_map(|file| {
                let name = numbered::parse(file.name())?;
                let (version, direction) = (name.version.to_owned(), name.direction?);
                let section = Section::whole(&file.text, TransactionRule::OneIfSeveral, direction);
                let back = direction == Direction::Down;
                Some((
                    (version.trim_start_matches('0').to_owned(), back),
                    file.migration(Tool::GolangMigrate, vec![section]),
                ))
            })
            .collect();
        found.sort_by(|((a, x), _), ((b, y), _)| compare_numbers(a, b).then(x.cmp(y)));
        note_duplicates(Tool::GolangMigrate, &mut found);
        Arranged { migrations: found.into_iter().map(|(_, m)| m).collect(), notes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbers_and_a_file_is_one_message() {
        let names = ["10_c.up.sql", "2_b.down.sql", "002_b.up.sql", "1_a.up.sql", "1_other.up.sql"];
        let files = names.iter().map(|n| Source::of(n, "SELECT 1;")).collect();
        let arranged = GolangMigrate.arrange(files, &Place::with("go.mod", "golang-migrate"));
        let order: Vec<_> = arranged.migrations.iter().map(|m| m.path.as_str()).collect();
        assert_eq!(order, ["1_a.up.sql", "1_other.up.sql", "002_b.up.sql", "2_b.down.sql", "10_c.up.sql"]);
        assert!(arranged.migrations[1].notes[0].contains("same version"));
        assert_eq!(arranged.migrations[0].sections[0].transaction, TransactionRule::OneIfSeveral);
        assert_eq!(arranged.notes, [""; 0]);
    }
}
