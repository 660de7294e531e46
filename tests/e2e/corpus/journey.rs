//! One text's way through everything, statement by statement.

use std::fmt;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use altimeter_analysis::review::{Passage, Reviewer, Sending};
use altimeter_catalog::{Catalog, Engine as _, EngineName, Piece, PieceKind, Server, SourceText, Statement};
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

    /// The schema it has come to.
    pub(crate) fn catalog(&self) -> &Catalog {
        self.reviewer.catalog()
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
        let begin = Instant::now();
        let Ok(text) = catch_unwind(|| PostgresEngine.read(sql)) else {
            self.faults.push("a panic while the text is taken apart".to_owned());
            return;
        };
        if begin.elapsed() > LONGEST {
            self.faults.push(format!("taking the text apart took {:.1?}", begin.elapsed()));
        }
        let pieces = text.pieces().to_vec();
        self.nothing_is_left_out(sql, &pieces);
        let mut one = OneOf { text, number: 0 };
        for (number, piece) in pieces.iter().enumerate() {
            let own = sql.get(piece.span.clone()).unwrap_or("(its span is no text)");
            one.number = number;
            let begin = Instant::now();
            let outcome = catch_unwind(AssertUnwindSafe(|| self.statement(own, &one, piece.kind)));
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

    /// Between the pieces there is nothing but white space, comments, semicolons, the rows of COPY, and what `psql`
    /// is told to show and to forget (`\p`, `\r`).
    fn nothing_is_left_out(&mut self, sql: &str, pieces: &[Piece]) {
        let (mut at, mut rows) = (0, Vec::new());
        let mut pieces: Vec<&Piece> = pieces.iter().collect();
        // A command of the client may stand inside a statement.
        pieces.sort_by_key(|piece| piece.span.start);
        for (begin, piece) in pieces.into_iter().map(|p| (p.span.start, Some(p))).chain([(sql.len(), None)]) {
            let Some(between) = sql.get(at..begin.max(at)) else {
                self.faults.push(format!("a piece ends within a character, at {at}"));
                return;
            };
            let behind =
                if between.contains('\n') { behind_rows(between, &mem::take(&mut rows)) } else { between };
            let forgotten = piece.is_some_and(|p| matches!(sql.get(p.span.clone()), Some("\\p" | "\\r")));
            if !forgotten && !is_nothing(behind) {
                self.faults.push(format!("left out: {behind}"));
            }
            if let Some(piece) = piece.filter(|p| p.span.end > at) {
                at = piece.span.end;
                rows.extend(piece.data_rows);
            }
        }
    }

    fn statement(&mut self, sql: &str, text: &OneOf, kind: PieceKind) -> Result<Outcome, String> {
        let passage = Passage { text, offset: 0, lines_before: 0, sending: Sending::Each };
        let reviewed = self.reviewer.passage(&passage);
        if kind == PieceKind::Client {
            return Ok(Outcome::Client);
        }
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

/// One statement of a text, so that each can be watched.
struct OneOf {
    text: Box<dyn SourceText>,
    number: usize,
}

impl SourceText for OneOf {
    fn pieces(&self) -> &[Piece] {
        self.text.pieces().get(self.number..=self.number).unwrap_or_default()
    }

    fn lower(&self, _piece: usize, catalog: &Catalog) -> Statement {
        self.text.lower(self.number, catalog)
    }
}

/// What follows the rows of some COPYs, and the lines that end them.
fn behind_rows<'a>(text: &'a str, copies: &[u64]) -> &'a str {
    if copies.is_empty() {
        return text;
    }
    let next_line = |text: &'a str| text.find('\n').map_or("", |end| &text[end + 1..]);
    let mut rest = next_line(text);
    for rows in copies {
        for _ in 0..*rows {
            rest = next_line(rest);
        }
        if rest.starts_with("\\.") {
            rest = next_line(rest);
        }
    }
    rest
}

/// Whether a text holds no token that means anything: to the server, or, as `\\;` and `\\\\`, to `psql`.
fn is_nothing(text: &str) -> bool {
    use squawk_lexer::TokenKind;
    squawk_lexer::tokenize(&text.replace("\\;", ";").replace("\\\\", "")).all(|token| {
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
pub(crate) fn empty() -> Catalog {
    let server = Server {
        engine: EngineName::Postgresql,
        version: "18".to_owned(),
        version_num: 180_000,
        search_path: vec!["public".to_owned()],
        ..Server::default()
    };
    Catalog { server: server.into(), schemas: vec!["public".to_owned()].into(), ..Catalog::default() }
}
