//! Prisma Migrate.
//!
//! A folder for each migration with `migration.sql` in it, in the order of the folders' names, which begin with a
//! timestamp (its documentation, "About migration histories"). The file is sent as one message, so that several
//! statements run in one transaction of the server's, and a `CREATE INDEX CONCURRENTLY` has to stand alone.

use super::{Arranged, Rules, Sign, Tool};
use crate::place::Place;
use crate::source::Source;
use crate::{Direction, Section, TransactionRule};

pub(super) struct Prisma;

impl Rules for Prisma {
    fn looked_for(&self) -> &'static str {
        "folders like 20240102030405_name with migration.sql in them"
    }

    fn takes(&self, file: &Source, _: &Place) -> bool {
        file.name() == "migration.sql" && file.folder().is_some()
    }

    fn sign(&self, file: &Source, place: &Place) -> Sign {
        match self.takes(file, place) {
            false => Sign::None,
            true if place.has("migration_lock.toml") => Sign::Place,
            true => Sign::Name,
        }
    }

    fn arrange(&self, files: Vec<Source>, place: &Place) -> Arranged {
        let mut found: Vec<_> = files
            .into_iter()
            .filter(|file| self.takes(file, place))
            .map(|file| {
                let section = Section::whole(&file.text, TransactionRule::OneIfSeveral, Direction::Up);
                (file.folder().unwrap_or_default(), file.migration(Tool::Prisma, vec![section]))
            })
            .collect();
        found.sort_by(|(a, _), (b, _)| a.cmp(b));
        Arranged { migrations: found.into_iter().map(|(_, m)| m).collect(), notes: Vec::new() }
    }
}
