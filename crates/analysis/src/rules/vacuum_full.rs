//! `vacuum-full`.

use altimeter_catalog::{Change, Maintenance, Vacuum};

use crate::rule::{Finding, Rule, RuleContext};

pub(super) static RULE: Rule = Rule::in_statements("vacuum-full", include_str!("vacuum_full.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.parts().iter().filter_map(|part| {
        let what = match part.change {
            Change::Maintain(Maintenance::Vacuum(Vacuum { full: true, .. })) => "VACUUM FULL",
            Change::Maintain(Maintenance::Cluster { .. }) => "CLUSTER",
            _ => return None,
        };
        let table = part.change.tables().first().copied().or_else(|| part.rewrites().first())?;
        let wait = context.wait(table, part.rewrites())?;
        let message = format!("{what} writes table and indexes anew {}", wait.says);
        let plain = Vacuum { analyze: true, ..Vacuum::of(table.clone()) };
        let plain = Change::Maintain(Maintenance::Vacuum(plain));
        let safe = context
            .script()
            .say("makes the space of dead rows usable again; nobody waits")
            .run(plain)
            .say("to give space back to the system while others work: pg_repack or pg_squeeze");
        Some(RULE.finding(wait.severity, Some(table), message).instead(safe))
    });
    found.collect()
}
