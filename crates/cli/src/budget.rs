//! What the server has and does not say, as people say it.

use altimeter_analysis::limits::Budget;
use clap::Args;

use crate::size;

#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct BudgetArguments {
    /// What is free on the disk of the data directory, which the server does not say: 200GB
    #[arg(long, value_name = "SIZE", value_parser = size::bytes)]
    pub(crate) disk_free: Option<f64>,
    /// How many seconds standbys may fall behind [default: max_standby_streaming_delay]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) lag_budget: Option<f64>,
}

impl BudgetArguments {
    /// Whether anything was said.
    pub(crate) fn is_given(self) -> bool {
        self.disk_free.is_some() || self.lag_budget.is_some()
    }

    pub(crate) fn budget(self) -> Budget {
        Budget {
            disk_free: self.disk_free,
            lag_ms: self.lag_budget.map(|s| s * 1000.0),
            log_per_second: None,
        }
    }
}
