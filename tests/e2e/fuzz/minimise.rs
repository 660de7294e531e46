//! The smallest part of a text that still fails.

use std::time::{Duration, Instant};

use super::mutate::taken_apart;

/// How long to look for it.
const PATIENCE: Duration = Duration::from_secs(30);

/// Leaves out more and more of a text, in ever smaller portions, as long as it fails.
pub(super) fn minimised(text: &str, fails: impl Fn(&str) -> bool) -> String {
    let begin = Instant::now();
    let mut tokens = taken_apart(text);
    let mut portion = tokens.len().div_ceil(2);
    while portion > 0 {
        let mut at = 0;
        while at < tokens.len() {
            if begin.elapsed() > PATIENCE {
                return tokens.concat();
            }
            let end = (at + portion).min(tokens.len());
            let without = [&tokens[..at], &tokens[end..]].concat();
            if fails(&without.concat()) {
                tokens = without;
            } else {
                at = end;
            }
        }
        portion /= 2;
    }
    tokens.concat()
}

#[test]
fn only_what_fails_is_left() {
    let fails = |text: &str| text.contains("DROP") && text.contains("'x'");
    let smallest = minimised("SELECT 1; CREATE TABLE t (a int); DROP TABLE t; SELECT 'x', 'y';", fails);
    assert_eq!(smallest, "DROP'x'");
}
