//! What the server has and does not say, as people say it.

use altimeter_analysis::limits::Budget;
use clap::Args;

use crate::size;

#[derive(Clone, Debug, Args)]
pub(crate) struct BudgetArguments {
    /// What is free on the disk of the data directory, which the server does not say: 200GB; of a tablespace: fast=80GB
    #[arg(long, value_name = "SIZE", value_parser = free)]
    disk_free: Vec<(Option<String>, f64)>,
    /// How many seconds standbys may fall behind [default: max_standby_streaming_delay]
    #[arg(long, value_name = "SECONDS")]
    lag_budget: Option<f64>,
}

/// A size, or a tablespace and a size.
fn free(text: &str) -> Result<(Option<String>, f64), String> {
    match text.rsplit_once('=') {
        Some((tablespace, free)) => Ok((Some(tablespace.trim().to_owned()), size::bytes(free)?)),
        None => Ok((None, size::bytes(text)?)),
    }
}

impl BudgetArguments {
    /// Whether anything was said.
    pub(crate) fn is_given(&self) -> bool {
        !self.disk_free.is_empty() || self.lag_budget.is_some()
    }

    pub(crate) fn budget(&self) -> Budget {
        let mut budget = Budget { lag_ms: self.lag_budget.map(|s| s * 1000.0), ..Budget::default() };
        for (tablespace, free) in &self.disk_free {
            match tablespace {
                Some(name) => drop(budget.tablespaces.insert(name.clone(), *free)),
                None => budget.disk_free = Some(*free),
            }
        }
        budget
    }
}
