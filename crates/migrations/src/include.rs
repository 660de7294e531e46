//! Files that a script of `psql` reads in the middle of itself: `\i` and `\ir` (manual, "psql").

use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use crate::error::Error;
use crate::source::Source;
use crate::tool::Rules;
use crate::{Migration, Section};

/// Tells where in a text commands for the client are.
pub(crate) type ClientCommands<'a> = &'a dyn Fn(&str) -> Vec<Range<usize>>;

/// Files on the way from the one that was asked for to the one being read.
type Chain = Vec<PathBuf>;

/// Puts the included files in their places. What cannot be followed is left to be seen as a command.
pub(crate) fn expand(
    migration: Migration,
    path: Option<&Path>,
    commands: ClientCommands<'_>,
    rules: &dyn Rules,
    included: &mut Vec<PathBuf>,
) -> Result<Vec<Migration>, Error> {
    let mut expansion = Expansion { commands, rules, included, out: Vec::new() };
    let chain = path.and_then(|p| p.canonicalize().ok()).into_iter().collect();
    expansion.file(migration, path, &chain)?;
    Ok(expansion.out)
}

struct Expansion<'a> {
    commands: ClientCommands<'a>,
    rules: &'a dyn Rules,
    included: &'a mut Vec<PathBuf>,
    out: Vec<Migration>,
}

impl Expansion<'_> {
    fn file(&mut self, mut migration: Migration, path: Option<&Path>, chain: &Chain) -> Result<(), Error> {
        let text = migration.text.clone();
        let mut rest = std::mem::take(&mut migration.sections);
        let places = if text.contains("\\i") { (self.commands)(&text) } else { Vec::new() };
        for place in places {
            let Some(command) = text.get(place.clone()) else { continue };
            let Some(target) = target(command, path) else { continue };
            let Some(canonical) = target.canonicalize().ok().filter(|t| t.is_file()) else {
                migration.notes.push(format!("{} is not there: {command}", target.display()));
                continue;
            };
            if chain.contains(&canonical) {
                migration.notes.push(format!("{} includes itself: {command}", target.display()));
                continue;
            }
            let (before, behind) = divide(rest, &place, line_behind(&text, &place));
            rest = behind;
            self.out.push(Migration { sections: before, ..migration.clone() });
            migration = Migration { continues: true, notes: Vec::new(), ..migration };
            self.included_file(&target, &canonical, chain)?;
        }
        self.out.push(Migration { sections: rest, ..migration });
        Ok(())
    }

    fn included_file(&mut self, target: &Path, canonical: &Path, chain: &Chain) -> Result<(), Error> {
        let source = Source::read(target, None)?;
        let arranged = self.rules.arrange(vec![source], &crate::place::Place::default());
        self.included.push(canonical.to_owned());
        let chain: Chain = chain.iter().cloned().chain([canonical.to_owned()]).collect();
        for migration in arranged.migrations {
            self.file(Migration { continues: true, ..migration }, Some(target), &chain)?;
        }
        Ok(())
    }
}

/// The file a command names: `\ir` from the folder of the file it stands in, `\i` from where one is, or else from there.
fn target(command: &str, path: Option<&Path>) -> Option<PathBuf> {
    let command = command.strip_prefix('\\')?;
    let (name, argument) = command.split_once(char::is_whitespace)?;
    let argument = argument.trim();
    let argument = argument.strip_prefix('\'').and_then(|a| a.strip_suffix('\'')).unwrap_or(argument);
    if argument.is_empty() || argument.contains([':', '`']) {
        return None;
    }
    let beside =
        path.map_or_else(|| PathBuf::from(argument), |p| without_detours(&p.with_file_name(argument)));
    match name {
        "ir" | "include_relative" => Some(beside),
        "i" | "include" if Path::new(argument).is_file() => Some(PathBuf::from(argument)),
        "i" | "include" => Some(beside),
        _ => None,
    }
}

/// `data/../more.sql` as `more.sql`.
fn without_detours(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match (part, clean.components().next_back()) {
            (Component::ParentDir, Some(Component::Normal(_))) => {
                clean.pop();
            }
            _ => clean.push(part),
        }
    }
    clean
}

/// The sections before a place, and those behind it.
fn divide(sections: Vec<Section>, place: &Range<usize>, line: u32) -> (Vec<Section>, Vec<Section>) {
    let (mut before, mut behind) = (Vec::new(), Vec::new());
    for section in sections {
        if section.span.end <= place.start {
            before.push(section);
        } else if section.span.start >= place.end {
            behind.push(section);
        } else {
            before.push(Section { span: section.span.start..place.start, ..section.clone() });
            behind.push(Section { span: place.end..section.span.end, line, ..section });
        }
    }
    (before, behind)
}

/// The line a place ends on.
fn line_behind(text: &str, place: &Range<usize>) -> u32 {
    let before = text.get(..place.end).unwrap_or_default();
    u32::try_from(before.bytes().filter(|b| *b == b'\n').count()).unwrap_or(u32::MAX).saturating_add(1)
}
