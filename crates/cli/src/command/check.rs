//! `altimeter check`.

use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use altimeter_analysis::Severity;
use altimeter_analysis::review::{Passage, Review, ReviewedFile, Reviewer, Sending};
use altimeter_analysis::suppression::Policy;
use altimeter_catalog::{Catalog, Engine, EngineName, Server};
use altimeter_render::review;
use clap::Args;

use crate::failure::Failure;
use crate::shared::Shared;
use crate::{engines, output, source};

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    /// SQL files or directories, in the order given; - for standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The least severity that makes the exit code 1 [default: high]
    #[arg(long, value_name = "SEVERITY", value_parser = ["low", "medium", "high", "critical"])]
    fail_on: Option<String>,
}

/// Reviews the files and says whether there is a finding at or above `--fail-on`.
pub(crate) async fn run(arguments: CheckArguments, shared: &Shared) -> Result<bool, Failure> {
    let name = shared.format.as_deref().unwrap_or("text");
    let report = review::by_name(name)
        .ok_or_else(|| Failure::usage(format!("check cannot be shown as {name}"), ""))?;
    let fail_on = severity(arguments.fail_on.as_deref().unwrap_or("high"));
    let texts = arguments.files.iter().map(read_text).collect::<Result<Vec<_>, _>>()?;
    let (catalog, complete) = match source::is_named(shared) {
        true => (source::read(shared, 0.0).await?, true),
        false => (empty(shared), false),
    };
    let engine = engines::engine(catalog.server.engine)?;
    let review = check(engine, catalog, complete, texts, &shared.policy);
    output::write(&report.render_review(&review, output::layout(shared)))?;
    Ok(review.risk() >= fail_on
        && review.statements().any(|(_, s)| s.judged.findings.iter().any(|f| f.suppressed.is_none())))
}

fn check(
    engine: &dyn Engine,
    catalog: Catalog,
    complete: bool,
    texts: Vec<(String, String)>,
    policy: &Policy,
) -> Review {
    let mut review = Review {
        engine: catalog.server.engine,
        server_version: catalog.server.version.clone(),
        source: match complete {
            true => format!("database {}", catalog.server.database),
            false => "the files themselves: no database was named, so sizes and load are unknown".to_owned(),
        },
        complete,
        unknowns: catalog.unknowns.iter().map(|u| format!("{}: {}", u.what, u.why)).collect(),
        ..Review::default()
    };
    let mut reviewer = Reviewer::new(engine, catalog, complete);
    for (path, sql) in texts {
        let text = engine.read(&sql);
        let passage = Passage { text: text.as_ref(), offset: 0, lines_before: 0, sending: Sending::Each };
        let statements = reviewer.passage(&passage);
        let mut notes = Vec::new();
        if reviewer.end_session() {
            notes.push("it ends inside a transaction: nothing of that is kept".to_owned());
        }
        review.files.push(ReviewedFile { path, text: Arc::from(sql), statements, notes });
    }
    reviewer.conclude(&mut review, policy);
    review
}

/// The schema a migration history begins on: nothing but the schema every database has.
fn empty(shared: &Shared) -> Catalog {
    let major = shared.server_version.unwrap_or(18);
    let server = Server {
        engine: EngineName::Postgresql,
        version: major.to_string(),
        version_num: major * 10_000,
        search_path: vec!["public".to_owned()],
        ..Server::default()
    };
    Catalog { server, schemas: vec!["public".to_owned()], ..Catalog::default() }
}

fn severity(word: &str) -> Severity {
    match word {
        "low" => Severity::Low,
        "medium" => Severity::Medium,
        "critical" => Severity::Critical,
        _ => Severity::High,
    }
}

fn read_text(file: &PathBuf) -> Result<(String, String), Failure> {
    let mut bytes = Vec::new();
    let read = if file.as_os_str() == "-" {
        std::io::stdin().read_to_end(&mut bytes).map(|_| ())
    } else {
        std::fs::read(file).map(|read| bytes = read)
    };
    let path = file.display().to_string();
    read.map_err(|e| Failure::usage(format!("{path} cannot be read: {e}"), ""))?;
    let text = String::from_utf8(bytes).map_err(|_| Failure::usage(format!("{path} is not UTF-8"), ""))?;
    Ok((path, text))
}
