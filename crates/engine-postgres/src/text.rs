//! A text taken apart and parsed, and what each piece of it means on a catalog.

use altimeter_catalog::{Catalog, Change, Name, Piece, PieceKind, SourceText, Statement};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::foreign;
use crate::lower::{self, Lowered, client};
use crate::newer;
use crate::parse::{self, Misread, Parsed};
use crate::split::{self, Cut};

/// A text taken apart and parsed.
pub(crate) struct PostgresText {
    sql: String,
    cuts: Vec<Cut>,
    pieces: Vec<Piece>,
    read: Vec<Read>,
}

/// How one piece reads.
enum Read {
    /// As a statement, or as something that is none.
    Statement(Parsed),
    /// As a statement once a value is filled in that the text does not tell. Parsed with something in its place.
    Unfilled { written: String, parsed: Parsed },
    /// As a command for the client.
    Client,
    /// Not at all, and why.
    Unread(String),
    /// Not yet.
    Later,
}

/// Texts up to this length cannot nest deeply enough to fill an ordinary stack.
const SHORT: usize = 400;

/// Stack for parsing longer texts: the parser, and freeing its tree, go one call deeper for each level of nesting.
/// Only what is touched of it is ever real memory.
const STACK_BYTES: usize = 1 << 30;

const GAVE_UP: &str = "the parser gave up on it";

/// Longer texts are dumps: parsed all at once, their trees would fill gigabytes.
const LARGE: usize = 8 << 20;

impl PostgresText {
    /// Splits and parses.
    pub(crate) fn read(sql: &str) -> Self {
        let cuts = split::split(sql);
        let read = match sql.len() > LARGE {
            true => cuts.iter().map(|_| Read::Later).collect(),
            false => Read::all(sql, &cuts),
        };
        let pieces = cuts.iter().map(|c| c.piece.clone()).collect();
        Self { sql: sql.to_owned(), cuts, pieces, read }
    }
}

impl Read {
    /// Parses pieces, on a stack that is deep enough for them.
    fn all(sql: &str, cuts: &[Cut]) -> Vec<Self> {
        let parse = || cuts.iter().map(|cut| Read::new(sql, cut)).collect();
        if cuts.iter().all(|c| c.piece.span.len() <= SHORT) {
            return parse();
        }
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
            let gave_up = || cuts.iter().map(|_| Read::Unread(GAVE_UP.to_owned())).collect();
            thread.spawn_scoped(scope, parse).ok().and_then(|t| t.join().ok()).unwrap_or_else(gave_up)
        })
    }

    fn new(sql: &str, cut: &Cut) -> Self {
        let reading = cut.reading(sql);
        if cut.piece.kind == PieceKind::Client && reading.is_none() {
            return Read::Client;
        }
        let text = reading.as_deref().or_else(|| sql.get(cut.piece.span.clone())).unwrap_or_default();
        if let Some(reason) = parse::too_deep(text) {
            return Read::Unread(reason);
        }
        let parsed = Parsed::new(text);
        match cut.with_stand_ins(sql).filter(|_| parsed.syntax_error.is_some()) {
            Some((written, text)) => {
                Read::Unfilled { written: written.to_owned(), parsed: Parsed::new(&text) }
            }
            None => Read::Statement(parsed),
        }
    }
}

impl SourceText for PostgresText {
    fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    fn lower(&self, piece: usize, catalog: &Catalog) -> Statement {
        let Some((cut, read)) = self.cuts.get(piece).zip(self.read.get(piece)) else {
            return Statement::default();
        };
        let before = self.read.get(..piece).unwrap_or_default();
        let piece = &cut.piece;
        let mut statement = Statement {
            sql: self.sql.get(piece.span.clone()).unwrap_or_default().to_owned(),
            line: piece.line,
            span: piece.span.clone(),
            ..Statement::default()
        };
        let now = match read {
            Read::Later => Some(Read::all(&self.sql, std::slice::from_ref(cut)).pop().unwrap_or(Read::Later)),
            _ => None,
        };
        let misread = |Misread { at, message }| Some(cut.syntax_error(&self.sql, at, message));
        match now.as_ref().unwrap_or(read) {
            Read::Statement(parsed) => match prepared(before, parsed) {
                // An older server has refused PREPARE already.
                Some(executed) => {
                    Meaning { too_new: None, ..Meaning::of(catalog, &executed) }.fill(&mut statement)
                }
                None => match with_syntax(catalog, parsed, &statement.sql) {
                    Ok(meaning) => meaning.fill(&mut statement),
                    Err(error) => statement.syntax_error = misread(error),
                },
            },
            Read::Unfilled { written, parsed } => unfilled(catalog, written, parsed).fill(&mut statement),
            Read::Client => match client::lower(&statement.sql) {
                Ok(lowered) => Meaning { lowered, ..Meaning::default() }.fill(&mut statement),
                Err(message) => statement.syntax_error = misread(Misread { at: 0, message }),
            },
            Read::Unread(reason) => {
                statement.syntax_error = misread(Misread { at: 0, message: reason.clone() });
            }
            Read::Later => {
                statement.syntax_error = misread(Misread { at: 0, message: GAVE_UP.to_owned() });
            }
        }
        if let (Some(rows), [Change::Rows(change)]) = (piece.data_rows, statement.changes.as_mut_slice())
            && let Some(write) = change.writes.first_mut()
        {
            write.rows.get_or_insert(rows);
        }
        statement
    }
}

/// What `EXECUTE` runs: the statement of the last `PREPARE` of that name in the pieces before.
fn prepared(before: &[Read], execute: &Parsed) -> Option<SyntaxNode> {
    let node = execute.node().filter(|n| n.kind() == SyntaxKind::EXECUTE)?;
    let name = parse::name_of(&parse::child(&node, SyntaxKind::PREPARED_STATEMENT_REF)?);
    let mut earlier = before.iter().rev().filter_map(|read| match read {
        Read::Statement(parsed) => parsed.node().filter(|n| n.kind() == SyntaxKind::PREPARE),
        _ => None,
    });
    let is_named = |prepare: &SyntaxNode| {
        parse::child(prepare, SyntaxKind::PREPARED_STATEMENT).is_some_and(|n| parse::name_of(&n) == name)
    };
    earlier.find(is_named).and_then(|prepare| prepare.last_child())
}

/// What one piece means on a catalog.
#[derive(Default)]
struct Meaning {
    lowered: Lowered,
    mentions: Vec<Name>,
    too_new: Option<String>,
}

impl Meaning {
    fn of(catalog: &Catalog, node: &SyntaxNode) -> Self {
        let lowered = lower::lower_statement(catalog, node);
        let mentions = match lowered.not_analysed {
            Some(_) => lower::mentioned_relations(catalog, node),
            None => Vec::new(),
        };
        Self { lowered, mentions, too_new: newer::too_new(catalog, node) }
    }

    fn unknown(catalog: &Catalog, node: &SyntaxNode, reason: impl Into<String>) -> Self {
        let mentions = lower::mentioned_relations(catalog, node);
        Self { lowered: Lowered::unknown(reason), mentions, too_new: newer::too_new(catalog, node) }
    }

    fn fill(self, statement: &mut Statement) {
        statement.changes = self.lowered.changes;
        statement.not_analysed = self.lowered.not_analysed;
        statement.commits = self.lowered.commits;
        statement.remarks = self.lowered.remarks;
        statement.mentions = self.mentions;
        statement.too_new = self.too_new;
    }
}

fn with_syntax(catalog: &Catalog, parsed: &Parsed, sql: &str) -> Result<Meaning, Misread> {
    if let Some(error) = &parsed.syntax_error {
        let message = match foreign::foreign_dialect(sql) {
            Some(looks_like) => format!("{}; {looks_like}", error.message),
            None => error.message.clone(),
        };
        return Err(Misread { at: error.at, message });
    }
    let Some(node) = parsed.node() else { return Ok(Meaning::default()) };
    let looks_like = match node.kind() {
        SyntaxKind::ALTER_TABLE => foreign::misread(sql),
        _ => None,
    };
    Ok(match looks_like {
        Some(looks_like) => Meaning::unknown(catalog, &node, looks_like),
        None => Meaning::of(catalog, &node),
    })
}

/// A statement with a value the text does not tell: where it stands in for a value of a row, what the statement does
/// to the schema does not hang on it.
fn unfilled(catalog: &Catalog, written: &str, parsed: &Parsed) -> Meaning {
    let reason = match written.starts_with(':') {
        true => format!("it needs the psql variable {written}, which the text does not set"),
        false => format!("it needs a value for {written}, which the migration tool fills in"),
    };
    match parsed.node().filter(|_| parsed.syntax_error.is_none()) {
        None => Meaning { lowered: Lowered::unknown(reason), ..Meaning::default() },
        Some(node) if written.starts_with(':') && is_about_rows(node.kind()) => Meaning::of(catalog, &node),
        Some(node) => Meaning::unknown(catalog, &node, reason),
    }
}

fn is_about_rows(kind: SyntaxKind) -> bool {
    use SyntaxKind::{DELETE, INSERT, MERGE, SELECT, UPDATE, VALUES};
    matches!(kind, SELECT | VALUES | INSERT | UPDATE | DELETE | MERGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lowered(sql: &str) -> Vec<Statement> {
        let mut catalog = Catalog::default();
        catalog.server.search_path = vec!["public".to_owned()];
        let text = PostgresText::read(sql);
        (0..text.pieces().len()).map(|n| text.lower(n, &catalog)).collect()
    }

    fn error(sql: &str) -> String {
        lowered(sql).iter().find_map(|s| s.syntax_error.as_ref()).map(ToString::to_string).unwrap_or_default()
    }

    #[test]
    fn what_never_ends_is_said_where_it_begins() {
        for begin in ["'open", "$body$ open", "E'open\\'", "\"open", "/* open"] {
            let error = error(&format!("SELECT 1;\n\nSELECT 2,\n  {begin};\nSELECT 3;\nSELECT 4;"));
            assert!(error.starts_with("line 4, column 3: "), "{begin}: {error}");
        }
    }

    #[test]
    fn another_database_is_recognised() {
        let error = error("CREATE TABLE `users` (id int AUTO_INCREMENT) ENGINE=InnoDB;");
        assert!(error.contains("looks like MySQL"), "{error}");
        let index = &lowered("ALTER TABLE t ADD INDEX by_a (a)")[0];
        assert!(index.not_analysed.as_ref().is_some_and(|w| w.contains("MySQL")), "{:?}", index.not_analysed);
        assert!(!error_of_rows().contains("looks like"), "{}", error_of_rows());
    }

    fn error_of_rows() -> String {
        error("INSERT INTO t VALUES ('ENGINE=InnoDB' 'x' y)")
    }

    #[test]
    fn values_to_be_filled_in_are_no_mistake() {
        let told = |sql: &str| {
            let statement = lowered(sql).pop().unwrap();
            assert_eq!(statement.syntax_error, None, "{sql}");
            statement.not_analysed.unwrap_or_default()
        };
        assert!(told("ALTER TABLE :t ADD COLUMN c int").contains("psql variable :t"));
        assert!(told("GRANT SELECT ON t TO ${role}").contains("${role}"));
        assert_eq!(told("UPDATE t SET a = :v WHERE b = :'w'"), "");
        assert_eq!(told("\\set t users\nALTER TABLE :t ADD COLUMN c int"), "");
    }

    #[test]
    fn what_was_prepared_is_executed() {
        let statements = lowered("PREPARE p (int) AS DELETE FROM t WHERE id = $1; EXECUTE p (5); EXECUTE q");
        assert!(matches!(statements[1].changes.as_slice(), [Change::Rows(it)] if it.writes.len() == 1));
        assert!(statements[2].not_analysed.is_some());
    }

    #[test]
    fn rows_in_the_file_are_counted() {
        let rows = |sql: &str| {
            let statement = &lowered(sql)[0];
            assert_eq!(statement.syntax_error, None);
            match statement.changes.as_slice() {
                [Change::Rows(change)] => {
                    assert_eq!(change.writes[0].rows, PostgresText::read(sql).pieces()[0].data_rows)
                }
                _ => assert!(statement.not_analysed.is_some()),
            }
            PostgresText::read(sql).pieces()[0].data_rows
        };
        assert_eq!(rows("COPY t FROM stdin;\n1\n2\n\\.\n"), Some(2));
        assert_eq!(rows("\\copy t (a) from stdin csv\n1\n\\.\n"), Some(1));
        assert_eq!(rows("\\copy t from 'rows.csv' with (format csv)\n"), None);
    }

    #[test]
    fn dumps_read_without_a_mistake() {
        // Made by pg_dump 18 of `fixtures/schemas` on servers of these versions.
        for dump in [
            include_str!("../../../fixtures/dumps/postgresql-13.sql"),
            include_str!("../../../fixtures/dumps/postgresql-16.sql"),
            include_str!("../../../fixtures/dumps/postgresql-17.sql"),
            include_str!("../../../fixtures/dumps/postgresql-18.sql"),
        ] {
            let statements = lowered(dump);
            assert!(statements.len() > 100);
            let errors: Vec<_> = statements.iter().filter_map(|s| s.syntax_error.as_ref()).collect();
            assert!(errors.is_empty(), "{errors:?}");
            let rows: Vec<u64> =
                PostgresText::read(dump).pieces().iter().filter_map(|p| p.data_rows).collect();
            assert_eq!(rows.iter().sum::<u64>(), 3, "{rows:?}");
        }
    }
}
