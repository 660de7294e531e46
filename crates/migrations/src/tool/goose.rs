//! goose.
//!
//! `{version}_{name}.sql` in the order of the version as a number. `-- +goose Up` opens the way forwards, `-- +goose
//! Down` the way back; a statement ends where a line ends in a semicolon, unless it stands between `-- +goose
//! StatementBegin` and `StatementEnd`. Each file runs in a transaction unless it says `-- +goose NO TRANSACTION`; between
//! `-- +goose ENVSUB ON` and `OFF` `${NAME}` is filled in from the environment (its documentation, "Annotations";
//! `internal/sqlparser/parser.go`).

use super::{Arranged, Rules, Sign, Tool, note_duplicates};
use crate::directive::{Line, lines};
use crate::natural::{compare_numbers, leading_number};
use crate::place::Place;
use crate::source::Source;
use crate::{Direction, Section, TransactionRule, statements};

pub(super) struct Goose;

impl Rules for Goose {
    fn looked_for(&self) -> &'static str {
        "files with a line -- +goose Up"
    }

    fn takes(&self, file: &Source, _: &Place) -> bool {
        leading_number(file.name()).is_some_and(|(_, rest)| rest.starts_with('_'))
    }

    fn sign(&self, file: &Source, _: &Place) -> Sign {
        match lines(&file.text).any(|l| annotation(&l).is_some()) {
            true => Sign::Contents,
            false => Sign::None,
        }
    }

    fn arrange(&self, files: Vec<Source>, _: &Place) -> Arranged {
        let mut notes = Vec::new();
        let mut found: Vec<_> = files
            .into_iter()
            .filter_map(|mut file| {
                let version = leading_number(file.name()).filter(|(_, rest)| rest.starts_with('_'));
                let version = version.map(|(v, _)| v.trim_start_matches('0').to_owned()).unwrap_or_default();
                if version.is_empty() && !file.asked_for {
                    notes.push(format!("{} is left out: goose ignores it, since its name begins with no number and underscore", file.shown));
                    return None;
                }
                let sections = sections(&mut file);
                Some((version, file.migration(Tool::Goose, sections)))
            })
            .collect();
        found.sort_by(|(a, _), (b, _)| compare_numbers(a, b));
        note_duplicates(Tool::Goose, &mut found);
        Arranged { migrations: found.into_iter().map(|(_, m)| m).collect(), notes }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Annotation {
    Way(Direction),
    StatementBegin,
    StatementEnd,
    NoTransaction,
    Environment,
}

fn annotation(line: &Line<'_>) -> Option<Annotation> {
    let comment = line.text.strip_prefix("--")?;
    let words: Vec<String> = comment.split_whitespace().map(str::to_ascii_lowercase).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.strip_prefix(&["+goose"])? {
        ["up"] => Some(Annotation::Way(Direction::Up)),
        ["down"] => Some(Annotation::Way(Direction::Down)),
        ["statementbegin"] => Some(Annotation::StatementBegin),
        ["statementend"] => Some(Annotation::StatementEnd),
        ["no", "transaction"] => Some(Annotation::NoTransaction),
        ["envsub" | "envsubst", "on"] => Some(Annotation::Environment),
        _ => None,
    }
}

fn sections(file: &mut Source) -> Vec<Section> {
    let text = file.text.clone();
    let marked = lines(&text).any(|l| annotation(&l) == Some(Annotation::NoTransaction));
    let mut reader = Reader {
        rule: if marked { TransactionRule::Each } else { TransactionRule::One },
        bodies: statements::bodies(&text),
        text: &text,
        sections: Vec::new(),
        in_statement: false,
        unfinished: false,
        notes: Vec::new(),
    };
    for line in lines(&text) {
        reader.line(&line);
    }
    reader.end_of_way(text.len());
    let Reader { sections, mut notes, .. } = reader;
    if !sections.iter().any(|s| s.direction == Direction::Up) {
        notes.push("goose refuses it: there is no -- +goose Up".to_owned());
    }
    file.notes.append(&mut notes);
    sections
}

/// Reads as goose does, line by line.
struct Reader<'a> {
    rule: TransactionRule,
    text: &'a str,
    bodies: Vec<std::ops::Range<usize>>,
    sections: Vec<Section>,
    in_statement: bool,
    /// Something stands behind the last semicolon that ended a line.
    unfinished: bool,
    notes: Vec<String>,
}

impl Reader<'_> {
    fn line(&mut self, line: &Line<'_>) {
        match annotation(line) {
            Some(Annotation::Way(direction)) => {
                self.end_of_way(line.span.start);
                self.open(line, direction, self.rule);
            }
            Some(Annotation::StatementBegin) => {
                self.in_statement = true;
                // What stands there is sent as one message; in a transaction that makes no difference.
                self.switch(line, TransactionRule::OneIfSeveral);
            }
            Some(Annotation::StatementEnd) => {
                self.in_statement = false;
                self.switch(line, TransactionRule::Each);
            }
            Some(Annotation::Environment) => self.environment(line),
            Some(Annotation::NoTransaction) => {}
            None if self.in_statement || self.sections.is_empty() => {}
            None if ends_statement(line.text) => {
                self.unfinished = false;
                self.cut_at(line);
            }
            None => self.unfinished |= line.comment().is_none() && !line.text.trim().is_empty(),
        }
    }

    fn open(&mut self, line: &Line<'_>, direction: Direction, rule: TransactionRule) {
        let section = Section::whole(self.text, rule, direction);
        self.sections.push(Section {
            span: line.span.end..self.text.len(),
            line: line.number.saturating_add(1),
            ..section
        });
    }

    /// Begins another section of the same way, where what is sent together decides about transactions.
    fn switch(&mut self, line: &Line<'_>, rule: TransactionRule) {
        let Some(last) = self.sections.last_mut().filter(|_| self.rule == TransactionRule::Each) else {
            return;
        };
        last.span.end = line.span.start;
        let direction = last.direction;
        self.open(line, direction, rule);
    }

    fn end_of_way(&mut self, end: usize) {
        let Some(last) = self.sections.last_mut() else { return };
        last.span.end = end;
        if std::mem::take(&mut self.unfinished) {
            self.notes
                .push("goose refuses it: a statement lacks the semicolon that ends its last line".to_owned());
        }
        if std::mem::take(&mut self.in_statement) {
            self.notes.push("goose refuses it: a StatementBegin lacks its StatementEnd".to_owned());
        }
    }

    /// A quoted body that the end of this line falls into is cut in two.
    fn cut_at(&mut self, line: &Line<'_>) {
        let end = line.span.start + line.text.trim_end().len();
        let after = self.bodies.partition_point(|b| b.end <= end);
        if self.bodies.get(after).is_some_and(|b| b.start < end) {
            self.notes.push(format!(
                "goose cuts the statement at line {}, inside a quoted body: put it between -- +goose StatementBegin and \
                 StatementEnd",
                line.number
            ));
            // Once for each body.
            self.bodies.drain(..=after);
        }
    }

    fn environment(&mut self, line: &Line<'_>) {
        let names = statements::placeholders(self.text.get(line.span.end..).unwrap_or_default());
        if !names.is_empty() {
            self.notes.push(format!("the environment fills in {}", names.join(", ")));
        }
    }
}

/// Whether the last word of a line, comments aside, ends in a semicolon.
fn ends_statement(line: &str) -> bool {
    line.split_whitespace().take_while(|w| !w.starts_with("--")).last().is_some_and(|w| w.ends_with(';'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<(Direction, TransactionRule, String)>, Vec<String>) {
        let mut file = Source::of("1_a.sql", text);
        let found = sections(&mut file);
        let found =
            found.into_iter().map(|s| (s.direction, s.transaction, text[s.span].to_owned())).collect();
        (found, file.notes)
    }

    #[test]
    fn both_ways() {
        let (found, notes) = read("-- +goose Up\nCREATE TABLE t (a int);\n-- +goose Down\nDROP TABLE t;\n");
        let one = TransactionRule::One;
        assert_eq!(
            found,
            [
                (Direction::Up, one, "CREATE TABLE t (a int);\n".to_owned()),
                (Direction::Down, one, "DROP TABLE t;\n".to_owned())
            ]
        );
        assert_eq!(notes, [""; 0]);
    }

    #[test]
    fn without_a_transaction_what_is_sent_together_counts() {
        let text = "-- +goose NO TRANSACTION\n-- +goose Up\nVACUUM t;\n-- +goose StatementBegin\nA; B;\n-- +goose StatementEnd\nC;\n";
        let (found, notes) = read(text);
        let rules: Vec<_> = found.iter().map(|(_, rule, text)| (*rule, text.trim())).collect();
        assert_eq!(
            rules,
            [
                (TransactionRule::Each, "VACUUM t;"),
                (TransactionRule::OneIfSeveral, "A; B;"),
                (TransactionRule::Each, "C;")
            ]
        );
        assert_eq!(notes, [""; 0]);
    }

    #[test]
    fn what_goose_refuses_or_cuts_is_said() {
        for (text, why) in [
            ("SELECT 1;", "no -- +goose Up"),
            ("-- +goose Up\nSELECT 1", "lacks the semicolon"),
            ("-- +goose Up\n-- +goose StatementBegin\nSELECT 1;", "lacks its StatementEnd"),
            ("-- +goose Up\nDO $$ BEGIN\n  PERFORM 1;\nEND $$;\n", "cuts the statement at line 3"),
            ("-- +goose Up\n-- +goose ENVSUB ON\nSELECT '${USER}';", "USER"),
        ] {
            assert!(read(text).1.iter().any(|n| n.contains(why)), "{text}: {:?}", read(text).1);
        }
        let (_, notes) = read(
            "-- +goose Up\n-- +goose StatementBegin\nDO $$ BEGIN\n  PERFORM 1;\nEND $$;\n-- +goose StatementEnd\n",
        );
        assert_eq!(notes, [""; 0]);
    }
}
