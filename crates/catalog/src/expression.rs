//! A column's name inside an expression, as servers print them.

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

fn written(name: &str) -> String {
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
