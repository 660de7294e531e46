//! Waiting against the clock: how many statements pile up behind a change and how long they wait, and how far a standby
//! falls behind, each as `altimeter check` or `plan` foretells it and as it then was. Run with
//! `cargo bench --package altimeter-tests --bench waiting`; `UPDATE=1` writes its part of `docs/accuracy.md`.
#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]
#![expect(clippy::disallowed_methods, reason = "a benchmark is told by the environment what to do")]

mod foretold;
mod lag;
mod queue;

use altimeter_tests::page;
use anyhow::Result;
use foretold::table;

/// The oldest and the newest supported server.
const SERVERS: [u32; 2] = [13, 18];

fn main() -> Result<()> {
    let (mut queues, mut lags) = (Vec::new(), Vec::new());
    for major in SERVERS {
        queues.extend(queue::on(major)?);
        lags.extend(lag::on(major)?);
    }
    let text = format!("\n{}\n{}\n{}\n{}\n", queue::ABOUT, table(&queues), lag::ABOUT, table(&lags));
    println!("{text}");
    if std::env::var_os("UPDATE").is_some() {
        page::write("docs/accuracy.md", "waiting", &text)?;
    }
    Ok(())
}
