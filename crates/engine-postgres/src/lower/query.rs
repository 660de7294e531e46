//! What a query reads: relations with their columns, through joins, subqueries and common table expressions.
//!
//! Works on any statement about rows (`SELECT`, `VALUES`, `TABLE`, `INSERT`, `UPDATE`, `DELETE`, `MERGE`, set
//! operations) and on a bare expression. Names are resolved as the server does: common table expressions before
//! relations, columns from the innermost `FROM` outwards. Nothing is looked up in the system's own schemas.

mod from;
mod output;
mod restrict;
mod scope;
mod walk;

use std::ops::Range;

use altimeter_catalog::{Catalog, Mention, Name};
use squawk_syntax::SyntaxNode;

pub(crate) use scope::Output;
use scope::Scope;

/// What one statement reads and writes, at any depth.
#[derive(Debug, Default)]
pub(crate) struct Query {
    /// Relations read, each once, in the order they are met. The target of a write is not among them unless it is
    /// read elsewhere too.
    pub(crate) reads: Vec<Read>,
    /// Writes: the statement's own, and those inside common table expressions.
    pub(crate) writes: Vec<Write>,
    /// Columns that are named of relations that are written and not read elsewhere.
    pub(crate) of_targets: Vec<(Name, Vec<String>)>,
    /// Functions called, as the text names them, each once: `["public", "f"]`.
    pub(crate) functions: Vec<Vec<String>>,
    /// The columns it gives, in order.
    pub(crate) outputs: Vec<Output>,
    /// Relations read, each mention by itself.
    pub(crate) mentions: Vec<Mention>,
    /// The queries it is made of.
    pub(crate) levels: Vec<Level>,
    /// Whether all its outputs are known: not so where `*` stands for a relation or function that is not known.
    pub(crate) outputs_complete: bool,
}

/// A relation a query reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Read {
    /// The relation; one that does not exist is taken to be where the server would make it.
    pub(crate) relation: Name,
    /// `ONLY`: heirs and partitions are left out.
    pub(crate) only: bool,
    /// Columns of it that are named, `*` resolved.
    pub(crate) columns: Vec<String>,
    /// Its rows are locked (`FOR UPDATE` and its kin).
    pub(crate) rows_locked: bool,
    /// Whether the catalog has it.
    pub(crate) exists: bool,
}

/// What a statement does to rows of a relation it writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowsCommand {
    /// `INSERT`.
    Insert,
    /// `INSERT … ON CONFLICT DO UPDATE`.
    Upsert,
    /// `UPDATE`.
    Update,
    /// `DELETE`.
    Delete,
    /// `MERGE`.
    Merge,
}

/// A relation a statement writes.
#[derive(Clone, Debug)]
pub(crate) struct Write {
    /// What is done to it.
    pub(crate) command: RowsCommand,
    /// The relation.
    pub(crate) target: Name,
    /// `ONLY`.
    pub(crate) only: bool,
    /// The statement.
    pub(crate) node: SyntaxNode,
    /// For an update, delete or merge: the target's number in [`Query::mentions`].
    pub(crate) mention: Option<usize>,
    /// Numbers of the mentions whose rows it is made from.
    pub(crate) sources: Range<usize>,
}

/// One query among those a statement is made of.
#[derive(Clone, Debug)]
pub(crate) struct Level {
    /// Its place in the text.
    pub(crate) place: Range<usize>,
    /// Numbers of the mentions in its `FROM`.
    pub(crate) mentions: Range<usize>,
    /// It gives no row unless each of these gives one: no aggregate, no outer join.
    pub(crate) plain: bool,
    /// What it gives.
    outputs: scope::Outputs,
}

/// A node's place in the text.
pub(crate) fn place(node: &SyntaxNode) -> Range<usize> {
    let range = node.text_range();
    usize::from(range.start())..usize::from(range.end())
}

/// Reads a statement about rows.
pub(crate) fn read(catalog: &Catalog, node: &SyntaxNode) -> Query {
    let mut walk = walk::Walk::new(catalog);
    let outputs = walk.query(node, &Scope::default());
    walk.finish(outputs)
}

/// Reads an expression about one relation (a policy's, a trigger's `WHEN`) or about none. The relation's own columns
/// are resolved, and the relation is among the reads only with the columns named.
pub(crate) fn read_expression(catalog: &Catalog, node: &SyntaxNode, about: Option<&Name>) -> Query {
    let mut walk = walk::Walk::new(catalog);
    let mut scope = Scope::default();
    if let Some(name) = about {
        scope.sources.push(walk.relation_source(name, None));
    }
    walk.expression(node, &scope);
    walk.finish(scope::Outputs::default())
}

impl Query {
    /// The relations read, by name.
    pub(crate) fn relations(&self) -> Vec<Name> {
        self.reads.iter().map(|r| r.relation.clone()).collect()
    }

    /// The query at a node.
    pub(crate) fn level_at(&self, node: &SyntaxNode) -> Option<&Level> {
        let place = place(node);
        self.levels.iter().find(|l| l.place == place)
    }

    /// A relation that is read and does not exist.
    pub(crate) fn missing(&self) -> Option<&Name> {
        self.reads.iter().find(|r| !r.exists).map(|r| &r.relation)
    }
}

#[cfg(test)]
mod tests;
