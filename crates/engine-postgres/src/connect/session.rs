//! An open connection, and the only way to ask it something: a batch, which is one read-only transaction.
//!
//! Everything is sent by the extended protocol as the unnamed statement, `BEGIN` and `ROLLBACK` included: no text can
//! carry a second statement, and nothing is left behind in a server that a pooler hands to somebody else. For a result
//! of a type the driver does not know it would prepare named statements to look the type up, so every query must
//! cast its results to built-in types. The connection leaves `search_path` as the user's sessions have it, because it says
//! what an unqualified name means to this user; our own SQL therefore qualifies everything with `pg_catalog`.

use std::sync::Mutex;
use std::time::Duration;

use altimeter_catalog::{InspectError, InspectErrorKind};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::error::{ErrorPosition, SqlState};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row};

use super::Target;
use super::failure::{failure, shown};
use super::loss::{from_query, lost, silent};
use super::open::{Opened, open};
use super::pooler::announced_process_id;
use crate::oracle::askable::SchemaStatement;
use crate::queries::{Query, SESSION};
use crate::verify::printed::PrintedCheck;

const BEGIN: Query = Query { name: "begin", sql: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" };
/// What errors and logs call a printed check.
const CHECK: Query = Query { name: "check", sql: "" };
/// What errors and logs call the parsing of a statement.
const PARSE: Query = Query { name: "parse", sql: "" };
const ROLLBACK: Query = Query { name: "rollback", sql: "ROLLBACK" };

/// How much longer than the server's own limit this side waits, so that a dead network cannot hold it.
const GRACE: Duration = Duration::from_secs(5);

/// How long a batch may wait and run. Zero, which would switch a limit off, counts as a millisecond.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// `lock_timeout`: the longest wait for a lock.
    pub lock: Duration,
    /// `statement_timeout`: the longest run of one query.
    pub statement: Duration,
    /// `idle_in_transaction_session_timeout`: how long the server keeps the transaction if this process stalls.
    pub idle: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            lock: Duration::from_secs(2),
            statement: Duration::from_secs(30),
            idle: Duration::from_secs(30),
        }
    }
}

/// An open connection. It can be asked only through a [`Batch`].
pub struct Connection {
    client: Client,
    /// Taken when the connection is lost, to learn why.
    driver: Mutex<Option<JoinHandle<Result<(), tokio_postgres::Error>>>>,
    host: String,
    described: String,
    encrypted: bool,
    announced: Option<i32>,
    pooled: Option<bool>,
    /// A batch was begun and not finished.
    in_batch: bool,
}

/// One read-only transaction: all its queries see the same snapshot. Dropped without [`Batch::finish`], it is rolled
/// back before the next one begins.
pub struct Batch<'a> {
    connection: &'a mut Connection,
    statement: Duration,
}

/// What the server said of a statement it was to parse.
#[derive(Debug)]
pub(crate) enum Said {
    /// It is one.
    Accepted,
    /// It is not, at that character, counted from 1.
    Refused { message: String, position: Option<u32> },
    /// Something else is the matter.
    Nothing { why: String },
    /// The name the driver chose for it is in use.
    NameTaken,
}

fn said(error: &tokio_postgres::Error) -> Said {
    let Some(refusal) = error.as_db_error() else { return Said::Nothing { why: error.to_string() } };
    let position = match refusal.position() {
        Some(ErrorPosition::Original(position)) => Some(*position),
        _ => None,
    };
    // Limits that are reached, a server that shuts down, a transaction that is not as it should be.
    let elsewhere = ["08", "25", "53", "57", "58"];
    match refusal.code() {
        &SqlState::DUPLICATE_PSTATEMENT => Said::NameTaken,
        code if elsewhere.iter().any(|class| code.code().starts_with(class)) => {
            Said::Nothing { why: shown(refusal.message()) }
        }
        _ => Said::Refused { message: shown(refusal.message()), position },
    }
}

impl Connection {
    /// Opens a session to the first of the target's hosts that fits.
    ///
    /// # Errors
    /// None could be reached, let the user in, or offered the TLS that is asked for.
    pub async fn open(target: &Target) -> Result<Connection, InspectError> {
        let Opened { client, driver, host, encrypted } = open(target).await?;
        let announced = announced_process_id(&client.cancel_token()).await;
        let described = target.describe_at(&host);
        let driver = Mutex::new(Some(driver));
        Ok(Connection {
            client,
            driver,
            host,
            described,
            encrypted,
            announced,
            pooled: None,
            in_batch: false,
        })
    }

    /// Begins a batch: a repeatable-read read-only transaction with these limits, its snapshot taken.
    ///
    /// # Errors
    /// The connection was lost, or the transaction is not read-only, in which case nothing else is sent.
    pub async fn batch(&mut self, limits: Limits) -> Result<Batch<'_>, InspectError> {
        if self.in_batch {
            self.send(&ROLLBACK, &[], limits.statement).await?;
        }
        self.send(&BEGIN, &[], limits.statement).await?;
        self.in_batch = true;
        let settings = [limits.lock, limits.statement, limits.idle]
            .map(|limit| format!("{}ms", limit.as_millis().max(1)));
        let parameters: Vec<(&(dyn ToSql + Sync), Type)> =
            settings.iter().map(|setting| (setting as &(dyn ToSql + Sync), Type::TEXT)).collect();
        let rows = self.send(&SESSION, &parameters, limits.statement).await?;
        let session = rows.first().and_then(|row| {
            let read_only: String = row.try_get("read_only").ok()?;
            let isolation: String = row.try_get("isolation").ok()?;
            let process_id: i32 = row.try_get("backend_pid").ok()?;
            Some((read_only == "on" && isolation == "repeatable read", process_id))
        });
        let Some((true, process_id)) = session else {
            return Err(failure(
                InspectErrorKind::Query,
                format!("{} did not begin a read-only repeatable-read transaction", self.described),
                "Something between changed it, perhaps a pooler in statement mode; connect to the server itself.",
            ));
        };
        self.pooled = self.announced.map(|announced| announced != process_id);
        Ok(Batch { connection: self, statement: limits.statement })
    }

    /// The `host:port` that was taken, as it was written.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// `user@host:port/database` of the host that was taken.
    pub fn describe(&self) -> &str {
        &self.described
    }

    /// Whether the connection is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// Whether a pooler stands between; none before the first batch, or if it cannot be told.
    pub fn is_pooled(&self) -> Option<bool> {
        self.pooled
    }

    /// Says goodbye to the server, which otherwise finds out by the closed socket. Waits a second at most.
    pub async fn close(self) {
        let driver = self.take_driver();
        drop(self.client);
        if let Some(driver) = driver {
            // How the end went no longer matters.
            timeout(Duration::from_secs(1), driver).await.ok();
        }
    }

    async fn send(
        &self,
        query: &Query,
        parameters: &[(&(dyn ToSql + Sync), Type)],
        limit: Duration,
    ) -> Result<Vec<Row>, InspectError> {
        self.send_text(query, query.sql, parameters, limit).await
    }

    async fn send_text(
        &self,
        query: &Query,
        sql: &str,
        parameters: &[(&(dyn ToSql + Sync), Type)],
        limit: Duration,
    ) -> Result<Vec<Row>, InspectError> {
        let limit = limit + GRACE;
        match timeout(limit, self.client.query_typed(sql, parameters)).await {
            Ok(Ok(rows)) => Ok(rows),
            Ok(Err(error)) if self.client.is_closed() || error.is_closed() => {
                Err(lost(&self.described, query, error, self.take_driver()).await)
            }
            Ok(Err(error)) => Err(from_query(&self.described, query, error)),
            Err(_) => {
                // What the server still sends would be taken for the next query's answer: the connection is over.
                if let Some(driver) = self.take_driver() {
                    driver.abort();
                }
                Err(silent(&self.described, query, limit))
            }
        }
    }

    fn take_driver(&self) -> Option<JoinHandle<Result<(), tokio_postgres::Error>>> {
        self.driver.lock().ok().and_then(|mut driver| driver.take())
    }
}

impl Batch<'_> {
    /// Runs one of the compiled-in queries and returns its rows.
    ///
    /// # Errors
    /// The connection was lost, a limit was hit, or the server refused the query.
    pub async fn rows(&self, query: &Query) -> Result<Vec<Row>, InspectError> {
        self.connection.send(query, &[], self.statement).await
    }

    /// Asks a check that this crate has printed, in the same transaction and within the same limits.
    ///
    /// # Errors
    /// The connection was lost, a limit was hit, or the server refused the query.
    pub(crate) async fn ask(&self, check: &PrintedCheck) -> Result<Vec<Row>, InspectError> {
        self.connection.send_text(&CHECK, check.text(), &[], self.statement).await
    }

    /// Has the server parse a statement that is not our own, and not run it: the driver sends Parse, Describe and
    /// Close, never Bind or Execute. The transaction is over after anything but acceptance.
    ///
    /// The driver names what it prepares. Within one transaction a pooler cannot lose it; a name that another of its
    /// clients left on that server is said to be taken. (A pooler that tracks prepared statements, PgBouncer since 1.21,
    /// may keep the parsed statement for a while: it holds no lock.)
    ///
    /// # Errors
    /// The connection was lost.
    #[expect(clippy::disallowed_methods, reason = "the one way to have a statement parsed and not executed")]
    pub(crate) async fn parse(&self, statement: &SchemaStatement<'_>) -> Result<Said, InspectError> {
        let limit = self.statement + GRACE;
        match timeout(limit, self.connection.client.prepare(statement.text())).await {
            Ok(Ok(_closed_when_dropped)) => Ok(Said::Accepted),
            Ok(Err(error)) if self.connection.client.is_closed() || error.is_closed() => {
                let driver = self.connection.take_driver();
                Err(lost(&self.connection.described, &PARSE, error, driver).await)
            }
            Ok(Err(error)) => Ok(said(&error)),
            Err(_) => {
                if let Some(driver) = self.connection.take_driver() {
                    driver.abort();
                }
                Err(silent(&self.connection.described, &PARSE, limit))
            }
        }
    }

    /// Ends the transaction, by `ROLLBACK`: there is nothing to keep.
    ///
    /// # Errors
    /// The connection was lost.
    pub async fn finish(self) -> Result<(), InspectError> {
        self.connection.send(&ROLLBACK, &[], self.statement).await?;
        self.connection.in_batch = false;
        Ok(())
    }
}
