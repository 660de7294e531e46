//! What the engine says of a claim's statement, on the very database.

use altimeter_analysis::review::{Passage, Reviewed, Reviewer, Sending};
use altimeter_catalog::{Blocks, Catalog, Effect, Engine, InspectOptions, Inspector, TransactionUse};
use altimeter_engine_postgres::{Environment, PostgresEngine, PostgresInspector, Target};
use altimeter_tests::database::Database;
use anyhow::{Result, bail, ensure};

use super::facts::Facts;
use super::file::Claim;

fn catalog_of(database: &Database) -> Result<Catalog> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let url = format!("{}?sslmode=disable", database.url);
    let inspector = PostgresInspector::new(Target::resolve(Some(&url), &Environment::default())?);
    Ok(runtime.block_on(inspector.inspect(InspectOptions::default(), &|_| {}))?)
}

fn review(reviewer: &mut Reviewer<'_>, sql: &str) -> Vec<Reviewed> {
    let text = PostgresEngine.read(sql);
    reviewer.passage(&Passage { text: text.as_ref(), offset: 0, lines_before: 0, sending: Sending::Each })
}

/// The engine's account of the statement, the session's settings in front of it.
pub(super) fn asked(claim: &Claim, database: &Database) -> Result<(Facts, Blocks)> {
    let catalog = catalog_of(database)?;
    let mut reviewer = Reviewer::new(&PostgresEngine, catalog.clone(), true);
    for sql in claim.session_statements() {
        review(&mut reviewer, &sql);
    }
    let reviewed = review(&mut reviewer, &claim.statement);
    let [statement] = reviewed.as_slice() else { bail!("a claim is one statement") };
    let effect = statement.judged.effect.clone();
    if let Some(reason) = &effect.not_analysed {
        bail!("the engine did not analyse it: {reason}");
    }
    let blocks = effect.blocks;
    Ok((facts_of(effect, &catalog)?, blocks))
}

/// What an effect says about the relations that were there.
pub(crate) fn facts_of(effect: Effect, catalog: &Catalog) -> Result<Facts> {
    let there = |names: Vec<_>| names.into_iter().filter(|name| catalog.has_relation(name)).collect();
    let mut facts = Facts {
        in_transaction: effect.transaction == TransactionUse::Allowed,
        fails: effect.fails,
        rewritten: there(effect.rewrites),
        rebuilt: there(effect.index_builds),
        scanned: there(effect.scans),
        dropped: there(effect.drops),
        ..Facts::default()
    };
    facts
        .rebuilt
        .retain(|index| catalog.index(index).is_none_or(|(table, _)| !facts.rewritten.contains(&table.name)));
    for lock in effect.locks {
        ensure!(catalog.has_relation(&lock.object), "the engine locks {}, which is not there", lock.object);
        facts.take(&lock.object, lock.mode);
    }
    Ok(facts)
}
