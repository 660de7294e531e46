//! EXPLAIN for schema changes: the command line.
//!
//! Printing, exit codes and the environment are here and nowhere else.

mod ahead;
mod application;
mod arguments;
mod budget;
mod command;
mod config;
mod engines;
#[cfg(test)]
mod examples;
mod failure;
mod migrations;
mod outcomes;
mod output;
mod progress;
mod shared;
mod size;
mod source;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::{Arguments, Command};
use crate::failure::Failure;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no errors; clap knows which stream each belongs to.
            let code = if error.use_stderr() { failure::USAGE } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    match run(arguments) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Findings) => ExitCode::from(failure::FINDINGS),
        Err(failure) => {
            output::complain(&failure);
            ExitCode::from(failure.code())
        }
    }
}

/// How a command ended that did its work.
enum Outcome {
    Done,
    /// There are findings at or above `--fail-on`, or a check does not hold.
    Findings,
}

fn run(arguments: Arguments) -> Result<Outcome, Failure> {
    let config = config::read()?;
    let shared = config.fill(arguments.shared)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::usage(format!("the system gives no event loop: {e}"), ""))?;
    let done = runtime.block_on(async {
        match arguments.command {
            Command::Plan(it) => command::plan::run(it, &shared).await.map(|()| Outcome::Done),
            Command::Check(it) => command::check::run(it, &shared).await.map(|found| match found {
                true => Outcome::Findings,
                false => Outcome::Done,
            }),
            Command::Verify(it) => command::verify::run(it, &shared).await.map(|fails| match fails {
                true => Outcome::Findings,
                false => Outcome::Done,
            }),
            Command::Inspect(it) => command::inspect::run(it, &shared).await.map(|()| Outcome::Done),
            Command::Rules(it) => command::rules::run(&it, &shared).map(|()| Outcome::Done),
            Command::Snapshot(it) => command::snapshot::run(it, &shared).await.map(|()| Outcome::Done),
        }
    });
    // A name lookup that the system still waits for must not hold us up.
    runtime.shutdown_background();
    done
}
