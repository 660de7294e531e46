//! The end of a review: rules that look at whole files, and what people allow.

use std::sync::Arc;

use super::{Review, Reviewer};
use crate::rule::ReviewContext;
use crate::rules;
use crate::suppression::{Policy, suppress};

impl Reviewer<'_> {
    /// Says what only whole files show, and marks what comments and the configuration allow. To be called once, when
    /// all files are reviewed.
    pub fn conclude(&self, review: &mut Review, policy: &Policy) {
        review.preflight = self.met.clone();
        review.unknowns.extend(self.met.unknowns.iter().cloned());
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
    }
}
