//! Estimates against the clock: each operation is estimated on a real server and then run there, and what it took, wrote
//! to the log and grew by is held against the range. Run with
//! `cargo bench --package altimeter-tests --bench estimates`; `UPDATE=1` writes `docs/accuracy.md`.
//!
//! `ALTIMETER_ROWS` is the list of table sizes, 100,000 and 1,000,000 unless it says otherwise.
#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]
#![expect(clippy::disallowed_methods, reason = "a benchmark is told by the environment what to do")]

mod outcome;
mod shapes;

use std::time::Instant;

use altimeter_tests::page;
use altimeter_tests::server::{Options, Server};
use altimeter_tests::session::Session;
use altimeter_tests::tool::checked;
use anyhow::{Context, Result};
use outcome::{Outcome, QUANTITIES, summary, table};
use shapes::{EVERYWHERE, Operation, SHAPES, Shape, runs_alone};

/// Names and values.
type Settings = &'static [(&'static str, &'static str)];

/// Servers, and settings that slow one down.
const SERVERS: [(u32, &str, Settings); 3] = [
    (15, "defaults", &[]),
    (18, "defaults", &[]),
    (
        18,
        "slowed: fsync on, shared_buffers 16 MB, maintenance_work_mem 16 MB, no parallel workers",
        &[
            ("fsync", "on"),
            ("shared_buffers", "16MB"),
            ("maintenance_work_mem", "16MB"),
            ("max_parallel_maintenance_workers", "0"),
        ],
    ),
];

fn main() -> Result<()> {
    let sizes = std::env::var("ALTIMETER_ROWS").unwrap_or_else(|_| "100000,1000000".to_owned());
    let sizes: Vec<u64> = sizes.split(',').map(str::parse).collect::<Result<_, _>>()?;
    let shapes: String = SHAPES.iter().map(|s| format!("- *{}*: {}\n", s.name, s.about)).collect();
    let mut text = format!("\n{shapes}");
    for (major, settings, values) in SERVERS {
        let settings_of =
            values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let server = Server::start(major, &Options { settings: settings_of, ..Options::default() })?;
        let mut outcomes = Vec::new();
        for rows in &sizes {
            for shape in SHAPES {
                let made = on_shape(&server, shape, *rows)
                    .with_context(|| format!("PostgreSQL {major}, {rows} rows, {}", shape.name))?;
                made.iter().for_each(|outcome| println!("{}", outcome.line()));
                outcomes.extend(made);
            }
        }
        let part =
            format!("\n### PostgreSQL {major}, {settings}\n\n{}\n{}", summary(&outcomes), table(&outcomes));
        println!("{part}");
        text.push_str(&part);
    }
    if std::env::var_os("UPDATE").is_some() {
        page::write("docs/accuracy.md", "estimates", &text)?;
    }
    Ok(())
}

fn on_shape(server: &Server, shape: &Shape, rows: u64) -> Result<Vec<Outcome>> {
    let database = server.database("estimates")?;
    let session = database.session()?;
    for sql in shape.setup {
        session.script(&sql.replace("{rows}", &rows.to_string()))?;
    }
    session.script("VACUUM (ANALYZE)")?;
    let mut outcomes = Vec::new();
    for operation in EVERYWHERE.iter().chain(shape.also) {
        operation.prepare.iter().try_for_each(|sql| session.script(sql))?;
        let claim = checked(&database.url, operation.sql, &[]).with_context(|| operation.name)?;
        let actual = measure(&session, operation).with_context(|| operation.name)?;
        operation.undo.iter().try_for_each(|sql| session.script(sql))?;
        for (quantity, actual) in QUANTITIES.iter().zip(actual) {
            outcomes.push(Outcome::new(
                (shape.name, operation.name),
                rows,
                *quantity,
                &claim["estimate"],
                actual,
            )?);
        }
    }
    Ok(outcomes)
}

/// Runs the statement, and rolls it back where the server lets it: ms, bytes of the log, bytes grown by.
fn measure(session: &Session, operation: &Operation) -> Result<[f64; 3]> {
    session.script("CHECKPOINT")?;
    let size = || session.value::<i64>("SELECT pg_total_relation_size('t')::int8");
    let log = || session.value::<i64>("SELECT (pg_current_wal_insert_lsn() - '0/0')::int8");
    let alone = runs_alone(operation);
    let (size_before, log_before) = (size()?, log()?);
    let begun = Instant::now();
    if !alone {
        session.script("BEGIN")?;
    }
    session.script(operation.sql)?;
    let took = begun.elapsed().as_secs_f64() * 1000.0;
    let outcome = [took, (log()? - log_before) as f64, (size()? - size_before) as f64];
    if !alone {
        session.script("ROLLBACK")?;
    }
    Ok(outcome)
}
