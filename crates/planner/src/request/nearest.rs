//! Which known names a misspelt one may have meant.

/// How many names are offered at most.
const OFFERED: usize = 3;
/// Names less alike than this are not offered: two of five letters the same are no likeness.
const LEAST_LIKENESS: f64 = 0.55;
/// Letters of a given name that are compared; longer ones are no names but pasted text.
const COMPARED: usize = 80;

/// The candidates most like `given`, best first, at most three, none if nothing is alike. Letter case does not count.
pub(super) fn nearest<'a, T>(given: &str, candidates: impl IntoIterator<Item = (&'a str, T)>) -> Vec<T> {
    let given = fold(given);
    let mut scored: Vec<(f64, T)> = candidates
        .into_iter()
        .map(|(text, value)| (likeness(&given, &fold(text)), value))
        .filter(|(score, _)| *score >= LEAST_LIKENESS)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored.into_iter().take(OFFERED).map(|(_, value)| value).collect()
}

fn fold(text: &str) -> String {
    text.chars().take(COMPARED).flat_map(char::to_lowercase).collect()
}

fn likeness(given: &str, candidate: &str) -> f64 {
    let letters = strsim::normalized_damerau_levenshtein(given, candidate);
    let bare = |t: &str| t.replace(['_', ' ', '-'], "");
    let (a, b) = (bare(given), bare(candidate));
    if a == b {
        return letters.max(0.99);
    }
    // `email` and `email_address`: one inside the other is a likeness that counting letters does not see.
    let inside = a.len() >= 3 && b.len() >= 3 && (a.contains(&b) || b.contains(&a));
    if inside { letters.max(0.6) } else { letters }
}

/// `a`, `a or b`, `a, b or c`.
pub(super) fn one_of<T: ToString>(names: &[T]) -> String {
    joined(names, "or")
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn all_of<T: ToString>(names: &[T]) -> String {
    joined(names, "and")
}

fn joined<T: ToString>(names: &[T], word: &str) -> String {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    match names.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} {word} {last}", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_come_first_and_strangers_not_at_all() {
        let names = ["users", "user_roles", "orders", "Users", "zebra"];
        let pairs = || names.iter().map(|n| (*n, *n));
        assert_eq!(nearest("usres", pairs()), ["users", "Users"]);
        assert_eq!(nearest("userroles", pairs())[0], "user_roles");
        assert!(nearest("qqq", pairs()).is_empty());
        assert!(nearest("", pairs()).is_empty());
        assert_eq!(one_of(&["a", "b", "c"]), "a, b or c");
    }
}
