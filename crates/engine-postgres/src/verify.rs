//! A plan's checks asked of a live server: each in a short read-only transaction of its own, with a limit, so that a
//! check that reads a whole table holds vacuum back no longer than that, and one that fails spoils no other.

pub(crate) mod printed;

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use altimeter_catalog::{Answer, Catalog, Check, InspectError, InspectErrorKind, Verifier};
use tokio_postgres::Row;
use tokio_postgres::error::SqlState;

use self::printed::PrintedCheck;
use crate::connect::{Connection, Limits, Target, code};

/// Waiting longer than this for a lock would let others queue behind a mere reader.
const LOCK_WAIT: Duration = Duration::from_millis(500);

/// How often a check is asked that a standby cancels because of what it replays.
const ATTEMPTS: u32 = 3;

/// Asks the PostgreSQL database a target points to.
#[derive(Clone, Debug)]
pub struct PostgresVerifier {
    target: Target,
}

impl PostgresVerifier {
    /// A verifier of that database. Nothing is opened yet.
    pub fn new(target: Target) -> Self {
        Self { target }
    }
}

impl Verifier for PostgresVerifier {
    fn verify<'a>(
        &'a self,
        catalog: &'a Catalog,
        checks: &'a [Check],
        limit: Duration,
        progress: &'a (dyn Fn(&str) + Sync),
    ) -> Pin<Box<dyn Future<Output = Result<Vec<Answer>, InspectError>> + 'a>> {
        Box::pin(verify(&self.target, catalog, checks, limit, progress))
    }
}

async fn verify(
    target: &Target,
    catalog: &Catalog,
    checks: &[Check],
    limit: Duration,
    progress: &(dyn Fn(&str) + Sync),
) -> Result<Vec<Answer>, InspectError> {
    let mut connection = Connection::open(target).await?;
    let mut answers = Vec::new();
    for check in checks {
        progress(&check.to_string());
        let answer = match (not_here(catalog, check), PrintedCheck::new(catalog, check)) {
            (Some(unknown), _) => unknown,
            (None, Err(why)) => unknown(format!("it is not asked: {why}"), ""),
            (None, Ok(printed)) => ask(&mut connection, &printed, limit).await?,
        };
        answers.push(answer);
    }
    connection.close().await;
    Ok(answers)
}

fn unknown(why: impl Into<String>, next: impl Into<String>) -> Answer {
    Answer::Unknown { why: why.into(), next: next.into() }
}

/// Why this server cannot answer that question, although its query would return something.
fn not_here(catalog: &Catalog, check: &Check) -> Option<Answer> {
    let of_the_primary = matches!(
        check,
        Check::NoTransactionOlderThan { .. }
            | Check::StandbyLagBelow { .. }
            | Check::LockWaitsAtMost { .. }
            | Check::UsesEnded { .. }
    );
    if of_the_primary && catalog.server.role.is_standby() {
        return Some(unknown("a standby does not know what goes on on the primary", "ask the primary"));
    }
    let is_counted = catalog.extensions.iter().any(|e| e.name == "pg_stat_statements");
    if matches!(check, Check::UsesEnded { .. }) && !is_counted {
        return Some(unknown(
            "the extension pg_stat_statements is no longer in this database",
            "CREATE EXTENSION pg_stat_statements, and wait as long as the rarest job takes to come round",
        ));
    }
    let of_all_roles = matches!(
        check,
        Check::NoTransactionOlderThan { .. } | Check::StandbyLagBelow { .. } | Check::UsesEnded { .. }
    );
    // Their views show NULL for what the role may not see, which would read as nothing being there (manual, "The
    // Cumulative Statistics System").
    (of_all_roles && catalog.activity.others_hidden).then(|| {
        let user = &catalog.server.user;
        unknown(
            format!("what other roles' sessions do is hidden from {user}"),
            "connect as a member of pg_read_all_stats",
        )
    })
}

async fn ask(
    connection: &mut Connection,
    check: &PrintedCheck,
    limit: Duration,
) -> Result<Answer, InspectError> {
    let limits = Limits { lock: LOCK_WAIT, statement: limit, idle: limit + LOCK_WAIT };
    let mut attempt = 1;
    loop {
        let batch = connection.batch(limits).await?;
        let answer = batch.ask(check).await;
        if !matches!(&answer, Err(e) if e.kind != InspectErrorKind::Query) {
            batch.finish().await?;
        }
        match answer {
            Ok(rows) => return Ok(read(&rows)),
            Err(lost) if lost.kind != InspectErrorKind::Query => return Err(lost),
            Err(e) if code(&e) == Some(&SqlState::T_R_SERIALIZATION_FAILURE) && attempt < ATTEMPTS => {
                attempt += 1;
            }
            Err(error) => return Ok(refused(&error, limit)),
        }
    }
}

/// The first column of the only row says whether it holds; a second one, in words, what was measured.
fn read(rows: &[Row]) -> Answer {
    let Some(row) = rows.first() else { return Answer::Fails { measured: None } };
    let measured = if row.len() > 1 { row.try_get::<_, Option<String>>(1).ok().flatten() } else { None };
    match row.try_get::<_, Option<bool>>(0) {
        Ok(Some(true)) => Answer::Holds { measured },
        Ok(Some(false)) => Answer::Fails { measured },
        _ => unknown("the server's answer is neither yes nor no", ""),
    }
}

/// What a refusal means for the check.
fn refused(error: &InspectError, limit: Duration) -> Answer {
    let said = error.source.as_ref().map(|s| s.to_string()).unwrap_or_else(|| error.message.clone());
    // The first line is the message, what follows are hints about a statement nobody typed.
    let said = said.lines().next().unwrap_or_default().trim_start_matches("ERROR: ").to_owned();
    let Some(code) = code(error) else { return unknown(said, "") };
    if *code == SqlState::QUERY_CANCELED {
        let seconds = limit.as_secs_f64();
        return unknown(
            format!("it was not done after {seconds} s"),
            "give it longer with --timeout SECONDS, on a standby where you can: it reads the whole table",
        );
    }
    if *code == SqlState::LOCK_NOT_AVAILABLE {
        return unknown("somebody holds a lock on the table", "ask again when it is gone");
    }
    if *code == SqlState::T_R_SERIALIZATION_FAILURE {
        return unknown(
            "the standby replayed what removed the rows it was reading",
            "ask again, or the primary",
        );
    }
    if *code == SqlState::INSUFFICIENT_PRIVILEGE {
        return unknown(said, "connect as a role that may read the whole table, row security included");
    }
    if [SqlState::UNDEFINED_TABLE, SqlState::UNDEFINED_COLUMN].contains(code) {
        return Answer::Fails { measured: Some(said) };
    }
    unknown(said, "")
}
