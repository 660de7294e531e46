//! What is done by command in this repository: the demonstration (`cargo demo`), all tests (`cargo everything`),
//! and the snapshot that is checked in (`make-snapshot`).
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a program for developers: it reads its environment and says what it does"
)]

mod demo;
mod everything;
mod snapshot;

use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
usage:
  cargo demo [--request TEXT] [--rows N] [--snapshot FILE]
      plan a change on a disposable, busy PostgreSQL, or on a snapshot with no server at all
  cargo everything
      servers, formatting, lints, documentation, all tests
  cargo run --package altimeter-tests --bin task -- make-snapshot --rows N -o FILE
      load a shop of N users and take its snapshot";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    let outcome = match command.as_str() {
        "demo" => demo::run(&rest),
        "test" => everything::run(&rest),
        "make-snapshot" => snapshot::run(&rest),
        _ => Err(anyhow::anyhow!("no such task: `{command}`\n{USAGE}")),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// The values of options that are all of the form `--name VALUE`.
fn options<const N: usize>(arguments: &[String], names: [&str; N]) -> Result<[Option<String>; N]> {
    let mut values = [const { None }; N];
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let Some(place) = names.iter().position(|name| name == argument) else {
            bail!("no such option: `{argument}`\n{USAGE}");
        };
        let Some(value) = rest.next() else { bail!("`{argument}` needs a value\n{USAGE}") };
        values[place] = Some(value.clone());
    }
    Ok(values)
}

/// A number of rows as somebody types it: `1000000` or `1_000_000`.
fn rows(text: &str) -> Result<i64> {
    match text.replace(['_', ','], "").parse() {
        Ok(rows) if rows > 0 => Ok(rows),
        _ => bail!("`{text}` is not a number of rows"),
    }
}
