//! Every example, judged with no server: on a bad one the rule finds something, on a safe one and a near miss it does
//! not.

use std::sync::Arc;

use altimeter_analysis::review::{Passage, Review, ReviewedFile, Reviewer, Sending};
use altimeter_analysis::rules::ALL;
use altimeter_analysis::suppression::Policy;
use altimeter_analysis::{Case, CaseKind, Finding, Page};
use altimeter_catalog::{Catalog, Engine, Server};
use altimeter_engine_postgres::PostgresEngine;
use anyhow::{Result, ensure};

use crate::facts::believe;

/// The catalog that SQL makes on a server of that version, with nothing known of sizes.
fn made_by(sql: &str, major: u32) -> Result<Catalog> {
    let server = Server {
        version: major.to_string(),
        version_num: major * 10_000,
        search_path: vec!["public".to_owned()],
        user: "postgres".to_owned(),
        ..Server::default()
    };
    let catalog =
        Catalog { server: server.into(), schemas: vec!["public".to_owned()].into(), ..Catalog::default() };
    let mut reviewer = Reviewer::new(&PostgresEngine, catalog, true);
    let made = pass(&mut reviewer, sql);
    for it in &made.statements {
        let judged = &it.judged;
        let trouble = judged.effect.fails.as_ref().or(judged.effect.not_analysed.as_ref());
        ensure!(trouble.is_none(), "{}: {trouble:?}", judged.statement.sql);
    }
    Ok(reviewer.catalog().clone())
}

fn pass(reviewer: &mut Reviewer<'_>, sql: &str) -> ReviewedFile {
    let text = PostgresEngine.read(sql);
    let passage = Passage { text: text.as_ref(), offset: 0, lines_before: 0, sending: Sending::Each };
    let statements = reviewer.passage(&passage);
    reviewer.end_session();
    ReviewedFile {
        path: "migration.sql".into(),
        text: Arc::from(sql),
        statements,
        notes: Vec::new(),
        shown: true,
    }
}

/// What is found in a migration on that catalog.
pub(crate) fn review(catalog: &Catalog, sql: &str) -> Vec<Finding> {
    let mut reviewer = Reviewer::new(&PostgresEngine, catalog.clone(), true);
    let mut review = Review { files: vec![pass(&mut reviewer, sql)], ..Review::default() };
    reviewer.conclude(&mut review, &Policy::default());
    review.statements().flat_map(|(_, s)| s.judged.findings.clone()).collect()
}

/// The schema of a page's examples on a server of that version, with what they make believe.
pub(crate) fn set_up(page: &Page, major: u32) -> Result<Catalog> {
    let mut catalog = made_by(&page.setup, major)?;
    believe(&mut catalog, &page.setup)?;
    Ok(catalog)
}

/// The versions an example is tried on.
pub(crate) fn versions(case: &Case) -> impl Iterator<Item = u32> + use<> {
    let since = case.since.unwrap_or(13);
    [13, 18].into_iter().filter(move |v| *v >= since)
}

/// What the example should show and does not.
pub(crate) fn fault(rule: &str, case: &Case, catalog: &Catalog) -> Option<String> {
    let findings = review(catalog, &case.sql);
    let found = findings.iter().any(|f| f.rule == rule);
    let wanted = case.kind == CaseKind::Bad;
    (found != wanted).then(|| {
        let all: Vec<String> =
            findings.iter().map(|f| format!("{} {}: {}", f.severity, f.rule, f.message)).collect();
        format!("{rule} · {}: found: {found}; all: {all:#?}", case.heading)
    })
}

#[test]
fn every_example_shows_what_it_says() {
    let mut faults = Vec::new();
    for rule in ALL {
        let page = rule.page();
        for kind in [CaseKind::Bad, CaseKind::Safe, CaseKind::NearMiss] {
            if !page.cases.iter().any(|c| c.kind == kind) {
                faults.push(format!("{}: no {kind:?} example", rule.name()));
            }
        }
        for case in &page.cases {
            for major in versions(case) {
                match set_up(&page, major) {
                    Ok(catalog) => {
                        faults.extend(fault(rule.name(), case, &catalog).map(|f| format!("{major}: {f}")));
                    }
                    Err(error) => faults.push(format!("{major}: {}: set-up: {error:#}", rule.name())),
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
