//! Tools that take plain files but wrap them in a transaction, or write the way back into the same file. Only what they
//! do to a file is known of them; the order is that of the names.

use crate::directive::{Line, behind, lines};
use crate::place::Place;
use crate::source::Source;
use crate::{Direction, Section, TransactionRule};

/// What one of these tools does.
pub(super) struct Convention {
    /// Its name.
    pub(super) name: &'static str,
    /// Whether a file is its.
    is_its: fn(&Source, &Place) -> bool,
    /// Whether a line says that there is no transaction.
    no_transaction: fn(&Line<'_>) -> bool,
    /// How it runs a file that does not.
    rule: TransactionRule,
    /// The way a line opens.
    opens: fn(&Line<'_>) -> Option<Direction>,
}

static ALL: &[Convention] = &[
    // https://github.com/rubenv/sql-migrate, "Writing migrations".
    Convention {
        name: "sql-migrate",
        is_its: |file, _| any(file, |l| sql_migrate(l).is_some()),
        no_transaction: |line| {
            line.text.split_whitespace().any(|w| w == "notransaction") && sql_migrate(line).is_some()
        },
        rule: TransactionRule::One,
        opens: sql_migrate,
    },
    // https://github.com/jackc/tern, "Migrations".
    Convention {
        name: "tern",
        is_its: |file, _| any(file, |l| tern(l).is_some()),
        no_transaction: |line| said(line) == "tern: disable-tx",
        rule: TransactionRule::One,
        opens: tern,
    },
    // https://salsita.github.io/node-pg-migrate, "SQL migrations".
    Convention {
        name: "node-pg-migrate",
        is_its: |file, _| any(file, |l| node_pg_migrate(l).is_some()),
        no_transaction: |_| false,
        rule: TransactionRule::One,
        opens: node_pg_migrate,
    },
    // https://mybatis.org/migrations, "migrate new".
    Convention {
        name: "MyBatis Migrations",
        is_its: |file, _| any(file, |l| mybatis(l).is_some()),
        no_transaction: |_| false,
        rule: TransactionRule::One,
        opens: mybatis,
    },
    // All that is pending runs in one transaction (issue 860 of drizzle-team/drizzle-orm).
    Convention {
        name: "Drizzle",
        is_its: |file, _| file.text.contains("--> statement-breakpoint"),
        no_transaction: |_| false,
        rule: TransactionRule::One,
        opens: |_| None,
    },
    // https://atlasgo.io/versioned/apply, "Transaction configuration".
    Convention {
        name: "Atlas",
        is_its: |file, place| file.path.is_some() && place.has("atlas.sum"),
        no_transaction: |line| said(line) == "atlas:txmode none",
        rule: TransactionRule::One,
        opens: |_| None,
    },
    // The statements are sent as one batch (`pkg/migration/file.go` of supabase/cli).
    Convention {
        name: "Supabase",
        is_its: |file, _| {
            file.path.as_ref().is_some_and(|p| p.to_string_lossy().contains("supabase/migrations"))
        },
        no_transaction: |_| false,
        rule: TransactionRule::OneIfSeveral,
        opens: |_| None,
    },
];

/// The tool whose file it is.
pub(super) fn of(file: &Source, place: &Place) -> Option<&'static Convention> {
    ALL.iter().find(|c| (c.is_its)(file, place))
}

impl Convention {
    /// The ways through a file.
    pub(super) fn sections(&self, text: &str) -> Vec<Section> {
        let whole = Section::whole(text, self.rule, Direction::Up);
        let mut sections = vec![whole.clone()];
        for line in lines(text) {
            if let Some(direction) = (self.opens)(&line) {
                sections.iter_mut().last().into_iter().for_each(|last| last.span.end = line.span.start);
                let span = line.span.start..text.len();
                sections.push(Section { span, line: line.number, direction, ..whole.clone() });
            }
            if (self.no_transaction)(&line)
                && let Some(last) = sections.last_mut()
            {
                last.transaction = TransactionRule::Each;
            }
        }
        sections.retain(|s| !s.span.is_empty());
        sections
    }
}

/// Whether a name, of a file or of a folder above it, says that the file leads back.
pub(super) fn leads_back(relative: &str) -> bool {
    const BACK: [&str; 5] = ["down", "rollback", "undo", "revert", "rollbacks"];
    let lower = relative.to_ascii_lowercase();
    let stem = lower.strip_suffix(".sql").unwrap_or(&lower);
    let (folders, name) = stem.rsplit_once('/').unwrap_or(("", stem));
    let last = name.rsplit(['.', '_', '-']).next().unwrap_or_default();
    let alone = last.len() == name.len();
    !alone && BACK.contains(&last) || folders.split('/').any(|f| BACK.contains(&f))
}

fn any(file: &Source, is: fn(&Line<'_>) -> bool) -> bool {
    lines(&file.text).any(|l| is(&l))
}

/// What a comment says without dashes around it, in lower case.
fn said(line: &Line<'_>) -> String {
    line.comment().unwrap_or_default().trim_matches(['-', ' ', '\t']).to_ascii_lowercase()
}

fn sql_migrate(line: &Line<'_>) -> Option<Direction> {
    let rest = behind(line.text.strip_prefix("--")?.trim_start(), "+migrate")?;
    let up = behind(rest, "up").map(|_| Direction::Up);
    up.or_else(|| behind(rest, "down").map(|_| Direction::Down))
}

fn tern(line: &Line<'_>) -> Option<Direction> {
    (said(line) == "create above / drop below").then_some(Direction::Down)
}

fn node_pg_migrate(line: &Line<'_>) -> Option<Direction> {
    match said(line).as_str() {
        "up migration" => Some(Direction::Up),
        "down migration" => Some(Direction::Down),
        _ => None,
    }
}

fn mybatis(line: &Line<'_>) -> Option<Direction> {
    (said(line).trim_start_matches('/').trim() == "@undo").then_some(Direction::Down)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_through_a_file() {
        let read = |text: &str| {
            let file = Source::of("1_a.sql", text);
            let convention = of(&file, &Place::default()).unwrap();
            let sections = convention.sections(text).into_iter().map(|s| (s.direction, s.transaction));
            (convention.name, sections.collect::<Vec<_>>())
        };
        let (up, down) = ((Direction::Up, TransactionRule::One), (Direction::Down, TransactionRule::One));
        let each = (Direction::Up, TransactionRule::Each);
        for (text, name, sections) in [
            ("-- +migrate Up notransaction\nA;\n-- +migrate Down\nB;", "sql-migrate", vec![each, down]),
            ("A;\n\n---- create above / drop below ----\nB;", "tern", vec![up, down]),
            ("-- Up Migration\nA;\n-- Down Migration\nB;", "node-pg-migrate", vec![up, down]),
            ("--\nA;\n-- //@UNDO\nB;", "MyBatis Migrations", vec![up, down]),
            ("A;--> statement-breakpoint\nB;", "Drizzle", vec![up]),
        ] {
            assert_eq!(read(text), (name, sections), "{text}");
        }
        assert!(
            of(&Source::of("1.sql", "-- going up\nSELECT 1;\n-- coming down\n"), &Place::default()).is_none()
        );
    }

    #[test]
    fn names_that_lead_back() {
        for back in ["1_a.down.sql", "1_a_down.sql", "20240101-a-down.sql", "rollback/1.sql", "1.UNDO.sql"] {
            assert!(leads_back(back), "{back}");
        }
        for forwards in ["down.sql", "1_shutdown.sql", "1_slow_down_x.sql", "downtown/1.sql", "1_a.up.sql"] {
            assert!(!leads_back(forwards), "{forwards}");
        }
    }
}
