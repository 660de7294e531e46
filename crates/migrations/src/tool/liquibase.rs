//! Liquibase, changelogs in formatted SQL.
//!
//! The first line says `--liquibase formatted sql`; `--changeset author:id` begins a changeset, with attributes behind it.
//! Each changeset runs in a transaction of its own unless `runInTransaction:false`. `--rollback` lines and `/* liquibase
//! rollback` blocks are comments and no part of the way forwards; between `--ignoreLines:start` and `end`, or for a number
//! of lines, nothing is read; a changeset for other databases (`dbms:`) or with `ignore:true` is left out (its
//! documentation, "SQL Changelog Example"; `AbstractFormattedChangeLogParser.java`). Files are taken in the order of their
//! names, as `includeAll` does; a changelog in XML or YAML that includes them one by one may say otherwise.

mod changeset;
mod delimiter;

use super::{Arranged, Rules, Sign, Tool};
use crate::directive::{behind, lines};
use crate::migration::Replaced;
use crate::place::Place;
use crate::source::Source;
use crate::{Direction, Section, TransactionRule, statements};
use changeset::Changeset;

pub(super) struct Liquibase;

impl Rules for Liquibase {
    fn looked_for(&self) -> &'static str {
        "files whose first line is --liquibase formatted sql"
    }

    fn takes(&self, _: &Source, _: &Place) -> bool {
        true
    }

    fn sign(&self, file: &Source, _: &Place) -> Sign {
        let first = lines(&file.text).find(|l| !l.text.trim().is_empty());
        let comment = first.as_ref().and_then(|l| l.comment());
        let words = comment.and_then(|c| behind(c, "liquibase"));
        match words.is_some_and(|rest| behind(rest, "formatted").is_some()) {
            true => Sign::Contents,
            false => Sign::None,
        }
    }

    fn arrange(&self, mut files: Vec<Source>, place: &Place) -> Arranged {
        files.sort_by(|a, b| a.relative.cmp(&b.relative));
        let migrations = files.into_iter().map(|mut file| {
            let sections = match Self.sign(&file, place) {
                Sign::Contents => changesets(&mut file),
                // Seen with 4.28: includeAll takes such a file for one changeset.
                _ => {
                    file.notes
                        .push("it has no Liquibase header; includeAll runs it as one changeset".to_owned());
                    vec![Section::whole(&file.text, TransactionRule::One, Direction::Up)]
                }
            };
            file.migration(Tool::Liquibase, sections)
        });
        Arranged { migrations: migrations.collect(), notes: Vec::new() }
    }
}

fn changesets(file: &mut Source) -> Vec<Section> {
    let text = file.text.clone();
    let mut found: Vec<(Changeset, Section)> = Vec::new();
    let mut ignored = Ignored::default();
    for line in lines(&text) {
        let comment = line.comment().unwrap_or_default();
        if ignored.line(comment) {
            if let Some((_, section)) = found.last_mut() {
                section.replaced.push(Replaced { span: line.span.clone(), semicolon: false });
            }
            continue;
        }
        if let Some(changeset) = behind(comment, "changeset").and_then(Changeset::parse) {
            if let Some((_, last)) = found.last_mut() {
                last.span.end = line.span.start;
            }
            let section = Section {
                span: line.span.end..text.len(),
                line: line.number.saturating_add(1),
                name: Some(changeset.name()),
                ..Section::whole(&text, changeset.transaction(), changeset.direction())
            };
            found.push((changeset, section));
        } else if let Some((changeset, _)) = found.last_mut() {
            changeset.conditional |=
                comment.get(..12).is_some_and(|c| c.eq_ignore_ascii_case("precondition"));
        }
    }
    if found.is_empty() {
        file.notes.push("Liquibase runs nothing of it: it has no --changeset author:id".to_owned());
    }
    let names = statements::placeholders(&text);
    if !names.is_empty() {
        file.notes.push(format!("Liquibase fills in {}", names.join(", ")));
    }
    found.into_iter().filter_map(|(changeset, section)| kept(file, &changeset, section)).collect()
}

/// The changeset as it runs on PostgreSQL, and what is to be said about it.
fn kept(file: &mut Source, changeset: &Changeset, mut section: Section) -> Option<Section> {
    if let Some(why) = changeset.left_out() {
        file.notes.push(format!("changeset {} is left out: {why}", changeset.name()));
        return None;
    }
    if let Some(line) = changeset.cuts().then(|| delimiter::cut(&file.text, &section)).flatten() {
        file.notes.push(format!(
            "Liquibase cuts the statement at line {line}, inside a quoted body: changeset {} needs splitStatements:false \
             or an endDelimiter",
            changeset.name()
        ));
    }
    file.notes.extend(changeset.remarks().into_iter().map(|r| format!("changeset {} {r}", changeset.name())));
    if let Some(delimiter) = &changeset.end_delimiter {
        section.replaced.extend(delimiter::places(&file.text, &section.span, delimiter));
        section.replaced.sort_by_key(|r| r.span.start);
    }
    Some(section)
}

/// Lines that are not read.
#[derive(Debug, Default)]
struct Ignored {
    until_end: bool,
    count: usize,
}

impl Ignored {
    /// Whether a line, whose comment this is, is not read.
    fn line(&mut self, comment: &str) -> bool {
        let what = comment.get(.."ignoreLines:".len()).filter(|w| w.eq_ignore_ascii_case("ignoreLines:"));
        let value = what.and_then(|w| comment.get(w.len()..)).map(str::trim);
        match value {
            Some("start") => self.until_end = true,
            Some("end") => self.until_end = false,
            Some(count) if !self.until_end => self.count = count.parse().unwrap_or_default(),
            _ if self.until_end => {}
            _ if self.count > 0 => self.count -= 1,
            _ => return false,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Migration;

    fn read(body: &str) -> Migration {
        let mut file = Source::of("a.sql", &format!("--liquibase formatted sql\n{body}"));
        let sections = changesets(&mut file);
        file.migration(Tool::Liquibase, sections)
    }

    fn sql(body: &str) -> String {
        let migration = read(body);
        let sql = migration.sql(&migration.sections[0]).into_owned();
        assert_eq!(sql.len(), migration.sections[0].span.len());
        sql
    }

    #[test]
    fn changesets_and_their_attributes() {
        let migration = read(
            "--changeset ann:1\nCREATE TABLE t (a int);\n--rollback DROP TABLE t;\n\n\
             -- changeset bob:\"two words\" runInTransaction:false context:prod\nCREATE INDEX CONCURRENTLY i ON t (a);\n\
             --changeset ann:3 dbms:mysql,oracle\nSELECT `x`;\n--changeset ann:4 dbms:!mysql runOnChange:true\n\
             --preconditions onFail:MARK_RAN\n--precondition-sql-check expectedResult:0 SELECT 1\nSELECT 4;\n",
        );
        let of = |s: &Section| (s.name.clone().unwrap_or_default(), s.transaction, s.direction);
        let kinds: Vec<_> = migration.sections.iter().map(of).collect();
        assert_eq!(
            kinds,
            [
                ("ann:1".to_owned(), TransactionRule::One, Direction::Up),
                ("bob:two words".to_owned(), TransactionRule::Each, Direction::Up),
                ("ann:4".to_owned(), TransactionRule::One, Direction::Repeatable)
            ]
        );
        let said = migration.notes.join("\n");
        for word in ["ann:3 is left out", "bob:two words runs in context prod", "ann:4 has preconditions"] {
            assert!(said.contains(word), "{word}: {said}");
        }
    }

    #[test]
    fn bodies_it_cuts_are_said() {
        let cut = |changeset: &str| read(changeset).notes.iter().any(|n| n.contains("cuts the statement"));
        // What 4.28 did with each.
        for (body, is_cut) in [
            ("DO $$ BEGIN PERFORM 1; PERFORM 2; END $$;", false),
            ("DO $$ BEGIN PERFORM 2; END; $$;", true),
            ("DO $$ DECLARE x int; BEGIN x := 1; END $$;", true),
            ("DO $$ BEGIN IF true THEN PERFORM 1; END IF; PERFORM 2; END $$;", true),
            ("DO $$ BEGIN PERFORM CASE WHEN true THEN 1 END; PERFORM 2; END $$;", true),
            ("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $b$ SELECT 1; SELECT 2; $b$;", true),
            ("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS ' SELECT 1; SELECT 2; ';", false),
        ] {
            assert_eq!(cut(&format!("--changeset a:1\n{body}")), is_cut, "{body}");
            assert!(!cut(&format!("--changeset a:1 splitStatements:false\n{body}")), "{body}");
        }
    }

    #[test]
    fn lines_left_out_and_delimiters() {
        let left = sql(
            "--changeset a:1\nSELECT 1;\n--ignoreLines:start\nnot sql '\n--ignoreLines:end\nSELECT 2;\n--ignoreLines:1\noops\nSELECT 3;",
        );
        assert_eq!(left.split_whitespace().collect::<Vec<_>>().join(" "), "SELECT 1; SELECT 2; SELECT 3;");
        let slashes = sql("--changeset a:1 endDelimiter://\nDO $$ a; // b $$\n//\nSELECT '//' //\n");
        assert_eq!(slashes, "DO $$ a; // b $$\n; \nSELECT '//' ; \n");
        let lines = sql("--changeset a:1 endDelimiter:/\nSELECT 4 / 2\n/\nSELECT 3\n/");
        assert_eq!(lines, "SELECT 4 / 2\n;\nSELECT 3\n;");
    }
}
