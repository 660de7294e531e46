//! The few words of a statement that decide where it ends.

use squawk_lexer::TokenKind;

/// What is known of a statement while it is read.
#[derive(Debug, Default)]
pub(super) struct Words {
    kind: Kind,
    brackets: usize,
    /// How deep in `BEGIN ATOMIC … END` and the `CASE … END` inside it.
    body: usize,
    last: Last,
    from_stdin: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Kind {
    #[default]
    Unread,
    Create,
    /// Its actions stand in brackets, with semicolons between them.
    Rule,
    /// Its body may be statements.
    Routine,
    Copy,
    Set,
    Other,
}

/// The token before, as far as it matters.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Last {
    /// `FROM`.
    From,
    /// `BEGIN`.
    Begin,
    /// `AS` or a dot: a name follows, whatever it reads like.
    BeforeName,
    #[default]
    Other,
}

impl Words {
    /// Reads on by one token.
    pub(super) fn take(&mut self, kind: TokenKind, text: &str) {
        match kind {
            TokenKind::Ident => return self.word(text),
            TokenKind::OpenParen => self.brackets += 1,
            TokenKind::CloseParen => self.brackets = self.brackets.saturating_sub(1),
            TokenKind::Dot => {
                self.last = Last::BeforeName;
                return;
            }
            _ => {}
        }
        self.last = Last::Other;
    }

    /// Reads on by something that somebody fills in.
    pub(super) fn take_value(&mut self) {
        self.last = Last::Other;
        if matches!(self.kind, Kind::Unread | Kind::Create) {
            self.kind = Kind::Other;
        }
    }

    fn word(&mut self, word: &str) {
        let is = |other: &str| word.eq_ignore_ascii_case(other);
        match self.kind {
            Kind::Unread => {
                self.kind = match () {
                    () if is("create") => Kind::Create,
                    () if is("copy") => Kind::Copy,
                    () if is("set") => Kind::Set,
                    () => Kind::Other,
                };
            }
            Kind::Create => {
                self.kind = match () {
                    () if is("or") || is("replace") => Kind::Create,
                    () if is("rule") => Kind::Rule,
                    () if is("function") || is("procedure") => Kind::Routine,
                    () => Kind::Other,
                };
            }
            Kind::Copy => {
                // The grammar takes STDOUT there for STDIN.
                let client = is("stdin") || is("stdout");
                self.from_stdin |= self.brackets == 0 && self.last == Last::From && client;
                self.last = if is("from") { Last::From } else { Last::Other };
            }
            Kind::Routine => self.body_word(is),
            Kind::Rule | Kind::Set | Kind::Other => {}
        }
    }

    fn body_word(&mut self, is: impl Fn(&str) -> bool) {
        let last = std::mem::take(&mut self.last);
        match () {
            () if last == Last::BeforeName => {}
            () if is("as") => self.last = Last::BeforeName,
            () if is("begin") => self.last = Last::Begin,
            () if is("atomic") && last == Last::Begin => self.body = 1,
            () if is("case") && self.body > 0 => self.body += 1,
            () if is("end") => self.body = self.body.saturating_sub(1),
            () => {}
        }
    }

    /// Whether a semicolon here ends the statement. One in brackets does, except in a rule: the brackets then lack
    /// their end, and what follows is another statement.
    pub(super) fn may_end(&self) -> bool {
        match self.kind {
            Kind::Rule => self.brackets == 0,
            Kind::Routine => self.body == 0,
            _ => true,
        }
    }

    /// Whether it is `COPY … FROM stdin`, whose rows follow.
    pub(super) fn copies_from_stdin(&self) -> bool {
        self.from_stdin
    }

    /// What the statement, whose text this is, sets `standard_conforming_strings` to, turned round: whether
    /// backslashes escape in ordinary strings (manual, "Version and Platform Compatibility").
    pub(super) fn backslash_escapes(&self, text: &str) -> Option<bool> {
        if self.kind != Kind::Set || text.len() > 200 {
            return None;
        }
        let text = text.to_ascii_lowercase();
        let (_, value) = text.split_once("standard_conforming_strings")?;
        let value = value.trim_start().trim_start_matches('=').trim();
        let value = value.strip_prefix("to ").unwrap_or(value).trim().trim_matches('\'');
        Some(matches!(value, "off" | "false" | "no" | "0" | "f" | "n"))
    }
}
