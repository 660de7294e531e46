//! What a finding recommends is judged like anybody's SQL: the rule has nothing to say of it.

use altimeter_analysis::rules::ALL;
use altimeter_analysis::{Case, CaseKind, Page};
use anyhow::Result;

use crate::offline::{review, set_up, versions};

#[test]
fn the_safe_way_is_safe() {
    let mut faults = Vec::new();
    for rule in ALL {
        let page = rule.page();
        for case in page.cases.iter().filter(|c| c.kind == CaseKind::Bad) {
            for major in versions(case) {
                let name = format!("{major}: {} · {}", rule.name(), case.heading);
                match faults_of(rule.name(), &page, case, major) {
                    Ok(found) => faults.extend(found.into_iter().map(|f| format!("{name}: {f}"))),
                    Err(error) => faults.push(format!("{name}: set-up: {error:#}")),
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn faults_of(rule: &str, page: &Page, case: &Case, major: u32) -> Result<Vec<String>> {
    let catalog = set_up(page, major)?;
    let mut faults = Vec::new();
    for finding in review(&catalog, &case.sql).into_iter().filter(|f| f.rule == rule) {
        let instead = finding.instead;
        if instead.contains("cannot be written out") {
            faults.push(format!("a step is missing:\n{instead}"));
        }
        for it in review(&catalog, &instead) {
            if it.rule == rule || ["failing-statement", "not-analysed"].contains(&it.rule) {
                faults.push(format!("{}: {}\n{instead}", it.rule, it.message));
            }
        }
    }
    Ok(faults)
}
