//! A page of text: labels at the left, text wrapped beside them, colour only where it is allowed.
//!
//! Everything goes through here, so that nothing reaches a terminal that was not made harmless.

use altimeter_analysis::Severity;

use crate::layout::Layout;
use crate::summary::arithmetic::Sum;
use crate::{escape, wrap};

/// How a piece of text stands out. The words themselves always say the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// As it is.
    Plain,
    /// Bold.
    Bold,
    /// Less important.
    Dim,
    /// Coloured by how bad it is.
    Risk(Severity),
}

impl Style {
    /// Select Graphic Rendition, ECMA-48 section 8.3.117: the numbers between `ESC [` and `m`.
    fn codes(self) -> &'static str {
        match self {
            Style::Plain => "",
            Style::Bold => "1",
            Style::Dim => "2",
            Style::Risk(Severity::Low) => "1;32",
            Style::Risk(Severity::Medium) => "1;33",
            Style::Risk(Severity::High) => "1;31",
            Style::Risk(Severity::Critical) => "1;97;41",
        }
    }
}

/// Where the text of the overview begins.
pub(crate) const OVERVIEW: usize = 15;
/// Where the text of a step begins.
pub(crate) const STEP: usize = 17;

/// The page so far.
pub(crate) struct Page {
    text: String,
    width: usize,
    color: bool,
}

impl Page {
    /// An empty page.
    pub(crate) fn new(layout: Layout) -> Self {
        Self { text: String::new(), width: layout.columns(), color: layout.color }
    }

    /// What was written.
    pub(crate) fn finish(self) -> String {
        self.text
    }

    /// The columns of the page.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// An empty line.
    pub(crate) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A line as it is; it has to be harmless already.
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn painted(&self, style: Style, text: &str) -> String {
        match style.codes() {
            "" => text.to_owned(),
            _ if !self.color || text.is_empty() => text.to_owned(),
            codes => format!("\u{1b}[{codes}m{text}\u{1b}[0m"),
        }
    }

    /// A heading, and facts at the right end of its line where there is room, else below.
    pub(crate) fn heading(&mut self, title: &str, facts: &[String]) {
        let title = escape::line(title);
        let facts = escape::line(&facts.join(" · "));
        let used = wrap::columns(&title) + wrap::columns(&facts);
        if used + 4 <= self.width {
            let gap = " ".repeat(self.width - used);
            let line =
                format!("{}{gap}{}", self.painted(Style::Bold, &title), self.painted(Style::Dim, &facts));
            return self.line(&line);
        }
        for (style, text) in [(Style::Bold, title), (Style::Dim, facts)] {
            for line in wrap::words(&text, self.width) {
                let line = self.painted(style, &line);
                self.line(&line);
            }
        }
    }

    /// A label and prose beside it that begins at column `at`; the words of `strong` stand at its beginning.
    pub(crate) fn prose(&mut self, at: usize, label: &str, strong: (Style, &str), rest: &str) {
        let (style, strong) = (strong.0, escape::line(strong.1));
        let text = format!("{strong} {}", escape::line(rest));
        let mut lines = self.beside(at, label, wrap::words(&text, self.width - at));
        if let Some(first) = lines.first_mut().filter(|_| !strong.is_empty()) {
            *first = first.replacen(&strong, &self.painted(style, &strong), 1);
        }
        for line in lines {
            self.line(&line);
        }
    }

    /// A label and plain prose beside it.
    pub(crate) fn says(&mut self, at: usize, label: &str, text: &str) {
        self.prose(at, label, (Style::Plain, ""), text);
    }

    /// A label and facts beside it, which are kept whole where they fit a line.
    pub(crate) fn facts(&mut self, at: usize, label: &str, pieces: &[String], between: &str) {
        let pieces: Vec<String> = pieces.iter().map(|p| escape::line(p)).collect();
        let lines = wrap::pieces(pieces.iter().map(String::as_str), between, self.width - at);
        for line in self.beside(at, label, lines) {
            self.line(&line);
        }
    }

    /// A label and several texts below each other.
    pub(crate) fn list(&mut self, at: usize, label: &str, texts: &[String]) {
        for (i, text) in texts.iter().enumerate() {
            self.says(at, if i == 0 { label } else { "" }, text);
        }
    }

    /// Lines with their label in front of the first; a label that is too long gets two blanks behind it.
    fn beside(&self, at: usize, label: &str, lines: Vec<String>) -> Vec<String> {
        // Overview labels stand at column 2, a step's at column 6.
        let from = if at == STEP { 6 } else { 2 };
        let label = escape::line(label);
        let mut out = Vec::new();
        let fits = label.is_empty() || from + wrap::columns(&label) + 2 <= at;
        if !fits {
            let label = wrap::words(&label, self.width - from);
            out.extend(label.into_iter().map(|l| format!("{}{l}", " ".repeat(from))));
        }
        for (i, line) in lines.into_iter().enumerate() {
            let label = if i == 0 && fits { label.as_str() } else { "" };
            let gap = " ".repeat(at - from - wrap::columns(label));
            out.push(format!("{}{label}{gap}{line}", " ".repeat(from)));
        }
        out
    }

    /// A statement, never broken, and facts about it: SQL of one line that fits stands beside the label and the
    /// facts below, else the facts stand beside the label and the SQL as a block below.
    pub(crate) fn statement(&mut self, label: &str, sql: &str, facts: &[String]) {
        let shown = escape::lines(sql);
        let facts: Vec<String> = facts.iter().map(|f| escape::line(f)).collect();
        let mut facts = wrap::pieces(facts.iter().map(String::as_str), " · ", self.width - STEP);
        facts.retain(|f| !f.is_empty());
        let facts: Vec<String> = facts.into_iter().map(|f| self.painted(Style::Dim, &f)).collect();
        let beside = !shown.contains('\n') && wrap::columns(&shown) + STEP <= self.width;
        let (labelled, block) =
            if beside { ([vec![shown.clone()], facts].concat(), None) } else { (facts, Some(&shown)) };
        let labelled = if labelled.is_empty() { vec![String::new()] } else { labelled };
        for line in self.beside(STEP, label, labelled) {
            self.line(&line);
        }
        for line in block.into_iter().flat_map(|b| b.lines()) {
            self.line(&format!("{}{line}", " ".repeat(SQL_BLOCK)));
        }
        if shown != sql.replace("\r\n", "\n") {
            self.says(
                STEP,
                "",
                "(invisible characters are shown as \\u{..}; take the text from --format json)",
            );
        }
    }

    /// An estimate's arithmetic: each quantity, and below it its lines.
    pub(crate) fn arithmetic(&mut self, at: usize, sums: &[Sum]) {
        for sum in sums {
            self.says(at, "", &sum.says);
            for line in &sum.lines {
                self.says(at + 2, "", line);
            }
        }
    }

    /// The lines of a table that was drawn already.
    pub(crate) fn drawn(&mut self, lines: &[String]) {
        for line in lines {
            self.line(&format!(" {line}"));
        }
    }

    /// A block of SQL, never broken, from column `at` on.
    pub(crate) fn block(&mut self, at: usize, sql: &str) {
        for line in escape::lines(sql).lines() {
            self.line(&format!("{}{line}", " ".repeat(at)));
        }
    }

    /// Lines that somebody else drew, wrapped and made harmless.
    pub(crate) fn drawn_already(&mut self, lines: &str) {
        for line in lines.lines() {
            self.line(line);
        }
    }

    /// A title on a line of its own.
    pub(crate) fn title(&mut self, title: &str, aside: (Style, &str)) {
        let aside = (aside.0, escape::line(aside.1));
        if wrap::columns(&aside.1) > self.width / 2 {
            self.title(title, (aside.0, ""));
            return self.prose(4, "", (Style::Plain, ""), &aside.1);
        }
        let room = if aside.1.is_empty() {
            self.width
        } else {
            self.width - wrap::columns(&aside.1).min(self.width / 2) - 2
        };
        let mut lines = wrap::words(&escape::line(title), room - 2).into_iter();
        let first = lines.next().unwrap_or_default();
        let gap = self.width.saturating_sub(2 + wrap::columns(&first) + wrap::columns(&aside.1));
        let gap = if aside.1.is_empty() { String::new() } else { " ".repeat(gap.max(2)) };
        let line = format!("  {}{gap}{}", self.painted(Style::Bold, &first), self.painted(aside.0, &aside.1));
        self.line(&line);
        for more in lines {
            let line = format!("  {}", self.painted(Style::Bold, &more));
            self.line(&line);
        }
    }
}

/// Where a block of SQL begins.
const SQL_BLOCK: usize = 10;
