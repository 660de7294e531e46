//! SARIF 2.1.0, for code scanning (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>).
//!
//! - Columns are UTF-16 code units and say so (`columnKind`, 3.14.17); a region ends before its `endColumn` (3.30.8).
//! - A path is relative to `%SRCROOT%` (3.4.4), the folder the tool was started in.
//! - Fingerprints (3.27.17) do not move with lines. GitHub takes `primaryLocationLineHash` only, which its upload
//!   action makes from the file itself, so that one is left to it.
//! - A finding that somebody allowed is a result with a suppression; no result is without that property, since its
//!   absence would say that nobody knows (3.27.23).
//! - Notes, and what was not known, are notifications of the run (3.20.21).

mod model;

use altimeter_analysis::review::{Held, Review};
use altimeter_analysis::{Rule, Severity, rules};

use super::kind::{Part, ReviewReport, whole};
use super::located::{self, Located};
use crate::format::to_text;
use crate::summary::review::{notes, unknowns, verdict};
use crate::{Layout, escape};
use model::{
    ArtifactLocation, Configuration, Descriptor, Driver, Fingerprints, Invocation, Location, Log, Message,
    Notification, Outcome, OutcomeProperties, PhysicalLocation, Region, Root, Roots, Run, RunProperties,
    Suppression, Tool,
};

/// SARIF.
pub(super) struct Sarif;

impl ReviewReport for Sarif {
    fn name(&self) -> &'static str {
        "sarif"
    }

    fn parts<'a>(&'a self, review: &'a Review, _: Layout) -> Vec<Part<'a>> {
        whole(move || to_text(&log(review)))
    }
}

fn log(review: &Review) -> Log {
    let driver = Driver {
        name: "altimeter",
        semantic_version: env!("CARGO_PKG_VERSION"),
        rules: rules::ALL.iter().map(|r| descriptor(r)).collect(),
    };
    let unknowns = unknowns(review).into_iter().map(|unknown| format!("not known: {unknown}"));
    let notifications = notes(review)
        .into_iter()
        .chain(unknowns)
        .map(|text| Notification { level: "note", message: Message::plain(escape::lines(&text)) });
    let invocation =
        Invocation { execution_successful: true, tool_execution_notifications: notifications.collect() };
    let root = Message::plain("the folder altimeter was started in");
    let verdict = verdict::verdict(review);
    let run = Run {
        tool: Tool { driver },
        invocations: vec![invocation],
        original_uri_base_ids: Roots { root: Root { description: root } },
        column_kind: "utf16CodeUnits",
        results: located::all(review).iter().map(outcome).collect(),
        properties: RunProperties {
            engine: review.engine.to_string(),
            server_version: review.server_version.clone(),
            source: review.source.clone(),
            verdict: escape::lines(&format!("{} {}", verdict.headline, verdict.rest)),
        },
    };
    Log { schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: vec![run] }
}

fn descriptor(rule: &Rule) -> Descriptor {
    Descriptor {
        id: rule.name(),
        short_description: Message::plain(rule.about()),
        full_description: Message::plain(rule.about()),
        help: Message { text: rule.page().text, markdown: Some(crate::rules::page(rule)) },
        // What a finding weighs depends on the database, so every result says it.
        default_configuration: Configuration { level: "warning" },
    }
}

fn outcome(located: &Located<'_>) -> Outcome {
    let (finding, begin, end) = (located.finding, located.begin, located.end);
    let region = Region {
        start_line: begin.line,
        start_column: Some(begin.utf16),
        end_line: Some(end.line),
        end_column: Some(end.utf16),
    };
    let held = located.reviewed.held.iter().filter(|h| h.lock.mode.blocks_writes());
    let justification = |reason: &String| Suppression {
        kind: if located.file.text.contains(reason.as_str()) { "inSource" } else { "external" },
        justification: escape::lines(reason),
    };
    Outcome {
        rule_id: finding.rule,
        rule_index: rules::ALL.iter().position(|r| r.name() == finding.rule),
        level: match finding.severity {
            Severity::Critical | Severity::High => "error",
            Severity::Medium => "warning",
            Severity::Low => "note",
        },
        message: Message::plain(located.text()),
        locations: vec![Location { physical_location: physical(located, region), message: None }],
        related_locations: held.map(|h| held_since(located, h)).collect(),
        partial_fingerprints: Fingerprints { statement: located.fingerprint.clone() },
        suppressions: finding.suppressed.iter().map(justification).collect(),
        properties: OutcomeProperties {
            severity: finding.severity.to_string(),
            object: finding.object.as_ref().map(ToString::to_string),
        },
    }
}

/// Where a lock was taken that is held while the statement runs.
fn held_since(located: &Located<'_>, held: &Held) -> Location {
    let line = usize::try_from(held.line).unwrap_or(usize::MAX);
    let region = Region { start_line: line, start_column: None, end_line: None, end_column: None };
    let says = format!("{} on {} is held since here", held.lock.mode, held.lock.object);
    Location {
        physical_location: physical(located, region),
        message: Some(Message::plain(escape::lines(&says))),
    }
}

fn physical(located: &Located<'_>, region: Region) -> PhysicalLocation {
    let path = located.file.path.as_str();
    let artifact_location = if path == "-" {
        let description = Some(Message::plain("standard input"));
        ArtifactLocation { uri: None, uri_base_id: None, description }
    } else {
        let absolute = path.starts_with('/');
        let scheme = if absolute { "file://" } else { "" };
        let uri = Some(format!("{scheme}{}", encoded(&located::relative(path))));
        ArtifactLocation { uri, uri_base_id: (!absolute).then_some("%SRCROOT%"), description: None }
    };
    PhysicalLocation { artifact_location, region }
}

/// A path as a URI has it: what is not unreserved (RFC 3986, 2.3) is percent-encoded, `/` apart.
fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}
