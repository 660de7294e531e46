//! Every fact of the lock table, shown on servers: what a statement locks, whom it stops, what it writes anew, builds
//! and reads; and that the engine says the same. The files and what is checked: `tests/claims/README.md`.

pub(crate) mod engine;
pub(crate) mod facts;
mod file;
pub(crate) mod held_up;
mod place;
mod probe;
pub(crate) mod relations;
mod server;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use altimeter_catalog::Name;
use altimeter_tests::server::Server;
use altimeter_tests::session::Session;
use altimeter_tests::{cache, choice};
use anyhow::{Result, ensure};

use file::Claim;
use place::Place;

/// Claims that run side by side on one server.
const AT_ONCE: usize = 2;

/// What does not hold on one server.
fn check(claim: &Claim, place: &mut Place) -> Result<Vec<String>> {
    let server = place.server;
    let database = place.empty()?;
    let relations = place::set_up(claim, database)?;
    let claimed = claim.facts(server.major)?;
    let (said, blocks) = engine::asked(claim, database)?;
    let seen = server::seen(claim, server, database, &relations)?;

    let large = |name: &Name| relations.named(name).is_ok_and(|r| r.is_large());
    let mut wrong = claimed.differences("claimed", &seen.facts, "the server", large);
    wrong.retain(|difference| claimed.fails.is_some() || !is_unclaimed_lock(claim, difference));
    if claimed.fails.is_some() && claimed.fails != seen.facts.fails {
        wrong.push(format!("fails: claimed {:?}, the server {:?}", claimed.fails, seen.facts.fails));
    }
    wrong.extend(said.differences("the engine", &seen.facts, "the server", large));
    if let Some(waits) = seen.waits
        && waits != blocks
    {
        wrong.push(format!("blocks: the engine {blocks:?}, the server {waits:?}"));
    }
    wrong.extend(seen.wrong);
    Ok(wrong)
}

/// A lock on a relation the file does not name: the server's word is compared with the engine's alone.
fn is_unclaimed_lock(claim: &Claim, difference: &str) -> bool {
    let lock = difference.strip_prefix("lock on ").and_then(|rest| rest.split_once(": claimed"));
    lock.is_some_and(|(name, _)| claim.named().all(|named| named.to_string() != name))
}

/// What files may name and databases share.
fn prepare(session: &Session) -> Result<()> {
    for role in ["claims_a", "claims_b"] {
        session.script(&format!(
            "DO $$ BEGIN CREATE ROLE {role}; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
        ))?;
    }
    let there: bool =
        session.value("SELECT count(*) > 0 FROM pg_tablespace WHERE spcname = 'claims_space'")?;
    if !there {
        session.script("SET allow_in_place_tablespaces = on")?;
        session.script("CREATE TABLESPACE claims_space LOCATION ''")?;
    }
    Ok(())
}

/// What does not hold on one version.
fn all_on(major: u32, claims: &[Claim]) -> Result<Vec<String>> {
    let server = Server::shared(major)?;
    prepare(&server.session()?)?;
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                let mut place = Place::on(server);
                while let Some(claim) = claims.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if !claim.holds_on(major) {
                        continue;
                    }
                    let wrong = check(claim, &mut place).unwrap_or_else(|error| vec![format!("{error:#}")]);
                    let wrong = wrong.into_iter().map(|w| format!("{} on {major}: {w}", claim.name));
                    failed.lock().unwrap_or_else(PoisonError::into_inner).extend(wrong);
                }
            });
        }
    });
    Ok(failed.into_inner()?)
}

fn claims() -> Result<Vec<Claim>> {
    let folder = cache::workspace().join("tests/claims/postgres");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)?.map(|f| Ok(f?.path())).collect::<Result<_>>()?;
    files.sort();
    let wanted = choice("ALTIMETER_CLAIMS").unwrap_or_default();
    let mut claims: Vec<Claim> = files.iter().map(|f| Claim::read(f)).collect::<Result<_>>()?;
    claims.retain(|claim| wanted.split(',').any(|beginning| claim.name.starts_with(beginning)));
    Ok(claims)
}

#[test]
fn every_claim_holds_on_servers() -> Result<()> {
    let claims = claims()?;
    ensure!(!claims.is_empty(), "no claim has such a name");
    let majors = choice("ALTIMETER_CLAIMS_VERSIONS").unwrap_or_else(|| "13,15,18".to_owned());
    let majors: Vec<u32> = majors.split(',').map(|m| Ok(m.trim().parse()?)).collect::<Result<_>>()?;
    let mut failed = Vec::new();
    thread::scope(|scope| {
        let claims = claims.as_slice();
        let runs: Vec<_> =
            majors.iter().map(|&major| (major, scope.spawn(move || all_on(major, claims)))).collect();
        for (major, run) in runs {
            let run = run.join().map_err(|_| anyhow::anyhow!("the thread for {major} died"))?;
            failed.extend(run?);
        }
        Ok::<_, anyhow::Error>(())
    })?;
    failed.sort();
    ensure!(failed.is_empty(), "claims that do not hold:\n{}", failed.join("\n"));
    Ok(())
}
