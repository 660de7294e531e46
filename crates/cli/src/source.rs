//! Where the catalog comes from: a live database or a snapshot.

use std::io::Read;
use std::path::Path;
use std::time::Duration;

use altimeter_analysis::cost::calibrate;
use altimeter_catalog::{Answer, Catalog, Check, InspectOptions, Verdict, read_snapshot};
use altimeter_engine_postgres::Environment;

use crate::failure::Failure;
use crate::progress::Progress;
use crate::shared::Shared;
use crate::{engines, outcomes};

/// Seconds between two samples of the counters, for commands whose answer needs today's rates. A check does without:
/// averages since the counters were reset will do, and it runs in pipelines.
pub(crate) const SAMPLE_S: f64 = 2.0;

/// Variables that say which database is meant, as libpq reads them.
const NAMING: &[&str] = &["DATABASE_URL", "PGHOST", "PGHOSTADDR", "PGSERVICE", "PGDATABASE", "PGPORT"];

/// Whether the environment says which database is meant.
pub(crate) fn environment_names_a_database() -> bool {
    environment().variables.iter().any(|(name, value)| NAMING.contains(&name.as_str()) && !value.is_empty())
}

#[expect(clippy::disallowed_methods, reason = "the environment is read here and handed down")]
fn environment() -> Environment {
    // A variable that is not UTF-8 cannot be one of ours.
    let variables =
        std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)));
    Environment {
        variables: variables.collect(),
        home: std::env::home_dir(),
        user: std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).ok(),
    }
}

/// Whether anything says which database or snapshot is meant.
pub(crate) fn is_named(shared: &Shared) -> bool {
    shared.snapshot.is_some() || shared.db.is_some() || environment_names_a_database()
}

/// Reads the catalog from what the command line, the environment or the configuration names. `pause` is how long to
/// wait between two samples if nobody said, in seconds.
pub(crate) async fn read(shared: &Shared, pause: f64) -> Result<Catalog, Failure> {
    let mut catalog = match &shared.snapshot {
        Some(file) => read_file(file)?,
        None => read_live(shared, pause).await?,
    };
    outcomes::learn(shared, &mut catalog)?;
    calibrate(&mut catalog);
    Ok(catalog)
}

async fn read_live(shared: &Shared, pause: f64) -> Result<Catalog, Failure> {
    if !is_named(shared) {
        return Err(Failure::usage(
            "no database is named",
            "give --db postgres://user@host/database or --snapshot FILE, or set DATABASE_URL",
        ));
    }
    let environment = environment();
    let inspector = engines::inspector(url(shared, &environment), &environment)?;
    let pause = shared.sample.unwrap_or(pause);
    let options = InspectOptions {
        sample: (pause > 0.0).then(|| Duration::from_secs_f64(pause)),
        probe: shared.probe.unwrap_or(true),
    };
    let progress = Progress::begin(shared.quiet);
    let catalog = inspector.inspect(options, &|what| progress.show(what)).await;
    progress.end();
    Ok(catalog?)
}

/// What the server's own parser says of statements; nothing where there is a snapshot or no database.
pub(crate) async fn confirm(shared: &Shared, statements: &[String]) -> Result<Vec<Verdict>, Failure> {
    if shared.snapshot.is_some() || !is_named(shared) {
        return Ok(Vec::new());
    }
    let environment = environment();
    let oracle = engines::oracle(url(shared, &environment), &environment)?;
    Ok(oracle.confirm(statements).await?)
}

/// Answers of the database to checks, none of which may take longer than `limit`.
pub(crate) async fn ask(
    shared: &Shared,
    catalog: &Catalog,
    checks: &[Check],
    limit: Duration,
) -> Result<Vec<Answer>, Failure> {
    let environment = environment();
    let verifier = engines::verifier(url(shared, &environment), &environment)?;
    let progress = Progress::begin(shared.quiet);
    let answers = verifier.verify(catalog, checks, limit, &|what| progress.show(what)).await;
    progress.end();
    Ok(answers?)
}

/// The text of a file, - for standard input.
pub(crate) fn text(file: &Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let read = if file.as_os_str() == "-" {
        std::io::stdin().read_to_end(&mut bytes).map(|_| ())
    } else {
        std::fs::read(file).map(|read| bytes = read)
    };
    read.map_err(|e| Failure::usage(format!("{} cannot be read: {e}", file.display()), ""))?;
    String::from_utf8(bytes).map_err(|_| Failure::usage(format!("{} is not UTF-8", file.display()), ""))
}

/// The URL on the command line, or the environment's.
fn url<'a>(shared: &'a Shared, environment: &'a Environment) -> Option<&'a str> {
    let named = shared.db.as_deref().or(environment.variables.get("DATABASE_URL").map(String::as_str));
    named.filter(|u| !u.is_empty())
}

fn read_file(file: &Path) -> Result<Catalog, Failure> {
    let shown = file.display();
    let bytes =
        std::fs::read(file).map_err(|e| Failure::usage(format!("{shown} cannot be read: {e}"), ""))?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Failure::usage(format!("{shown}: this is not a snapshot: it is not UTF-8"), WRITE_ONE)
    })?;
    read_snapshot(&text).map_err(|e| {
        let next = match e {
            altimeter_catalog::SnapshotError::Newer { .. } => {
                "use the altimeter that wrote it, or a newer one"
            }
            _ => WRITE_ONE,
        };
        Failure::usage(format!("{shown}: {e}"), next)
    })
}

const WRITE_ONE: &str = "write one with: altimeter snapshot --db URL -o FILE";
