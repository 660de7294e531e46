//! SQL text to syntax: the only place that knows which parser is used.
//!
//! The parser (`squawk-syntax`) always gives a tree, so text that is no SQL at all comes back as statements with a
//! `syntax_error`, never as a failure. See `docs/decisions/0002-postgresql-parser.md`.

use std::cell::RefCell;
use std::collections::HashMap;

use squawk_syntax::{Parse, SourceFile, SyntaxKind, SyntaxNode, SyntaxToken};

/// One statement, parsed. Unlike a tree it can go from thread to thread.
pub(crate) struct Parsed {
    parse: Parse<SourceFile>,
    /// Where and why it is no SQL.
    pub(crate) syntax_error: Option<Misread>,
}

/// Why a text is no statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Misread {
    /// The byte of the text.
    pub(crate) at: usize,
    pub(crate) message: String,
}

impl Parsed {
    /// Parses one statement.
    pub(crate) fn new(sql: &str) -> Self {
        let parse = SourceFile::parse(sql);
        let errors = parse.errors();
        let root = parse.syntax_node();
        let mut children = root.children();
        let is_statement = children.next().is_some_and(|c| c.kind() != SyntaxKind::ERROR);
        let alone = children.next().is_none();
        let error = errors
            .iter()
            .map(|e| Misread { at: usize::from(e.range().start()), message: e.message().to_owned() })
            // What is never closed swallows the rest, so that errors before it are often its doing.
            .min_by_key(|e| (!is_never_closed(&e.message), e.at));
        let syntax_error = error.or_else(|| match (is_statement, alone) {
            (true, true) => None,
            _ => Some(Misread { at: 0, message: "this is not a statement".to_owned() }),
        });
        Self { parse, syntax_error }
    }

    /// The statement's tree; none if it is no statement.
    pub(crate) fn node(&self) -> Option<SyntaxNode> {
        let root = self.parse.syntax_node();
        root.children().next().filter(|c| c.kind() != SyntaxKind::ERROR)
    }
}

/// Whether the lexer misses the end of something that reaches to the end of the text.
fn is_never_closed(message: &str) -> bool {
    message.starts_with("Missing trailing") || message.starts_with("Unterminated")
}

/// Open brackets a text may have at one place, and words or operators without a comma, bracket or semicolon between
/// them. No statement that people write comes near; the parser's time grows with the square of either.
const DEEPEST: (usize, usize) = (500, 2_000);

/// Why a text is not given to the parser: it goes one call deeper for each open bracket, and for each operator or
/// word of a chain (`NOT NOT …`). Both are counted without regard to quotes, so the count can only be too high.
pub(crate) fn too_deep(sql: &str) -> Option<String> {
    let (mut brackets, mut chain, mut in_word) = (0_usize, 0_usize, false);
    for c in sql.chars() {
        let word = c.is_alphanumeric() || c == '_';
        match c {
            '(' | '[' => (brackets, chain) = (brackets + 1, 0),
            ')' | ']' => (brackets, chain) = (brackets.saturating_sub(1), 0),
            ',' | ';' | '\'' => chain = 0,
            c if c.is_whitespace() => {}
            _ if word && in_word => {}
            _ => chain += 1,
        }
        in_word = word;
        if brackets > DEEPEST.0 || chain > DEEPEST.1 {
            return Some("it nests too deeply to be read".to_owned());
        }
    }
    None
}

/// An identifier token as the server stores it: unquoted, or folded to lower case.
pub(crate) fn identifier(text: &str) -> String {
    match text.strip_prefix('"').and_then(|t| t.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => text.to_ascii_lowercase(),
    }
}

/// The text that the first token of a node, a string literal of any form, stands for.
pub(crate) fn string_of(node: &SyntaxNode) -> Option<String> {
    let token = tokens(node).next()?;
    let text = token.text();
    if let Some(rest) = text.strip_prefix('$') {
        let tag = format!("${}$", rest.get(..rest.find('$')?)?);
        return Some(text.strip_prefix(&tag)?.strip_suffix(&tag)?.to_owned());
    }
    let quoted = text.trim_start_matches(['e', 'E']).strip_prefix('\'')?.strip_suffix('\'')?;
    Some(quoted.replace("''", "'"))
}

/// Tokens that are not white space or comments.
pub(crate) fn tokens(node: &SyntaxNode) -> impl Iterator<Item = SyntaxToken> {
    node.descendants_with_tokens()
        .filter_map(|e| e.into_token())
        .filter(|t| !matches!(t.kind(), SyntaxKind::WHITESPACE | SyntaxKind::COMMENT))
}

/// A node's text with comments dropped and runs of white space made one blank.
pub(crate) fn text_of(node: &SyntaxNode) -> String {
    let mut text = String::new();
    let mut gap = false;
    for token in node.descendants_with_tokens().filter_map(|e| e.into_token()) {
        match token.kind() {
            SyntaxKind::WHITESPACE | SyntaxKind::COMMENT => gap = !text.is_empty(),
            _ => {
                if std::mem::take(&mut gap) {
                    text.push(' ');
                }
                text.push_str(token.text());
            }
        }
    }
    text
}

/// The first descendant of that kind, the node itself included.
pub(crate) fn find(node: &SyntaxNode, kind: SyntaxKind) -> Option<SyntaxNode> {
    node.descendants().find(|n| n.kind() == kind)
}

/// A direct child of that kind.
pub(crate) fn child(node: &SyntaxNode, kind: SyntaxKind) -> Option<SyntaxNode> {
    node.children().find(|n| n.kind() == kind)
}

/// Whether a direct child, node or token, is of that kind.
pub(crate) fn has(node: &SyntaxNode, kind: SyntaxKind) -> bool {
    node.children_with_tokens().any(|e| e.kind() == kind)
}

/// The parts of the first dotted name inside the node: `["public", "users"]`.
pub(crate) fn path(node: &SyntaxNode) -> Vec<String> {
    let is_path =
        |n: &SyntaxNode| matches!(n.kind(), SyntaxKind::PATH | SyntaxKind::PATH_REF | SyntaxKind::FIELD_EXPR);
    let found = node.descendants().find(is_path).unwrap_or_else(|| node.clone());
    tokens(&found).filter(|t| t.kind() != SyntaxKind::DOT).map(|t| identifier(t.text())).collect()
}

/// The single identifier a node consists of.
pub(crate) fn name_of(node: &SyntaxNode) -> String {
    tokens(node).map(|t| identifier(t.text())).next().unwrap_or_default()
}

/// Expressions of a thread that are kept as syntax, and the longest of them in bytes.
const KEPT: (usize, usize) = (256, 200);

thread_local! {
    /// The same few defaults and conditions are asked about again and again, from many sides.
    static EXPRESSIONS: RefCell<HashMap<String, Option<SyntaxNode>>> = RefCell::default();
}

/// An expression on its own as syntax; none if the text is not exactly one expression.
pub(crate) fn parse_expression(text: &str) -> Option<SyntaxNode> {
    if text.len() > KEPT.1 {
        return read_expression(text);
    }
    EXPRESSIONS.with_borrow_mut(|kept| {
        if let Some(known) = kept.get(text) {
            return known.clone();
        }
        if kept.len() >= KEPT.0 {
            kept.clear();
        }
        let node = read_expression(text);
        kept.insert(text.to_owned(), node.clone());
        node
    })
}

fn read_expression(text: &str) -> Option<SyntaxNode> {
    let sql = format!("SELECT {text}");
    let parse = SourceFile::parse(&sql);
    if !parse.errors().is_empty() || parse.syntax_node().children().count() != 1 {
        return None;
    }
    let target_list = find(&parse.syntax_node(), SyntaxKind::TARGET_LIST)?;
    let whole = target_list.text_range().end() == parse.syntax_node().text_range().end();
    let mut targets = target_list.children();
    let target = targets.next().filter(|_| whole)?;
    if targets.next().is_some() || has(&target, SyntaxKind::AS_NAME) {
        return None;
    }
    target.first_child()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_sql_is_said_to_be_none() {
        for text in [
            "rename the column",
            "ALTER TABLE users ADD COLUMN",
            "SELECT 'open",
            "drop index i on t",
            ")",
            "🦆",
        ] {
            assert!(Parsed::new(text).syntax_error.is_some(), "{text}");
        }
    }

    #[test]
    fn an_expression_is_exactly_one() {
        assert!(parse_expression("now()").is_some());
        assert!(parse_expression("'a' || lower(b)").is_some());
        assert!(parse_expression("1, 2").is_none());
        assert!(parse_expression("1; DROP TABLE t").is_none());
        assert!(parse_expression("1 FROM t").is_none());
        assert!(parse_expression("1 AS x").is_none());
    }
}
