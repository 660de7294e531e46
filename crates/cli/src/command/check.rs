//! `altimeter check`.

use std::path::PathBuf;

use altimeter_analysis::limits::{self, Budget, Limit, Verdict};
use altimeter_analysis::review::{Review, Reviewer};
use altimeter_analysis::{Capacity, Finding, Severity};
use altimeter_catalog::{Catalog, EngineName, Server};
use altimeter_migrations::Tool;
use clap::Args;

use crate::ahead::in_order;
use crate::budget::BudgetArguments;
use crate::failure::Failure;
use crate::migrations::Asked;
use crate::shared::{SEVERITIES, Shared};
use crate::{engines, migrations, output, source};

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    /// SQL files or directories, in the order given; - for standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The least severity that makes the exit code 1 [default: high]
    #[arg(long, value_name = "SEVERITY", value_parser = SEVERITIES)]
    fail_on: Option<String>,
    /// Only files that are new or changed since this git revision; without a database the others build up the schema
    #[arg(long, value_name = "REV")]
    since: Option<String>,
    /// The tool whose order and transactions hold [default: recognised by names and contents]
    #[arg(long, value_name = "TOOL", value_parser = ToolName::parse)]
    tool: Option<ToolName>,
    /// Show the arithmetic of every estimate, with the numbers put in
    #[arg(long)]
    explain_estimate: bool,
    /// The scripts that lead back instead, last first
    #[arg(long)]
    down: bool,
    /// Holds what the files take against what the server has: disk, log, replica lag, connections
    #[arg(long)]
    capacity: bool,
    #[command(flatten)]
    budget: BudgetArguments,
}

/// A tool by its name as an option's value.
#[derive(Clone, Copy, Debug)]
struct ToolName(Tool);

impl ToolName {
    fn parse(text: &str) -> Result<Self, String> {
        let found = Tool::ALL.iter().find(|t| t.key() == text);
        found.map(|t| Self(*t)).ok_or_else(|| {
            let known: Vec<&str> = Tool::ALL.iter().map(|t| t.key()).collect();
            format!("it is one of {}", known.join(", "))
        })
    }
}

/// Reviews the files and says whether there is a finding at or above `--fail-on`.
pub(crate) async fn run(arguments: CheckArguments, shared: &Shared) -> Result<bool, Failure> {
    let report = output::review_report(shared)?;
    let fail_on = arguments.fail_on.as_deref().or(shared.fail_on.as_deref()).unwrap_or("high");
    let (catalog, complete) = match source::is_named(shared) {
        true => (source::read(shared, 0.0).await?, true),
        false => (empty(shared), false),
    };
    let engine = engines::engine(catalog.server.engine)?;
    let asked = Asked {
        paths: &arguments.files,
        tool: arguments.tool.map(|t| t.0),
        down: arguments.down,
        since: arguments.since.as_deref(),
    };
    let gathered = migrations::read(&asked, engine)?;
    let mut review = begin(&catalog, complete, gathered.notes);
    let mut reviewer = Reviewer::new(engine, catalog, complete).explaining(arguments.explain_estimate);
    migrations::review(&mut reviewer, engine, &gathered.migrations, &mut review);
    let statements: Vec<String> = review.statements().map(|(_, s)| s.judged.statement.sql.clone()).collect();
    review.hear(&source::confirm(shared, &statements).await?);
    reviewer.conclude(&mut review, &shared.policy);
    review.files.retain(|f| f.shown);
    if arguments.capacity || arguments.budget.is_given() {
        review.limits = held_against(&reviewer, &review, &arguments.budget.budget());
    }
    let layout = output::layout(shared);
    output::write_with(|out| {
        in_order(&report.parts(&review, layout), |part| part(), |_, text| out.write_all(text.as_bytes()))
    })?;
    let least = severity(fail_on);
    let counts = |f: &&Finding| f.suppressed.is_none() && f.severity >= least;
    let found = review.statements().flat_map(|(_, s)| &s.judged.findings).filter(counts).count();
    if found > 0 {
        output::note(shared, &format!("exit code 1: findings at or above {fail_on} (--fail-on): {found}"));
    }
    let exceeded = review.limits.iter().filter(|l| l.verdict == Verdict::Exceeded).count();
    if exceeded > 0 {
        output::note(shared, &format!("exit code 1: limits that are exceeded (--capacity): {exceeded}"));
    }
    Ok(found > 0 || exceeded > 0)
}

/// The limits of a server that is known; where a statement's cost is not, nor is that of all.
fn held_against(reviewer: &Reviewer<'_>, review: &Review, budget: &Budget) -> Vec<Limit> {
    let capacity = match review.uncounted() {
        0 => review.capacity(),
        _ => Capacity::default(),
    };
    limits::limits(reviewer.catalog(), &capacity, budget)
}

/// A review with nothing in it yet.
fn begin(catalog: &Catalog, complete: bool, notes: Vec<String>) -> Review {
    Review {
        engine: catalog.server.engine,
        server_version: catalog.server.version.clone(),
        source: match complete {
            true => format!("database {}", catalog.server.database),
            false => "the files themselves: no database was named, so sizes and load are unknown".to_owned(),
        },
        complete,
        notes,
        unknowns: catalog.unknowns.iter().map(|u| format!("{}: {}", u.what, u.why)).collect(),
        ..Review::default()
    }
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
    Catalog { server: server.into(), schemas: vec!["public".to_owned()].into(), ..Catalog::default() }
}

fn severity(word: &str) -> Severity {
    match word {
        "low" => Severity::Low,
        "medium" => Severity::Medium,
        "critical" => Severity::Critical,
        _ => Severity::High,
    }
}
