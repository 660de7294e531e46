//! `altimeter verify`.

use std::path::PathBuf;
use std::time::Duration;

use altimeter_catalog::{Answer, Catalog, Check};
use altimeter_planner::verify::{
    Due, Moment, Outcome, SavedPlan, Standing, Verification, VerifiedCheck, VerifiedStep, VerifiedTrigger,
    in_words,
};
use altimeter_render::format::{PlanJson, SavedPlanError, read_plan};
use clap::Args;

use crate::failure::Failure;
use crate::shared::Shared;
use crate::{engines, outcomes, output, source};

#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    /// A plan as `altimeter plan --format json` wrote it, - for standard input
    #[arg(value_name = "PLAN.json")]
    plan: PathBuf,
    /// The checks of one step, whether or not it is its turn
    #[arg(long, value_name = "ID")]
    step: Option<String>,
    /// Only what must hold before the step
    #[arg(long, conflicts_with = "after")]
    before: bool,
    /// Only what must hold after the step
    #[arg(long)]
    after: bool,
    /// The longest a check may take, in seconds: some read a whole table
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    timeout: u32,
    /// Write what the plan's statements took beside its file, for later estimates
    #[arg(long)]
    record: bool,
}

/// Reads the plan and the database, asks the checks, shows the answers, and says whether all that must hold does not
/// fail.
pub(crate) async fn run(arguments: VerifyArguments, shared: &Shared) -> Result<bool, Failure> {
    let report = output::verification_report(shared)?;
    if shared.snapshot.is_some() {
        return Err(Failure::usage(
            "a snapshot cannot be asked whether a check holds",
            "name the database: --db postgres://user@host/database",
        ));
    }
    let saved = read(&arguments.plan)?;
    if arguments.record && arguments.plan.as_os_str() == "-" {
        return Err(Failure::usage(
            "--record has no file to write beside",
            "name the plan's file instead of -",
        ));
    }
    let plan = saved.clone().saved();
    let step = arguments.step.as_deref().map(|id| number_of(&plan, id)).transpose()?;
    let when = match (arguments.before, arguments.after) {
        (true, _) => Some(Moment::Before),
        (_, true) => Some(Moment::After),
        _ => None,
    };
    let catalog = source::read(shared, 0.0).await?;
    if catalog.server.engine != plan.engine {
        return Err(Failure::usage(
            format!("the plan is for {}, the database is {}", plan.engine, catalog.server.engine),
            "name the database the plan was made for",
        ));
    }
    let standing = plan.standing(&catalog);
    let due = match &standing {
        Standing::Changed { .. } => Vec::new(),
        standing => {
            let due = plan.due(standing, step, when);
            plan.is_as_printed(engines::engine(catalog.server.engine)?, &catalog, &due).map_err(|place| {
                Failure::usage(
                    format!(
                        "the SQL of a check in the plan is not what this altimeter prints for it ({place}): the plan \
                         was changed after it was saved, or saved by another version"
                    ),
                    "make the plan again, or verify it with the altimeter that made it",
                )
            })?;
            due
        }
    };
    let verification = answered(shared, &plan, &catalog, standing, &due, arguments.timeout).await?;
    output::write(&report.render(&verification, output::layout(shared)))?;
    if arguments.record {
        outcomes::record(shared, &arguments.plan, &saved, &catalog)?;
    }
    Ok(verification.outcome() == Outcome::Fails)
}

/// Asks all checks, each once, and puts the answers where they belong.
async fn answered(
    shared: &Shared,
    plan: &SavedPlan,
    catalog: &Catalog,
    standing: Standing,
    due: &[Due],
    timeout: u32,
) -> Result<Verification, Failure> {
    let engine = engines::engine(catalog.server.engine)?;
    let watched = plan.watched(&standing, catalog);
    let due: Vec<(&Due, &altimeter_planner::verify::SavedStep)> =
        due.iter().filter_map(|d| Some((d, plan.steps.get(d.step)?))).collect();
    let of_steps = due.iter().flat_map(|(d, step)| step.checks(d.when)).map(|c| &c.check);
    let mut asked: Vec<Check> = Vec::new();
    for check in of_steps.chain(watched.iter().map(|t| &t.check.check)) {
        if !asked.contains(check) {
            asked.push(check.clone());
        }
    }
    let limit = Duration::from_secs(timeout.into());
    let answers = source::ask(shared, catalog, &asked, limit).await?;
    let told = |check: &Check| VerifiedCheck {
        check: check.clone(),
        sql: engine.print_check(catalog, check),
        answer: asked
            .iter()
            .position(|a| a == check)
            .and_then(|n| answers.get(n))
            .cloned()
            .unwrap_or_else(|| Answer::Unknown { why: "it was not asked".to_owned(), next: String::new() }),
    };
    let steps = due.iter().map(|(d, step)| VerifiedStep {
        id: step.id.clone(),
        title: step.title.clone(),
        when: d.when,
        must_hold: d.must_hold,
        checks: step.checks(d.when).iter().map(|c| told(&c.check)).collect(),
    });
    let triggers = watched.iter().map(|t| VerifiedTrigger {
        when: t.when.clone(),
        threshold: t.threshold.clone(),
        check: told(&t.check.check),
    });
    let server = &catalog.server;
    Ok(Verification {
        request: plan.request.clone(),
        database: format!("{} on {} {}", server.database, server.engine, server.version),
        standby: server.role.is_standby(),
        stands: in_words(plan, &standing),
        steps: steps.collect(),
        triggers: triggers.collect(),
        standing,
    })
}

fn number_of(plan: &SavedPlan, id: &str) -> Result<usize, Failure> {
    plan.steps.iter().position(|s| s.id == id).ok_or_else(|| {
        let ids: Vec<&str> = plan.steps.iter().map(|s| s.id.as_str()).collect();
        Failure::usage(format!("the plan has no step {id}"), format!("its steps are {}", ids.join(", ")))
    })
}

fn read(file: &std::path::Path) -> Result<PlanJson, Failure> {
    let shown = file.display();
    let text = source::text(file)?;
    read_plan(&text).map_err(|e| {
        let next = match e {
            SavedPlanError::Shape(_) | SavedPlanError::Format { .. } => {
                "write one with: altimeter plan REQUEST --format json > plan.json"
            }
            SavedPlanError::Altered { .. } => "take the plan as it was written, or make it again",
        };
        Failure::usage(format!("{shown}: {e}"), next)
    })
}
