//! `log-burst`.

use altimeter_catalog::Role;

use crate::rule::{Finding, Rule, RuleContext, Severity, words};

pub(super) static RULE: Rule = Rule::in_statements("log-burst", include_str!("log_burst.md"), find);

/// Less than that nobody's disk or standby notices.
const MUCH_BYTES: f64 = 1e9;
/// Further behind, and readers of a standby notice.
const LAG_MS: f64 = 10_000.0;

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let (Some(log), Some(lag)) = (&context.estimate.wal_bytes, &context.estimate.replica_lag_ms) else {
        return Vec::new();
    };
    let activity = &context.catalog.activity;
    let followed = !activity.standbys.is_empty()
        || !activity.slots.is_empty()
        || matches!(context.catalog.server.role, Role::Standby { .. });
    // What is written in batches lets standbys catch up in between.
    let in_batches =
        context.effect.updates.iter().all(|u| u.batch_rows.is_some()) && !context.effect.updates.is_empty();
    if !followed || in_batches || log.likely < MUCH_BYTES || lag.high < LAG_MS {
        return Vec::new();
    }
    let synchronous =
        activity.standbys.iter().any(|s| matches!(s.sync_state.as_deref(), Some("sync" | "quorum")));
    let kept = context.catalog.server.setting_number("max_slot_wal_keep_size").filter(|b| *b > 0.0);
    let (severity, what) = match kept {
        Some(kept) if !activity.slots.is_empty() && log.high > kept => (
            Severity::High,
            format!(
                "more than max_slot_wal_keep_size ({}) keeps: a slot that is behind is lost, and its standby or subscriber must be made anew",
                words::bytes(kept)
            ),
        ),
        _ if synchronous => (
            Severity::High,
            format!("commits wait for the synchronous standby for up to {}", words::time(lag.high)),
        ),
        _ => (
            Severity::Medium,
            format!("standbys and subscribers fall behind by up to {}", words::time(lag.high)),
        ),
    };
    let message =
        format!("writes {} to {} of log in one go: {what}", words::bytes(log.low), words::bytes(log.high));
    let safe = context
        .script()
        .say("rows in batches, with a pause that lets standbys catch up; what cannot be cut up, in a quiet hour,")
        .say("with room on the disk of the log (slots keep what is not read yet)");
    vec![RULE.finding(severity, context.effect.locks.first().map(|l| &l.object), message).instead(safe)]
}
