//! The main job on a fresh machine: a disposable PostgreSQL, a busy shop, and a plan for a change.

use std::io::IsTerminal;
use std::process::{Command, ExitCode};
use std::time::Instant;

use altimeter_tests::binaries::Binaries;
use altimeter_tests::database::Database;
use altimeter_tests::server::{Options, Server};
use altimeter_tests::shop;
use altimeter_tests::tool::altimeter_bin;
use altimeter_tests::workload::{READERS, WRITERS, Workload};
use anyhow::{Context, Result};

use crate::{options, rows};

const REQUEST: &str = "rename the column 'user_name' to 'username' on the users table";

pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let [request, count, snapshot] = options(arguments, ["--request", "--rows", "--snapshot"])?;
    let request = request.unwrap_or_else(|| REQUEST.to_owned());
    eprintln!("· building the tool");
    altimeter_bin()?;
    match snapshot {
        Some(file) => plan(&request, "--snapshot", &file),
        None => on_a_server(&request, rows(count.as_deref().unwrap_or("1_000_000"))?),
    }
}

fn on_a_server(request: &str, users: i64) -> Result<ExitCode> {
    let (server, database) = busy_shop_server(users)?;
    let load = Workload::unverified(&database.url, &shop::application("shop", "user_name", &[]), users)?;
    eprintln!("· {WRITERS} connections write and {READERS} read, all the while\n");
    let code = plan(request, "--db", &database.url)?;
    eprintln!("\n· the database is still there and busy. From another terminal:");
    eprintln!("    psql '{}'", database.url);
    eprintln!("    {} inspect --db '{}'", altimeter_bin()?.display(), database.url);
    if std::io::stdin().is_terminal() {
        eprintln!("· press Enter to stop everything");
        std::io::stdin().read_line(&mut String::new()).ok();
    } else {
        eprintln!("· nobody is at the keyboard: stopping everything");
    }
    let record = load.stop();
    let slowest = record.longest.as_millis();
    eprintln!("· the shop ran {} statements meanwhile, the slowest took {slowest} ms", record.statements[0]);
    drop(database);
    drop(server);
    Ok(code)
}

/// A server of its own with a loaded shop; each stage is said on standard error.
pub(crate) fn busy_shop_server(users: i64) -> Result<(Server, Database)> {
    eprintln!("· looking for a PostgreSQL (it is fetched once if there is none)");
    let binaries = Binaries::newest()?;
    eprintln!("· starting PostgreSQL {}", binaries.major);
    let server = Server::start(binaries.major, &Options::default())?;
    let database = server.database("shop")?;
    eprintln!("· loading a shop with {users} users");
    let begin = Instant::now();
    shop::load_into(&database.url, users, &|loaded| {
        if loaded % 5_000_000 == 0 {
            eprintln!("    {loaded} users after {:.0?}", begin.elapsed());
        }
    })?;
    eprintln!("· loaded, indexed, vacuumed and analyzed in {:.1?}", begin.elapsed());
    Ok((server, database))
}

/// Runs `altimeter plan` as a user would, its output going where ours goes.
fn plan(request: &str, source: &str, place: &str) -> Result<ExitCode> {
    eprintln!("· altimeter plan \"{request}\" {source} {}\n", if source == "--db" { "URL" } else { place });
    let mut command = Command::new(altimeter_bin()?);
    command.args(["plan", request, source, place]).env_remove("DATABASE_URL");
    let begin = Instant::now();
    let status = command.status().context("altimeter cannot be started")?;
    eprintln!("\n· planned in {:.2} s", begin.elapsed().as_secs_f64());
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}
