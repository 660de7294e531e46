//! Reads a live server into one catalog, in a number of queries that does not depend on the number of objects.
//!
//! Each batch of queries is one short transaction: the schema, the sizes, the activity; and none is open during the
//! pause between the two samples that rates come from. Every query leaves out what is locked in a way that would
//! make it queue, and what a role, a standby or a setting hides is noted as unknown.

mod answers;
mod columns;
mod comments;
mod constraints;
mod counters;
mod definitions;
mod drafts;
mod functions;
pub(crate) mod history;
mod indexes;
mod normalise;
mod objects;
mod partitions;
mod reading;
mod replication;
mod sequences;
mod server;
mod sessions;
mod settings;
mod sizes;
mod statements;
mod tables;
mod timings;
mod triggers;
mod types;
mod unknowns;
mod uses;
mod views;

use std::future::Future;
use std::pin::Pin;
use std::time::Instant;

use altimeter_catalog::{Catalog, InspectError, InspectOptions, Inspector, Speed};
use tokio_postgres::error::SqlState;

use self::answers::Answers;
use self::counters::Sample;
use self::objects::Objects;
use self::reading::Reading;
use crate::connect::{Connection, Target, code};
use crate::queries::{self, Query};

/// Reads the PostgreSQL database a target points to.
#[derive(Clone, Debug)]
pub struct PostgresInspector {
    target: Target,
}

impl PostgresInspector {
    /// An inspector of that database. Nothing is opened yet.
    pub fn new(target: Target) -> Self {
        Self { target }
    }
}

impl Inspector for PostgresInspector {
    fn inspect<'a>(
        &'a self,
        options: InspectOptions,
        progress: &'a (dyn Fn(&str) + Sync),
    ) -> Pin<Box<dyn Future<Output = Result<Catalog, InspectError>> + 'a>> {
        Box::pin(inspect(&self.target, options, progress))
    }
}

async fn inspect(
    target: &Target,
    options: InspectOptions,
    progress: &(dyn Fn(&str) + Sync),
) -> Result<Catalog, InspectError> {
    progress("server");
    let mut reading = Reading::new(Connection::open(target).await?);
    let mut catalog = Catalog::default();
    let first = reading.ask(&[queries::SERVER, queries::SETTINGS, queries::ROLE_SETTINGS]).await?;
    let (server, reads_all_stats, hidden) = server::server(&first, &target.own_settings())?;
    catalog.server = server.into();
    if let Some(unknown) = unknowns::own_settings(&hidden) {
        catalog.note_unknown(unknown);
    }
    // It does not say its name.
    catalog.server.pooler =
        (reading.is_pooled() == Some(true)).then(|| "a pooler such as PgBouncer".to_owned());
    if !reads_all_stats {
        catalog.activity.others_hidden = true;
        catalog.note_unknown(unknowns::sessions(&catalog.server.user));
    }
    if options.probe {
        catalog.server.speed = read_speed(&mut reading).await;
    }
    progress("schema");
    let mut objects = objects::read(&mut reading, catalog.server.major()).await?;
    objects::read_definitions(&mut reading, &mut objects, &mut catalog).await?;
    progress("sizes");
    objects::read_sizes(&mut reading, &mut objects, &mut catalog).await?;
    progress("activity");
    let has_statements = objects.has_extension("pg_stat_statements")?;
    let first = match options.sample {
        Some(pause) => {
            let counts_statements = has_statements && !catalog.server.role.is_standby();
            let first = read_counters(&mut reading, counts_statements).await?;
            progress(&format!("waiting {:.0} s for a second sample", pause.as_secs_f64()));
            // No transaction is open meanwhile; who holds locks is asked as late as can be.
            tokio::time::sleep(pause).await;
            Some(first)
        }
        None => None,
    };
    let last = read_activity(&mut reading, &mut catalog, has_statements).await?;
    add_activity(&mut catalog, &mut objects, first.as_ref(), &last)?;
    objects::finish(objects, &mut catalog)?;
    if let Some((answers, _)) = &last.statements {
        catalog.activity.history = Some(history::history(answers, &catalog)?);
    }
    catalog.unknowns.sort();
    catalog.server.queries = reading.queries;
    catalog.server.read_ms = reading.spent.as_secs_f64() * 1000.0;
    Ok(catalog)
}

/// How fast the server is; none if it did not say, without which everything else can be told too.
async fn read_speed(reading: &mut Reading) -> Option<Speed> {
    let answers = reading.ask(&[queries::SPEED]).await.ok()?;
    let cells = answers.one(&queries::SPEED).ok()?;
    let speed =
        Speed { count_row_ns: cells.get("count_row_ns").ok()?, sort_row_ns: cells.get("sort_row_ns").ok()? };
    (speed.count_row_ns > 0.0 && speed.sort_row_ns > 0.0).then_some(speed)
}

/// Counters of tables and, where they could be read, of statements.
struct Counters {
    sample: Sample,
    statements: Option<(Answers, Instant)>,
}

async fn read_activity(
    reading: &mut Reading,
    catalog: &mut Catalog,
    has_statements: bool,
) -> Result<Counters, InspectError> {
    let mut asked: Vec<Query> = vec![
        queries::PRINTING,
        queries::SAMPLE,
        queries::TABLE_COUNTERS,
        queries::SESSIONS,
        queries::CONNECTIONS,
        queries::HELD_LOCKS,
        queries::PREPARED,
        queries::LOCK_WAITS,
        queries::PROGRESS,
        queries::STANDBYS,
        queries::SLOTS,
        queries::ARCHIVER,
    ];
    if catalog.server.major() >= 14 {
        asked.push(queries::PROGRESS_COPY_14);
    }
    asked.extend(timings::queries(catalog.server.major()));
    let answers = reading.ask(&asked).await?;
    catalog.server.timings = timings::timings(&answers)?;
    sessions::add_sessions(&mut catalog.activity, &answers)?;
    replication::add_replication(&mut catalog.activity, &answers)?;
    if has_statements && catalog.server.major() >= 14 {
        (catalog.activity.statements_since, catalog.activity.statements_age_s) = read_since(reading).await?;
    }
    let statements = if catalog.server.role.is_standby() {
        unknowns::on_standby().into_iter().for_each(|u| catalog.note_unknown(u));
        None
    } else if !has_statements {
        catalog.note_unknown(unknowns::statements_missing());
        None
    } else {
        read_statements(reading, catalog).await?
    };
    Ok(Counters { sample: counters::sample(&answers)?, statements })
}

/// Since when statements are counted, and for how many seconds: a transaction of its own, because an older version of the extension does not say.
async fn read_since(reading: &mut Reading) -> Result<(Option<String>, Option<f64>), InspectError> {
    let unsaid = [
        SqlState::UNDEFINED_TABLE,
        SqlState::INSUFFICIENT_PRIVILEGE,
        SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE,
    ];
    match reading.ask(&[queries::STATEMENTS_PATH, queries::STATEMENTS_INFO_14]).await {
        Ok(answers) => {
            let cells = answers.one(&queries::STATEMENTS_INFO_14)?;
            // Before nothing was counted if the clock is to be believed.
            let age: Option<f64> = cells.get("age_s")?;
            Ok((cells.get("since")?, age.filter(|age| *age >= 0.0)))
        }
        Err(e) if code(&e).is_some_and(|c| unsaid.contains(c)) => Ok((None, None)),
        Err(e) => Err(e),
    }
}

/// The statements, or a note why they cannot be read: a transaction of its own, because that may fail.
async fn read_statements(
    reading: &mut Reading,
    catalog: &mut Catalog,
) -> Result<Option<(Answers, Instant)>, InspectError> {
    match reading.ask(&[queries::STATEMENTS_PATH, queries::STATEMENTS, queries::STATEMENTS_WORK]).await {
        Ok(answers) => Ok(Some((answers, Instant::now()))),
        Err(e) => {
            let unknown = match code(&e) {
                Some(c) if *c == SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE => {
                    unknowns::statements_not_loaded()
                }
                Some(c) if [SqlState::INSUFFICIENT_PRIVILEGE, SqlState::UNDEFINED_TABLE].contains(c) => {
                    unknowns::statements_refused(&catalog.server.user)
                }
                _ => return Err(e),
            };
            catalog.note_unknown(unknown);
            Ok(None)
        }
    }
}

/// The first of two samples. Statements that cannot be read are left out: the second says why.
async fn read_counters(reading: &mut Reading, statements: bool) -> Result<Counters, InspectError> {
    let answers = reading.ask(&[queries::PRINTING, queries::SAMPLE, queries::TABLE_COUNTERS]).await?;
    let statements = match statements {
        true => reading.ask(&[queries::STATEMENTS_PATH, queries::STATEMENTS]).await.ok(),
        false => None,
    };
    let statements = statements.map(|answers| (answers, Instant::now()));
    Ok(Counters { sample: counters::sample(&answers)?, statements })
}

fn add_activity(
    catalog: &mut Catalog,
    objects: &mut Objects,
    first: Option<&Counters>,
    last: &Counters,
) -> Result<(), InspectError> {
    catalog.server.wal.bytes = last.sample.wal_bytes;
    if let Some(first) = first {
        let seconds = last.sample.taken_s - first.sample.taken_s;
        catalog.server.sampled_seconds = seconds;
        catalog.server.wal.bytes_per_second = first
            .sample
            .wal_bytes
            .zip(last.sample.wal_bytes)
            .and_then(|(before, after)| counters::per_second(before, after, seconds));
    }
    if catalog.server.settings.get("track_counts").is_some_and(|v| v == "off") {
        objects.drafts.forget_scans();
        catalog.note_unknown(unknowns::counters_off());
    } else if !catalog.server.role.is_standby() {
        counters::add_counters(&mut objects.drafts, first.map(|f| &f.sample), &last.sample);
    }
    if let Some((answers, at)) = &last.statements {
        let earlier = first.and_then(|f| f.statements.as_ref());
        let earlier = earlier.map(|(answers, then)| (answers, at.duration_since(*then).as_secs_f64()));
        let (list, hidden) = statements::statements(earlier, answers)?;
        catalog.activity.statements = Some(list);
        if let Some(unknown) = unknowns::statements_hidden(hidden, &catalog.server.user) {
            catalog.note_unknown(unknown);
        }
    }
    Ok(())
}
