//! What the documents tell people to run can be run.

use std::path::{Path, PathBuf};

use clap::Parser;
use saphyr::{LoadableYamlNode, Yaml};

use crate::arguments::Arguments;

fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn text(path: &str) -> String {
    std::fs::read_to_string(file(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// Every string in a document, with the keys that lead to it.
fn strings(node: &Yaml<'_>, at: &str, found: &mut Vec<(String, String)>) {
    if let Some(text) = node.as_str() {
        found.push((at.to_owned(), text.to_owned()));
    }
    for (number, item) in node.as_vec().into_iter().flatten().enumerate() {
        strings(item, &format!("{at}/{number}"), found);
    }
    for (key, item) in node.as_mapping().into_iter().flatten() {
        strings(item, &format!("{at}/{}", key.as_str().unwrap_or("?")), found);
    }
}

/// The commands of ours in lines of shell.
fn commands(shell: &str) -> Vec<Vec<String>> {
    let ours =
        shell.lines().map(|l| l.trim().trim_start_matches("$ ")).filter(|l| l.starts_with("altimeter "));
    ours.map(|line| {
        let words = shlex::split(line).unwrap_or_else(|| panic!("not shell: {line}"));
        words.into_iter().take_while(|w| !matches!(w.as_str(), ">" | "|" | "||" | "&&")).collect()
    })
    .collect()
}

#[track_caller]
fn assert_parses(command: &[String]) {
    if let Err(error) = Arguments::try_parse_from(command) {
        panic!("{}\n{error}", command.join(" "));
    }
}

#[test]
fn the_pipelines_are_yaml_and_run_commands_that_exist() {
    for (path, formats) in
        [("docs/ci/github.yml", vec!["sarif", "markdown", "github"]), ("docs/ci/gitlab.yml", vec!["gitlab"])]
    {
        let documents = Yaml::load_from_str(&text(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
        assert_eq!(documents.len(), 1, "{path}");
        let mut found = Vec::new();
        strings(&documents[0], "", &mut found);
        let scripts = found.iter().filter(|(at, _)| at.ends_with("/run") || at.contains("/script/"));
        let commands: Vec<Vec<String>> = scripts.flat_map(|(_, shell)| commands(shell)).collect();
        commands.iter().for_each(|c| assert_parses(c));
        let said = |word: &str| commands.iter().flatten().any(|w| w == word);
        assert!(said("snapshot") && said("check") && said("--since"), "{path}: {commands:?}");
        assert!(formats.iter().all(|f| said(f)), "{path}: {commands:?}");
        let secrets = found.iter().filter(|(_, text)| text.contains("REPLICA_URL"));
        assert!(
            secrets.into_iter().all(|(at, _)| at.contains("/snapshot/")),
            "{path}: only one job has them"
        );
    }
}

#[test]
fn the_commands_of_the_documents_exist() {
    for path in ["README.md", "docs/ci/README.md"] {
        for block in text(path).split("```").skip(1).step_by(2) {
            commands(block).iter().for_each(|c| assert_parses(c));
        }
    }
}
