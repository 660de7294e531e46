//! What a server does with a claim's statement.

use altimeter_catalog::Blocks;
use altimeter_tests::database::Database;
use altimeter_tests::server::Server;
use anyhow::{Context, Result};

use super::facts::Facts;
use super::file::Claim;
use super::held_up::{self, Obstacles};
use super::probe::Probe;
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
    let session = database.session()?;
    for probe in &probes {
        let waits = probe.waits(&session, relations, &facts.locks, &mut seen.wrong)?;
        // The first that is claimed is what the statement is about.
        seen.waits.get_or_insert(waits);
    }
    runner.script("COMMIT")?;
    Ok(seen)
}

/// First in a copy, then in the database itself, since it is changed by that.
fn past_obstacles(
    claim: &Claim,
    server: &Server,
    database: &Database,
    probes: &[Probe],
    seen: &mut Seen,
) -> Result<()> {
    let copy = database.copy(server, "claims")?;
    for (database, obstacles) in [(&copy, Obstacles::Weak), (database, Obstacles::Strong)] {
        if let Err(error) = held_up::run(claim, database, obstacles, probes, seen) {
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
            let writer = claim.writer.as_ref().filter(|_| probes.is_empty());
            probes.push(Probe::of(&session, relation, writer)?);
        }
    }
    Ok(probes)
}
