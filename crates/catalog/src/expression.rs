//! Names inside an expression, as servers print them: columns, functions called, types cast to, sequences.
//!
//! There is no parser in this crate, so these look at tokens: a word with its quotes, a literal, one other character.

use crate::{Catalog, Name};

/// The expression with one column's name replaced by another's. String literals, functions (a name before a
/// parenthesis), types (behind `::`) and parts of dotted names are left alone.
pub(crate) fn rename_in(expression: &str, from: &str, to: &str) -> String {
    let mut renamed = String::with_capacity(expression.len());
    let mut rest = expression;
    while let Some(first) = rest.chars().next() {
        let length = token_length(rest, first);
        let (token, behind) = rest.split_at(length);
        let is_name = first == '"' || first == '_' || first.is_alphabetic();
        let named = if first == '"' {
            token.get(1..length - 1).unwrap_or_default().replace("\"\"", "\"")
        } else {
            token.to_owned()
        };
        let stands_alone = !behind.starts_with(['(', '.']) && !renamed.ends_with([':', '.']);
        if is_name && named == from && stands_alone {
            renamed.push_str(&written(to));
        } else {
            renamed.push_str(token);
        }
        rest = behind;
    }
    renamed
}

/// The tokens of an expression, blanks left out.
fn tokens(expression: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = expression;
    while let Some(first) = rest.chars().next() {
        let (token, behind) = rest.split_at(token_length(rest, first));
        if !first.is_whitespace() {
            found.push(token);
        }
        rest = behind;
    }
    found
}

/// A token as the server stores the name it is, unquoted or folded.
fn stored(token: &str) -> String {
    match token.strip_prefix('"').and_then(|t| t.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => token.to_lowercase(),
    }
}

/// Whether a dotted name that ends at a token is that object's: bare where its schema is searched, else with it.
fn ends_with(catalog: &Catalog, tokens: &[&str], end: usize, name: &Name) -> bool {
    if tokens.get(end).map(|t| stored(t)).as_ref() != Some(&name.name) {
        return false;
    }
    match (end.checked_sub(1).and_then(|n| tokens.get(n)), end.checked_sub(2).and_then(|n| tokens.get(n))) {
        (Some(&"."), Some(schema)) => stored(schema) == name.schema,
        _ => catalog.server.search_path.contains(&name.schema),
    }
}

/// Whether an expression calls a function.
pub(crate) fn calls(catalog: &Catalog, expression: &str, function: &Name) -> bool {
    let tokens = tokens(expression);
    (0..tokens.len()).any(|n| tokens.get(n + 1) == Some(&"(") && ends_with(catalog, &tokens, n, function))
}

/// Whether an expression casts to a type, or to an array of it.
pub(crate) fn casts_to(catalog: &Catalog, expression: &str, type_name: &Name) -> bool {
    let tokens = tokens(expression);
    (0..tokens.len()).any(|n| {
        let first = if n >= 2 && tokens.get(n - 1) == Some(&".") { n - 2 } else { n };
        let cast = first >= 2 && tokens.get(first - 1) == Some(&":") && tokens.get(first - 2) == Some(&":");
        let in_cast = first >= 1 && tokens.get(first - 1).is_some_and(|t| t.eq_ignore_ascii_case("as"));
        (cast || in_cast) && ends_with(catalog, &tokens, n, type_name)
    })
}

/// Whether a default draws from a sequence: `nextval('shop.orders_id_seq'::regclass)`. A name kept as text
/// (`'…'::text`) is looked up only when it is used, so nothing depends on it.
pub(crate) fn names_sequence(catalog: &Catalog, expression: &str, sequence: &Name) -> bool {
    let all = tokens(expression);
    all.iter().enumerate().any(|(n, token)| {
        let Some(literal) = token.strip_prefix('\'').and_then(|t| t.strip_suffix('\'')) else { return false };
        let as_text = matches!(all.get(n + 1..n + 4), Some([":", ":", "text"]));
        let called = n >= 2 && matches!(all.get(n - 2..n), Some([f, "("]) if stored(f) == "nextval");
        let as_relation = matches!(all.get(n + 1..n + 4), Some([":", ":", "regclass"]));
        if as_text || !(called || as_relation) {
            return false;
        }
        let inside = literal.replace("''", "'");
        let parts = tokens(&inside);
        parts.len().checked_sub(1).is_some_and(|end| ends_with(catalog, &parts, end, sequence))
    })
}

/// The words of an expression that can be columns: bare or quoted names, not those of functions and types.
pub(crate) fn words(expression: &str) -> Vec<String> {
    let all = tokens(expression);
    let mut found = Vec::new();
    for (n, token) in all.iter().enumerate() {
        let named = token.starts_with(|c: char| c == '"' || c == '_' || c.is_alphabetic());
        let called = all.get(n + 1) == Some(&"(");
        let cast = n > 0 && all.get(n - 1) == Some(&":");
        if named && !called && !cast {
            found.push(stored(token));
        }
    }
    found.sort();
    found.dedup();
    found
}

/// The name an expression gives to a column that has none: that of the function it calls, of the column it is, of
/// the type it casts to (server source, `FigureColname`). None where the server would call it something else.
pub(crate) fn output_name(expression: &str) -> Option<String> {
    let all = tokens(expression);
    let inside = without_brackets(&all);
    match inside {
        [name] => Some(stored(name)).filter(|n| n.starts_with(|c: char| c == '_' || c.is_alphabetic())),
        [name, "(", rest @ .., ")"] if balanced(rest) && is_name(name) => Some(stored(name)),
        [_, ".", name, "(", rest @ .., ")"] if balanced(rest) => Some(stored(name)),
        [first, ..] if first.eq_ignore_ascii_case("case") => Some("case".to_owned()),
        [before @ .., ":", ":", type_name] if closed(before) => {
            output_name(&before.concat()).or_else(|| Some(stored(type_name)))
        }
        _ => None,
    }
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c == '"' || c == '_' || c.is_alphabetic())
}

/// Whether tokens are one operand: a name, a literal, a call, something in brackets.
fn closed(tokens: &[&str]) -> bool {
    match tokens {
        [_] => true,
        [name, "(", rest @ .., ")"] => is_name(name) && balanced(rest),
        ["(", rest @ .., ")"] => balanced(rest),
        _ => false,
    }
}

fn without_brackets<'a, 'b>(tokens: &'b [&'a str]) -> &'b [&'a str] {
    match tokens {
        ["(", inside @ .., ")"] if balanced(inside) => without_brackets(inside),
        other => other,
    }
}

/// Whether every bracket that closes was opened before.
fn balanced(tokens: &[&str]) -> bool {
    let mut depth = 0_usize;
    for token in tokens {
        match *token {
            "(" => depth += 1,
            ")" if depth == 0 => return false,
            ")" => depth -= 1,
            _ => {}
        }
    }
    depth == 0
}

/// The expression with one relation's name replaced inside literals that name it: `nextval('a.b'::regclass)`.
pub(crate) fn rename_relation_in(expression: &str, from: &Name, to: &Name) -> String {
    let mut renamed = String::with_capacity(expression.len());
    let mut rest = expression;
    while let Some(first) = rest.chars().next() {
        let (token, behind) = rest.split_at(token_length(rest, first));
        let inside = token.strip_prefix('\'').and_then(|t| t.strip_suffix('\''));
        let parts = inside.map(|i| tokens(i)).unwrap_or_default();
        let names = |tokens: &[&str]| match tokens {
            [name] => stored(name) == from.name,
            [schema, ".", name] => stored(schema) == from.schema && stored(name) == from.name,
            _ => false,
        };
        if inside.is_some() && names(&parts) && !behind.starts_with("::text") {
            let qualified = parts.len() == 3 || to.schema != from.schema;
            let schema = if qualified { format!("{}.", written(&to.schema)) } else { String::new() };
            renamed.push_str(&format!("'{schema}{}'", written(&to.name)));
        } else {
            renamed.push_str(token);
        }
        rest = behind;
    }
    renamed
}

/// The expression with one type's name replaced by another's where it casts to it: behind `::`, or behind AS.
pub(crate) fn rename_type_in(expression: &str, search_path: &[String], from: &Name, to: &Name) -> String {
    let mut renamed = String::with_capacity(expression.len());
    let mut rest = expression;
    let mut cast = false;
    while let Some(first) = rest.chars().next() {
        let length = token_length(rest, first);
        let (token, behind) = rest.split_at(length);
        let qualified =
            behind.strip_prefix('.').and_then(|b| b.chars().next().map(|c| (b, token_length(b, c))));
        let (taken, names) = match qualified.map(|(b, n)| b.split_at(n)) {
            Some((name, _)) if is_name(token) && is_name(name) => {
                (length + 1 + name.len(), stored(token) == from.schema && stored(name) == from.name)
            }
            _ => (length, search_path.contains(&from.schema) && stored(token) == from.name),
        };
        let taken = if cast && is_name(token) && names {
            let bare = taken == length && from.schema == to.schema;
            renamed.push_str(&print_type(if bare { search_path } else { &[] }, to, ""));
            taken
        } else {
            renamed.push_str(token);
            length
        };
        rest = rest.get(taken..).unwrap_or_default();
        let still_behind = cast && first.is_whitespace();
        cast = still_behind || renamed.ends_with("::") || token.eq_ignore_ascii_case("as");
    }
    renamed
}

/// A type under its new name, as the server would print it, with the modifier and brackets it had.
pub(crate) fn print_type(search_path: &[String], name: &Name, printed: &str) -> String {
    let mut depth = false;
    let tail = printed.find(|c| {
        if c == '"' {
            depth = !depth;
        }
        !depth && matches!(c, '(' | '[')
    });
    let tail = tail.and_then(|at| printed.get(at..)).unwrap_or_default();
    let schema = if search_path.contains(&name.schema) {
        String::new()
    } else {
        format!("{}.", written(&name.schema))
    };
    format!("{schema}{}{tail}", written(&name.name))
}

/// Bytes of the token a text begins with: a word, something in quotes with its doubled quotes, or one character.
fn token_length(text: &str, first: char) -> usize {
    if first == '\'' || first == '"' {
        let mut inside = text.char_indices().skip(1).peekable();
        while let Some((at, c)) = inside.next() {
            if c == first && inside.next_if(|(_, next)| *next == first).is_none() {
                return at + 1;
            }
        }
        return text.len();
    }
    let in_word = |c: char| c == '_' || c == '$' || c.is_alphanumeric();
    if in_word(first) { text.find(|c| !in_word(c)).unwrap_or(text.len()) } else { first.len_utf8() }
}

pub(crate) fn written(name: &str) -> String {
    let plain = |c: char| c == '_' || c.is_ascii_lowercase() || c.is_ascii_digit();
    if name.chars().all(plain) && !name.starts_with(|c: char| c.is_ascii_digit()) {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_expressions_are_found() {
        let mut catalog = Catalog::default();
        catalog.server.search_path = vec!["public".to_owned()];
        let f = Name::new("public", "f");
        for (expression, called) in [
            ("f(1)", true),
            ("(public.f(1) > 0)", true),
            ("\"f\" (1)", true),
            ("other.f(1)", false),
            ("f > 1", false),
            ("'f(1)'::text", false),
        ] {
            assert_eq!(calls(&catalog, expression, &f), called, "{expression}");
        }
        let mood = Name::new("shop", "mood");
        assert!(casts_to(&catalog, "'a'::shop.mood", &mood));
        assert!(casts_to(&catalog, "CAST(x AS shop.mood)", &mood));
        assert!(!casts_to(&catalog, "'a'::mood", &mood) && !casts_to(&catalog, "shop.mood", &mood));
        let sq = Name::new("public", "Sq");
        assert!(names_sequence(&catalog, "nextval('\"Sq\"'::regclass)", &sq));
        assert!(names_sequence(&catalog, "nextval('public.\"Sq\"')", &sq));
        assert!(!names_sequence(&catalog, "nextval('\"Sq\"'::text)", &sq));
        assert!(!names_sequence(&catalog, "nextval('sq'::regclass)", &sq));
    }

    #[test]
    fn expressions_name_their_column() {
        for (expression, name) in [
            ("lower(a)", Some("lower")),
            ("(lower((a)::text))", Some("lower")),
            ("a + b", None),
            ("(a)::text", Some("a")),
            ("(a + b)::text", Some("text")),
            ("f(a) + g(b)", None),
            ("CASE WHEN a THEN b END", Some("case")),
            ("a", Some("a")),
            ("1", None),
        ] {
            assert_eq!(output_name(expression).as_deref(), name, "{expression}");
        }
        assert_eq!(words("lower(a) || \"B\"::text || 'c'"), ["B", "a"]);
    }

    #[test]
    fn relations_are_renamed_inside_literals() {
        let (from, to) = (Name::new("public", "s"), Name::new("public", "New"));
        assert_eq!(rename_relation_in("nextval('s'::regclass)", &from, &to), "nextval('\"New\"'::regclass)");
        assert_eq!(rename_relation_in("nextval('public.s')", &from, &to), "nextval('public.\"New\"')");
        assert_eq!(rename_relation_in("nextval('s'::text) || 't'", &from, &to), "nextval('s'::text) || 't'");
        let path = ["public".to_owned()];
        for (before, after) in [
            ("'a'::s", "'a'::\"New\""),
            ("'s'::public.s[]", "'s'::public.\"New\"[]"),
            ("CAST(s AS  s)", "CAST(s AS  \"New\")"),
            ("s::other.s || s(s)", "s::other.s || s(s)"),
        ] {
            assert_eq!(rename_type_in(before, &path, &from, &to), after);
        }
        assert_eq!(print_type(&path, &Name::new("x", "mood"), "public.mood[]"), "x.mood[]");
        assert_eq!(print_type(&path, &to, "\"a(b\"(3)"), "\"New\"(3)");
    }

    #[test]
    fn only_the_column_is_renamed() {
        for (before, after) in [
            ("price * (2)::numeric", "cost * (2)::numeric"),
            ("(price > 'price'::price)", "(cost > 'price'::price)"),
            ("price(price)", "price(cost)"),
            ("lower(\"price\") || 'it''s price'", "lower(cost) || 'it''s price'"),
            ("prices + price2", "prices + price2"),
            ("x.price", "x.price"),
            ("'open price", "'open price"),
        ] {
            assert_eq!(rename_in(before, "price", "cost"), after);
        }
        assert_eq!(rename_in("a + b", "a", "Odd \"A"), "\"Odd \"\"A\" + b");
        assert_eq!(rename_in("\"Odd \"\"A\" + b", "Odd \"A", "a"), "a + b");
    }
}
