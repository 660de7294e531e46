//! Formats that programs read.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use altimeter_analysis::review::Review;
use serde_json::Value;

use super::text;
use crate::{expected, fixture};

fn json(format: &str, review: &Review) -> Value {
    serde_json::from_str(&text(format, review)).unwrap()
}

fn results(review: &Review) -> Vec<Value> {
    json("sarif", review)["runs"][0]["results"].as_array().unwrap().clone()
}

#[test]
fn sarif_fits_its_schema() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/sarif/sarif-schema-2.1.0.json");
    // As published, the pattern of a language has a bracket too many, which is no regular expression in Rust.
    let text = std::fs::read_to_string(file).unwrap().replace("{2}]?$", "{2}?$");
    let schema: Value = serde_json::from_str(&text).unwrap();
    let mut standard_input = fixture::review();
    standard_input.files[0].path = "-".into();
    standard_input.files[1].path = "/tmp/a b.sql".into();
    for review in [fixture::review(), fixture::review_of_files_alone(), standard_input, Review::default()] {
        expected::assert_valid(&schema, &json("sarif", &review));
    }
    let mut wrong = json("sarif", &fixture::review());
    wrong["runs"][0]["results"][0]["level"] = "critical".into();
    assert!(!jsonschema::is_valid(&schema, &wrong), "the schema takes anything");
}

#[test]
fn sarif_says_where_and_what_is_allowed() {
    let results = results(&fixture::review());
    let location = |result: &Value| {
        let physical = &result["locations"][0]["physicalLocation"];
        let region = &physical["region"];
        let at = ["startLine", "startColumn", "endLine", "endColumn"].map(|k| region[k].as_u64().unwrap());
        (physical["artifactLocation"]["uri"].as_str().unwrap().to_owned(), at)
    };
    assert_eq!(location(&results[0]), ("migrations/V7__ids.sql".into(), [1, 1, 1, 46]));
    assert_eq!(location(&results[2]), ("migrations/V7__ids.sql".into(), [3, 1, 5, 23]));
    let odd = results.iter().find(|r| r["ruleId"] == "failing-statement").unwrap();
    assert_eq!(location(odd).0, "migrations/V8__odds%2Cends%3A%20100%25.sql");
    let allowed: Vec<&Value> =
        results.iter().filter(|r| !r["suppressions"].as_array().unwrap().is_empty()).collect();
    assert_eq!(allowed.len(), 1);
    assert_eq!(allowed[0]["suppressions"][0]["justification"], "empty since V3, see OPS-12");
    let update = results.iter().find(|r| r["ruleId"] == "unbatched-update").unwrap();
    assert_eq!(update["relatedLocations"][0]["physicalLocation"]["region"]["startLine"], 3);
}

#[test]
fn fingerprints_stay_when_lines_move_and_differ_for_alike_statements() {
    let prints = |review: &Review| -> Vec<Value> {
        results(review).iter().map(|r| r["partialFingerprints"]["statement/v1"].clone()).collect()
    };
    let review = fixture::review();
    let mut moved = fixture::review();
    let file = &mut moved.files[0];
    file.text = format!("-- new\n\n{}", file.text).into();
    for reviewed in &mut file.statements {
        let statement = &mut Arc::make_mut(&mut reviewed.judged).statement;
        (statement.span.start, statement.span.end) = (statement.span.start + 8, statement.span.end + 8);
        statement.line += 2;
        statement.sql = statement.sql.replace(' ', "\n  ");
    }
    assert_eq!(prints(&review), prints(&moved));
    let mut twice = review.clone();
    let again = twice.files[0].statements[0].clone();
    twice.files[0].statements.push(again);
    for format in [results(&twice), json("gitlab", &twice).as_array().unwrap().clone()] {
        let prints: BTreeSet<String> = format
            .iter()
            .map(|r| r["fingerprint"].as_str().or(r["partialFingerprints"]["statement/v1"].as_str()))
            .map(|p| p.unwrap().to_owned())
            .collect();
        assert_eq!(prints.len(), format.len(), "a fingerprint twice");
    }
}

#[test]
fn a_workflow_command_is_a_line_and_means_what_was_meant() {
    let review = fixture::review();
    let commands = text("github", &review);
    let mut levels = Vec::new();
    for line in commands.lines() {
        let (command, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
        let (level, properties) = command.split_once(' ').unwrap();
        let names: Vec<&str> = properties.split(',').map(|p| p.split_once('=').unwrap().0).collect();
        assert_eq!(names[0], "file", "{line}");
        assert!(["line", "endLine", "title"].iter().all(|n| names.contains(n)), "{line}");
        assert_eq!(
            names.contains(&"col"),
            !["line=3,endLine=5", "line=3,endLine=6", "line=7,endLine=8"].iter().any(|l| line.contains(l)),
            "{line}"
        );
        let file = properties.split(',').next().unwrap().strip_prefix("file=").unwrap();
        let file = file.replace("%2C", ",").replace("%3A", ":").replace("%25", "%");
        assert!(review.files.iter().any(|f| f.path == file), "{file}");
        assert!(!message.is_empty());
        levels.push(level);
    }
    let order = ["error", "warning", "notice"];
    assert!(levels.is_sorted_by_key(|l| order.iter().position(|o| o == l)), "{levels:?}");
    assert_eq!(levels.len(), 9, "what is allowed is no annotation");
    let mut first = review.clone();
    first.files[0].path = "./a.sql".into();
    assert!(text("github", &first).starts_with("::error file=a.sql,line=1,endLine=1,col=1,endColumn=46,"));
    first.files[0].path = "-".into();
    assert!(text("github", &first).starts_with("::error line=1,"));
}

#[test]
fn gitlab_knows_each_severity() {
    let entries = json("gitlab", &fixture::review());
    let severities: BTreeSet<&str> =
        entries.as_array().unwrap().iter().map(|e| e["severity"].as_str().unwrap()).collect();
    assert_eq!(severities, ["blocker", "critical", "info", "major", "minor"].into());
    assert_eq!(json("gitlab", &Review::default()), serde_json::json!([]));
}
