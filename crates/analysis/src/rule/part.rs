//! A statement taken apart into what each of its changes does alone.

use altimeter_catalog::{AlterTable, Catalog, Change, Effect, Name, Statement};

use super::RuleContext;
use crate::review::without_own;

/// One change of a statement, and what it would do alone.
pub(crate) struct Part<'a> {
    pub(crate) change: &'a Change,
    pub(crate) effect: Effect,
}

impl Part<'_> {
    /// Relations it writes anew.
    pub(crate) fn rewrites(&self) -> &[Name] {
        &self.effect.rewrites
    }

    /// Relations it reads from end to end and does not write anew.
    pub(crate) fn only_scans(&self) -> Vec<&Name> {
        self.effect.scans.iter().filter(|t| !self.effect.rewrites.contains(t)).collect()
    }
}

pub(super) fn parts_of<'a>(context: &RuleContext<'a>) -> Vec<Part<'a>> {
    let statement = context.statement;
    if let [change] = statement.changes.as_slice()
        && let [change] = change.parts().as_slice()
    {
        return vec![Part { change, effect: context.effect.clone() }];
    }
    let mut walk = Walk { context, schema: context.catalog.clone(), parts: Vec::new() };
    statement.changes.iter().for_each(|c| walk.change(c));
    walk.parts
}

struct Walk<'c, 'a> {
    context: &'c RuleContext<'a>,
    schema: Catalog,
    parts: Vec<Part<'a>>,
}

impl<'a> Walk<'_, 'a> {
    fn change(&mut self, change: &'a Change) {
        match change {
            Change::Together(changes) => changes.iter().for_each(|c| self.change(c)),
            Change::AlterTable(whole) => {
                for action in &whole.actions {
                    let alone = AlterTable { actions: vec![action.clone()], ..whole.clone() };
                    self.part(action, Change::AlterTable(alone));
                }
                self.apply(change);
            }
            change => {
                self.part(change, change.clone());
                self.apply(change);
            }
        }
    }

    fn part(&mut self, change: &'a Change, alone: Change) {
        let statement = Statement { changes: vec![alone], ..self.context.statement.clone() };
        let mut effect = self.context.engine.effect(&self.schema, &statement);
        if let Some(transaction) = self.context.transaction {
            without_own(&mut effect, &transaction.own);
        }
        self.parts.push(Part { change, effect });
    }

    fn apply(&mut self, change: &Change) {
        // What does not apply is said to fail by the effect of the whole.
        let _ = self.schema.apply(change);
    }
}
