//! The server's own parser as a witness: where it disagrees with ours, that is said.

use std::sync::Arc;

use altimeter_catalog::Verdict;

use super::Review;
use crate::rule::{Finding, Severity};

/// The rule about statements that the server refuses.
const FAILING: &str = "failing-statement";

impl Review {
    /// Takes the server's verdicts, one for each statement in order. A statement it refuses fails.
    pub fn hear(&mut self, verdicts: &[Verdict]) {
        let server = format!("the server ({})", self.server_version);
        let statements = self.files.iter_mut().flat_map(|f| &mut f.statements);
        for (reviewed, verdict) in statements.zip(verdicts) {
            let refused_by_us = reviewed.judged.statement.syntax_error.is_some();
            match verdict {
                Verdict::Accepted if refused_by_us => reviewed.remarks.push(format!(
                    "{server} reads this statement, Altimeter does not: what it does is not known"
                )),
                Verdict::Refused { message, .. } if refused_by_us => {
                    reviewed.remarks.push(format!("{server} does not read it either: {message}"));
                }
                Verdict::Refused { message, .. } => {
                    let reason = format!("{server} does not read it: {message}");
                    let judged = Arc::make_mut(&mut reviewed.judged);
                    judged.effect.fails.get_or_insert(reason.clone());
                    if !judged.findings.iter().any(|f| f.rule == FAILING) {
                        judged.findings.push(Finding {
                            rule: FAILING,
                            severity: Severity::Critical,
                            message: reason,
                            instead: String::new(),
                            object: None,
                            suppressed: None,
                        });
                        judged.settle();
                    }
                }
                Verdict::Accepted | Verdict::NotAsked { .. } => {}
            }
        }
    }
}
