//! What the engine says of a claim's statement, on the very database.

use altimeter_catalog::{Blocks, Catalog, Engine, InspectOptions, Inspector, TransactionUse};
use altimeter_engine_postgres::{Environment, PostgresEngine, PostgresInspector, Target};
use altimeter_tests::database::Database;
use anyhow::{Result, ensure};

use super::facts::Facts;
use super::file::Claim;

fn catalog_of(database: &Database) -> Result<Catalog> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let url = format!("{}?sslmode=disable", database.url);
    let inspector = PostgresInspector::new(Target::resolve(Some(&url), &Environment::default())?);
    Ok(runtime.block_on(inspector.inspect(InspectOptions { sample: None }, &|_| {}))?)
}

/// The engine's account of the statement, the session's settings in front of it.
pub(super) fn asked(claim: &Claim, database: &Database) -> Result<(Facts, Blocks)> {
    let mut catalog = catalog_of(database)?;
    for sql in claim.session_statements() {
        for statement in PostgresEngine.parse(&catalog, &sql).statements {
            for change in &statement.changes {
                catalog.apply(change)?;
            }
        }
    }
    let text = PostgresEngine.read(&claim.statement);
    ensure!(text.pieces().len() == 1, "a claim is one statement");
    let statement = text.lower(0, &catalog);
    let effect = PostgresEngine.effect(&catalog, &statement);
    if let Some(reason) = &effect.not_analysed {
        anyhow::bail!("the engine did not analyse it: {reason}");
    }
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
    Ok((facts, effect.blocks))
}
