//! The type of a default, as far as its text tells it.

use squawk_syntax::SyntaxKind;

use crate::parse;

/// The type an expression has before it is put into a column; none where that is not known.
pub(crate) fn type_of(expression: &str) -> Option<String> {
    let node = parse::parse_expression(expression)?;
    let printed = match node.kind() {
        SyntaxKind::LITERAL => {
            let text = parse::text_of(&node).to_lowercase();
            match text.as_str() {
                "true" | "false" => "boolean",
                t if t.parse::<i32>().is_ok() => "integer",
                t if t.parse::<i64>().is_ok() => "bigint",
                t if t.parse::<f64>().is_ok() => "numeric",
                _ => return None,
            }
            .to_owned()
        }
        // What the server prints with a cast has that type.
        SyntaxKind::CAST_EXPR => {
            let target = node.children().last()?;
            let text = parse::text_of(&target);
            return Some(text);
        }
        SyntaxKind::CALL_EXPR => {
            let name = node.first_child().and_then(|callee| parse::path(&callee).pop())?;
            match name.as_str() {
                "now" | "clock_timestamp" | "statement_timestamp" | "transaction_timestamp" => {
                    "timestamp with time zone"
                }
                "gen_random_uuid" | "uuid_generate_v4" | "uuidv4" | "uuidv7" => "uuid",
                "nextval" => "bigint",
                "random" => "double precision",
                _ => return None,
            }
            .to_owned()
        }
        _ => return None,
    };
    Some(printed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_is_read_off_the_text_or_not_known() {
        for (text, expected) in [
            ("5", Some("integer")),
            ("5000000000", Some("bigint")),
            ("1.5", Some("numeric")),
            ("true", Some("boolean")),
            ("'5'::text", Some("text")),
            ("'a'::character varying", Some("character varying")),
            ("now()", Some("timestamp with time zone")),
            ("nextval('s'::regclass)", Some("bigint")),
            ("(a + 1)", None),
            ("my_function()", None),
        ] {
            assert_eq!(type_of(text).as_deref(), expected, "{text}");
        }
    }
}
