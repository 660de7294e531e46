//! The rules. A rule is a file of its own with its page beside it, and an entry here.

use crate::rule::Rule;

mod backfill_under_lock;
pub(crate) mod bare_suppression;
mod blocking_detach;
mod blocking_refresh;
mod blocking_scan;
mod blocking_unique_constraint;
mod cascading_drop;
mod changed_default;
mod constrained_domain_column;
mod contradicted_by_rows;
mod corrupting_concurrent_build;
mod disabled_triggers;
mod disk_peak;
mod dropped_column;
mod dropped_not_null;
mod dropped_table;
mod duplicate_index;
mod exclusion_constraint;
mod explicit_lock;
mod failing_statement;
mod generated_column;
mod hidden_lock;
mod invalid_index_kept;
mod json_column;
mod late_lock_timeout;
mod log_burst;
mod long_lock_timeout;
mod lost_not_null_proof;
mod lost_replica_identity;
mod misleading_if_not_exists;
mod missing_analyze;
mod missing_lock_timeout;
mod narrowing_type_change;
mod nested_transaction;
mod new_enum_value_used;
mod non_concurrent_index;
mod non_concurrent_index_drop;
mod non_concurrent_reindex;
mod not_analysed;
mod numbering_column;
mod outlasts_statement_timeout;
mod renamed_column;
mod renamed_enum_label;
mod renamed_table;
mod required_column;
mod scanning_attach;
mod scanning_domain;
mod scanning_not_null;
mod several_tables_locked;
mod stricter_for_old_code;
mod table_rewrite;
mod truncated_table;
mod type_change_rebuilds_index;
mod type_change_rewrites_table;
mod unbatched_delete;
mod unbatched_update;
mod uncommitted_transaction;
mod unindexed_cascade;
mod unindexed_foreign_key;
pub(crate) mod unknown_suppression;
mod unlogged_table;
mod unvalidated_constraint;
mod used_index_dropped;
mod vacuum_full;
mod validated_in_same_transaction;
mod validating_check;
mod validating_foreign_key;
mod volatile_column_default;
mod work_done_twice;
mod work_under_lock;

/// All rules, by name.
pub static ALL: &[&Rule] = &[
    &backfill_under_lock::RULE,
    &bare_suppression::RULE,
    &blocking_detach::RULE,
    &blocking_refresh::RULE,
    &blocking_scan::RULE,
    &blocking_unique_constraint::RULE,
    &cascading_drop::RULE,
    &changed_default::RULE,
    &constrained_domain_column::RULE,
    &contradicted_by_rows::RULE,
    &corrupting_concurrent_build::RULE,
    &disabled_triggers::RULE,
    &disk_peak::RULE,
    &dropped_column::RULE,
    &dropped_not_null::RULE,
    &dropped_table::RULE,
    &duplicate_index::RULE,
    &exclusion_constraint::RULE,
    &explicit_lock::RULE,
    &failing_statement::RULE,
    &generated_column::RULE,
    &hidden_lock::RULE,
    &invalid_index_kept::RULE,
    &json_column::RULE,
    &late_lock_timeout::RULE,
    &log_burst::RULE,
    &long_lock_timeout::RULE,
    &lost_not_null_proof::RULE,
    &lost_replica_identity::RULE,
    &misleading_if_not_exists::RULE,
    &missing_analyze::RULE,
    &missing_lock_timeout::RULE,
    &narrowing_type_change::RULE,
    &nested_transaction::RULE,
    &new_enum_value_used::RULE,
    &non_concurrent_index::RULE,
    &non_concurrent_index_drop::RULE,
    &non_concurrent_reindex::RULE,
    &not_analysed::RULE,
    &numbering_column::RULE,
    &outlasts_statement_timeout::RULE,
    &renamed_column::RULE,
    &renamed_enum_label::RULE,
    &renamed_table::RULE,
    &required_column::RULE,
    &scanning_attach::RULE,
    &scanning_domain::RULE,
    &scanning_not_null::RULE,
    &several_tables_locked::RULE,
    &stricter_for_old_code::RULE,
    &table_rewrite::RULE,
    &truncated_table::RULE,
    &type_change_rebuilds_index::RULE,
    &type_change_rewrites_table::RULE,
    &unbatched_delete::RULE,
    &unbatched_update::RULE,
    &uncommitted_transaction::RULE,
    &unindexed_cascade::RULE,
    &unindexed_foreign_key::RULE,
    &unknown_suppression::RULE,
    &unlogged_table::RULE,
    &unvalidated_constraint::RULE,
    &used_index_dropped::RULE,
    &vacuum_full::RULE,
    &validated_in_same_transaction::RULE,
    &validating_check::RULE,
    &validating_foreign_key::RULE,
    &volatile_column_default::RULE,
    &work_done_twice::RULE,
    &work_under_lock::RULE,
];

/// The rule of that name.
pub fn by_name(name: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|r| r.name() == name)
}

/// The name of the rule whose name is most like this one.
pub fn nearest(name: &str) -> &'static str {
    let likeness = |rule: &&&Rule| strsim::jaro_winkler(rule.name(), name);
    let nearest = ALL.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    nearest.map_or("", |r| r.name())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_file_is_a_rule_and_every_rule_is_named_after_its_file() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
        let names: Vec<&str> = ALL.iter().map(|r| r.name()).collect();
        assert!(names.is_sorted(), "{names:?}");
        for extension in ["rs", "md"] {
            let files = std::fs::read_dir(&folder).unwrap().map(|f| f.unwrap().path());
            let named: BTreeSet<String> = files
                .filter(|f| f.extension().is_some_and(|e| e == extension))
                .map(|f| f.file_stem().unwrap().to_string_lossy().replace('_', "-"))
                .collect();
            assert_eq!(named, names.iter().map(|n| (*n).to_owned()).collect(), "*.{extension}");
        }
    }
}
