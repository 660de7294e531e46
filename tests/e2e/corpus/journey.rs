//! One text's way through everything, statement by statement.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use altimeter_analysis::review::{Passage, Reviewer, Sending};
use altimeter_catalog::{Catalog, Engine as _, EngineName, PieceKind, Server};
use altimeter_engine_postgres::PostgresEngine;

/// No statement may take longer.
pub(crate) const LONGEST: Duration = Duration::from_secs(5);

/// What became of one piece of text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// Its changes are known and were applied.
    Analysed,
    /// It was understood, and changes nothing: a block with nothing but notices in it.
    Nothing,
    /// It was said why not.
    NotAnalysed(String),
    /// It was said to be no SQL.
    SyntaxError,
    /// It is for the client.
    Client,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Analysed => f.write_str("analysed"),
            Outcome::Nothing => f.write_str("analysed, changes nothing"),
            Outcome::NotAnalysed(reason) => write!(f, "not analysed: {reason}"),
            Outcome::SyntaxError => f.write_str("said to be no SQL"),
            Outcome::Client => f.write_str("for the client"),
        }
    }
}

/// A review on its way, and what went wrong in it.
pub(crate) struct Journey {
    start: Catalog,
    reviewer: Reviewer<'static>,
    pub(crate) faults: Vec<String>,
}

impl Journey {
    /// Begins on an empty schema and what a set-up makes of it.
    pub(crate) fn begin(setup: &str) -> Journey {
        let mut journey = Journey::on(empty());
        journey.through(setup, |_| {});
        Journey::on(journey.reviewer.catalog().clone())
    }

    /// Another journey with the same beginning.
    pub(crate) fn again(&self) -> Journey {
        Journey::on(self.start.clone())
    }

    fn on(start: Catalog) -> Journey {
        let reviewer = Reviewer::new(&PostgresEngine, start.clone(), false);
        Journey { start, reviewer, faults: Vec::new() }
    }

    /// Takes every statement of a text through; what becomes of each is told to `see`.
    pub(crate) fn through(&mut self, sql: &str, mut see: impl FnMut(Outcome)) {
        let text = PostgresEngine.read(sql);
        self.nothing_is_left_out(sql, text.pieces().iter().map(|p| p.span.clone()));
        for piece in text.pieces() {
            let Some(own) = sql.get(piece.span.clone()) else {
                self.faults.push(format!("a piece at {:?} is no text", piece.span));
                continue;
            };
            let begin = Instant::now();
            let outcome = catch_unwind(AssertUnwindSafe(|| self.statement(own, piece.kind)));
            let took = begin.elapsed();
            match outcome {
                Ok(Ok(outcome)) => see(outcome),
                Ok(Err(fault)) => self.faults.push(format!("line {}: {fault}: {own}", piece.line)),
                Err(_) => self.faults.push(format!("line {}: a panic: {own}", piece.line)),
            }
            if took > LONGEST {
                self.faults.push(format!("line {}: took {took:.1?}: {own}", piece.line));
            }
        }
    }

    /// Between the pieces there is nothing but white space, comments and semicolons.
    fn nothing_is_left_out(&mut self, sql: &str, spans: impl Iterator<Item = std::ops::Range<usize>>) {
        let mut at = 0;
        for span in spans.chain(std::iter::once(sql.len()..sql.len())) {
            match sql.get(at..span.start) {
                Some(between) if is_nothing(between) => {}
                Some(between) => self.faults.push(format!("left out: {between}")),
                None => self.faults.push(format!("pieces overlap at {at}")),
            }
            at = span.end;
        }
    }

    fn statement(&mut self, sql: &str, kind: PieceKind) -> Result<Outcome, String> {
        if kind == PieceKind::Client {
            return Ok(Outcome::Client);
        }
        let text = PostgresEngine.read(sql);
        if text.pieces().len() != 1 {
            return Err(format!("alone it is {} pieces", text.pieces().len()));
        }
        let passage = Passage { text: text.as_ref(), offset: 0, lines_before: 0, sending: Sending::Each };
        let reviewed = self.reviewer.passage(&passage);
        let [reviewed] = reviewed.as_slice() else { return Err("it is passed over".to_owned()) };
        let judged = &reviewed.judged;
        if judged.statement.syntax_error.is_some() {
            return Ok(Outcome::SyntaxError);
        }
        match &judged.effect.not_analysed {
            Some(reason) if reason.trim().is_empty() => Err("not analysed without a reason".to_owned()),
            Some(reason) => Ok(Outcome::NotAnalysed(reason.clone())),
            None if !judged.statement.changes.is_empty() => Ok(Outcome::Analysed),
            None if sql.get(..2).is_some_and(|word| word.eq_ignore_ascii_case("do")) => Ok(Outcome::Nothing),
            None => Err("it is passed over: no change, no reason".to_owned()),
        }
    }
}

/// Whether a text holds no token that means anything.
fn is_nothing(text: &str) -> bool {
    use squawk_lexer::TokenKind;
    squawk_lexer::tokenize(text).all(|token| {
        matches!(
            token.kind,
            TokenKind::Whitespace
                | TokenKind::LineComment
                | TokenKind::BlockComment { .. }
                | TokenKind::Semi
                | TokenKind::Eof
        )
    })
}

/// An empty database of the version the regression tests are for.
fn empty() -> Catalog {
    let server = Server {
        engine: EngineName::Postgresql,
        version: "18".to_owned(),
        version_num: 180_000,
        search_path: vec!["public".to_owned()],
        ..Server::default()
    };
    Catalog { server, schemas: vec!["public".to_owned()], ..Catalog::default() }
}
