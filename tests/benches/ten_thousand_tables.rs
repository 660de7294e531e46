//! Reading a database with 10,000 tables: time and memory, with `pg_dump --schema-only` of the same beside it; and a
//! plan from the snapshot. Run with `cargo bench --package altimeter-tests`.
#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

use std::process::Command;

use altimeter_tests::binaries::client_program;
use altimeter_tests::measure;
use altimeter_tests::server::{Options, Server};
use altimeter_tests::tool::altimeter_bin;
use anyhow::Result;

/// Tables in each measurement: the second shows what grows.
const TABLES: [u32; 2] = [100, 10_000];
const RUNS: usize = 3;

/// The median of some runs.
fn median(command: &mut Command) -> Result<(f64, f64)> {
    let median = measure::median(RUNS, command, &[0])?;
    Ok((median.seconds, median.peak_mib))
}

fn main() -> Result<()> {
    let server = Server::start(15, &Options::default())?;
    let tool = altimeter_bin()?;
    let dump = client_program("pg_dump")?;
    println!("{:>7}  {:<34} {:>9} {:>9}  {:>7}", "tables", "command", "seconds", "MiB", "queries");
    for tables in TABLES {
        let database = server.database("many")?;
        let session = database.session()?;
        let made =
            "id bigint PRIMARY KEY, a text NOT NULL DEFAULT '', b integer, c timestamptz DEFAULT now()";
        for first in (1..=tables).step_by(100) {
            let script: String = (first..first + 100)
                .map(|n| {
                    format!("CREATE TABLE t{n} ({made}); CREATE INDEX ON t{n} (b); CREATE INDEX ON t{n} (c);")
                })
                .collect();
            session.script(&script)?;
        }
        let file = std::env::temp_dir().join(format!("altimeter-bench-{}.json", std::process::id()));
        let snapshot = file.to_string_lossy().into_owned();
        let read = ["snapshot", "--sample", "0", "--quiet", "--db", &database.url, "-o", &snapshot];
        let plan = ["plan", "rename the column a to d on t7", "--snapshot", &snapshot];
        let mut rows = vec![("altimeter snapshot --sample 0", median(Command::new(&tool).args(read))?)];
        let catalog: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&file)?)?;
        rows.push(("altimeter plan --snapshot", median(Command::new(&tool).args(plan))?));
        rows.push((
            "pg_dump --schema-only",
            median(Command::new(&dump).args(["--schema-only", &database.url]))?,
        ));
        for (name, (seconds, mib)) in rows {
            let queries =
                if name.contains("--sample") { catalog["server"]["queries"].to_string() } else { "".into() };
            println!("{tables:>7}  {name:<34} {seconds:>9.2} {mib:>9.0}  {queries:>7}");
        }
        std::fs::remove_file(&file)?;
    }
    Ok(())
}
