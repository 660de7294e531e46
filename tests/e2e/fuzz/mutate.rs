//! Texts that are nearly SQL: statements of the corpus, taken apart into tokens and damaged at random.

use altimeter_catalog::Engine as _;
use altimeter_engine_postgres::PostgresEngine;
use altimeter_tests::corpus::SqlFile;
use fastrand::Rng;

/// What people, editors and other databases put where it does not belong.
const ODD: &[&str] = &[
    "'",
    "\"",
    "$$",
    "$a$",
    "E'",
    "U&'",
    "U&\"",
    "x'",
    "/*",
    "*/",
    "--",
    "\n",
    "\r",
    "\r\n",
    "\t",
    "\u{feff}",
    "\0",
    "\\",
    "\\gset",
    "\\copy t from stdin",
    "\\.",
    ":x",
    ":'x'",
    "${x}",
    "{{x}}",
    "?",
    "$1",
    "@x",
    "`",
    ";",
    ";;",
    "(",
    ")",
    "[",
    "]",
    ",",
    ".",
    "..",
    "*",
    "::",
    ":=",
    "=>",
    "||",
    "ß",
    "İ",
    "ﬃ",
    "🦆",
    "e\u{301}",
    "\u{202e}",
    "\u{a0}",
    "\u{1b}[2J",
    "0",
    "-1",
    "1e999",
    "0x",
    "99999999999999999999999999",
    "1_000",
    "NULL",
    "DEFAULT",
    "ONLY",
    "CASCADE",
    "IF EXISTS",
    "IF NOT EXISTS",
    "CONCURRENTLY",
    "NOT VALID",
    "USING",
    "AS",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT s",
    "ROLLBACK TO s",
    "SET search_path = ''",
    "RESET ALL",
    "DELIMITER //",
    "//",
    "GO",
    "public",
    "pg_catalog",
    "users",
    "orders",
    "public.users",
    "id",
    "user_name",
    "a",
    "b",
    "t",
    "int",
    "varchar(50)",
    "numeric(10,2)",
    "text[]",
];

/// The most tokens of a text.
const LENGTH: usize = 20_000;

/// Makes texts from a corpus.
pub(super) struct Mutator {
    /// Statements by file, so that some follow each other as their author meant it.
    files: Vec<Vec<String>>,
}

impl Mutator {
    pub(super) fn new(files: &[SqlFile]) -> Mutator {
        let statements = |file: &SqlFile| -> Vec<String> {
            let text = PostgresEngine.read(&file.text);
            text.pieces().iter().filter_map(|p| file.text.get(p.span.clone())).map(str::to_owned).collect()
        };
        Mutator { files: files.iter().map(statements).filter(|f| !f.is_empty()).collect() }
    }

    /// The text that belongs to a seed.
    pub(super) fn text(&self, seed: u64) -> String {
        let mut rng = Rng::with_seed(seed);
        let mut tokens = Vec::new();
        for _ in 0..rng.usize(1..=3) {
            let file = &self.files[rng.usize(..self.files.len())];
            let first = rng.usize(..file.len());
            for statement in file.iter().skip(first).take(rng.usize(1..=8)) {
                tokens.extend(taken_apart(statement));
                tokens.push(";".to_owned());
                tokens.push("\n".to_owned());
            }
        }
        for _ in 0..rng.usize(1..=10) {
            self.damage(&mut tokens, &mut rng);
            tokens.truncate(LENGTH);
        }
        let mut text = tokens.concat();
        if rng.u8(..10) == 0 {
            let mut end = rng.usize(..=text.len());
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.truncate(end);
        }
        text
    }

    fn damage(&self, tokens: &mut Vec<String>, rng: &mut Rng) {
        if tokens.is_empty() {
            tokens.push(odd(rng));
        }
        let at = rng.usize(..tokens.len());
        let end = (at + rng.usize(1..=12)).min(tokens.len());
        match rng.u8(..14) {
            0 => drop(tokens.remove(at)),
            1 => drop(tokens.drain(at..end)),
            2 => tokens.splice(at..at, tokens[at..end].to_vec()).for_each(drop),
            3 => tokens.swap(at, end - 1),
            4 => tokens[at] = odd(rng),
            5 => tokens.insert(at, odd(rng)),
            // A name for another, which makes tables refer to themselves and renames collide.
            6 | 7 => {
                let other = tokens[rng.usize(..tokens.len())].clone();
                tokens[at] = other;
            }
            8 => {
                let foreign = taken_apart(self.statement(rng));
                let from = rng.usize(..foreign.len().max(1));
                let some = foreign.into_iter().skip(from).take(rng.usize(1..=20)).collect::<Vec<_>>();
                tokens.splice(at..at, some).for_each(drop);
            }
            9 => break_quote(&mut tokens[at], rng),
            10 => {
                let depth = [1, 3, 50, 600, 3_000][rng.usize(..5)];
                tokens.insert(end, ")".repeat(depth));
                tokens.insert(at, ["(", "NOT ", "- ", "CASE WHEN "][rng.usize(..4)].repeat(depth));
            }
            11 => {
                let some = tokens[at..end].to_vec();
                let times = [2, 20, 500][rng.usize(..3)];
                let many: Vec<String> = some.iter().cycle().take(some.len() * times).cloned().collect();
                tokens.splice(at..end, many).for_each(drop);
            }
            12 => {
                tokens[at] = ["x", "é", "\"\"", "🦆"][rng.usize(..4)].repeat([63, 64, 20_000][rng.usize(..3)])
            }
            _ => tokens[at] = tokens[at].to_uppercase(),
        }
    }

    fn statement(&self, rng: &mut Rng) -> &str {
        let file = &self.files[rng.usize(..self.files.len())];
        &file[rng.usize(..file.len())]
    }
}

fn odd(rng: &mut Rng) -> String {
    format!(" {} ", ODD[rng.usize(..ODD.len())])
}

/// Takes away one character of a token: often a quote, or half of a pair.
fn break_quote(token: &mut String, rng: &mut Rng) {
    let ends: Vec<usize> = token.char_indices().map(|(at, _)| at).collect();
    let at = match rng.u8(..3) {
        0 => ends.first(),
        1 => ends.last(),
        _ => ends.get(rng.usize(..ends.len().max(1))),
    };
    if let Some(&at) = at {
        token.remove(at);
    }
}

/// The tokens of a text. Put together again they are the text.
pub(super) fn taken_apart(text: &str) -> Vec<String> {
    let mut rest = text;
    let mut tokens = Vec::new();
    for token in squawk_lexer::tokenize(text) {
        let Some((own, after)) = rest.split_at_checked(token.len as usize) else { break };
        if !own.is_empty() {
            tokens.push(own.to_owned());
        }
        rest = after;
    }
    if !rest.is_empty() {
        tokens.push(rest.to_owned());
    }
    tokens
}

#[test]
fn a_seed_is_a_text() {
    let file = |text: &str| SqlFile { name: "x".into(), text: text.into() };
    let mutator = Mutator::new(&[file("SELECT 'a' ; DROP TABLE t;"), file("CREATE TABLE t (id int)")]);
    assert_eq!(mutator.text(7), mutator.text(7));
    assert!((0..100).map(|seed| mutator.text(seed)).collect::<std::collections::BTreeSet<_>>().len() > 90);
    assert_eq!(taken_apart("SELECT 'a' /* b */ é").concat(), "SELECT 'a' /* b */ é");
}
