//! Takes the snapshot of a large shop, as it is checked in under `fixtures/snapshots`.

use std::process::{Command, ExitCode};
use std::time::Duration;

use altimeter_tests::shop;
use altimeter_tests::tool::altimeter_bin;
use altimeter_tests::workload::Workload;
use anyhow::{Context, Result, bail};

use crate::demo::busy_shop_server;
use crate::{options, rows};

/// How long the shop is used before its snapshot is taken, so that there is traffic to see in it.
const USE: Duration = Duration::from_secs(20);

pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let [count, file] = options(arguments, ["--rows", "-o"])?;
    let users = rows(count.as_deref().context("`--rows N` is missing")?)?;
    let file = std::path::absolute(file.context("`-o FILE` is missing")?)?;
    let tool = altimeter_bin()?;
    let (_server, database) = busy_shop_server(users)?;
    let _load = Workload::unverified(&database.url, &shop::application("shop", "user_name", &[]), users)?;
    eprintln!("· letting the shop work for {USE:?}");
    std::thread::sleep(USE);
    let status = Command::new(tool).args(["snapshot", "--db", &database.url, "-o"]).arg(&file).status()?;
    if !status.success() {
        bail!("altimeter snapshot ended with {status}");
    }
    eprintln!("· wrote {}", file.display());
    Ok(ExitCode::SUCCESS)
}
