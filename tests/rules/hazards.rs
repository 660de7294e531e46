//! The catalogue of hazards names rules that exist, and every rule.

use std::collections::BTreeSet;

use altimeter_analysis::rules::{ALL, by_name};
use altimeter_tests::cache::workspace;

#[test]
fn every_hazard_is_decided_and_every_rule_is_there_for_one() {
    let text = std::fs::read_to_string(workspace().join("docs/rules/hazards.md")).unwrap();
    let rows = text.lines().filter(|l| l.starts_with("| ") && !l.starts_with("| hazard"));
    let mut named = BTreeSet::new();
    for row in rows {
        let [_, hazard, decision, _] = row.split('|').collect::<Vec<_>>()[..] else { panic!("{row}") };
        assert!(!hazard.trim().is_empty() && !decision.trim().is_empty(), "{row}");
        for rule in decision.split('`').skip(1).step_by(2) {
            assert!(by_name(rule).is_some(), "there is no rule {rule}: {row}");
            named.insert(rule);
        }
    }
    let unnamed: Vec<&str> = ALL.iter().map(|r| r.name()).filter(|n| !named.contains(n)).collect();
    assert!(unnamed.is_empty(), "no hazard names {unnamed:?}");
}
