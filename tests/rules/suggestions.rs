//! What a finding recommends is judged like anybody's SQL: the rule has nothing to say of it.

use altimeter_analysis::CaseKind;
use altimeter_analysis::rules::ALL;

use crate::offline::{review, set_up, versions};

#[test]
fn the_safe_way_is_safe() {
    let mut faults = Vec::new();
    for rule in ALL {
        let page = rule.page();
        for case in page.cases.iter().filter(|c| c.kind == CaseKind::Bad) {
            for major in versions(case) {
                let name = format!("{major}: {} · {}", rule.name(), case.heading);
                let judged = std::panic::catch_unwind(|| {
                    let catalog = set_up(&page, major);
                    let findings = review(&catalog, &case.sql);
                    let own = findings.into_iter().filter(|f| f.rule == rule.name());
                    let mut faults = Vec::new();
                    for instead in own.map(|f| f.instead).filter(|i| !i.is_empty()) {
                        if instead.contains("cannot be written out") {
                            faults.push(format!("a step is missing:\n{instead}"));
                        }
                        for it in review(&catalog, &instead) {
                            if it.rule == rule.name()
                                || ["failing-statement", "not-analysed"].contains(&it.rule)
                            {
                                faults.push(format!("{}: {}\n{instead}", it.rule, it.message));
                            }
                        }
                    }
                    faults
                });
                match judged {
                    Ok(found) => faults.extend(found.into_iter().map(|f| format!("{name}: {f}"))),
                    Err(_) => faults.push(format!("{name}: panic")),
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
