//! What every format owes its reader, and how the reports look.

mod hostile;
mod programs;

use altimeter_analysis::review::Review;

use super::{ALL, by_name};
use crate::{Layout, expected, fixture, wrap};

fn text(format: &str, review: &Review) -> String {
    by_name(format).unwrap().render_review(review, Layout::default())
}

#[test]
fn reports_look_as_they_should() {
    let review = fixture::review();
    for width in [100, 80] {
        let made = by_name("text").unwrap().render_review(&review, Layout { width, ..Layout::default() });
        expected::assert_file(&format!("src/review/expected/check-{width}.txt"), &made);
    }
    let alone = text("text", &fixture::review_of_files_alone());
    expected::assert_file("src/review/expected/files-alone.txt", &alone);
    let quiet = Review { files: vec![review.files[2].clone()], unknowns: vec![], ..review.clone() };
    expected::assert_file("src/review/expected/quiet.txt", &text("text", &quiet));
    for (format, file) in [
        ("markdown", "check.md"),
        ("github", "github.txt"),
        ("gitlab", "gitlab.json"),
        ("json", "check.json"),
    ] {
        expected::assert_file(&format!("src/review/expected/{file}"), &text(format, &review));
    }
    // The rules' pages are not this package's.
    let mut log: serde_json::Value = serde_json::from_str(&text("sarif", &review)).unwrap();
    log["runs"][0]["tool"]["driver"]["rules"] = serde_json::json!([]);
    for result in log["runs"][0]["results"].as_array_mut().unwrap() {
        result.as_object_mut().unwrap().shift_remove("ruleIndex");
    }
    expected::assert_file("src/review/expected/check.sarif", &crate::format::to_text(&log));
}

#[test]
fn every_line_but_sql_fits_the_page() {
    let reviews = [fixture::review(), fixture::review_of_files_alone()];
    let sql: Vec<String> = reviews[0]
        .statements()
        .flat_map(|(_, s)| &s.judged.findings)
        .flat_map(|f| f.instead.lines().map(|l| l.trim().to_owned()))
        .collect();
    for review in &reviews {
        for width in [60, 80, 100, 120] {
            let layout = Layout { width, ..Layout::default() };
            for line in by_name("text").unwrap().render_review(review, layout).lines() {
                let bare = line.trim_start_matches([' ', '=']).trim_start_matches("instead: ");
                let free = sql.iter().any(|s| s == bare) || line.starts_with(" -->");
                assert!(free || wrap::columns(line) <= width, "over {width}: {line}");
            }
        }
    }
}

#[test]
fn colour_adds_nothing_but_colour() {
    let review = fixture::review();
    let colored =
        by_name("text").unwrap().render_review(&review, Layout { color: true, ..Layout::default() });
    assert!(colored.contains("\u{1b}["));
    let mut stripped = String::new();
    let mut rest = colored.as_str();
    while let Some((before, sequence)) = rest.split_once('\u{1b}') {
        stripped.push_str(before);
        rest = sequence.split_once('m').unwrap().1;
    }
    stripped.push_str(rest);
    // The renderer paints blanks at the ends of lines.
    let trimmed = |text: &str| text.lines().map(|l| format!("{}\n", l.trim_end())).collect::<String>();
    assert_eq!(trimmed(&stripped), trimmed(&text("text", &review)));
}

#[test]
fn every_format_has_a_name_of_its_own_and_ends_its_last_line() {
    let names: Vec<&str> = ALL.iter().map(|r| r.name()).collect();
    assert_eq!(names, ["text", "json", "markdown", "sarif", "github", "gitlab"]);
    for report in ALL {
        for review in [fixture::review(), Review::default()] {
            let made = report.render_review(&review, Layout::default());
            assert!(
                made.is_empty() && report.name() == "github" || made.ends_with('\n'),
                "{}",
                report.name()
            );
        }
    }
}

#[test]
fn what_does_not_run_is_said_before_all_else() {
    let mut review = fixture::review();
    review.files.truncate(2);
    let made = text("text", &review);
    let verdict = made.split("\n\n").nth(1).unwrap();
    let verdict = verdict.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in
        ["critical risk.", "wait ≤ 39 min", "The server refuses 1 statement", "2 statements are not analysed"]
    {
        assert!(verdict.contains(said), "{said}: {verdict}");
    }
}

#[test]
fn what_nobody_notices_is_told_file_by_file_only_where_that_is_little() {
    let mut review = fixture::review();
    let mut short = review.files.remove(0);
    short.statements.retain(|s| s.judged.statement.sql.contains("settings"));
    let few = Review { files: vec![short.clone(); 8], ..review.clone() };
    let made = text("text", &few);
    assert_eq!(made.matches("ALTER TABLE settings").count(), 8, "{made}");
    let many = Review { files: vec![short; 9], ..review };
    let made = text("text", &many);
    assert!(!made.contains("ALTER TABLE settings"), "{made}");
    assert!(made.contains("9 statements in 9 files"), "{made}");
    assert!(made.contains("others wait ≤ 2 s"), "{made}");
}

#[test]
fn a_long_safe_way_is_cut_and_where_it_is_whole_is_said() {
    let mut review = fixture::review();
    review.files.truncate(1);
    let judged = std::sync::Arc::make_mut(&mut review.files[0].statements[0].judged);
    judged.findings[0].instead = (1..=300).map(|n| format!("-- line {n}\n")).collect();
    let made = text("text", &review);
    assert!(made.contains("-- line 16\n") && !made.contains("-- line 17\n"), "{made}");
    assert!(made.contains("… 284 more lines: --format json has all"), "{made}");
    assert!(text("github", &review).contains("-- … 270 more lines (--format json has all)"));
    assert!(text("json", &review).contains("-- line 300"));
}
