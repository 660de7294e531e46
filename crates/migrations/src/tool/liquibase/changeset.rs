//! One `--changeset` line.

use crate::{Direction, TransactionRule};

/// What the line says.
#[derive(Debug, Default)]
pub(super) struct Changeset {
    author: String,
    id: String,
    attributes: Vec<(String, String)>,
    /// What ends its statements instead of a semicolon.
    pub(super) end_delimiter: Option<String>,
    /// It has preconditions.
    pub(super) conditional: bool,
}

impl Changeset {
    /// Reads what stands behind `changeset`: `author:id key:value …`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (author, rest) = value(text.trim_start(), |c| c == ':')?;
        let (id, rest) = value(rest.trim_start().strip_prefix(':')?.trim_start(), char::is_whitespace)?;
        let mut changeset = Self { author: author.trim().to_owned(), id: id.to_owned(), ..Self::default() };
        let mut rest = rest.trim_start();
        while !rest.is_empty() {
            let Some((key, behind)) = rest.split_once(':') else { break };
            let (value, behind) = value(behind, char::is_whitespace).unwrap_or((String::new(), behind));
            changeset.attributes.push((key.trim().to_ascii_lowercase(), value));
            rest = behind.trim_start();
        }
        let delimiter = changeset.attribute("enddelimiter").filter(|d| !d.is_empty() && *d != ";");
        changeset.end_delimiter = delimiter.map(str::to_owned);
        Some(changeset)
    }

    /// `author:id`.
    pub(super) fn name(&self) -> String {
        format!("{}:{}", self.author, self.id)
    }

    fn attribute(&self, key: &str) -> Option<&str> {
        self.attributes.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str())
    }

    fn is(&self, key: &str, value: &str) -> bool {
        self.attribute(key).is_some_and(|v| v.eq_ignore_ascii_case(value))
    }

    /// What is wrapped around it.
    pub(super) fn transaction(&self) -> TransactionRule {
        match (self.is("runwith", "psql"), self.is("runintransaction", "false")) {
            (true, _) => TransactionRule::Each,
            (false, false) => TransactionRule::One,
            (false, true) if self.is("splitstatements", "false") => TransactionRule::OneIfSeveral,
            (false, true) => TransactionRule::Each,
        }
    }

    /// Whether its statements are cut at semicolons.
    pub(super) fn cuts(&self) -> bool {
        self.end_delimiter.is_none() && !self.is("splitstatements", "false") && !self.is("runwith", "psql")
    }

    /// Whether it runs once or again.
    pub(super) fn direction(&self) -> Direction {
        match self.is("runonchange", "true") || self.is("runalways", "true") {
            true => Direction::Repeatable,
            false => Direction::Up,
        }
    }

    /// Why it does not run on PostgreSQL.
    pub(super) fn left_out(&self) -> Option<String> {
        if self.is("ignore", "true") {
            return Some("it says ignore:true".to_owned());
        }
        let dbms = self.attribute("dbms")?;
        let mut names = dbms.split(',').map(str::trim).filter(|d| !d.is_empty());
        let ours = |name: &str| name.eq_ignore_ascii_case("postgresql") || name.eq_ignore_ascii_case("all");
        let excluded = names.clone().any(|n| n.strip_prefix('!').is_some_and(ours));
        let only_excludes = names.clone().all(|n| n.starts_with('!'));
        (excluded || !only_excludes && !names.any(ours)).then(|| format!("it is for {dbms}"))
    }

    /// What decides, besides the file, whether it runs.
    pub(super) fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        let context = self.attribute("contextfilter").or_else(|| self.attribute("context"));
        if let Some(context) = context.filter(|c| !c.is_empty()) {
            remarks.push(format!("runs in context {context} only"));
        }
        if let Some(labels) = self.attribute("labels").filter(|l| !l.is_empty()) {
            remarks.push(format!("is labelled {labels}"));
        }
        if self.conditional {
            remarks.push("has preconditions: whether it runs depends on them".to_owned());
        }
        if let Some(runner) = self.attribute("runwith") {
            remarks.push(format!("is run by {runner}"));
        }
        remarks
    }
}

/// A value in double quotes, or up to some character, and what follows it.
fn value(text: &str, ends: impl Fn(char) -> bool) -> Option<(String, &str)> {
    if let Some(quoted) = text.strip_prefix('"') {
        let (inside, rest) = quoted.split_once('"')?;
        return Some((inside.to_owned(), rest));
    }
    let end = text.find(ends).unwrap_or(text.len());
    (end > 0).then(|| (text.get(..end).unwrap_or_default().to_owned(), text.get(end..).unwrap_or_default()))
}
