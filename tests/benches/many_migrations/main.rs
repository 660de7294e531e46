//! 4,000 migration files reviewed against a snapshot with 1,000 tables: wall time, processor time and memory, with
//! `squawk` on the same files beside it. Run with
//! `cargo bench --package altimeter-tests --bench many_migrations`.
#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

mod database;
mod history;

use std::path::{Path, PathBuf};
use std::process::Command;

use altimeter_tests::measure::{Measured, median};
use altimeter_tests::tool::altimeter_bin;
use altimeter_tests::{cache, squawk};
use anyhow::Result;

const FILES: usize = 4_000;
const RUNS: usize = 3;

/// Ended well; or found something.
const CODES: [i32; 2] = [0, 1];

fn main() -> Result<()> {
    let folder = cache::run_directory("many-migrations")?;
    let measured = measure(&folder);
    std::fs::remove_dir_all(&folder)?;
    measured
}

fn measure(folder: &Path) -> Result<()> {
    let snapshot = folder.join("snapshot.json");
    std::fs::write(&snapshot, database::thousand_tables()?)?;
    let mut files: Vec<PathBuf> = Vec::new();
    let (mut statements, mut bytes) = (0, 0);
    for (number, file) in history::files(FILES).into_iter().enumerate() {
        let path = folder.join(format!("V{:04}__{}.sql", number + 1, file.name));
        std::fs::write(&path, &file.sql)?;
        (statements, bytes) = (statements + file.statements, bytes + file.sql.len());
        files.push(path);
    }
    println!("{FILES} files, {statements} statements, {} KiB of SQL; 1,000 tables\n", bytes / 1024);
    println!("{:<44} {:>8} {:>8} {:>8}", "command", "wall s", "cpu s", "MiB");
    let tool = altimeter_bin()?;
    for format in ["text", "json"] {
        let mut command = Command::new(&tool);
        command.args(["check", "--quiet", "--format", format, "--snapshot"]).arg(&snapshot).args(&files);
        row(&format!("altimeter check --format {format}"), median(RUNS, &mut command, &CODES)?);
    }
    let other = squawk::obtain()?;
    for reporter in ["tty", "json"] {
        let mut command = Command::new(&other);
        command.args(["--reporter", reporter]).args(&files);
        row(
            &format!("squawk {} --reporter {reporter}", squawk::VERSION),
            median(RUNS, &mut command, &CODES)?,
        );
    }
    Ok(())
}

fn row(what: &str, Measured { seconds, cpu_seconds, peak_mib }: Measured) {
    println!("{what:<44} {seconds:>8.2} {cpu_seconds:>8.2} {peak_mib:>8.0}");
}
