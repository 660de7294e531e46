//! Names, paths and texts that would be markup or commands, and texts of a size nobody expects.

use std::ops::Range;
use std::sync::Arc;

use altimeter_analysis::review::Review;

use super::{ALL, by_name, text};
use crate::fixture::{self, HOSTILE};
use crate::{Layout, wrap};

/// Everything a user or a database can name, made hostile.
fn hostile() -> Review {
    let mut review = fixture::review();
    review.source = HOSTILE.into();
    review.notes = vec![HOSTILE.into()];
    review.preflight.obstacles[0].message = HOSTILE.into();
    review.preflight.obstacles[0].next = HOSTILE.into();
    review.unknowns = vec![HOSTILE.into(), "::error::x".into()];
    for file in &mut review.files {
        file.path.push_str(HOSTILE);
        file.notes = vec![HOSTILE.into()];
        for reviewed in &mut file.statements {
            let judged = Arc::make_mut(&mut reviewed.judged);
            judged.effect.locks.iter_mut().for_each(|l| {
                l.object.name = HOSTILE.into();
                l.through = Some(HOSTILE.into());
            });
            for finding in &mut judged.findings {
                finding.message = HOSTILE.into();
                finding.instead = format!("SELECT '{HOSTILE}\n```';");
                finding.suppressed = finding.suppressed.as_ref().map(|_| HOSTILE.to_owned());
            }
        }
    }
    review
}

#[test]
fn nothing_that_acts_on_a_terminal_or_a_page_gets_through() {
    let review = hostile();
    for report in ALL {
        let made = report.render_review(&review, Layout::default());
        let bad = made.chars().find(|c| !matches!(c, '\n' | '\t') && c.is_control() || *c == '\u{202e}');
        // A JSON string holds any character, some of them escaped; whoever shows it has to care.
        let holds_any = ["json", "gitlab", "sarif"].contains(&report.name());
        assert!(bad.is_none() || holds_any && bad == Some('\u{202e}'), "{}: {bad:?}", report.name());
    }
    let page = text("markdown", &review);
    let mut fence: Option<&str> = None;
    let (mut opened, mut closed) = (0, 0);
    for line in page.lines() {
        let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
        match fence {
            Some(open) if line == open => fence = None,
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => {
                opened += line.matches("<details>").count();
                closed += line.matches("</details>").count();
            }
            Some(_) => {}
        }
    }
    assert_eq!((fence, opened), (None, closed), "a tag or a fence got through:\n{page}");
}

#[test]
fn a_comment_is_never_longer_than_github_takes() {
    let mut review = fixture::review();
    for _ in 0..6 {
        let again = review.files.clone();
        review.files.extend(again);
    }
    let all = review.statements().count();
    assert!(all > 1000);
    review.unknowns = (0..10_000).map(|n| format!("{n} {}", "x".repeat(500))).collect();
    let made = text("markdown", &review);
    assert!(made.chars().count() < 65_536, "{}", made.chars().count());
    assert!(made.starts_with("<!-- altimeter check -->\n"));
    assert!(made.contains(" left out of the table."), "{made}");
    assert!(made.contains(" left out here: a comment holds 65,536 characters."));
    assert!(made.contains("critical · table-rewrite · migrations/V7"), "the worst stays");
    assert!(!made.contains("low · blocking-scan"), "the mildest goes");
    let small = text("markdown", &fixture::review());
    assert!(!small.contains("left out"), "{small}");
}

#[test]
fn a_line_of_a_megabyte_is_not_printed() {
    let mut review = fixture::review();
    review.files.truncate(1);
    let file = &mut review.files[0];
    let long = format!("INSERT INTO t VALUES ('{}')", "ä".repeat(1_000_000));
    let mut line = long.repeat(2);
    for reviewed in &mut file.statements {
        let judged = Arc::make_mut(&mut reviewed.judged);
        judged.statement.sql = long.clone();
        judged.statement.span = line.len()..line.len() + long.len();
        judged.statement.line = 1;
        line.push_str(&long);
    }
    file.text = line.into();
    for format in ["text", "markdown"] {
        let made = text(format, &review);
        assert!(made.len() < 30_000, "{format} is {} bytes long", made.len());
    }
    let made = text("text", &review);
    for line in made.lines() {
        assert!(wrap::columns(line) <= 100 || line.starts_with("  = instead"), "{line}");
    }
    assert!(made.contains("::: migrations/V7__ids.sql:1:2000051"), "{made}");
}

#[test]
fn spans_that_do_not_fit_the_text_do_no_harm() {
    let mut review = fixture::review();
    let spans = [0..0, Range { start: 5, end: 2 }, 0..usize::MAX, usize::MAX..usize::MAX, 1..3, 40..41];
    for (reviewed, span) in review.files[0].statements.iter_mut().zip(spans) {
        Arc::make_mut(&mut reviewed.judged).statement.span = span;
    }
    for text in ["", "ä", "\r\n\r\n", "\u{feff}a\rb", "日本語\t日本語"] {
        review.files[0].text = text.into();
        review.files[1].text = text.into();
        for report in ALL {
            for color in [true, false] {
                report.render_review(&review, Layout { color, ..Layout::default() });
            }
        }
    }
    assert!(by_name("xml").is_none());
}
