//! The tools: how each names, marks, orders and runs its migrations. One file for each.

mod dbmate;
mod diesel;
mod flyway;
mod golang_migrate;
mod goose;
mod liquibase;
mod numbered;
mod plain;
mod prisma;
mod refinery;
mod sqlx;

use std::fmt;

use crate::Migration;
use crate::place::Place;
use crate::source::Source;

/// A migration tool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tool {
    /// Files run as they are, by `psql` or something like it.
    #[default]
    Plain,
    /// Flyway.
    Flyway,
    /// Liquibase, changelogs in formatted SQL.
    Liquibase,
    /// golang-migrate.
    GolangMigrate,
    /// dbmate.
    Dbmate,
    /// goose.
    Goose,
    /// sqlx.
    Sqlx,
    /// refinery.
    Refinery,
    /// Diesel.
    Diesel,
    /// Prisma.
    Prisma,
}

impl Tool {
    /// Every tool.
    pub const ALL: &'static [Tool] = &[
        Tool::Plain,
        Tool::Flyway,
        Tool::Liquibase,
        Tool::GolangMigrate,
        Tool::Dbmate,
        Tool::Goose,
        Tool::Sqlx,
        Tool::Refinery,
        Tool::Diesel,
        Tool::Prisma,
    ];

    /// Its name as an option's value.
    pub fn key(self) -> &'static str {
        match self {
            Tool::Plain => "plain",
            Tool::Flyway => "flyway",
            Tool::Liquibase => "liquibase",
            Tool::GolangMigrate => "golang-migrate",
            Tool::Dbmate => "dbmate",
            Tool::Goose => "goose",
            Tool::Sqlx => "sqlx",
            Tool::Refinery => "refinery",
            Tool::Diesel => "diesel",
            Tool::Prisma => "prisma",
        }
    }

    pub(crate) fn rules(self) -> &'static dyn Rules {
        match self {
            Tool::Plain => &plain::Plain,
            Tool::Flyway => &flyway::Flyway,
            Tool::Liquibase => &liquibase::Liquibase,
            Tool::GolangMigrate => &golang_migrate::GolangMigrate,
            Tool::Dbmate => &dbmate::Dbmate,
            Tool::Goose => &goose::Goose,
            Tool::Sqlx => &sqlx::Sqlx,
            Tool::Refinery => &refinery::Refinery,
            Tool::Diesel => &diesel::Diesel,
            Tool::Prisma => &prisma::Prisma,
        }
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Tool::Plain => "plain SQL",
            Tool::Flyway => "Flyway",
            Tool::Liquibase => "Liquibase",
            Tool::GolangMigrate => "golang-migrate",
            Tool::Dbmate => "dbmate",
            Tool::Goose => "goose",
            Tool::Sqlx => "sqlx",
            Tool::Refinery => "refinery",
            Tool::Diesel => "Diesel",
            Tool::Prisma => "Prisma",
        })
    }
}

/// How sure it is that a file is a tool's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sign {
    /// Nothing speaks for it.
    None,
    /// Its name.
    Name,
    /// Its name, and what stands around it.
    Place,
    /// What it says itself.
    Contents,
}

/// The rules of one tool.
pub(crate) trait Rules: Sync {
    /// How its files are named or marked, to follow "looked for".
    fn looked_for(&self) -> &'static str;

    /// Whether the tool would run a file of that name, if the folder is its.
    fn takes(&self, file: &Source, place: &Place) -> bool;

    /// How sure it is that the file is this tool's.
    fn sign(&self, file: &Source, place: &Place) -> Sign;

    /// The migrations in the order the tool runs them forwards; those that only lead back among them, where they
    /// would be run back from.
    fn arrange(&self, files: Vec<Source>, place: &Place) -> Arranged;
}

/// What a tool makes of its files.
#[derive(Debug, Default)]
pub(crate) struct Arranged {
    pub(crate) migrations: Vec<Migration>,
    /// What is to be said about all of them.
    pub(crate) notes: Vec<String>,
}

/// The tool each file is most surely of. What one tool marks in its files settles whose the unmarked ones are, too:
/// `V2__b.sql` beside a `V1__a.sql` that speaks to refinery is none of Flyway's.
pub(crate) fn recognise(files: &[Source], place: &Place) -> Vec<Tool> {
    let mut found: Vec<(Sign, Tool)> = files.iter().map(|file| surest(file, place)).collect();
    let mut marked: Vec<Tool> = found.iter().filter(|(s, _)| *s == Sign::Contents).map(|(_, t)| *t).collect();
    marked.dedup();
    if let Some(tool) = marked.first().filter(|first| marked.iter().all(|t| t == *first)) {
        // These two name their files as others do.
        let shares_names = matches!(tool, Tool::Sqlx | Tool::Refinery);
        for ((sign, of), file) in found.iter_mut().zip(files) {
            let open = *sign == Sign::None || *sign < Sign::Contents && shares_names;
            if open && tool.rules().takes(file, place) {
                *of = *tool;
            }
        }
    }
    found.into_iter().map(|(_, tool)| tool).collect()
}

fn surest(file: &Source, place: &Place) -> (Sign, Tool) {
    let signs = Tool::ALL.iter().map(|tool| (tool.rules().sign(file, place), *tool));
    let best = signs.filter(|(sign, _)| *sign > Sign::None).max_by_key(|(sign, _)| *sign);
    best.unwrap_or((Sign::None, Tool::Plain))
}

/// Says on the later of two migrations that the tool takes them for the same version.
pub(crate) fn note_duplicates<K: PartialEq>(tool: Tool, migrations: &mut [(K, Migration)]) {
    for at in 1..migrations.len() {
        let (before, rest) = migrations.split_at_mut(at);
        if let (Some((key, earlier)), Some((same, later))) = (before.last(), rest.first_mut())
            && key == same
        {
            later.notes.push(format!("{tool} refuses it: {} has the same version", earlier.path));
        }
    }
}
