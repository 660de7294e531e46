//! The one road of every statement: effect, cost, findings, risk.

use altimeter_catalog::{Catalog, Effect, Engine, Name, Statement};

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
    /// What a reviewer must know, worst first.
    pub findings: Vec<Finding>,
    /// The worst finding's severity, low if there is none.
    pub risk: Severity,
}

/// Judges one statement where it is about to run.
pub fn judge(engine: &dyn Engine, situation: &Situation<'_>, statement: Statement) -> Judged {
    let Situation { catalog, lock_timeout_ms, plan_began_on, transaction, complete } = *situation;
    let mut effect = engine.effect(catalog, &statement);
    if let Some(transaction) = transaction {
        without_own(&mut effect, &transaction.own);
        refused_in_transaction(&mut effect);
    }
    let mut estimate = cost::estimate(catalog, &effect, lock_timeout_ms);
    if !complete {
        for name in not_there(catalog, &statement) {
            effect.fails = None;
            estimate.unknowns.push(format!(
                "{name} is not made by these files: what hangs on it (indexes, foreign keys, triggers, views) is unknown"
            ));
        }
    }
    let context = RuleContext {
        catalog,
        statement: &statement,
        effect: &effect,
        estimate: &estimate,
        lock_timeout_ms,
        plan_began_on,
        transaction,
    };
    let mut findings: Vec<Finding> = rules::ALL.iter().flat_map(|r| r.check(&context)).collect();
    findings.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.rule.cmp(b.rule)));
    let risk = findings.first().map_or(Severity::Low, |f| f.severity);
    Judged { statement, effect, estimate, findings, risk }
}

/// Relations the statement is about that the catalog does not have.
fn not_there(catalog: &Catalog, statement: &Statement) -> Vec<Name> {
    let mut names: Vec<Name> = statement.changes.iter().flat_map(|c| c.tables()).cloned().collect();
    names.retain(|n| !catalog.has_relation(n));
    names.sort();
    names.dedup();
    names
}
