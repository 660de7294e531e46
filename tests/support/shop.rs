//! The busy shop: one schema, any number of rows, the same ones on every run.

use anyhow::{Context, Result};

use crate::cache;
use crate::database::Database;
use crate::server::Server;
use crate::session::Session;
use crate::workload::Application;

/// How many users one INSERT loads.
const CHUNK: i64 = 250_000;

/// The statements of an application that keeps the user's name in `column` of `users`. `written` is set on every
/// INSERT besides: `nickname = 'x'` as the pair `("nickname", "'x'")`.
#[must_use]
pub fn application(name: &'static str, column: &str, written: &[(&str, &str)]) -> Application {
    let columns: String = written.iter().map(|(column, _)| format!(", {column}")).collect();
    let values: String = written.iter().map(|(_, value)| format!(", {value}")).collect();
    Application {
        name,
        insert: format!("INSERT INTO users ({column}, email{columns}) VALUES ($1, $2{values}) RETURNING id"),
        update: format!("UPDATE users SET {column} = $2, last_seen = now() WHERE id = $1"),
        select: format!("SELECT {column}, email, last_seen{columns} FROM users WHERE id = $1"),
        find: format!("SELECT id, {column} FROM users WHERE {column} = $1"),
        select_all: format!("SELECT id, {column} FROM users"),
    }
}

/// Fills a new database of `server` with the shop and `users` users. There is an order for every fifth of them.
///
/// # Errors
/// When the server refuses something.
pub fn load(server: &Server, users: i64) -> Result<Database> {
    let database = server.database("shop")?;
    load_into(&database.url, users, &|_| {})?;
    Ok(database)
}

/// Fills the empty database at `url` and tells `progress` how many users are in.
///
/// # Errors
/// When the server refuses something.
pub fn load_into(url: &str, users: i64, progress: &(dyn Fn(i64) + Sync)) -> Result<()> {
    let session = Session::connect(url)?;
    session.script(&fixture("schema.sql")?)?;
    // Nothing of a shop must outlive a crash: the commits need not wait for the disk.
    session.script("SET synchronous_commit = off; SET maintenance_work_mem = '512MB'")?;
    insert(url, users, "users.sql", None, progress)?;
    insert(url, users / 5, "orders.sql", Some(users), &|_| {})?;
    session.script(&fixture("indexes.sql")?)?;
    for table in ["users", "orders"] {
        session.script(&format!(
            "SELECT setval('{table}_id_seq', greatest(1, (SELECT max(id) FROM {table})))"
        ))?;
        session.execute(&format!("VACUUM (ANALYZE) {table}"), &[])?;
    }
    session.script("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
}

/// Inserts rows 1 to `rows` over two connections.
fn insert(
    url: &str,
    rows: i64,
    file: &str,
    users: Option<i64>,
    progress: &(dyn Fn(i64) + Sync),
) -> Result<()> {
    let sql = fixture(file)?;
    let work = |lane: i64| -> Result<()> {
        let session = Session::connect(url)?;
        session.script("SET synchronous_commit = off")?;
        let mut first = 1 + lane * CHUNK;
        while first <= rows {
            let last = rows.min(first + CHUNK - 1);
            match users {
                None => session.execute(&sql, &[&first, &last])?,
                Some(users) => session.execute(&sql, &[&first, &last, &users])?,
            };
            progress(last);
            first += 2 * CHUNK;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(|| work(1));
        work(0)?;
        other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn fixture(file: &str) -> Result<String> {
    let path = cache::workspace().join("fixtures/shop").join(file);
    std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))
}
