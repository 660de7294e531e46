//! Variables of `psql` (manual, "psql", "SQL Interpolation"), and the placeholders of migration tools.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Command;

/// What the text has set so far.
#[derive(Debug, Default)]
pub(super) struct Variables {
    set: BTreeMap<String, String>,
}

/// A mention of a variable.
pub(super) struct Reference<'a> {
    name: &'a str,
    form: Form,
    pub(super) end: usize,
}

enum Form {
    /// `:name`.
    Plain,
    /// `:'name'`.
    Literal,
    /// `:"name"`.
    Identifier,
    /// `:{?name}`.
    IsSet,
}

impl Variables {
    /// The SQL that stands for a mention; none if the text does not tell.
    pub(super) fn value(&self, reference: &Reference<'_>) -> Option<String> {
        let value = self.set.get(reference.name)?;
        Some(match reference.form {
            Form::Plain => value.clone(),
            Form::Literal => format!("'{}'", value.replace('\'', "''")),
            Form::Identifier => format!("\"{}\"", value.replace('"', "\"\"")),
            Form::IsSet => "TRUE".to_owned(),
        })
    }

    /// Follows a command that sets or unsets variables.
    pub(super) fn command(&mut self, sql: &str, command: &Command<'_>) {
        let arguments = self.arguments(command.arguments(sql));
        match (command.name, arguments.as_slice()) {
            ("set", [Some(name), values @ ..]) => {
                match values.iter().cloned().collect::<Option<Vec<String>>>() {
                    Some(values) => self.set.insert(name.clone(), values.concat()),
                    None => self.set.remove(name),
                };
            }
            ("unset" | "getenv", [Some(name), ..]) | ("prompt", [.., Some(name)]) => {
                self.set.remove(name);
            }
            // Named after the columns of a result that nobody knows here.
            ("gset", _) => self.set.clear(),
            _ => {}
        }
    }

    /// Arguments of a command, each as the command gets it; none for one that only a shell can tell.
    fn arguments(&self, text: &str) -> Vec<Option<String>> {
        let mut arguments = Vec::new();
        let mut at = 0;
        while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
            if c.is_whitespace() {
                at += c.len_utf8();
                continue;
            }
            let (argument, end) = self.argument(text, at);
            arguments.push(argument);
            at = end;
        }
        arguments
    }

    fn argument(&self, text: &str, from: usize) -> (Option<String>, usize) {
        let mut value = Some(String::new());
        let mut add = |more: Option<&str>| match (&mut value, more) {
            (Some(value), Some(more)) => value.push_str(more),
            (value, _) => *value = None,
        };
        let mut at = from;
        while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
            match c {
                c if c.is_whitespace() => break,
                '\'' => {
                    let (inside, end) = quoted(text, at);
                    add(Some(&inside));
                    at = end;
                    continue;
                }
                '`' => add(None),
                ':' => {
                    if let Some(reference) = reference(text, at) {
                        add(self.value(&reference).as_deref());
                        at = reference.end;
                        continue;
                    }
                }
                _ => {}
            }
            let end = at + c.len_utf8();
            add(text.get(at..end));
            at = end;
        }
        (value, at)
    }
}

/// The inside of a quoted argument: quotes are doubled or escaped, and a backslash escapes as in C.
fn quoted(text: &str, from: usize) -> (String, usize) {
    let mut inside = String::new();
    let mut characters = text.char_indices().skip_while(|(at, _)| *at <= from).peekable();
    while let Some((at, c)) = characters.next() {
        match c {
            '\'' if characters.next_if(|(_, next)| *next == '\'').is_none() => return (inside, at + 1),
            '\\' => match characters.next() {
                Some((_, 'n')) => inside.push('\n'),
                Some((_, 't')) => inside.push('\t'),
                Some((_, 'r')) => inside.push('\r'),
                Some((_, other)) => inside.push(other),
                None => {}
            },
            c => inside.push(c),
        }
    }
    (inside, text.len())
}

/// The variable mentioned at a colon, if it is one and no cast, slice or assignment.
pub(super) fn reference(sql: &str, colon: usize) -> Option<Reference<'_>> {
    if sql.get(..colon)?.ends_with(':') {
        return None;
    }
    let rest = sql.get(colon + 1..)?;
    let (before, form, after) = match rest.chars().next()? {
        '\'' => (1, Form::Literal, "'"),
        '"' => (1, Form::Identifier, "\""),
        '{' => (rest.starts_with("{?").then_some(2)?, Form::IsSet, "}"),
        _ => (0, Form::Plain, ""),
    };
    let rest = rest.get(before..)?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii();
    let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
    let (name, behind) = rest.split_at(length);
    let fits = !name.is_empty() && behind.starts_with(after);
    fits.then(|| Reference { name, form, end: colon + 1 + before + length + after.len() })
}

impl Reference<'_> {
    /// Something of the same kind.
    pub(super) fn stand_in(&self) -> &'static str {
        match self.form {
            Form::Plain => "$1",
            Form::Literal => "''",
            Form::Identifier => "\"variable\"",
            Form::IsSet => "TRUE",
        }
    }
}

/// `${name}` or `{{name}}` around an opening curly bracket.
pub(super) fn placeholder(sql: &str, curly: usize) -> Option<Range<usize>> {
    let rest = sql.get(curly..)?;
    let (begin, open, close) = match sql.get(..curly)?.ends_with('$') {
        true => (curly - 1, "{", "}"),
        false => (curly, "{{", "}}"),
    };
    let inside = rest.strip_prefix(open)?;
    let is_name = |c: char| c.is_alphanumeric() || " _-.:$".contains(c);
    let name = inside.get(..inside.find(|c| !is_name(c))?)?;
    let behind = inside.get(name.len()..)?;
    let fits = !name.trim().is_empty() && behind.starts_with(close);
    fits.then(|| begin..curly + open.len() + name.len() + close.len())
}
