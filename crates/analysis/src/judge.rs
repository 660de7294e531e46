//! The one road of every statement: effect, cost, findings, risk.

use altimeter_catalog::{Catalog, Effect, Engine, Statement};

use crate::assume::{assuming, not_there};
use crate::review::{OpenTransaction, refused_in_transaction, without_own};
use crate::rule::{Finding, RuleContext, Severity};
use crate::{Estimate, cost, rules};

/// Where a statement is about to run.
#[derive(Clone, Copy)]
pub struct Situation<'a> {
    /// The catalog before it.
    pub catalog: &'a Catalog,
    /// The longest it waits for a lock before it gives up, in ms, none for no limit: others queue behind the request
    /// for that long.
    pub lock_timeout_ms: Option<u32>,
    /// See [`RuleContext::plan_began_on`].
    pub plan_began_on: Option<&'a Catalog>,
    /// The transaction it is part of, if it shares one.
    pub transaction: Option<&'a OpenTransaction>,
    /// Whether the catalog is all there is; else what is not in it may exist all the same.
    pub complete: bool,
    /// Whether estimates keep their arithmetic.
    pub explain: bool,
}

/// A statement and everything the engine and the analysis say of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// The statement.
    pub statement: Statement,
    /// What the server does.
    pub effect: Effect,
    /// What that costs here.
    pub estimate: Estimate,
    /// What a reviewer must know, worst first; what somebody allowed comes last.
    pub findings: Vec<Finding>,
    /// The severity of the worst finding that nobody allowed, low if there is none.
    pub risk: Severity,
}

/// Judges one statement where it is about to run.
pub fn judge(engine: &dyn Engine, situation: &Situation<'_>, statement: Statement) -> Judged {
    judge_and_carry_out(engine, situation, statement).0
}

/// Judges one statement, and hands on the schema it leaves where working out its effect has led there; else its
/// changes are to be applied.
pub(crate) fn judge_and_carry_out(
    engine: &dyn Engine,
    situation: &Situation<'_>,
    statement: Statement,
) -> (Judged, Option<Catalog>) {
    let missing = if situation.complete { Vec::new() } else { not_there(situation.catalog, &statement) };
    let catalog = &assuming(situation.catalog, &statement, &missing);
    let (mut effect, left) = engine.outcome(catalog, &statement);
    // Nobody else knows what was assumed.
    let left = left.filter(|_| missing.is_empty());
    if let Some(transaction) = situation.transaction {
        without_own(&mut effect, &transaction.own);
        refused_in_transaction(&mut effect);
    }
    let work = cost::Work::new(catalog, &effect, situation.lock_timeout_ms);
    let mut estimate = cost::estimate(&cost::Work {
        after: left.as_ref(),
        changes: &statement.changes,
        explain: situation.explain,
        ..work
    });
    for name in missing {
        // Its columns are not known either; what the version alone refuses is refused all the same.
        if statement.too_new.is_none() {
            effect.fails = None;
        }
        estimate.unknowns.push(format!(
            "{name} is not made by these files: what hangs on it (indexes, foreign keys, triggers, views) is unknown"
        ));
    }
    let context = RuleContext::new(engine, situation, catalog, &statement, &effect, &estimate);
    let findings = rules::ALL.iter().flat_map(|r| r.check(&context)).collect();
    let mut judged = Judged { statement, effect, estimate, findings, risk: Severity::Low };
    judged.settle();
    (judged, left)
}

impl Judged {
    /// Puts the findings in order, the worst first and those that do not count last, and works the risk out anew.
    pub(crate) fn settle(&mut self) {
        self.findings.sort_by(|a, b| {
            (a.suppressed.is_some().cmp(&b.suppressed.is_some()))
                .then_with(|| b.severity.cmp(&a.severity))
                .then_with(|| a.rule.cmp(b.rule))
        });
        let counting = self.findings.iter().find(|f| f.suppressed.is_none());
        self.risk = counting.map_or(Severity::Low, |f| f.severity);
    }
}
