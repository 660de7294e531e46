//! One statement at length: what was found, the statement where it stands, its locks, who waits, what it costs, and
//! the safe way.

use std::collections::HashSet;

use altimeter_analysis::review::{Reviewed, ReviewedFile};
use altimeter_analysis::{Finding, Severity};
use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};

use super::excerpt::Excerpt;
use crate::review::place::{Places, marked};
use crate::summary::review::blocks::Block;
use crate::summary::review::{facts, in_order, path, some};
use crate::{Layout, escape, wrap};

/// Lines of a safe way that are shown.
const SAFE_WAY: usize = 16;

/// Draws the statements of one file.
pub(super) struct Details<'a> {
    file: &'a ReviewedFile,
    width: usize,
    renderer: Renderer,
    /// Safe ways that were told already.
    told: HashSet<&'a str>,
}

impl<'a> Details<'a> {
    /// Nothing drawn yet.
    pub(super) fn new(file: &'a ReviewedFile, layout: Layout) -> Self {
        let renderer = if layout.color { Renderer::styled() } else { Renderer::plain() };
        let width = layout.columns();
        Self { file, width, renderer: renderer.term_width(width), told: HashSet::new() }
    }

    /// The statement at that place of the file.
    pub(super) fn draw(&mut self, places: &mut Places<'_>, at: usize, block: Option<&Block<'_>>) -> String {
        let reviewed = &self.file.statements[at];
        let marked = marked(self.file, reviewed);
        let gutter = places.line_of(marked.end).to_string().len();
        // Line number, blank, bar, blank; two more beside a statement of several lines.
        let room = self.width.saturating_sub(gutter + 5);
        let excerpt = Excerpt::new(places, &marked, room);
        let waits = block.map(|b| b.says_in(self.file));
        let labels = match &reviewed.judged.statement.syntax_error {
            Some(error) => vec![error.message.clone()],
            None => waits.iter().cloned().chain(block.map(Block::says_briefly)).collect(),
        };
        let label = labels.iter().find(|l| excerpt.end_column + wrap::columns(&escape::line(l)) < room);
        // Beside a short label the names are only missed where there are several, or where the wait goes on.
        let is_said = |b: &Block<'_>| match b.closed.len() + b.unwritten.len() {
            0 => true,
            1 => b.until == b.at,
            _ => false,
        };
        let waits = waits.filter(|w| Some(w) != label && !(label.is_some() && block.is_some_and(is_said)));
        let mut elements = vec![];
        let mut annotation = AnnotationKind::Primary.span(excerpt.span.clone());
        if let Some(label) = label {
            annotation = annotation.label(escape::line(label));
        }
        let snippet = Snippet::source(excerpt.text.as_str()).line_start(excerpt.line).annotation(annotation);
        let path = escape::line(path(self.file));
        match excerpt.cut_column {
            None => elements.push(Element::from(snippet.path(path.as_str()))),
            Some(column) => {
                elements.push(Element::from(snippet));
                let origin = Origin::path(path.as_str()).line(excerpt.line).char_column(column);
                elements.push(Element::from(origin));
            }
        }
        let messages = Messages { gutter, width: self.width };
        elements.extend(messages.facts("waits", waits.as_slice()));
        elements.extend(messages.facts("locks", &facts::locks(&reviewed.judged.effect)));
        elements.extend(messages.facts("held", &facts::held(reviewed)));
        let costs = facts::costs(&reviewed.judged.effect, &reviewed.judged.estimate);
        elements.extend(messages.pieces("costs", &costs));
        let findings = in_order(reviewed);
        elements.extend(messages.facts("note", &reviewed.remarks));
        for (nth, finding) in findings.iter().enumerate() {
            if nth > 0 {
                let name = format!("{}[{}]", finding.severity, finding.rule);
                elements.extend(messages.prose(level(finding.severity), &name, &finding.message));
            }
            elements.extend(self.safe_way(&messages, finding));
        }
        let title = self.title(reviewed, findings.first().copied(), block);
        self.renderer.render(&[title.elements(elements)])
    }

    /// The worst finding; of a statement without one, why it is shown.
    fn title(
        &self,
        reviewed: &Reviewed,
        finding: Option<&Finding>,
        block: Option<&Block<'_>>,
    ) -> Group<'static> {
        let effect = &reviewed.judged.effect;
        let (level, name, text) = match (finding, &effect.fails, &effect.not_analysed) {
            (Some(f), ..) => (level(f.severity), format!("{}[{}]", f.severity, f.rule), f.message.clone()),
            (None, Some(reason), _) => (Level::ERROR, "fails".to_owned(), reason.clone()),
            (None, None, Some(reason)) => (Level::WARNING, "not analysed".to_owned(), reason.clone()),
            _ => (Level::NOTE, "note".to_owned(), block.map(Block::says).unwrap_or_default()),
        };
        let room = self.width.saturating_sub(name.len() + 2);
        let text = wrap::words(&escape::line(&text), room).join("\n");
        Group::with_title(level.with_name(name).primary_title(text))
    }

    /// The safe way, once in a file.
    fn safe_way(&mut self, messages: &Messages, finding: &'a Finding) -> Vec<Element<'static>> {
        let instead = finding.instead.trim();
        if instead.is_empty() || !self.told.insert(instead) {
            return Vec::new();
        }
        if let Some(words) = facts::words_alone(instead) {
            return messages.prose(Level::HELP, "instead", words);
        }
        let (shown, left_out) = facts::first_lines(instead, SAFE_WAY);
        let mut sql = escape::lines(shown);
        if left_out > 0 {
            sql.push_str(&format!("\n… {}: --format json has all", some(left_out, "more line")));
        }
        vec![Element::from(Level::HELP.with_name("instead").message(sql))]
    }
}

/// Lines below the statement, no wider than the page.
struct Messages {
    gutter: usize,
    width: usize,
}

impl Messages {
    /// Facts below each other; nothing if there are none.
    fn facts(&self, name: &'static str, lines: &[String]) -> Option<Element<'static>> {
        let lines: Vec<String> = lines.iter().flat_map(|l| self.wrapped(name, l)).collect();
        (!lines.is_empty()).then(|| Element::from(Level::NOTE.with_name(name).message(lines.join("\n"))))
    }

    /// Pieces in a row, each kept whole where it fits a line; nothing if there are none.
    fn pieces(&self, name: &'static str, pieces: &[String]) -> Option<Element<'static>> {
        let pieces: Vec<String> = pieces.iter().map(|p| escape::line(p)).collect();
        let lines = wrap::pieces(pieces.iter().map(String::as_str), " · ", self.room(name));
        let element = || Element::from(Level::NOTE.with_name(name).message(lines.join("\n")));
        (!pieces.is_empty()).then(element)
    }

    fn prose(&self, level: Level<'static>, name: &str, text: &str) -> Vec<Element<'static>> {
        let text = self.wrapped(name, text).join("\n");
        vec![Element::from(level.with_name(name.to_owned()).message(text))]
    }

    fn wrapped(&self, name: &str, text: &str) -> Vec<String> {
        wrap::words(&escape::line(text), self.room(name))
    }

    /// What a blank, `= `, the name and `: ` leave beside the gutter.
    fn room(&self, name: &str) -> usize {
        self.width.saturating_sub(self.gutter + name.len() + 5)
    }
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Critical | Severity::High => Level::ERROR,
        Severity::Medium => Level::WARNING,
        Severity::Low => Level::NOTE,
    }
}
