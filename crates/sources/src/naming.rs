//! How the same thing is called in a database and in a program.

/// A name in snake case: `userName` and `UserName` are `user_name`.
pub(crate) fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut before: Option<char> = None;
    let mut rest = name.chars().peekable();
    while let Some(c) = rest.next() {
        if c.is_uppercase() {
            let after_small = before.is_some_and(|b| b.is_lowercase() || b.is_ascii_digit());
            let ends_capitals =
                before.is_some_and(char::is_uppercase) && rest.peek().is_some_and(|n| n.is_lowercase());
            if after_small || ends_capitals {
                out.push('_');
            }
            out.extend(c.to_lowercase());
        } else {
            out.push(c);
        }
        before = Some(c);
    }
    out
}

/// Words whose plural no rule gives, of those that tables bear.
const IRREGULAR: &[(&str, &str)] =
    &[("person", "people"), ("child", "children"), ("man", "men"), ("woman", "women"), ("datum", "data")];

/// The plural as the frameworks that have plural table names make it, as far as it is regular.
fn plural(word: &str) -> String {
    let (head, last) = word.rsplit_once('_').map_or(("", word), |(head, last)| (&word[..=head.len()], last));
    if let Some((_, plural)) = IRREGULAR.iter().find(|(one, _)| *one == last) {
        return format!("{head}{plural}");
    }
    let vowel_before_y = |w: &str| w.chars().rev().nth(1).is_some_and(|c| "aeiou".contains(c));
    if last.ends_with('y') && !vowel_before_y(last) {
        return format!("{head}{}ies", &last[..last.len() - 1]);
    }
    let hisses = ["s", "x", "z", "ch", "sh"].iter().any(|end| last.ends_with(end));
    format!("{head}{last}{}", if hisses { "es" } else { "s" })
}

/// Whether a model of that name would have that table if nothing else is said: in the singular or the plural, and
/// behind an application's prefix (`shop_user`).
pub(crate) fn is_model_of(model: &str, table: &str) -> bool {
    let one = snake(model);
    let table = snake(table);
    let many = plural(&one);
    table == one
        || table == many
        || table.ends_with(&format!("_{one}"))
        || table.ends_with(&format!("_{many}"))
}

/// Whether a program's name may be that of the column.
pub(crate) fn is_column(name: &str, column: &str) -> bool {
    name == column || snake(name) == column
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_programs_are_those_of_databases() {
        for (name, wanted) in [
            ("userName", "user_name"),
            ("UserID", "user_id"),
            ("HTTPCode", "http_code"),
            ("name", "name"),
            ("a1B", "a1_b"),
        ] {
            assert_eq!(snake(name), wanted);
        }
        for (model, table) in [
            ("User", "users"),
            ("User", "user"),
            ("User", "shop_user"),
            ("Category", "categories"),
            ("LineItem", "line_items"),
            ("Person", "people"),
            ("Box", "boxes"),
            ("users", "users"),
        ] {
            assert!(is_model_of(model, table), "{model} {table}");
        }
        assert!(!is_model_of("User", "orders"));
        assert!(!is_column("username", "user_name"), "the new name is not the old one");
    }
}
