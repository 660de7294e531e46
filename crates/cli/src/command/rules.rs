//! `altimeter rules`.

use altimeter_analysis::rules::{ALL, by_name, nearest};
use clap::Args;

use crate::failure::Failure;
use crate::output;
use crate::shared::Shared;

#[derive(Debug, Args)]
pub(crate) struct RulesArguments {
    /// One rule by its name; all in short if none is named
    #[arg(value_name = "ID")]
    rule: Option<String>,
}

/// Shows the rules; reads no database.
pub(crate) fn run(arguments: &RulesArguments, shared: &Shared) -> Result<(), Failure> {
    let report = output::rules_report(shared)?;
    let layout = output::layout(shared);
    let Some(name) = &arguments.rule else { return output::write(&report.render_rules(ALL, layout)) };
    let rule = by_name(name).ok_or_else(|| {
        Failure::usage(
            format!("there is no rule {name}"),
            format!("the nearest is {}; altimeter rules lists all", nearest(name)),
        )
    })?;
    output::write(&report.render_rule(rule, layout))
}
