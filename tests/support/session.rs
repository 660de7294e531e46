//! A plain client of a server, as a test wants it: blocking, one call one answer.

use std::future::Future;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::runtime::{Handle, Runtime};
use tokio_postgres::types::{FromSqlOwned, ToSql};
use tokio_postgres::{Client, NoTls, Row, SimpleQueryMessage};

/// A connection. It ends when this is dropped.
pub struct Session {
    client: Client,
}

impl Session {
    /// Connects, without TLS.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses us.
    pub fn connect(url: &str) -> Result<Session> {
        let url = url.to_owned();
        let client = wait(async move {
            let (client, connection) = tokio_postgres::connect(&url, NoTls).await?;
            // An error of the connection is also seen by whoever waits for an answer.
            tokio::spawn(async move { connection.await.ok() });
            Ok::<_, tokio_postgres::Error>(client)
        })?
        .context("a test's own connection failed")?;
        Ok(Session { client })
    }

    /// Runs exactly one statement; the server refuses text that holds several.
    ///
    /// # Errors
    /// What the server says.
    pub fn execute(
        &self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<u64, tokio_postgres::Error> {
        block_on(self.client.execute(sql, parameters))
    }

    /// Runs a script of several statements.
    ///
    /// # Errors
    /// What the server says about the first that fails.
    pub fn script(&self, sql: &str) -> Result<()> {
        block_on(self.client.batch_execute(sql)).with_context(|| format!("in the script {}", beginning(sql)))
    }

    /// The rows of a query.
    ///
    /// # Errors
    /// What the server says.
    pub fn rows(&self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>> {
        block_on(self.client.query(sql, parameters))
            .with_context(|| format!("in the query {}", beginning(sql)))
    }

    /// The first column of the only row of a query.
    ///
    /// # Errors
    /// When the query fails, has another number of rows, or the column is of another type or null.
    pub fn value<T: FromSqlOwned>(&self, sql: &str) -> Result<T> {
        let rows = self.rows(sql, &[])?;
        match rows.as_slice() {
            [row] => row.try_get(0).with_context(|| format!("in the query {}", beginning(sql))),
            other => bail!("{} rows where one was expected, in the query {}", other.len(), beginning(sql)),
        }
    }

    /// The first column of the first row, as text, in the simple protocol: for connections through a pooler
    /// that does not know prepared statements.
    ///
    /// # Errors
    /// When the query fails or has no row.
    pub fn simple_value(&self, sql: &str) -> Result<String> {
        let messages = block_on(self.client.simple_query(sql))?;
        let row = messages.into_iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        });
        row.with_context(|| format!("no row from the query {}", beginning(sql)))
    }

    /// The number of the server process that serves this connection.
    ///
    /// # Errors
    /// When the query fails.
    pub fn backend(&self) -> Result<i32> {
        self.value("SELECT pg_backend_pid()")
    }

    /// The connection itself, for what is not covered here.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }
}

/// Asks `condition` again and again until it says yes.
///
/// # Errors
/// When `deadline` passes first (says what was waited for), or `condition` fails.
pub fn wait_until(what: &str, deadline: Duration, mut condition: impl FnMut() -> Result<bool>) -> Result<()> {
    let begin = Instant::now();
    while !condition()? {
        if begin.elapsed() > deadline {
            bail!("waited {deadline:?} in vain until {what}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// Runs a future to its end on the runtime of the tests' own connections, also from within another runtime.
pub fn block_on<F>(future: F) -> F::Output
where
    F: Future + Send,
    F::Output: Send,
{
    let handle = runtime().handle().clone();
    if Handle::try_current().is_err() {
        return handle.block_on(future);
    }
    std::thread::scope(|scope| match scope.spawn(|| handle.block_on(future)).join() {
        Ok(output) => output,
        Err(panic) => std::panic::resume_unwind(panic),
    })
}

fn wait<F>(future: F) -> Result<F::Output>
where
    F: Future + Send,
    F::Output: Send,
{
    block_on(async { tokio::time::timeout(Duration::from_secs(30), future).await })
        .context("no answer in 30 seconds")
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        #[expect(clippy::expect_used, reason = "without threads no test can run")]
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("threads for the connections of the tests")
    })
}

fn beginning(sql: &str) -> &str {
    let end = sql.char_indices().nth(200).map_or(sql.len(), |(position, _)| position);
    &sql[..end]
}
