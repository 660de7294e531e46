//! The one road of every statement: effect, cost, findings, risk.

use altimeter_catalog::{Catalog, Effect, Engine, Statement};

use crate::rule::{Finding, RuleContext, Severity};
use crate::{Estimate, cost, rules};

/// A statement and everything the engine and the analysis say of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// The statement.
    pub statement: Statement,
    /// What the server does.
    pub effect: Effect,
    /// What that costs here.
    pub estimate: Estimate,
    /// What a reviewer must know, worst first.
    pub findings: Vec<Finding>,
    /// The worst finding's severity, low if there is none.
    pub risk: Severity,
}

/// Judges one statement on the catalog it would run on.
///
/// `lock_timeout_ms` is the longest it waits for a lock before it gives up, none for no limit: others queue behind
/// the request for that long. `plan_began_on`: see
/// [`RuleContext::plan_began_on`].
pub fn judge(
    engine: &dyn Engine,
    catalog: &Catalog,
    statement: Statement,
    lock_timeout_ms: Option<u32>,
    plan_began_on: Option<&Catalog>,
) -> Judged {
    let effect = engine.effect(catalog, &statement);
    let estimate = cost::estimate(catalog, &effect, lock_timeout_ms);
    let context = RuleContext {
        catalog,
        statement: &statement,
        effect: &effect,
        estimate: &estimate,
        lock_timeout_ms,
        plan_began_on,
    };
    let mut findings: Vec<Finding> = rules::ALL.iter().flat_map(|r| r.check(&context)).collect();
    findings.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.rule.cmp(b.rule)));
    let risk = findings.first().map_or(Severity::Low, |f| f.severity);
    Judged { statement, effect, estimate, findings, risk }
}
