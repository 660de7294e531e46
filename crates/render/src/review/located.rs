//! Findings one by one, each with its place: what formats for other programs are made of.

use std::collections::HashMap;

use altimeter_analysis::review::{Review, Reviewed, ReviewedFile};
use altimeter_analysis::{Finding, Severity};
use sha2::{Digest, Sha256};

use super::place::{Place, Places, marked};
use crate::escape;
use crate::summary::review::{blocks, facts, sentence, some};

/// Lines of a safe way that are told.
const SAFE_WAY: usize = 30;

/// One finding in its place.
pub(super) struct Located<'a> {
    /// The file.
    pub(super) file: &'a ReviewedFile,
    /// The statement.
    pub(super) reviewed: &'a Reviewed,
    /// What was found.
    pub(super) finding: &'a Finding,
    /// Where the statement begins.
    pub(super) begin: Place,
    /// Where it ends, one past the last character.
    pub(super) end: Place,
    /// The same as long as rule, file, relation and statement are, wherever in the file that stands and however its
    /// white space changes. Alike statements in one file are counted.
    pub(super) fingerprint: String,
    /// Who waits and how long, and what of the statement's locks is worth a line.
    facts: Vec<String>,
}

impl Located<'_> {
    /// The message, who waits, the locks, the safe way; several lines.
    pub(super) fn text(&self) -> String {
        let mut text = sentence(&self.finding.message);
        for fact in &self.facts {
            text.push('\n');
            text.push_str(fact);
        }
        let instead = self.finding.instead.trim();
        if !instead.is_empty() {
            let (shown, left_out) = facts::first_lines(instead, SAFE_WAY);
            text.push_str(&format!("\n\nInstead:\n{shown}"));
            if left_out > 0 {
                text.push_str(&format!("\n-- … {} (--format json has all)", some(left_out, "more line")));
            }
        }
        escape::lines(&text)
    }
}

/// All findings in order, the allowed ones among them.
pub(super) fn all(review: &Review) -> Vec<Located<'_>> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut all = Vec::new();
    for file in &review.files {
        let mut places = Places::new(&file.text);
        let blocks = blocks::of_file(file);
        for (reviewed, block) in file.statements.iter().zip(&blocks) {
            if reviewed.judged.findings.is_empty() {
                continue;
            }
            let span = marked(file, reviewed);
            let (begin, end) = (places.of(span.start), places.of(span.end));
            let mut facts: Vec<String> = block.iter().map(|b| sentence(&b.says_in(file))).collect();
            if reviewed.judged.effect.locks.iter().any(|l| l.mode.blocks_writes()) {
                facts.push(format!("Locks: {}.", facts::locks(&reviewed.judged.effect).join(", ")));
            }
            facts.extend(facts::held(reviewed).iter().map(|h| format!("Held: {h}.")));
            facts.extend(reviewed.remarks.iter().map(|r| sentence(r)));
            for finding in &reviewed.judged.findings {
                let fingerprint = fingerprint(&mut seen, file, reviewed, finding);
                all.push(Located { file, reviewed, finding, begin, end, fingerprint, facts: facts.clone() });
            }
        }
    }
    all
}

/// What counts, worst first, else in order: programs that show only some of many show the first.
pub(super) fn worst_first(review: &Review) -> Vec<Located<'_>> {
    let mut counting = all(review);
    counting.retain(|l| l.finding.suppressed.is_none());
    counting.sort_by_key(|l| std::cmp::Reverse::<Severity>(l.finding.severity));
    counting
}

fn fingerprint(
    seen: &mut HashMap<String, usize>,
    file: &ReviewedFile,
    reviewed: &Reviewed,
    finding: &Finding,
) -> String {
    let mut hash = Sha256::new();
    let object = finding.object.as_ref().map(ToString::to_string).unwrap_or_default();
    for part in [finding.rule, relative(&file.path).as_str(), object.as_str()] {
        hash.update(part);
        hash.update([0]);
    }
    for word in reviewed.judged.statement.sql.split_whitespace() {
        hash.update(word);
        hash.update(" ");
    }
    let hash = hash.finalize().iter().take(16).map(|b| format!("{b:02x}")).collect::<String>();
    let alike = seen.entry(hash.clone()).or_default();
    *alike += 1;
    if *alike == 1 { hash } else { format!("{hash}-{alike}") }
}

/// A path as repositories write it: with `/`, and without `./` in front.
pub(super) fn relative(path: &str) -> String {
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    let mut rest = path.as_str();
    while let Some(shorter) = rest.strip_prefix("./") {
        rest = shorter;
    }
    rest.to_owned()
}
