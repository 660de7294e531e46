//! Fits a request's tokens to the clauses of a change, in whatever order they were written.
//!
//! Every way to read the request is found; the catalog then decides which one makes sense. Nothing is passed over:
//! a reading takes every token, as a part of a clause or as one of the few words that say nothing.

use std::cell::Cell;
use std::ops::Range;

use super::extent::extents;
use super::pattern::{Element, Slot, compile};
use super::token::Token;
use super::words::{ARTICLES, CLOSERS, CONNECTORS, FILLERS, NEVER_BEHIND_ARTICLES};

/// Steps after which a request is given up: far more than any sentence takes, still some milliseconds only.
const STEPS: u32 = 50_000;
/// Ways to read one request that are looked at.
const READINGS: usize = 200;

/// A part of a sentence, said in one of several ways, at most once.
pub(super) struct Clause {
    /// Whether there is no such sentence without it.
    pub(super) required: bool,
    /// The ways to say it.
    pub(super) patterns: &'static [&'static str],
}

/// What the tokens alone do not tell.
pub(super) trait Lexicon {
    /// Whether that is a type's name.
    fn is_type(&self, text: &str) -> bool;
    /// Whether anything in the database has that name.
    fn is_known(&self, name: &str) -> bool;
}

/// Slots with the tokens that fill them.
pub(super) type Fields = Vec<(Slot, Range<usize>)>;

/// One request about to be read.
pub(super) struct Matcher<'a> {
    /// The text.
    pub(super) text: &'a str,
    /// Its tokens.
    pub(super) tokens: &'a [Token],
    /// Types and names.
    pub(super) lexicon: &'a dyn Lexicon,
    steps: Cell<u32>,
}

/// The clauses of one change, ready to be matched.
pub(super) struct Sentence(Vec<Ready>);

struct Ready {
    required: bool,
    patterns: Vec<Vec<Element>>,
}

impl Sentence {
    /// Reads the clauses' patterns.
    pub(super) fn new(clauses: impl IntoIterator<Item = &'static Clause>) -> Self {
        let ready = |c: &'static Clause| Ready {
            required: c.required,
            patterns: c.patterns.iter().map(|p| compile(p)).collect(),
        };
        Self(clauses.into_iter().map(ready).collect())
    }

    /// The patterns of which one has to be there.
    pub(super) fn required(&self) -> impl Iterator<Item = &Vec<Element>> {
        self.0.iter().filter(|c| c.required).flat_map(|c| &c.patterns)
    }
}

impl<'a> Matcher<'a> {
    /// A matcher for that text.
    pub(super) fn new(text: &'a str, tokens: &'a [Token], lexicon: &'a dyn Lexicon) -> Self {
        Self { text, tokens, lexicon, steps: Cell::new(0) }
    }

    /// Every way to read the tokens as that sentence.
    pub(super) fn readings(&self, sentence: &Sentence) -> Vec<Fields> {
        let mut found = Vec::new();
        self.sentence(&sentence.0, 0, 0, &Vec::new(), &mut found);
        found
    }

    /// Whether there was more to try than is tried: some readings may not have been found.
    pub(super) fn gave_up(&self) -> bool {
        self.steps.get() > STEPS
    }

    fn sentence(&self, clauses: &[Ready], at: usize, used: u64, fields: &Fields, found: &mut Vec<Fields>) {
        let missing = clauses.iter().enumerate().any(|(i, c)| c.required && used & (1 << i) == 0);
        if !missing && self.says_nothing(at) {
            let mut fields = fields.clone();
            fields.sort_by_key(|(slot, _)| *slot);
            if !found.contains(&fields) {
                found.push(fields);
            }
        }
        let mut from = at;
        loop {
            for (i, clause) in clauses.iter().enumerate().filter(|(i, _)| used & (1 << i) == 0) {
                for pattern in &clause.patterns {
                    self.elements(pattern, from, fields, &mut |end, fields| {
                        if end > from && found.len() < READINGS {
                            self.sentence(clauses, end, used | (1 << i), fields, found);
                        }
                    });
                }
            }
            let connects = at > 0 && self.tokens.get(from).is_some_and(|t| one_of(t, CONNECTORS));
            if !connects && !self.is_filler(from) {
                return;
            }
            from += 1;
        }
    }

    /// Whether the token says nothing. An article before a preposition is none: `on email and a of users` has a
    /// column `a`.
    fn is_filler(&self, at: usize) -> bool {
        let Some(token) = self.tokens.get(at) else { return false };
        let article = one_of(token, ARTICLES);
        let names_something =
            || self.tokens.get(at + 1).is_some_and(|next| !one_of(next, NEVER_BEHIND_ARTICLES));
        one_of(token, FILLERS) && (!article || names_something())
    }

    /// Whether the tokens from there on may close a request.
    fn says_nothing(&self, at: usize) -> bool {
        let rest = self.tokens.get(at..).unwrap_or_default();
        rest.iter().all(|t| one_of(t, CLOSERS) || t.is(","))
    }

    fn elements(
        &self,
        elements: &[Element],
        at: usize,
        fields: &Fields,
        then: &mut dyn FnMut(usize, &Fields),
    ) {
        let Some((first, rest)) = elements.split_first() else { return then(at, fields) };
        if self.steps.replace(self.steps.get() + 1) > STEPS {
            return;
        }
        match first {
            Element::Optional(inner) => {
                self.elements(inner, at, fields, &mut |end, fields| self.elements(rest, end, fields, then));
                self.elements(rest, at, fields, then);
            }
            Element::Phrase(slot, patterns) => {
                for pattern in patterns {
                    self.elements(pattern, at, fields, &mut |end, fields| match slot {
                        None => self.elements(rest, end, fields, then),
                        Some(slot) => {
                            if let Some(fields) = with(fields, *slot, at..end) {
                                self.elements(rest, end, &fields, then);
                            }
                        }
                    });
                }
            }
            Element::Words(_) | Element::Slot(_) => self.token(first, rest, at, fields, then),
        }
    }

    /// A word or a slot, fillers before it left out or not.
    fn token(
        &self,
        first: &Element,
        rest: &[Element],
        at: usize,
        fields: &Fields,
        then: &mut dyn FnMut(usize, &Fields),
    ) {
        let mut from = at;
        while let Some(token) = self.tokens.get(from) {
            match first {
                Element::Words(words) if words.iter().any(|w| token.is(w)) => {
                    self.elements(rest, from + 1, fields, then);
                }
                Element::Slot(slot) => {
                    for end in extents(self, *slot, from) {
                        if let Some(fields) = with(fields, *slot, from..end) {
                            self.elements(rest, end, &fields, then);
                        }
                    }
                }
                _ => {}
            }
            // Inside parentheses every word counts: `(email, a)` has a column `a`.
            let inside = matches!(first, Element::Words(words) if words.contains(&")"));
            if inside || !self.is_filler(from) {
                return;
            }
            from += 1;
        }
    }
}

/// The fields and one more; none if that one is filled already.
fn with(fields: &Fields, slot: Slot, tokens: Range<usize>) -> Option<Fields> {
    if fields.iter().any(|(known, _)| *known == slot) {
        return None;
    }
    let mut fields = fields.clone();
    fields.push((slot, tokens));
    Some(fields)
}

/// Whether the token is one of these words or signs.
pub(super) fn one_of(token: &Token, words: &[&str]) -> bool {
    words.iter().any(|w| token.is(w))
}
