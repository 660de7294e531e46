//! The rules. A rule is a file of its own and an entry here.

use crate::rule::{Rule, Severity};

mod blocking_scan;
mod data_loss;
mod failing_statement;
mod missing_lock_timeout;
mod non_concurrent_index;
mod not_analysed;
mod renamed_column;
mod table_rewrite;
mod unbatched_update;

/// All rules, by name.
pub static ALL: &[&dyn Rule] = &[
    &blocking_scan::BlockingScan,
    &data_loss::DataLoss,
    &failing_statement::FailingStatement,
    &missing_lock_timeout::MissingLockTimeout,
    &non_concurrent_index::NonConcurrentIndex,
    &not_analysed::NotAnalysed,
    &renamed_column::RenamedColumn,
    &table_rewrite::TableRewrite,
    &unbatched_update::UnbatchedUpdate,
];

/// How bad it is when others wait that long; none for a wait nobody notices.
fn severity_of_wait(ms: f64) -> Option<Severity> {
    match ms {
        ms if ms < 200.0 => None,
        ms if ms < 2_000.0 => Some(Severity::Medium),
        ms if ms < 10_000.0 => Some(Severity::High),
        _ => Some(Severity::Critical),
    }
}

/// A time as words for a message.
fn in_words(ms: f64) -> String {
    match ms {
        ms if ms < 1_000.0 => format!("{ms:.0} ms"),
        ms if ms < 120_000.0 => format!("{:.0} s", ms / 1000.0),
        ms => format!("{:.0} min", ms / 60_000.0),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_file_is_a_rule_and_every_rule_is_named_after_its_file() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|f| f.unwrap().path().file_stem().unwrap().to_string_lossy().replace('_', "-"))
            .collect();
        files.sort();
        let names: Vec<&str> = ALL.iter().map(|r| r.name()).collect();
        assert_eq!(names, files);
    }
}
