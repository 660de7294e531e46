//! A few thousand requests made of parts that mean the same, and as many broken ones.

use altimeter_catalog::Change;

use super::SAME;
use super::fixture::{ddl, read, shop};

/// Every combination of one choice for each `{n}` of a template.
fn combinations(template: &str, choices: &[&[&str]]) -> Vec<String> {
    let mut texts = vec![template.to_owned()];
    for (i, options) in choices.iter().enumerate() {
        let place = format!("{{{i}}}");
        let with = |text: &String| options.iter().map(|o| text.replace(&place, o)).collect::<Vec<_>>();
        texts = texts.iter().flat_map(with).collect();
    }
    texts
}

fn all_mean(template: &str, choices: &[&[&str]], sql: &str) -> usize {
    let catalog = shop();
    let wanted: Vec<Change> = ddl(&catalog, sql);
    let texts = combinations(template, choices);
    for text in &texts {
        match read(&catalog, text) {
            Ok(got) => assert_eq!(got.changes, wanted, "{text}"),
            Err(e) => panic!("{text}: {e}\n{}", e.instead),
        }
    }
    texts.len()
}

const POLITE: &[&str] = &["", "can you ", "We need to "];
const END: &[&str] = &["", " please."];

#[test]
fn renames_in_every_order_and_quoting() {
    let columns: &[&str] =
        &["user_name", "the column 'user_name'", "the `user_name` field", "column “user_name”"];
    let tables: &[&str] = &["users", "the 'users' table", "table public.users", "\"public\".\"users\""];
    let names: &[&str] = &["to username", "to 'username'", "-> username", "as \"username\""];
    let sql = "ALTER TABLE users RENAME COLUMN user_name TO username";
    let mut count = 0;
    for template in
        ["{0}rename {1} {3} on {2}{4}", "{0}rename {1} of {2} {3}{4}", "in {2}, {0}rename {1} {3}{4}"]
    {
        count += all_mean(template, &[POLITE, columns, tables, names, END], sql);
    }
    assert!(count > 1_000, "{count}");
}

#[test]
fn columns_added_and_dropped_in_every_order() {
    let kinds: &[&str] =
        &["integer column score", "int column 'score'", "column score of type integer", "column score int"];
    let not_null: &[&str] = &[" not null", " required", " that must not be null"];
    let default: &[&str] = &[" default 0", " with default 0", ", default 0", " with a default of 0"];
    let tables: &[&str] = &[" to users", " on the users table", " to table \"users\""];
    let sql = "ALTER TABLE users ADD COLUMN score integer NOT NULL DEFAULT 0";
    for template in ["{0}add a {1}{2}{3}{4}{5}", "{0}add a {1}{3}{2}{4}{5}", "{0}add a {1}{4}{3}{2}{5}"] {
        all_mean(template, &[&["", "please "], kinds, not_null, default, tables, &["", "."]], sql);
    }
    let verbs: &[&str] = &["drop", "remove", "delete", "Get rid of"];
    let columns: &[&str] =
        &["legacy_code", "the column legacy_code", "the 'legacy_code' column", "field `legacy_code`"];
    let tables: &[&str] = &["from users", "of the users table", "in public.users", "on table [users]"];
    all_mean("{0} {1} {2}{3}", &[verbs, columns, tables, END], "ALTER TABLE users DROP COLUMN legacy_code");
}

#[test]
fn indexes_in_every_order() {
    let verbs: &[&str] = &["add", "create", "please add", "we need", "build"];
    let kinds: &[&str] =
        &[" an index", " a new index", " an index users_customer_id_a_idx", " a btree index"];
    let on: &[&str] = &[
        " on users (customer_id, a)",
        " on users(customer_id, a)",
        " on customer_id and a of users",
        " on the columns customer_id and a of the users table",
        " to users on customer_id, a",
        " on users.customer_id and users.a",
    ];
    all_mean("{0}{1}{2}{3}", &[verbs, kinds, on, END], "CREATE INDEX ON users (customer_id, a)");
}

/// A sequence of numbers that is the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end.max(1)
    }
}

#[test]
fn no_broken_request_panics_or_loses_a_word() {
    let catalog = shop();
    let mut numbers = Numbers(7);
    let signs: Vec<char> = "'\"`“”‘’[](){}.,;:->=→ \n\0\u{7}é🦀1a$%\\/*_".chars().collect();
    let requests: Vec<&str> = SAME.iter().flat_map(|(_, r)| r.iter().copied()).collect();
    for _ in 0..2_000 {
        let mut text: Vec<char> = requests[numbers.below(requests.len())].chars().collect();
        for _ in 0..=numbers.below(4) {
            let at = numbers.below(text.len());
            match numbers.below(4) {
                0 => drop(text.remove(at)),
                1 => text.insert(at, signs[numbers.below(signs.len())]),
                2 => text.truncate(at.max(1)),
                _ => text[at] = signs[numbers.below(signs.len())],
            }
            if text.is_empty() {
                text.push(' ');
            }
        }
        let text: String = text.into_iter().collect();
        if let Err(e) = read(&catalog, &text) {
            assert!(!e.message.is_empty() && !e.instead.is_empty(), "{text}");
            assert!(!e.message.contains(|c: char| c.is_control()), "{text:?}: {:?}", e.message);
        }
    }
}

#[test]
fn a_word_that_says_something_is_never_passed_over() {
    let catalog = shop();
    let mut wrong = Vec::new();
    for request in SAME.iter().flat_map(|(_, r)| *r).step_by(3) {
        for word in ["deferrable"] {
            let words: Vec<&str> = request.split(' ').collect();
            for at in 0..=words.len() {
                let mut words = words.clone();
                words.insert(at, word);
                let text = words.join(" ");
                let Ok(got) = read(&catalog, &text) else { continue };
                if !got.says.contains(word) {
                    wrong.push(format!("{text}: {}", got.says));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
