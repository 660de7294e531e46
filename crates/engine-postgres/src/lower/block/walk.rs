//! The walk over a block's statements, in the order they would run.

use std::borrow::Cow;

use altimeter_catalog::{Catalog, Change, RowsChange};
use squawk_syntax::{SourceFile, SyntaxKind, SyntaxNode};

use super::dynamic;
use crate::body;
use crate::lower::{Lowered, lower_statement, rows};
use crate::parse::{self, text_of};

/// More remarks than this are summed up.
const MOST_REMARKS: usize = 6;

/// Walks a body. How often a statement runs, and whether at all, is not told by the text: each is judged as if it ran
/// once, and that is said. One that would fail here is taken not to run where something decides about it.
pub(super) struct Walk<'c> {
    schema: Cow<'c, Catalog>,
    lowered: Lowered,
    changes: Vec<Change>,
    /// What the present statement hangs on, from the outside in.
    guards: Vec<String>,
    /// Errors are caught around the present statement.
    caught: usize,
}

impl<'c> Walk<'c> {
    pub(super) fn new(catalog: &'c Catalog) -> Self {
        Self {
            schema: Cow::Borrowed(catalog),
            lowered: Lowered::default(),
            changes: Vec::new(),
            guards: Vec::new(),
            caught: 0,
        }
    }

    pub(super) fn finish(mut self) -> Lowered {
        let said = self.lowered.remarks.len();
        if said > MOST_REMARKS {
            self.lowered.remarks.truncate(MOST_REMARKS - 1);
            let more = said - self.lowered.remarks.len();
            self.lowered.remarks.push(format!("{more} more statements run only if something decides so"));
        }
        if !self.changes.is_empty() {
            self.lowered.changes = vec![Change::Together(self.changes)];
        }
        self.lowered
    }

    /// Everything below a node, in order.
    pub(super) fn body(&mut self, node: &SyntaxNode) {
        for part in node.children() {
            self.part(&part);
        }
    }

    /// SQL text: statements one after the other.
    pub(super) fn text(&mut self, sql: &str) {
        for cut in crate::split::split(sql) {
            let text = sql.get(cut.piece.span.clone()).unwrap_or_default();
            let parsed = SourceFile::parse(text);
            if !parsed.errors().is_empty() {
                self.unknown("it contains something that is no SQL");
                continue;
            }
            let statements: Vec<SyntaxNode> = parsed.syntax_node().children().collect();
            statements.iter().for_each(|s| self.statement(s));
        }
    }

    fn part(&mut self, node: &SyntaxNode) {
        match node.kind() {
            SyntaxKind::PLPGSQL_BLOCK => self.block(node),
            SyntaxKind::PLPGSQL_EXEC_SQL_STMT
            | SyntaxKind::PLPGSQL_CALL_STMT
            | SyntaxKind::PLPGSQL_PERFORM_STMT => match node.children().next() {
                Some(statement) => self.statement(&statement),
                None => self.reads(node),
            },
            SyntaxKind::PLPGSQL_DO_STMT => self.statement(&node.first_child().unwrap_or(node.clone())),
            SyntaxKind::PLPGSQL_COMMIT_STMT | SyntaxKind::PLPGSQL_ROLLBACK_STMT => {
                self.lowered.commits = true;
            }
            SyntaxKind::PLPGSQL_DYN_EXECUTE_STMT => self.dynamic(node),
            SyntaxKind::PLPGSQL_FOR_DYN_STMT
            | SyntaxKind::PLPGSQL_OPEN_EXECUTE
            | SyntaxKind::PLPGSQL_RETURN_QUERY_EXECUTE_STMT => {
                self.unknown(dynamic::REASON);
                self.nested(node);
            }
            SyntaxKind::PLPGSQL_IF_STMT
            | SyntaxKind::PLPGSQL_ELSIF_CLAUSE
            | SyntaxKind::PLPGSQL_CASE_STMT
            | SyntaxKind::PLPGSQL_CASE_WHEN
            | SyntaxKind::PLPGSQL_WHILE_STMT
            | SyntaxKind::PLPGSQL_LOOP_STMT
            | SyntaxKind::PLPGSQL_FOR_I_STMT
            | SyntaxKind::PLPGSQL_FOR_QUERY_STMT
            | SyntaxKind::PLPGSQL_FOR_CURSOR_STMT
            | SyntaxKind::PLPGSQL_FOR_EACH_STMT => self.nested(node),
            SyntaxKind::PLPGSQL_ELSE_CLAUSE => self.guarded("not so".to_owned(), node),
            SyntaxKind::PLPGSQL_EXCEPTION_HANDLER => {
                self.guarded("an error is caught".to_owned(), node);
            }
            SyntaxKind::PLPGSQL_BODY
            | SyntaxKind::PLPGSQL_DECLARE_SECTION
            | SyntaxKind::PLPGSQL_EXCEPTION_SECTION => self.body(node),
            // The block's grammar does not know every place of INTO; plain SQL knows the statement without it.
            SyntaxKind::ERROR => self.misread(node),
            _ => self.reads(node),
        }
    }

    fn block(&mut self, node: &SyntaxNode) {
        let catches = parse::has(node, SyntaxKind::PLPGSQL_EXCEPTION_SECTION);
        self.caught += usize::from(catches);
        self.body(node);
        self.caught -= usize::from(catches);
    }

    /// A statement with a condition or query, and a body that hangs on it.
    fn nested(&mut self, node: &SyntaxNode) {
        let bodies = |n: &SyntaxNode| {
            matches!(
                n.kind(),
                SyntaxKind::PLPGSQL_BODY
                    | SyntaxKind::PLPGSQL_ELSIF_CLAUSE
                    | SyntaxKind::PLPGSQL_ELSE_CLAUSE
                    | SyntaxKind::PLPGSQL_CASE_WHEN
            )
        };
        let heads: Vec<SyntaxNode> = node.children().filter(|n| !bodies(n)).collect();
        heads.iter().for_each(|n| self.reads(n));
        let condition = heads.iter().find(|n| n.kind() == SyntaxKind::PLPGSQL_EXPR);
        let guard = match (node.kind(), condition) {
            (SyntaxKind::PLPGSQL_IF_STMT | SyntaxKind::PLPGSQL_ELSIF_CLAUSE, Some(condition)) => {
                shortened(&text_of(condition))
            }
            (SyntaxKind::PLPGSQL_WHILE_STMT, Some(condition)) => {
                format!("{}, again and again", shortened(&text_of(condition)))
            }
            (SyntaxKind::PLPGSQL_CASE_WHEN | SyntaxKind::PLPGSQL_CASE_STMT, _) => {
                "the case is met".to_owned()
            }
            _ => "its loop comes to it, maybe many times".to_owned(),
        };
        for body in node.children().filter(bodies) {
            match body.kind() {
                SyntaxKind::PLPGSQL_BODY => self.guarded(guard.clone(), &body),
                _ => self.part(&body),
            }
        }
    }

    fn guarded(&mut self, guard: String, node: &SyntaxNode) {
        self.guards.push(guard);
        self.body(node);
        self.guards.pop();
    }

    /// `EXECUTE` of a text that can be told.
    fn dynamic(&mut self, node: &SyntaxNode) {
        match parse::find(node, SyntaxKind::TARGET)
            .and_then(|t| t.first_child())
            .and_then(|n| dynamic::text(&n))
        {
            Some(sql) => self.text(&sql),
            None => self.unknown(dynamic::REASON),
        }
    }

    fn misread(&mut self, node: &SyntaxNode) {
        let sql = body::without_into(node);
        let parsed = SourceFile::parse(&sql);
        let statements: Vec<SyntaxNode> = parsed.syntax_node().children().collect();
        match statements.as_slice() {
            [one] if parsed.errors().is_empty() => self.statement(one),
            _ => self.unknown(&format!("it contains `{}`", shortened(&text_of(node)))),
        }
    }

    fn unknown(&mut self, reason: &str) {
        self.lowered.not_analysed.get_or_insert_with(|| reason.to_owned());
    }

    /// What expressions and queries below a node read: conditions, assignments, loops over queries.
    fn reads(&mut self, node: &SyntaxNode) {
        let change = rows::read(&self.schema, node);
        if change != RowsChange::default() {
            self.changes.push(Change::Rows(change));
        }
    }

    fn statement(&mut self, node: &SyntaxNode) {
        let inner = lower_statement(&self.schema, node);
        if let Some(reason) = inner.not_analysed {
            self.unknown(&reason);
        }
        self.lowered.commits |= inner.commits;
        self.lowered.remarks.extend(inner.remarks);
        let mut runs = false;
        for change in inner.changes {
            if !changes_schema(&change) {
                runs |= matches!(&change, Change::Rows(rows) if !rows.writes.is_empty());
                self.changes.push(change);
                continue;
            }
            let applied = self.schema.to_mut().apply(&change);
            let decided = !self.guards.is_empty() || self.caught > 0;
            match applied {
                Err(error) if decided => {
                    let statement = shortened(&text_of(node));
                    let remark = format!("`{statement}` is taken not to run, because {error}");
                    self.lowered.remarks.push(remark);
                }
                // One that does not apply is said to fail by its effect.
                _ => {
                    self.changes.push(change);
                    runs = true;
                }
            }
        }
        if let Some(guard) = self.guards.last().filter(|_| runs) {
            let statement = shortened(&text_of(node));
            self.lowered.remarks.push(format!("`{statement}` runs only if {guard}"));
        }
    }
}

/// Whether a change can fail on the schema, or leaves it another.
fn changes_schema(change: &Change) -> bool {
    !matches!(change, Change::Rows(_) | Change::Session(_))
}

/// A text short enough for a remark.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 80;
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{} …", text.get(..at).unwrap_or(text).trim_end()),
        None => text.to_owned(),
    }
}
