//! What a server does with a claim's statement.

use altimeter_catalog::Blocks;
use altimeter_tests::database::Database;
use altimeter_tests::server::Server;
use anyhow::{Context, Result};

use super::facts::Facts;
use super::file::Claim;
use super::held_up::{self, Obstacles};
use super::probe::{self, Probe};
use super::relations::{Counters, Relations};

/// What was seen.
pub(super) struct Seen {
    pub(super) facts: Facts,
    /// Who had to wait, on the table the statement is about; none where there is no such table, or the statement
    /// held its locks too briefly.
    pub(super) waits: Option<Blocks>,
    /// Probes that did not behave as the locks seen would have it.
    pub(super) wrong: Vec<String>,
}

/// Runs the statement inside a transaction, or past obstacles if it refuses one.
pub(super) fn seen(
    claim: &Claim,
    server: &Server,
    database: &Database,
    relations: &Relations,
) -> Result<Seen> {
    let mut seen = Seen { facts: Facts::default(), waits: None, wrong: Vec::new() };
    let runner = database.session()?;
    for sql in claim.session_statements() {
        runner.script(&sql)?;
    }
    let probes = probes(claim, database, relations)?;
    runner.script("BEGIN")?;
    if let Err(error) = runner.execute(claim.statement.trim().trim_end_matches(';'), &[]) {
        let code = error.code().context("the statement got no answer")?.code().to_owned();
        // active_sql_transaction, invalid_transaction_termination
        if matches!(code.as_str(), "25001" | "2D000") {
            drop(runner);
            past_obstacles(claim, server, database, &probes, &mut seen)?;
        } else {
            seen.facts.fails = Some(code);
        }
        return Ok(seen);
    }
    let facts = &mut seen.facts;
    facts.in_transaction = true;
    facts.locks = held_up::locks_of(&runner, relations, runner.backend()?)?;
    facts.scanned = relations.scanned(&runner, Counters::Transaction)?;
    relations.compare(&Relations::of(&runner)?, facts);
    let wrong = probes.iter().filter_map(|p| p.check(database, relations, &facts.locks).err());
    seen.wrong = wrong.map(|error| format!("{error:#}")).collect();
    seen.waits = who_waits(claim, database, relations)?;
    runner.script("COMMIT")?;
    Ok(seen)
}

fn past_obstacles(
    claim: &Claim,
    server: &Server,
    database: &Database,
    probes: &[Probe],
    seen: &mut Seen,
) -> Result<()> {
    for obstacles in [Obstacles::Strong, Obstacles::Weak] {
        let copy = database.copy(server, "claim")?;
        if let Err(error) = held_up::run(claim, &copy, obstacles, probes, &mut seen.facts) {
            seen.wrong.push(format!("{error:#}"));
        }
    }
    Ok(())
}

fn probes(claim: &Claim, database: &Database, relations: &Relations) -> Result<Vec<Probe>> {
    let session = database.session()?;
    let mut probes = Vec::new();
    for name in claim.named() {
        let relation = relations.named(name)?;
        if relation.is_readable() {
            probes.push(Probe::of(&session, relation)?);
        }
    }
    Ok(probes)
}

/// Who waits on the table the statement is about: the first that is claimed.
fn who_waits(claim: &Claim, database: &Database, relations: &Relations) -> Result<Option<Blocks>> {
    let Some(main) = claim.named().find(|n| relations.named(n).is_ok_and(|r| r.is_readable())) else {
        return Ok(None);
    };
    let writer = claim.writer.clone().unwrap_or_else(|| probe::writer(main));
    let (reads, writes) = (probe::waits(database, &probe::reader(main))?, probe::waits(database, &writer)?);
    Ok(Some(Blocks { reads, writes }))
}
