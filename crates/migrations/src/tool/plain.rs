//! Files without a tool, or for one that takes them as they are: run one after the other by `psql -f`, in the natural
//! order of their names, each statement by itself unless the text begins a transaction.
//!
//! What other tools print is read here too, and its parts have names: `alembic upgrade --sql` writes `-- Running upgrade
//! a -> b` before each revision, `manage.py sqlmigrate` of Django a comment of three lines before each operation. Both
//! write the transaction into the text.

mod convention;

use super::{Arranged, Rules, Sign, Tool};
use crate::directive::{Line, lines};
use crate::natural;
use crate::place::Place;
use crate::source::Source;
use crate::{Direction, Section, TransactionRule};

pub(super) struct Plain;

impl Rules for Plain {
    fn looked_for(&self) -> &'static str {
        "files that end in .sql"
    }

    fn takes(&self, _: &Source, _: &Place) -> bool {
        true
    }

    fn sign(&self, _: &Source, _: &Place) -> Sign {
        Sign::None
    }

    fn arrange(&self, mut files: Vec<Source>, place: &Place) -> Arranged {
        files.sort_by(|a, b| natural::compare(&a.relative, &b.relative));
        let mut arranged = Arranged::default();
        for mut file in files {
            if file.text.contains(NOT_SQL) {
                file.notes
                    .push("Django left operations out that are Python: what they do is not known".to_owned());
            }
            let mut sections = match convention::of(&file, place) {
                Some(convention) => {
                    let note = format!(
                        "taken for files of {}: only the transaction and the way back are its",
                        convention.name
                    );
                    if !arranged.notes.contains(&note) {
                        arranged.notes.push(note);
                    }
                    convention.sections(&file.text)
                }
                None => parts(&file.text),
            };
            if convention::leads_back(&file.relative) {
                arranged.notes.push(format!("{} leads back, as its name says", file.shown));
                sections.iter_mut().for_each(|s| s.direction = Direction::Down);
            }
            arranged.migrations.push(file.migration(Tool::Plain, sections));
        }
        arranged
    }
}

/// What Django prints for an operation that is code.
const NOT_SQL: &str = "-- THIS OPERATION CANNOT BE WRITTEN AS SQL";

/// The text in the parts the tool that printed it names.
fn parts(text: &str) -> Vec<Section> {
    let whole = Section::whole(text, TransactionRule::Each, Direction::Up);
    let mut sections = vec![whole.clone()];
    let mut before: [Option<Line<'_>>; 2] = [None, None];
    for line in lines(text) {
        let named = match line.comment().and_then(|c| c.strip_prefix("Running upgrade ")) {
            Some(name) => Some((name, line.span.start, line.number)),
            None => operation(&before, &line),
        };
        if let Some((name, start, number)) = named {
            sections.iter_mut().last().into_iter().for_each(|last| last.span.end = start);
            let name = Some(name.trim().to_owned());
            sections.push(Section { span: start..text.len(), line: number, name, ..whole.clone() });
            before = [None, None];
        } else {
            let [_, last] = before;
            before = [last, Some(line)];
        }
    }
    sections.retain(|s| !s.span.is_empty());
    sections
}

/// Django's comment of three lines, and where it begins.
fn operation<'a>(before: &[Option<Line<'a>>; 2], line: &Line<'a>) -> Option<(&'a str, usize, u32)> {
    let [Some(first), Some(second)] = before else { return None };
    let name = second.text.strip_prefix("-- ").filter(|_| first.text == "--" && line.text == "--")?;
    Some((name, first.span.start, first.number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_other_tools_print_has_parts() {
        let django = "BEGIN;\n--\n-- Create model Book\n--\nCREATE TABLE a ();\n--\n-- Add field x to book\n--\nALTER TABLE a ADD x int;\nCOMMIT;\n";
        let names = |text: &str| parts(text).into_iter().map(|s| (s.name, s.line)).collect::<Vec<_>>();
        assert_eq!(
            names(django),
            [
                (None, 1),
                (Some("Create model Book".to_owned()), 2),
                (Some("Add field x to book".to_owned()), 6)
            ]
        );
        let alembic =
            "BEGIN;\n\n-- Running upgrade  -> 1a2b\n\nSELECT 1;\n-- Running upgrade 1a2b -> 3c\nCOMMIT;";
        assert_eq!(
            names(alembic),
            [(None, 1), (Some("-> 1a2b".to_owned()), 3), (Some("1a2b -> 3c".to_owned()), 6)]
        );
        assert_eq!(names("SELECT 1;\n-- a\n--\n"), [(None, 1)]);
        let joined: String = parts(django).into_iter().map(|s| &django[s.span]).collect();
        assert_eq!(joined, django);
    }
}
