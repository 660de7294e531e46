//! Diesel.
//!
//! A folder for each migration, `{version}_{name}`, with `up.sql` and `down.sql` in it, in the order of the version as
//! text with its dashes taken out; each runs in a transaction unless `metadata.toml` beside it says
//! `run_in_transaction = false`, and is sent as one message (`diesel_migrations/src/file_based_migrations.rs`).

use super::{Arranged, Rules, Sign, Tool, note_duplicates};
use crate::place::Place;
use crate::source::Source;
use crate::{Direction, Section, TransactionRule};

pub(super) struct Diesel;

impl Rules for Diesel {
    fn looked_for(&self) -> &'static str {
        "folders like 2024-01-02-030405_name with up.sql in them"
    }

    fn takes(&self, file: &Source, _: &Place) -> bool {
        direction(file).is_some() && version(file).is_some()
    }

    fn sign(&self, file: &Source, place: &Place) -> Sign {
        let at_home = place.has("diesel.toml") || place.mentions("Cargo.toml", "diesel");
        match self.takes(file, place) {
            false => Sign::None,
            true if at_home => Sign::Place,
            true => Sign::Name,
        }
    }

    fn arrange(&self, files: Vec<Source>, _: &Place) -> Arranged {
        let mut found: Vec<_> = files
            .into_iter()
            .filter_map(|mut file| {
                let (version, direction) = (version(&file)?, direction(&file)?);
                let transaction = transaction(&mut file);
                let section = Section::whole(&file.text, transaction, direction);
                Some(((version, direction == Direction::Down), file.migration(Tool::Diesel, vec![section])))
            })
            .collect();
        found.sort_by(|(a, _), (b, _)| a.cmp(b));
        note_duplicates(Tool::Diesel, &mut found);
        Arranged { migrations: found.into_iter().map(|(_, m)| m).collect(), notes: Vec::new() }
    }
}

fn direction(file: &Source) -> Option<Direction> {
    match file.name() {
        "up.sql" => Some(Direction::Up),
        "down.sql" => Some(Direction::Down),
        _ => None,
    }
}

/// What comes before the first underscore of the folder's name; the folder `00000000000000_diesel_initial_setup` is one
/// like any other.
fn version(file: &Source) -> Option<String> {
    let folder = file.folder()?;
    let (version, _) = folder.split_once('_').unwrap_or((&folder, ""));
    let digits = version.starts_with(|c: char| c.is_ascii_digit());
    digits.then(|| version.replace('-', ""))
}

fn transaction(file: &mut Source) -> TransactionRule {
    let Some(text) = file.text_beside("metadata.toml") else { return TransactionRule::One };
    match text.parse::<toml::Table>() {
        Ok(table) => match table.get("run_in_transaction").and_then(toml::Value::as_bool) {
            Some(false) => TransactionRule::OneIfSeveral,
            _ => TransactionRule::One,
        },
        Err(_) => {
            file.notes.push("metadata.toml beside it is not TOML: Diesel goes by its defaults".to_owned());
            TransactionRule::One
        }
    }
}
