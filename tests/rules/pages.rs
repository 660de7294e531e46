//! The pages in `docs/rules` are written from the rules and their examples, with what is found in them. Run with
//! UPDATE=1 to write them anew.

use std::collections::BTreeMap;

use altimeter_analysis::rules::ALL;
use altimeter_analysis::{CaseKind, Rule};
use altimeter_tests::cache::workspace;

use crate::offline::{review, set_up};

const NOTE: &str = "<!-- written by the tests of tests/rules: UPDATE=1 cargo test --package altimeter-tests --test rules pages -->\n";

fn block(language: &str, text: &str) -> String {
    format!("```{language}\n{}\n```\n", text.trim_end())
}

/// The newest version, unless the example is about an older one.
const VERSION: u32 = 18;

fn page_of(rule: &Rule) -> String {
    let page = rule.page();
    let mut text = format!("{NOTE}\n# {}\n\n{}\n", rule.name(), page.text);
    text.push_str("\n## Set-up\n\n");
    text.push_str(&block("sql", &page.setup));
    let catalog = set_up(&page, VERSION).unwrap();
    for case in &page.cases {
        text.push_str(&format!("\n## {}\n\n", case.heading));
        if !case.says.is_empty() {
            text.push_str(&format!("{}\n\n", case.says));
        }
        text.push_str(&block("sql", &case.sql));
        if case.kind != CaseKind::Bad {
            continue;
        }
        for finding in review(&catalog, &case.sql).iter().filter(|f| f.rule == rule.name()) {
            text.push_str(&format!("\n**{}**: {}\n", finding.severity, finding.message));
            if !finding.instead.is_empty() {
                text.push_str(&format!("\nInstead:\n\n{}", block("sql", &finding.instead)));
            }
        }
    }
    text
}

fn index() -> String {
    let mut text = format!(
        "{NOTE}\n# Rules\n\n\
         What Altimeter warns of, and nothing about style. How bad a finding is follows from the size and the traffic of \
         the table: an index on an empty\ntable is none, one on a hot table of 200 GB is critical. Without a database \
         sizes are unknown, findings are of middling severity and say so.\n\n\
         In the examples every table has 50 million rows and is read 300 and written 100 times a second, unless the set-up \
         says `given:` otherwise; all\nof them are run on servers. [hazards.md](hazards.md) says which rule speaks of \
         which hazard.\n\n\
         To allow a finding, say why, directly before the statement or on its line; for a whole file anywhere in it; for \
         many files in `altimeter.toml`:\n\n"
    );
    text.push_str(&block(
        "sql",
        "-- altimeter: allow non-concurrent-index (nobody writes to it before noon)\n\
         -- altimeter: allow-file renamed-column, renamed-table (released in 4.2)",
    ));
    text.push('\n');
    text.push_str(&block(
        "toml",
        "[rules.table-rewrite]\n\
         level = \"low\"               # off, low, medium or high: it counts as this at the most\n\
         reason = \"the archive is written at night only\"\n\
         paths = [\"db/archive/**\"]   # all files if left out; for several entries [[rules.table-rewrite]]",
    ));
    text.push_str("\nWhat is allowed stays visible, with the reason, and does not count.\n\n| rule | about |\n|---|---|\n");
    for rule in ALL {
        text.push_str(&format!("| [{0}]({0}.md) | {1} |\n", rule.name(), rule.about().replace('\n', " ")));
    }
    text
}

#[test]
fn the_pages_are_what_the_rules_say() {
    let folder = workspace().join("docs/rules");
    let mut wanted: BTreeMap<String, String> =
        ALL.iter().map(|r| (format!("{}.md", r.name()), page_of(r))).collect();
    wanted.insert("README.md".into(), index());
    if std::env::var_os("UPDATE").is_some() {
        for (name, text) in &wanted {
            std::fs::write(folder.join(name), text).unwrap();
        }
    }
    let files = std::fs::read_dir(&folder).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap());
    for file in files.filter(|f| f != "hazards.md") {
        assert!(wanted.contains_key(&file), "docs/rules/{file} is no rule's page");
    }
    for (name, text) in &wanted {
        let written = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        assert!(
            written == *text,
            "docs/rules/{name} is old: run this test with UPDATE=1 and look at the difference"
        );
    }
}
