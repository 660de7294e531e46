//! How far a slot's value can reach: which tokens can be a name, a type, a default, a list of keys, a condition.

use super::matching::{Matcher, one_of};
use super::pattern::Slot;
use super::token::{Token, TokenKind};
use super::words::{ARTICLES, NEVER_NAMES, SELDOM_NAMES};

/// Tokens a type can have: `timestamp(3) without time zone[]`.
const TYPE_TOKENS: usize = 12;

/// Words that end a default: SQL allows none of them there outside parentheses, or English goes on with them.
const ENDS_DEFAULT: &[&str] = &[
    "and",
    "or",
    "not",
    "on",
    "in",
    "to",
    "into",
    "from",
    "of",
    "for",
    "with",
    "called",
    "named",
    "column",
    "table",
    "nullable",
    "required",
    "mandatory",
    "optional",
    "which",
    "that",
    "please",
    "if",
    "unless",
    "is",
    "where",
    "value",
    ",",
];

/// Access methods an index can be asked for by name alone: PostgreSQL's own and those of well-known extensions.
const METHODS: &[&str] = &[
    "btree", "hash", "gin", "gist", "spgist", "brin", "bloom", "rum", "hnsw", "ivfflat", "fulltext",
    "spatial",
];

/// Where a slot's value that begins at that token can end (the token behind it).
pub(super) fn extents(matcher: &Matcher<'_>, slot: Slot, at: usize) -> Vec<usize> {
    let tokens = matcher.tokens;
    match slot {
        Slot::Schema | Slot::Table | Slot::Column | Slot::NewName | Slot::Key | Slot::Index | Slot::Label => {
            if is_name(matcher, at, [Slot::Column, Slot::NewName, Slot::Key].contains(&slot)) {
                vec![at + 1]
            } else {
                Vec::new()
            }
        }
        Slot::Method => {
            let b_tree = |i: usize, w: &str| tokens.get(at + i).is_some_and(|t| t.is(w));
            if b_tree(0, "b") && b_tree(1, "-") && b_tree(2, "tree") {
                return vec![at + 3];
            }
            tokens.get(at).filter(|t| one_of(t, METHODS)).map(|_| at + 1).into_iter().collect()
        }
        Slot::Type | Slot::OldType => type_ends(matcher, at),
        Slot::Zone => zone_end(tokens, at).into_iter().collect(),
        Slot::Using => expression_ends(tokens, at, &[]),
        Slot::Default => expression_ends(tokens, at, ENDS_DEFAULT),
        Slot::Predicate => expression_ends(tokens, at, &[]),
        // `into a text, b text`: an article there is a name.
        Slot::NewColumns if at.checked_sub(1).and_then(|i| tokens.get(i)).is_some_and(|t| t.is("a")) => {
            Vec::new()
        }
        Slot::NewColumns => expression_ends(tokens, at, &[]),
        Slot::Separator => tokens.get(at).filter(|t| is_separator(t)).map(|_| at + 1).into_iter().collect(),
        Slot::Keys | Slot::Include => list_ends(matcher, at),
        Slot::Number | Slot::Parts => {
            tokens.get(at).filter(|t| t.kind == TokenKind::Number).map(|_| at + 1).into_iter().collect()
        }
        Slot::From => value_end(tokens, at).into_iter().collect(),
        Slot::Values => values_ends(tokens, at),
        _ => Vec::new(),
    }
}

/// A text in quotes, or a word for a sign.
fn is_separator(token: &Token) -> bool {
    match token.word() {
        Some(word) => super::reshape_columns::is_separator(word),
        None => matches!(token.parts(), Some([one]) if one.quote.is_some()),
    }
}

/// A name, if it is not one of the words requests are made of.
fn is_name(matcher: &Matcher<'_>, at: usize, column: bool) -> bool {
    let Some(token) = matcher.tokens.get(at) else { return false };
    let Some(word) = token.word() else { return token.parts().is_some() };
    let never = one_of(token, NEVER_NAMES);
    let seldom = one_of(token, SELDOM_NAMES);
    let told = column
        && at
            .checked_sub(1)
            .and_then(|i| matcher.tokens.get(i))
            .is_some_and(|t| one_of(t, &["column", "field", "attribute", "called", "named", "to"]));
    // `add column a integer`: an article right behind `column` can be the name.
    !never && !seldom || (seldom || token.is("a")) && told || matcher.lexicon.is_known(word)
}

fn type_ends(matcher: &Matcher<'_>, at: usize) -> Vec<usize> {
    let tokens = matcher.tokens;
    let mut ends = Vec::new();
    let mut end = at;
    let mut words = 0;
    let mut array = false;
    while let Some(token) = tokens.get(end).filter(|_| end < at + TYPE_TOKENS) {
        if token.is("(") && end > at && !array {
            match closing(tokens, end) {
                Some(close) => end = close,
                None => break,
            }
        } else if token.is("[") && end > at {
            end += 1;
            end += usize::from(tokens.get(end).is_some_and(|t| t.kind == TokenKind::Number));
            if !tokens.get(end).is_some_and(|t| t.is("]")) {
                break;
            }
            end += 1;
            array = true;
        } else if token.parts().is_some() && !array {
            words += 1;
            end += 1;
        } else {
            break;
        }
        let single =
            words == 1 && tokens.get(at).is_some_and(|t| !one_of(t, NEVER_NAMES) && !one_of(t, SELDOM_NAMES));
        if single || matcher.lexicon.is_type(source(matcher.text, tokens, at, end)) {
            ends.push(end);
        }
    }
    ends
}

/// Behind a time zone: one in quotes, or words joined without blanks (`Europe/Berlin`, `America/Port-au-Prince`).
fn zone_end(tokens: &[Token], at: usize) -> Option<usize> {
    let first = tokens.get(at)?;
    if first.word().is_none() {
        return matches!(first.parts()?, [one] if one.quote.is_some()).then_some(at + 1);
    }
    let mut end = at + 1;
    while let (Some(before), Some(next)) = (tokens.get(end - 1), tokens.get(end)) {
        let joined = before.source.end == next.source.start;
        if !joined
            || !(next.word().is_some() || one_of(next, &["/", "-", "+"]) || next.kind == TokenKind::Number)
        {
            break;
        }
        end += 1;
    }
    Some(end)
}

/// Behind a number or a date: one in quotes, or what is joined without blanks (`2027-01-01`).
fn value_end(tokens: &[Token], at: usize) -> Option<usize> {
    let first = tokens.get(at)?;
    if first.kind != TokenKind::Number {
        return matches!(first.parts()?, [one] if one.quote.is_some()).then_some(at + 1);
    }
    let mut end = at + 1;
    while let (Some(before), Some(next)) = (tokens.get(end - 1), tokens.get(end)) {
        if before.source.end != next.source.start || !(next.is("-") || next.kind == TokenKind::Number) {
            break;
        }
        end += 1;
    }
    Some(end)
}

/// Words that go on behind a list of values.
const ENDS_VALUES: &[&str] = &[
    "other",
    "others",
    "rest",
    "remaining",
    "everything",
    "anything",
    "all",
    "default",
    "starting",
    "on",
    "by",
];

/// Behind a list of values, each a word, a number or a text in quotes: all there are, since words that say nothing
/// elsewhere can be values.
fn values_ends(tokens: &[Token], at: usize) -> Vec<usize> {
    let ends_list = |i: usize| tokens.get(i).is_some_and(|t| one_of(t, ENDS_VALUES));
    let is_value = |i: usize| {
        let Some(token) = tokens.get(i) else { return false };
        match token.word() {
            Some(_) if one_of(token, ARTICLES) && ends_list(i + 1) => false,
            Some(_) => !ends_list(i) && (token.is("a") || !one_of(token, NEVER_NAMES)),
            None => token.kind == TokenKind::Number || token.parts().is_some_and(|p| p.len() == 1),
        }
    };
    let mut end = None;
    let mut next = Some(at);
    while let Some(value) = next.filter(|i| is_value(*i)) {
        end = Some(value + 1);
        next = separator_end(tokens, value + 1);
    }
    end.into_iter().collect()
}

/// Ends of an expression: parentheses closed, no second statement, no comment, none of the words outside parentheses.
fn expression_ends(tokens: &[Token], at: usize, ends_with: &[&str]) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut depth = 0usize;
    for (i, token) in tokens.iter().enumerate().skip(at) {
        let ended = depth == 0 && one_of(token, ends_with);
        if ended || one_of(token, &[";", "--", "/*"]) {
            break;
        }
        if one_of(token, &["(", "["]) {
            depth += 1;
        } else if one_of(token, &[")", "]"]) {
            match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => break,
            }
        }
        if depth == 0 {
            ends.push(i + 1);
        }
    }
    ends
}

/// Ends of a list of names or key expressions, one for each of its members.
fn list_ends(matcher: &Matcher<'_>, at: usize) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut next = at;
    while let Some(end) = key_end(matcher, next) {
        ends.push(end);
        match separator_end(matcher.tokens, end) {
            Some(behind) => next = behind,
            None => break,
        }
    }
    ends
}

/// Behind a comma, an `and`, or both.
pub(super) fn separator_end(tokens: &[Token], at: usize) -> Option<usize> {
    let is = |i: usize, words: &[&str]| tokens.get(i).is_some_and(|t| one_of(t, words));
    match (is(at, &[","]), is(at, &["and", "then", "&"]), is(at + 1, &["and", "then"])) {
        (true, _, true) => Some(at + 2),
        (true, ..) | (_, true, _) => Some(at + 1),
        _ => None,
    }
}

/// Behind one key: its column or expression, then collation, operator class, direction, place of NULLs.
fn key_end(matcher: &Matcher<'_>, at: usize) -> Option<usize> {
    let tokens = matcher.tokens;
    let mut end = target_end(matcher, at)?;
    if tokens.get(end).is_some_and(|t| t.is("collate")) && tokens.get(end + 1)?.parts().is_some() {
        end += 2;
    }
    if tokens.get(end).and_then(operator_class).is_some() {
        end += 1;
    }
    if tokens.get(end).is_some_and(|t| one_of(t, &["asc", "desc", "ascending", "descending"])) {
        end += 1;
    }
    let first_or_last = tokens.get(end + 1).is_some_and(|t| one_of(t, &["first", "last"]));
    if first_or_last && tokens.get(end).is_some_and(|t| t.is("nulls")) {
        end += 2;
    }
    Some(end)
}

/// Behind a key's column or expression.
pub(super) fn target_end(matcher: &Matcher<'_>, at: usize) -> Option<usize> {
    let tokens = matcher.tokens;
    let token = tokens.get(at)?;
    if token.is("(") {
        return closing(tokens, at);
    }
    token.parts()?;
    let call = tokens.get(at + 1).filter(|t| t.is("(") && t.source.start == token.source.end);
    match call {
        Some(_) => closing(tokens, at + 1),
        None => is_name(matcher, at, false).then_some(at + 1),
    }
}

/// The operator class a word names: PostgreSQL's all end in `_ops`.
pub(super) fn operator_class(token: &Token) -> Option<&str> {
    token.word().filter(|w| w.to_ascii_lowercase().ends_with("_ops"))
}

/// Behind the parenthesis that closes the one at that token.
fn closing(tokens: &[Token], open: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (i, token) in tokens.iter().enumerate().skip(open) {
        if token.is("(") {
            depth += 1;
        } else if token.is(")") {
            depth = depth.checked_sub(1)?;
        } else if one_of(token, &[";", "--", "/*"]) {
            return None;
        }
        if depth == 0 {
            return Some(i + 1);
        }
    }
    None
}

/// The text of some tokens.
pub(super) fn source<'a>(text: &'a str, tokens: &[Token], from: usize, to: usize) -> &'a str {
    let begin = tokens.get(from).map(|t| t.source.start);
    let end = to.checked_sub(1).and_then(|i| tokens.get(i)).map(|t| t.source.end);
    begin.zip(end).and_then(|(b, e)| text.get(b..e)).unwrap_or_default()
}
