//! Flyway.
//!
//! `V1.2__name.sql` in the order of the version, whose parts are numbers between dots or underscores; then `R__name.sql`,
//! run again whenever it changes, in the order of the description; `U1.2__name.sql` undoes; `B1.2__name.sql` stands for all
//! up to its version in an empty database (its documentation, "Migrations"). Folders below are searched too.
//!
//! A script runs in one transaction, unless `name.sql.conf` beside it or the configuration says
//! `executeInTransaction=false`, or it holds a statement that PostgreSQL refuses in one: then it runs without, and Flyway
//! refuses a script that holds both kinds unless `mixed` is set ("Transactions"; the list is `PostgreSQLParser.java`'s).

mod name;
mod transaction;

use std::cmp::Ordering;

use super::{Arranged, Rules, Sign, Tool, note_duplicates};
use crate::place::Place;
use crate::source::Source;
use crate::{Direction, Migration, Section, statements};
use name::{Kind, Name, Prefixes, Version};

pub(super) struct Flyway;

impl Rules for Flyway {
    fn looked_for(&self) -> &'static str {
        "names like V1__description.sql and R__description.sql"
    }

    fn takes(&self, file: &Source, place: &Place) -> bool {
        Name::parse(file.name(), &Prefixes::of(place)).is_some()
    }

    fn sign(&self, file: &Source, place: &Place) -> Sign {
        match self.takes(file, place) {
            false => Sign::None,
            true if place.has("flyway.conf") || place.has("flyway.toml") => Sign::Place,
            true => Sign::Name,
        }
    }

    fn arrange(&self, files: Vec<Source>, place: &Place) -> Arranged {
        let prefixes = Prefixes::of(place);
        let mut arranged = Arranged::default();
        if place.flyway("group").as_deref() == Some("true") {
            arranged
                .notes
                .push("Flyway's group is set: all that is pending runs in one transaction".to_owned());
        }
        let mut found: Vec<(Key, Migration)> = Vec::new();
        for file in files {
            let Some(name) = Name::parse(file.name(), &prefixes) else { continue };
            let key =
                Key { kind: name.kind, version: name.version, description: name.description.to_owned() };
            let kind = name.kind;
            found.push((key, migration(file, kind, place)));
        }
        let oldest =
            found.iter().filter(|(k, _)| k.kind == Kind::Versioned).map(|(k, _)| k.version.clone()).min();
        found.retain(|(key, migration)| {
            let superfluous = key.kind == Kind::Baseline && oldest.as_ref().is_some_and(|v| *v <= key.version);
            if superfluous {
                arranged.notes.push(format!(
                    "{} is left out: a baseline runs in an empty database only, instead of the versions up to its own",
                    migration.path
                ));
            }
            !superfluous
        });
        found.sort_by(|(a, _), (b, _)| a.order(b));
        let mut keyed: Vec<_> = found.into_iter().map(|(k, m)| (k.unique(), m)).collect();
        note_duplicates(Tool::Flyway, &mut keyed);
        arranged.migrations = keyed.into_iter().map(|(_, m)| m).collect();
        arranged
    }
}

fn migration(mut file: Source, kind: Kind, place: &Place) -> Migration {
    let direction = match kind {
        Kind::Undo => Direction::Down,
        Kind::Repeatable => Direction::Repeatable,
        Kind::Versioned | Kind::Baseline => Direction::Up,
    };
    let rule = transaction::rule(&mut file, place);
    let names = statements::placeholders(&file.text);
    if !names.is_empty() {
        file.notes.push(format!("Flyway fills in {}", names.join(", ")));
    }
    let section = Section::whole(&file.text, rule, direction);
    file.migration(Tool::Flyway, vec![section])
}

/// What decides about the order.
struct Key {
    kind: Kind,
    version: Version,
    description: String,
}

impl Key {
    fn order(&self, other: &Self) -> Ordering {
        let repeatable = |k: &Self| k.kind == Kind::Repeatable;
        // An undo script stands behind the one it undoes.
        let undo = |k: &Self| k.kind == Kind::Undo;
        repeatable(self)
            .cmp(&repeatable(other))
            .then_with(|| self.version.cmp(&other.version))
            .then_with(|| undo(self).cmp(&undo(other)))
            .then_with(|| self.description.cmp(&other.description))
    }

    /// What no two scripts may share.
    fn unique(self) -> (Kind, Version, String) {
        let description = if self.kind == Kind::Repeatable { self.description } else { String::new() };
        (self.kind, self.version, description)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TransactionRule;

    #[test]
    fn versions_then_repeatables() {
        let names = [
            "R__b_view.sql",
            "V10__j.sql",
            "V2_1__c.sql",
            "V2.1__same.sql",
            "V2__b.sql",
            "R__a_view.sql",
            "U2__b.sql",
            "V1.0__a.sql",
            "B2__base.sql",
            "afterMigrate.sql",
        ];
        let files = names.iter().map(|n| Source::of(n, "SELECT 1;")).collect();
        let arranged = Flyway.arrange(files, &Place::default());
        let order: Vec<_> = arranged.migrations.iter().map(|m| m.path.as_str()).collect();
        assert_eq!(
            order,
            [
                "V1.0__a.sql",
                "V2__b.sql",
                "U2__b.sql",
                "V2_1__c.sql",
                "V2.1__same.sql",
                "V10__j.sql",
                "R__a_view.sql",
                "R__b_view.sql"
            ]
        );
        assert!(arranged.migrations[4].notes[0].contains("same version"));
        assert!(arranged.notes[0].contains("B2__base.sql"), "{:?}", arranged.notes);
    }

    #[test]
    fn the_script_decides_about_the_transaction() {
        let rule = |text: &str, place: &Place| {
            let mut file = Source::of("V1__a.sql", text);
            (transaction::rule(&mut file, place), file.notes)
        };
        let nothing = Place::default();
        assert_eq!(rule("ALTER TABLE t ADD c int;", &nothing), (TransactionRule::One, vec![]));
        let (each, notes) = rule("create unique index concurrently i on t (a);", &nothing);
        assert!(each == TransactionRule::Each && notes[0].contains("transactional.lock"), "{notes:?}");
        let unlocked = Place::with("flyway.conf", "flyway.postgresql.transactional.lock=false");
        assert_eq!(rule("CREATE INDEX CONCURRENTLY i ON t (a)", &unlocked), (TransactionRule::Each, vec![]));
        let (each, notes) = rule("VACUUM t; ALTER TABLE t ADD c int", &nothing);
        assert!(each == TransactionRule::Each && notes[0].contains("refuses"), "{notes:?}");
        let mixed = Place::with("flyway.toml", "[flyway]\nmixed = true");
        assert_eq!(rule("VACUUM t; ALTER TABLE t ADD c int", &mixed), (TransactionRule::Each, vec![]));
        assert_eq!(
            rule("SELECT 1", &Place::with("flyway.conf", "flyway.executeInTransaction=false")).0,
            TransactionRule::Each
        );
    }
}
