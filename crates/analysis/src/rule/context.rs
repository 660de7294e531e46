//! What a rule about one statement may look at.

use std::cell::OnceCell;

use altimeter_catalog::{Catalog, Change, Effect, Engine, Name, Statement, Table};

use super::part::{Part, parts_of};
use super::script::Script;
use crate::Estimate;
use crate::judge::Situation;
use crate::review::OpenTransaction;

/// One statement where it is about to run.
pub struct RuleContext<'a> {
    /// Reads, judges and prints SQL.
    pub engine: &'a dyn Engine,
    /// The catalog before the statement.
    pub catalog: &'a Catalog,
    /// The statement.
    pub statement: &'a Statement,
    /// Its effect.
    pub effect: &'a Effect,
    /// Its cost.
    pub estimate: &'a Estimate,
    /// The longest it waits for a lock, in ms; none for no limit.
    pub lock_timeout_ms: Option<u32>,
    /// The catalog the plan around the statement began on; none for a statement on its own. A plan keeps applications
    /// working (a deploy comes first, both columns are kept in step), so what only breaks an application that was not
    /// told is no finding in it, and what it made itself it may drop.
    pub plan_began_on: Option<&'a Catalog>,
    /// The transaction it is part of, if it shares one with statements before it.
    pub transaction: Option<&'a OpenTransaction>,
    /// Whether the catalog is a database's; else it is what the files make, and sizes are unknown.
    pub complete: bool,
    parts: OnceCell<Vec<Part<'a>>>,
}

impl<'a> RuleContext<'a> {
    pub(crate) fn new(
        engine: &'a dyn Engine,
        situation: &Situation<'a>,
        catalog: &'a Catalog,
        statement: &'a Statement,
        effect: &'a Effect,
        estimate: &'a Estimate,
    ) -> Self {
        Self {
            engine,
            catalog,
            statement,
            effect,
            estimate,
            lock_timeout_ms: situation.lock_timeout_ms,
            plan_began_on: situation.plan_began_on,
            transaction: situation.transaction,
            complete: situation.complete,
            parts: OnceCell::new(),
        }
    }

    /// The single changes of the statement, each with what it would do alone, so that a scan or a rewrite can be laid
    /// at the door of the one that causes it.
    pub(crate) fn parts(&self) -> &[Part<'a>] {
        self.parts.get_or_init(|| parts_of(self))
    }

    /// Whether the same transaction made the relation: nobody else knows it.
    pub(crate) fn is_own(&self, name: &Name) -> bool {
        self.transaction.is_some_and(|t| t.own.contains(name))
    }

    /// Whether anybody but the migration itself can have to do with the relation: it was not made by the same
    /// transaction, and it is not known to be empty.
    pub(crate) fn concerns(&self, name: &Name) -> bool {
        !self.is_own(name)
            && self.catalog.table(name).is_none_or(|t| t.size.rows.is_none_or(|rows| rows > 0.0))
    }

    /// The table of that name, if it concerns anybody.
    pub(crate) fn concerned(&self, name: &Name) -> Option<&'a Table> {
        self.catalog.table(name).filter(|_| self.concerns(name))
    }

    /// Why the server would refuse that change here; none if it would not.
    pub(crate) fn refuses(&self, change: &Change) -> Option<String> {
        let statement = Statement { changes: vec![change.clone()], ..Statement::default() };
        self.engine.effect(self.catalog, &statement).fails
    }

    /// A script to be written for this statement.
    pub(crate) fn script(&self) -> Script<'a> {
        Script::new(self.engine, self.catalog)
    }
}
