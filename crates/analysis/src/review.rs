//! A review of existing migrations: every statement judged on the schema, and inside the open transaction, that the
//! ones before it leave.

mod capacity;
mod conclusion;
mod fresh;
mod session;
mod transaction;
mod witness;

use std::sync::Arc;

use altimeter_catalog::{
    Catalog, Change, Engine, EngineName, Lock, Name, PieceKind, SessionChange, SourceText, Statement,
    TransactionUse,
};

use crate::judge::{Judged, Situation, judge_and_carry_out};
use crate::limits::Limit;
use crate::preflight::{Met, Preflight, preflight};
use crate::rule::Severity;
use fresh::Fresh;
use session::Settings;
pub use transaction::{Held, OpenTransaction};

/// How the team's tool sends a stretch of SQL to the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sending {
    /// Statement by statement; transactions are what the text says.
    #[default]
    Each,
    /// Statement by statement in one transaction of the tool's.
    InTransaction,
    /// All in one message: more than one statement are one transaction.
    AsOne,
}

/// A stretch of one file that is sent in one way.
pub struct Passage<'a> {
    /// Its statements.
    pub text: &'a dyn SourceText,
    /// Where it begins in the file, in bytes.
    pub offset: usize,
    /// The lines before it in the file.
    pub lines_before: u32,
    /// How it is sent.
    pub sending: Sending,
}

/// One file of a review.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReviewedFile {
    /// The path as people gave it, `-` for standard input.
    pub path: String,
    /// The whole text.
    pub text: Arc<str>,
    /// Its statements, in order.
    pub statements: Vec<Reviewed>,
    /// What is to be said about the file as a whole.
    pub notes: Vec<String>,
    /// Whether people asked for it; else it was read for the schema it makes, and is not part of the result.
    pub shown: bool,
}

/// Everything a review found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Review {
    /// Whose rules hold.
    pub engine: EngineName,
    /// The server's version.
    pub server_version: String,
    /// Where the schema and the statistics come from, in words: `database shop on db1`, `snapshot shop.json`,
    /// `the files themselves`.
    pub source: String,
    /// Whether the schema is a database's, with sizes; else it is what the files make, and sizes are unknown.
    pub complete: bool,
    /// The files, in order.
    pub files: Vec<ReviewedFile>,
    /// What is to be said about all of them: the tool recognised, files left out.
    pub notes: Vec<String>,
    /// What the statements would meet on the server as it was when the catalog was read.
    pub preflight: Preflight,
    /// What they take, held against what the server has; empty if nobody asked.
    pub limits: Vec<Limit>,
    /// What could not be known, besides what the statements' own estimates lack.
    pub unknowns: Vec<String>,
}

impl Review {
    /// All statements, in order, each with its file.
    pub fn statements(&self) -> impl Iterator<Item = (&ReviewedFile, &Reviewed)> {
        self.files.iter().flat_map(|f| f.statements.iter().map(move |s| (f, s)))
    }

    /// The worst of the statements.
    pub fn risk(&self) -> Severity {
        self.statements().map(|(_, s)| s.judged.risk).max().unwrap_or(Severity::Low)
    }
}

/// A statement in its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Reviewed {
    /// The statement and what is said of it. Its span and line are those in the file.
    pub judged: Arc<Judged>,
    /// It runs inside a transaction that other statements share.
    pub in_transaction: bool,
    /// Locks that statements before it in the same transaction took and that are held on while it runs.
    pub held: Vec<Held>,
    /// What else is to be said: where the server's own parser disagrees.
    pub remarks: Vec<String>,
}

/// Goes through migrations statement by statement.
pub struct Reviewer<'a> {
    engine: &'a dyn Engine,
    catalog: Catalog,
    /// Whether the catalog is a database's; else the schema is only what the files make.
    complete: bool,
    session: Settings,
    transaction: Option<OpenTransaction>,
    fresh: Fresh,
    /// What the statements so far would meet on the server.
    met: Met,
    /// Whether estimates keep their arithmetic.
    explain: bool,
}

impl<'a> Reviewer<'a> {
    /// Begins on a database's catalog (`complete`), or on an empty schema that the files themselves build up.
    pub fn new(engine: &'a dyn Engine, catalog: Catalog, complete: bool) -> Self {
        let session = Settings::of(&catalog);
        Self {
            engine,
            catalog,
            complete,
            session,
            transaction: None,
            fresh: Fresh::default(),
            met: Met::default(),
            explain: false,
        }
    }

    /// Keeps the arithmetic of every estimate.
    #[must_use]
    pub fn explaining(self, explain: bool) -> Self {
        Self { explain, ..self }
    }

    /// The schema as the statements so far leave it.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Reviews a stretch of a file in a session that goes on from the stretch before.
    pub fn passage(&mut self, passage: &Passage<'_>) -> Vec<Reviewed> {
        let pieces = passage.text.pieces();
        let statements = pieces.iter().filter(|p| p.kind == PieceKind::Sql).count();
        let wrapped = match passage.sending {
            Sending::Each => false,
            Sending::InTransaction => true,
            Sending::AsOne => statements > 1,
        };
        if wrapped {
            self.begin();
        }
        let reviewed = (0..pieces.len()).map(|n| {
            let mut statement = passage.text.lower(n, &self.catalog);
            statement.span.start += passage.offset;
            statement.span.end += passage.offset;
            statement.line += passage.lines_before;
            if let Some(error) = &mut statement.syntax_error {
                error.at += passage.offset;
                error.line += passage.lines_before;
            }
            self.statement(statement)
        });
        let reviewed = reviewed.collect();
        if wrapped {
            self.commit();
        }
        reviewed
    }

    /// Ends the session: what it set is forgotten, a transaction it left open is rolled back. True if there was one.
    pub fn end_session(&mut self) -> bool {
        let open = self.transaction.is_some();
        self.rollback();
        self.session.reset(&mut self.catalog);
        self.catalog.end_session();
        self.fresh.end_file(&mut self.catalog, self.complete);
        open
    }

    fn statement(&mut self, statement: Statement) -> Reviewed {
        let held = self.transaction.as_ref().map(OpenTransaction::held).unwrap_or_default();
        let in_transaction = self.transaction.is_some();
        let situation = Situation {
            catalog: &self.catalog,
            lock_timeout_ms: self.session.lock_timeout_ms(&self.catalog),
            plan_began_on: None,
            transaction: self.transaction.as_ref(),
            complete: self.complete,
            explain: self.explain,
        };
        let (judged, left) = judge_and_carry_out(self.engine, &situation, statement);
        let judged = Arc::new(judged);
        if self.complete {
            self.met.absorb(preflight(&self.catalog, &judged.effect, &judged.estimate));
        }
        if judged.effect.fails.is_none() {
            self.carry_out(&judged, left);
        }
        let remarks = judged.effect.remarks.clone();
        Reviewed { judged, in_transaction, held, remarks }
    }

    /// What the statement leaves behind: the schema, the session, the transaction.
    fn carry_out(&mut self, judged: &Arc<Judged>, left: Option<Catalog>) {
        match left {
            Some(left) => self.catalog = left,
            None => judged.statement.changes.iter().for_each(|change| self.carry_out_one(change)),
        }
        self.session.schemas_changed(&mut self.catalog);
        self.fresh.follow(&self.catalog, judged);
        match &mut self.transaction {
            Some(transaction) => transaction.remember(judged.clone()),
            // Alone, a statement is a transaction.
            None => self.catalog.end_transaction(),
        }
    }

    fn carry_out_one(&mut self, change: &Change) {
        match change {
            // A block sets the session's settings too.
            Change::Together(changes) => changes.iter().for_each(|change| self.carry_out_one(change)),
            Change::Session(change) => self.follow(change),
            change => {
                // What does not apply was said to fail, unless the schema is not known completely.
                let _ = self.catalog.apply(change);
            }
        }
    }

    fn follow(&mut self, change: &SessionChange) {
        match change {
            SessionChange::Begin => self.begin(),
            SessionChange::Commit { chain } => {
                self.commit();
                if *chain {
                    self.begin();
                }
            }
            SessionChange::Rollback { chain } => {
                self.rollback();
                if *chain {
                    self.begin();
                }
            }
            SessionChange::PrepareTransaction => self.commit(),
            SessionChange::Savepoint(name) => {
                let now = (self.catalog.clone(), self.session.clone());
                self.transaction.iter_mut().for_each(|t| t.save(name, now.clone()));
            }
            SessionChange::RollbackTo(name) => {
                if let Some((catalog, session)) = self.transaction.as_mut().and_then(|t| t.back_to(name)) {
                    (self.catalog, self.session) = (catalog, session);
                }
            }
            SessionChange::Release(name) => self.transaction.iter_mut().for_each(|t| t.release(name)),
            SessionChange::Set { name, value, local } => {
                let local = *local && self.transaction.is_some();
                self.session.set(&mut self.catalog, name, value.as_deref(), local);
            }
            SessionChange::ResetAll => self.session.reset(&mut self.catalog),
            SessionChange::Other { .. } => {}
        }
    }

    fn begin(&mut self) {
        if self.transaction.is_none() {
            self.transaction = Some(OpenTransaction::new(self.catalog.clone(), self.session.clone()));
        }
    }

    fn commit(&mut self) {
        if self.transaction.take().is_some() {
            self.session.end_transaction(&mut self.catalog);
            self.catalog.end_transaction();
        }
    }

    fn rollback(&mut self) {
        if let Some(transaction) = self.transaction.take() {
            let (catalog, session) = transaction.before();
            (self.catalog, self.session) = (catalog, session);
        }
    }
}

/// Takes out what concerns relations that only this transaction knows: nobody can wait for them.
pub(crate) fn without_own(effect: &mut altimeter_catalog::Effect, own: &[Name]) {
    if own.is_empty() {
        return;
    }
    let before = effect.locks.len();
    effect.locks.retain(|l| !own.contains(&l.object));
    if effect.locks.len() < before {
        let still = |blocks: fn(&Lock) -> bool| effect.locks.iter().any(blocks);
        effect.blocks.reads &= still(|l| l.mode.blocks_reads());
        effect.blocks.writes &= still(|l| l.mode.blocks_writes());
    }
}

/// A statement that the server refuses inside a transaction block, inside one.
pub(crate) fn refused_in_transaction(effect: &mut altimeter_catalog::Effect) {
    if effect.transaction == TransactionUse::Forbidden {
        effect.fails.get_or_insert_with(|| {
            "the server refuses it inside a transaction block, and here is one".to_owned()
        });
    }
}
