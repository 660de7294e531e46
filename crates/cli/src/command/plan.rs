//! `altimeter plan`.

use std::path::PathBuf;

use altimeter_analysis::limits::Budget;
use altimeter_planner::{Plan, PlanOptions, Road, plan_request, read_desired, read_request};
use clap::Args;

use crate::budget::BudgetArguments;
use crate::failure::Failure;
use crate::shared::Shared;
use crate::{application, engines, output, size, source};

#[derive(Debug, Args)]
pub(crate) struct PlanArguments {
    /// What you want, in English or as DDL: "rename the column user_name to username on users"
    #[arg(value_name = "REQUEST", required_unless_present_any = ["sql", "to"], conflicts_with_all = ["sql", "to"])]
    request: Option<String>,
    /// DDL from a file, - for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "to")]
    sql: Option<PathBuf>,
    /// The schema the database shall have, from a file such as `pg_dump --schema-only` makes, - for standard input
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// With --to: tables and columns that the file does not have shall go
    #[arg(long, requires = "to")]
    allow_drops: bool,
    /// The application's source: references to what is dropped or renamed are looked for in it
    #[arg(long, value_name = "DIR")]
    app: Option<PathBuf>,
    /// Whether users and the application must notice nothing; false for the plain statements
    #[arg(long, value_name = "BOOL", default_value_t = true, action = clap::ArgAction::Set)]
    zero_downtime: bool,
    /// The road to take where several lead there [default: the one that disturbs least]
    #[arg(long, value_name = "ROAD", value_parser = road)]
    prefer: Option<Road>,
    #[command(flatten)]
    budget: BudgetArguments,
    /// Log a second that what runs in batches may write, such as an archive or a link takes: 10MB
    #[arg(long, value_name = "SIZE", value_parser = size::bytes)]
    wal_rate: Option<f64>,
    /// Show the arithmetic of every estimate, with the numbers put in
    #[arg(long)]
    explain_estimate: bool,
    /// Whether the way back is planned too
    #[arg(long, value_name = "BOOL", default_value_t = true, action = clap::ArgAction::Set)]
    include_rollback: bool,
}

fn road(word: &str) -> Result<Road, String> {
    let found = Road::ALL.into_iter().find(|r| r.key() == word);
    found.ok_or_else(|| format!("it is one of {}", Road::ALL.map(Road::key).join(", ")))
}

/// Reads the request and the catalog, plans, and shows the plan.
pub(crate) async fn run(arguments: PlanArguments, shared: &Shared) -> Result<(), Failure> {
    let report = output::report(shared)?;
    let text = match (arguments.request, arguments.sql.as_ref().or(arguments.to.as_ref())) {
        (Some(request), _) => request,
        (None, Some(file)) => source::text(file)?,
        (None, None) => String::new(),
    };
    if text.trim().is_empty() {
        return Err(Failure::usage(
            "the request is empty",
            "say what shall change: rename users.user_name to username",
        ));
    }
    let catalog = source::read(shared, source::SAMPLE_S).await?;
    let engine = engines::engine(catalog.server.engine)?;
    let request = match arguments.to {
        Some(_) => read_desired(engine, &catalog, &text, arguments.allow_drops)?,
        None => Some(read_request(engine, &catalog, &text)?),
    };
    let Some(request) = request else {
        output::note(
            shared,
            "nothing differs in tables, columns, constraints, indexes and enum types; nothing else is compared",
        );
        return Ok(());
    };
    let options = PlanOptions {
        zero_downtime: arguments.zero_downtime,
        prefer: arguments.prefer,
        budget: Budget { log_per_second: arguments.wal_rate, ..arguments.budget.budget() },
        explain: arguments.explain_estimate,
    };
    let mut plan = plan_request(engine, &catalog, &request, options)?;
    if let (Some(folder), Some(uses)) = (&arguments.app, &mut plan.uses) {
        application::search(shared, engine, &catalog, folder, uses)?;
    } else if arguments.app.is_some() {
        output::note(shared, "--app was not looked at: the change takes no table or column away");
    }
    if !arguments.include_rollback {
        leave_out_rollback(&mut plan);
    }
    output::write(&report.render_plan(&plan, &catalog, output::layout(shared)))
}

fn leave_out_rollback(plan: &mut Plan) {
    plan.phases.iter_mut().flat_map(|p| &mut p.steps).for_each(|s| s.down.clear());
    plan.rollback.procedure.clear();
    plan.cautions.push("the way back was left out as asked: this plan cannot be undone by itself".to_owned());
}
