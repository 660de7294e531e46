//! SQL inside a program's strings.

/// What a statement about rows or a schema begins with.
const BEGINNINGS: &[&str] =
    &["select", "insert", "update", "delete", "with", "merge", "alter", "create", "drop", "copy", "truncate"];

/// Whether a text looks like a statement: its first word, and more than one word.
pub(crate) fn is_statement(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default().trim_start_matches('(').to_ascii_lowercase();
    BEGINNINGS.contains(&first.as_str()) && words.next().is_some()
}

/// The statement with each placeholder of a driver or template as a parameter: `%s`, `%(name)s`, `:name`, `@name`.
/// Quotes are not looked at: a colon in a literal becomes another literal, which means no other column.
pub(crate) fn with_parameters(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['%', ':', '@']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let sign = from.chars().next().unwrap_or_default();
        let after = &from[1..];
        let word = after.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(after.len());
        let doubled = out.ends_with(':') || after.starts_with([':', '=']);
        let taken = match sign {
            '%' if after.starts_with('(') => after.find(")s").map(|end| end + 2),
            '%' if after.starts_with('s') || after.starts_with('d') => Some(1),
            ':' | '@' if word > 0 && !doubled && !after.starts_with(|c: char| c.is_ascii_digit()) => {
                Some(word)
            }
            _ => None,
        };
        match taken {
            Some(length) => {
                out.push_str("$1");
                rest = &after[length..];
            }
            None => {
                out.push(sign);
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_become_parameters() {
        for (text, wanted) in [
            ("SELECT a FROM t WHERE b = %s", "SELECT a FROM t WHERE b = $1"),
            ("SELECT a FROM t WHERE b = %(b)s AND c = :c", "SELECT a FROM t WHERE b = $1 AND c = $1"),
            ("SELECT a::text FROM t WHERE b = @b", "SELECT a::text FROM t WHERE b = $1"),
            ("SELECT a % 5, b[1:2] FROM t", "SELECT a % 5, b[1:2] FROM t"),
        ] {
            assert_eq!(with_parameters(text), wanted);
        }
        assert!(is_statement("  select 1"));
        assert!(!is_statement("update") && !is_statement("selection of goods"));
    }
}
