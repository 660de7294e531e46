//! Everything that has to hold before a change is done: servers, formatting, lints, documentation, all tests.
//! At the end it says what ran and what did not.

use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use altimeter_tests::binaries::{Binaries, MAJORS, REQUIRED, client_program, install};
use altimeter_tests::{cache, run as programs, tool};
use anyhow::{Result, bail};

/// What ran, what failed, what could not run and why.
#[derive(Default)]
struct Account {
    passed: Vec<String>,
    failed: Vec<String>,
    not_run: Vec<String>,
}

pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    if !arguments.is_empty() {
        bail!("`cargo everything` takes no arguments; for single tests use `cargo test`");
    }
    let begin = Instant::now();
    let mut account = Account::default();
    prepare_servers(&mut account);
    for (name, arguments) in [
        ("formatting", &["fmt", "--all", "--check"][..]),
        ("lints", &["clippy", "--quiet", "--workspace", "--all-targets", "--", "--deny", "warnings"][..]),
        ("documentation", &["doc", "--quiet", "--workspace", "--no-deps"][..]),
        ("tests", &["test", "--workspace", "--no-fail-fast"][..]),
    ] {
        account.cargo(name, arguments);
    }
    account.close(begin)
}

/// Fetches and installs what the tests need, before they need it, so that what is missing is said first.
fn prepare_servers(account: &mut Account) {
    for major in MAJORS {
        let name = format!("PostgreSQL {major}");
        if std::env::var_os(format!("ALTIMETER_TEST_POSTGRES_{major}")).is_some() {
            account.passed.push(format!("{name} (given by URL)"));
            continue;
        }
        eprintln!("· {name}");
        match Binaries::obtain(major) {
            Ok(_) => account.passed.push(name),
            Err(reason) if REQUIRED.contains(&major) => account.failed.push(format!("{name}: {reason:#}")),
            Err(reason) => account.not_run.push(format!("{name}: {reason:#}")),
        }
    }
    if let Err(reason) = client_program("pg_dump") {
        account.failed.push(format!("pg_dump: {reason:#}"));
    }
    let pgbouncer = ["pgbouncer", "/usr/sbin/pgbouncer"].into_iter().any(programs::on_path);
    if !pgbouncer && let Err(reason) = install(&["pgbouncer"]) {
        account.failed.push(format!("PgBouncer: {reason:#}"));
    }
    if let Err(reason) = tool::altimeter_bin() {
        account.failed.push(format!("the tool: {reason:#}"));
    }
}

impl Account {
    fn cargo(&mut self, name: &str, arguments: &[&str]) {
        eprintln!("· {name}: cargo {}", arguments.join(" "));
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.args(arguments).current_dir(cache::workspace()).stdin(Stdio::null());
        command.env("RUSTDOCFLAGS", "--deny warnings");
        match command.status() {
            Ok(status) if status.success() => self.passed.push(name.to_owned()),
            Ok(status) => self.failed.push(format!("{name} ({status})")),
            Err(error) => self.failed.push(format!("{name}: {error}")),
        }
    }

    fn close(self, begin: Instant) -> Result<ExitCode> {
        eprintln!("\n· ran in {:.0?}: {}", begin.elapsed(), self.passed.join(", "));
        for reason in &self.not_run {
            eprintln!("· not run: {reason}");
        }
        for reason in &self.failed {
            eprintln!("· FAILED: {reason}");
        }
        eprintln!(
            "· {} passed, {} failed, {} not run",
            self.passed.len(),
            self.failed.len(),
            self.not_run.len()
        );
        Ok(if self.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
