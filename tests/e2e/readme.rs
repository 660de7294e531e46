//! The transcripts in the README and in the examples are what the tool prints, and what the documents name exists.

use altimeter_tests::tool::run_altimeter;
use altimeter_tests::{cache, page};
use anyhow::{Context, Result, ensure};

/// The overview of a plan: all of it up to the first step in full.
fn overview(plan: &str) -> &str {
    plan.find("\n  expand-1 ·").map_or(plan, |at| &plan[..at])
}

#[test]
fn the_transcript_is_what_the_tool_prints() -> Result<()> {
    let request = "rename the column 'user_name' to 'username' on the users table";
    transcribed("README.md", "shop-50m.json", request, overview)
}

#[test]
fn the_examples_are_what_the_tool_prints() -> Result<()> {
    let request = "partition events by month on created_at";
    transcribed("docs/examples/partition-by-month.md", "events-1m.json", request, |plan| plan)?;
    let request = "partition events by hash of account_id into 8 partitions";
    transcribed("docs/examples/partition-by-hash.md", "events-1m.json", request, overview)?;
    let request = "change the type of items.id to bigint";
    transcribed("docs/examples/wider-key.md", "items-1m.json", request, overview)
}

/// Whether a document holds what the tool prints for a request on a snapshot.
#[expect(clippy::disallowed_methods, reason = "UPDATE=1 writes the document anew")]
fn transcribed(document: &str, snapshot: &str, request: &str, part: fn(&str) -> &str) -> Result<()> {
    let file = cache::workspace().join(document);
    let text = std::fs::read_to_string(&file)?;
    let snapshot = cache::workspace().join("fixtures/snapshots").join(snapshot);
    let arguments = ["plan", request, "--snapshot", &snapshot.to_string_lossy()];
    let printed = run_altimeter(&arguments, &[("COLUMNS", "100"), ("NO_COLOR", "1")])?;
    ensure!(printed.code == Some(0), "{}", printed.stderr);
    let shown = part(&printed.stdout);
    let more = if shown.len() < printed.stdout.len() { "\n  …" } else { "" };
    let shown = format!("```text\n{}{more}\n```\n", shown.trim_end());
    let wanted = page::with_part(&text, "transcript", &shown).with_context(|| document.to_owned())?;
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &wanted)?;
        return Ok(());
    }
    ensure!(
        text == wanted,
        "the transcript of {document} is old: run this test with UPDATE=1 and look at the difference"
    );
    Ok(())
}

/// Words in backquotes and targets of links that look like paths of this repository.
fn paths(text: &str) -> Vec<String> {
    let quoted = text.split('`').skip(1).step_by(2);
    let linked = text.split("](").skip(1).filter_map(|t| t.split(')').next());
    let roots = ["crates/", "tests/", "docs/", "fixtures/", ".ci/"];
    let found = quoted.chain(linked).filter(|p| roots.iter().any(|r| p.starts_with(r)));
    found.filter(|p| !p.contains([' ', '*', '{', '<'])).map(str::to_owned).collect()
}

#[test]
fn every_path_in_the_documents_exists() -> Result<()> {
    let root = cache::workspace();
    let mut documents = vec![root.join("README.md")];
    for folder in ["docs", "docs/decisions", "docs/examples"] {
        let files = std::fs::read_dir(root.join(folder))?;
        documents
            .extend(files.flatten().map(|f| f.path()).filter(|p| p.extension().is_some_and(|e| e == "md")));
    }
    let mut missing = Vec::new();
    for document in documents {
        for path in paths(&std::fs::read_to_string(&document)?) {
            if !root.join(&path).exists() {
                missing.push(format!("{}: {path}", document.display()));
            }
        }
    }
    ensure!(missing.is_empty(), "paths that do not exist:\n{}", missing.join("\n"));
    Ok(())
}
