//! From paths to migrations in order.

use std::collections::HashSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::git::{Change, Changes};
use crate::include::{self, ClientCommands};
use crate::place::Place;
use crate::source::Source;
use crate::tool::{self, Arranged, Rules};
use crate::{Direction, Migration, Section, Tool, walk};

/// What is to be gathered.
pub struct Request<'a> {
    /// Files, folders and `-`, in the order given.
    pub paths: &'a [PathBuf],
    /// What `-` reads.
    pub stdin: &'a mut dyn Read,
    /// The team's tool; none to recognise it by names, contents and configuration.
    pub tool: Option<Tool>,
    /// Which way: forwards, or [`Direction::Down`] for the scripts that lead back, last first.
    pub direction: Direction,
    /// Marks what is new or changed since this revision of git.
    pub since: Option<&'a str>,
    /// Tells where in a text commands for the client are, so that `\i` can be followed; see `SourceText::pieces`.
    pub client_commands: ClientCommands<'a>,
}

/// Migrations in the order they run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gathered {
    /// In order.
    pub migrations: Vec<Migration>,
    /// What is to be said about all of them: tools recognised and mixed, files left out.
    pub notes: Vec<String>,
}

/// Reads the files and puts them in the order their tool runs them.
///
/// # Errors
/// When a path cannot be read as SQL text, holds none, or git cannot tell what changed.
pub fn gather(request: Request<'_>) -> Result<Gathered, Error> {
    let Request { paths, stdin, tool, direction, since, client_commands } = request;
    let mut gathering = Gathering {
        tool,
        direction,
        commands: client_commands,
        seen: HashSet::new(),
        gathered: Gathered::default(),
    };
    for path in paths {
        let is_stdin = path.as_os_str() == "-";
        let migrations = match is_stdin {
            true => gathering.standard_input(stdin)?,
            false => gathering.path(path)?,
        };
        let changes = match since.filter(|_| !is_stdin) {
            Some(revision) => Some(Changes::since(revision, path)?),
            None => None,
        };
        gathering.add(migrations, path, changes.as_ref());
    }
    Ok(gathering.gathered)
}

struct Gathering<'a> {
    tool: Option<Tool>,
    direction: Direction,
    commands: ClientCommands<'a>,
    seen: HashSet<PathBuf>,
    gathered: Gathered,
}

impl Gathering<'_> {
    fn standard_input(&mut self, stdin: &mut dyn Read) -> Result<Vec<Migration>, Error> {
        let mut bytes = Vec::new();
        stdin.read_to_end(&mut bytes).map_err(|source| Error::Unreadable { path: "-".into(), source })?;
        let source = Source::new("-".to_owned(), None, "-".to_owned(), bytes)?;
        let place = Place::default();
        // Its name tells nothing; where a tool was named its marks count, else the text is taken as it stands.
        let recognised = tool::recognise(std::slice::from_ref(&source), &place);
        let tool = self.tool.or_else(|| recognised.first().copied()).unwrap_or_default();
        let mut migrations = self.arrange(tool, vec![source.clone()], &place);
        if migrations.is_empty() {
            migrations = self.arrange(Tool::Plain, vec![source], &place);
        }
        let migrations = self.follow_includes(migrations)?;
        Ok(self.in_direction(migrations, false))
    }

    fn path(&mut self, path: &Path) -> Result<Vec<Migration>, Error> {
        let sources = match std::fs::metadata(path) {
            Ok(found) if found.is_dir() => {
                walk::sql_files(path)?.iter().map(|file| Source::read(file, Some(path))).collect()
            }
            Ok(_) => Source::read(path, None).map(|source| vec![source]),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(Error::Missing { path: path.to_owned() })
            }
            Err(source) => Err(Error::Unreadable { path: path.to_owned(), source }),
        };
        let mut sources = sources?;
        sources.retain(|s| self.seen.insert(real(s)));
        let place = Place::around(path);
        let is_folder = path.is_dir();
        let migrations = match self.tool {
            Some(tool) => self.forced(tool, sources, &place, path)?,
            None => self.recognised(sources, &place, is_folder),
        };
        let migrations = self.follow_includes(migrations)?;
        Ok(self.in_direction(migrations, is_folder))
    }

    /// Every file by the rules of the tool that was named.
    fn forced(
        &mut self,
        tool: Tool,
        sources: Vec<Source>,
        place: &Place,
        path: &Path,
    ) -> Result<Vec<Migration>, Error> {
        let names: Vec<String> = sources.iter().map(|s| s.shown.clone()).collect();
        let migrations = self.arrange(tool, sources, place);
        if migrations.is_empty() && !names.is_empty() {
            let looked_for = tool.rules().looked_for();
            return Err(Error::NoneOfTool { path: path.to_owned(), tool, looked_for });
        }
        self.note_left_out(tool, &names, &migrations);
        Ok(migrations)
    }

    /// Each file by the rules of the tool it is most surely of.
    fn recognised(&mut self, sources: Vec<Source>, place: &Place, is_folder: bool) -> Vec<Migration> {
        let tools = tool::recognise(&sources, place);
        let mut of_tools: Vec<Tool> = tools.iter().copied().filter(|t| *t != Tool::Plain).collect();
        of_tools.sort_by_key(|t| t.key());
        of_tools.dedup();
        let mut groups: Vec<(Tool, Vec<Source>)> = Vec::new();
        for (source, mut tool) in sources.into_iter().zip(tools) {
            if let ([only], Tool::Plain, true) = (of_tools.as_slice(), tool, is_folder) {
                if !only.rules().takes(&source, place) {
                    self.gathered.notes.push(format!("{} is left out: it is none of {only}'s", source.shown));
                    continue;
                }
                tool = *only;
            }
            match groups.iter_mut().find(|(t, _)| *t == tool) {
                Some((_, group)) => group.push(source),
                None => groups.push((tool, vec![source])),
            }
        }
        if of_tools.len() > 1 {
            let counted = groups.iter().map(|(t, files)| format!("{t} ({})", files.len()));
            self.gathered.notes.push(format!(
                "these are files of several tools, each read by its own rules, in this order: {}; name one if that is wrong",
                counted.collect::<Vec<_>>().join(", ")
            ));
        }
        groups.into_iter().flat_map(|(tool, files)| self.arrange(tool, files, place)).collect()
    }

    fn arrange(&mut self, tool: Tool, sources: Vec<Source>, place: &Place) -> Vec<Migration> {
        let Arranged { migrations, mut notes } = tool.rules().arrange(sources, place);
        self.gathered.notes.append(&mut notes);
        migrations
    }

    fn note_left_out(&mut self, tool: Tool, names: &[String], kept: &[Migration]) {
        let kept: HashSet<&str> = kept.iter().map(|m| m.path.as_str()).collect();
        let left_out = names.iter().filter(|n| !kept.contains(n.as_str()));
        let notes = left_out.map(|n| format!("{n} is left out: it is none of {tool}'s"));
        self.gathered.notes.extend(notes);
    }

    /// Files of no tool are read as `psql` does, included files in their places and not once more by themselves.
    fn follow_includes(&mut self, migrations: Vec<Migration>) -> Result<Vec<Migration>, Error> {
        let rules: &dyn Rules = Tool::Plain.rules();
        let mut included = Vec::new();
        let mut expanded: Vec<(PathBuf, Vec<Migration>)> = Vec::new();
        for migration in migrations {
            let path = (migration.path != "-").then(|| PathBuf::from(&migration.path));
            let real = path.as_ref().and_then(|p| p.canonicalize().ok()).unwrap_or_default();
            let parts = match migration.tool {
                _ if included.contains(&real) => continue,
                Tool::Plain => {
                    include::expand(migration, path.as_deref(), self.commands, rules, &mut included)?
                }
                _ => vec![migration],
            };
            expanded.push((real, parts));
        }
        let own = expanded.into_iter().filter(|(path, _)| !included.contains(path));
        Ok(own.flat_map(|(_, parts)| parts).collect())
    }

    /// What leads the way asked for. A file that was asked for by itself stays, whatever its way.
    fn in_direction(&self, mut migrations: Vec<Migration>, is_folder: bool) -> Vec<Migration> {
        let back = self.direction == Direction::Down;
        let wanted = |section: &Section| (section.direction == Direction::Down) == back;
        let any = migrations.iter().flat_map(|m| &m.sections).any(wanted);
        if !any && !is_folder {
            return migrations;
        }
        for migration in &mut migrations {
            migration.sections.retain(wanted);
        }
        // A migration with nothing to run stays where something is to be said about it.
        migrations.retain(|m| !m.sections.is_empty() || !m.notes.is_empty() && !back);
        if back {
            migrations.reverse();
        }
        migrations
    }

    fn add(&mut self, mut migrations: Vec<Migration>, path: &Path, changes: Option<&Changes>) {
        if let Some(changes) = changes {
            for migration in &mut migrations {
                mark(migration, changes);
            }
            let gone = changes.gone(path);
            let notes = gone
                .iter()
                .map(|p| format!("{} is gone since then: what it did is not known here", p.display()));
            self.gathered.notes.extend(notes);
        }
        self.gathered.migrations.append(&mut migrations);
    }
}

/// Whether it changed; a tool that keeps checksums refuses one that it ran before.
fn mark(migration: &mut Migration, changes: &Changes) {
    let path = Path::new(&migration.path);
    // Settings of one script stand in a file beside it.
    let settings = [path.with_extension("sql.conf"), path.with_file_name("metadata.toml")];
    let change = changes.of(path).or_else(|| settings.iter().find_map(|s| changes.of(s)));
    migration.changed = change.is_some();
    let checks =
        matches!(migration.tool, Tool::Flyway | Tool::Liquibase | Tool::Sqlx | Tool::Refinery | Tool::Prisma);
    let once = migration.sections.iter().any(|s| s.direction == Direction::Up);
    if change == Some(Change::Modified) && checks && once {
        migration.notes.push(format!("it was changed: {} refuses it where it ran before", migration.tool));
    }
}

fn real(source: &Source) -> PathBuf {
    let path = source.path.clone().unwrap_or_default();
    path.canonicalize().unwrap_or(path)
}
