//! The end of a review: rules that look at whole files, and what people allow.

use std::sync::Arc;

use super::{Review, ReviewedFile, Reviewer};
use crate::rule::{Finding, ReviewContext, Severity, words};
use crate::rules;
use crate::suppression::{Policy, suppress};

impl Reviewer<'_> {
    /// Says what only whole files show, and marks what comments and the configuration allow. To be called once, when
    /// all files are reviewed.
    pub fn conclude(&self, review: &mut Review, policy: &Policy) {
        review.preflight = self.met.found().clone();
        review.unknowns.extend(self.met.found().unknowns.iter().cloned());
        let context = ReviewContext { engine: self.engine, catalog: &self.catalog, review };
        let placed: Vec<_> = rules::ALL.iter().flat_map(|r| r.check_review(&context)).collect();
        for it in placed {
            let reviewed = review.files.get_mut(it.file).and_then(|f| f.statements.get_mut(it.statement));
            if let Some(reviewed) = reviewed {
                let judged = Arc::make_mut(&mut reviewed.judged);
                judged.findings.push(it.finding);
                judged.settle();
            }
        }
        suppress(review, policy);
        for file in &mut review.files {
            rules::ALL.iter().filter(|r| r.is_once_per_file()).for_each(|r| show_once(file, r.name()));
        }
    }
}

/// Of several findings with one cure the first of the worst stays, and says where the others were.
fn show_once(file: &mut ReviewedFile, rule: &str) {
    let is_it = |f: &Finding| f.rule == rule && f.suppressed.is_none();
    let found = file.statements.iter().enumerate().filter_map(|(n, reviewed)| {
        let finding = reviewed.judged.findings.iter().find(|f| is_it(f))?;
        Some((n, finding.severity, reviewed.judged.statement.line))
    });
    let found: Vec<(usize, Severity, u32)> = found.collect();
    let Some((kept, ..)) = found.iter().rev().max_by_key(|(_, severity, _)| *severity).copied() else {
        return;
    };
    if found.len() < 2 {
        return;
    }
    let mut lines: Vec<u32> = found.iter().filter(|(n, ..)| *n != kept).map(|(.., line)| *line).collect();
    lines.dedup();
    let lines: Vec<String> = lines.iter().map(u32::to_string).collect();
    for (n, ..) in found {
        let Some(reviewed) = file.statements.get_mut(n) else { continue };
        let judged = Arc::make_mut(&mut reviewed.judged);
        if n == kept {
            for finding in judged.findings.iter_mut().filter(|f| is_it(f)) {
                finding.message.push_str(&format!("; the same in line {}", words::list(&lines)));
            }
        } else {
            judged.findings.retain(|f| !is_it(f));
        }
        judged.settle();
    }
}
