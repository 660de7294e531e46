//! The notation the words of a change are written in.
//!
//! `rename [column] <column> to|as <name> [{on_table}]`: a plain word stands for itself (and for its synonyms), `|`
//! separates words of which one must be there, `[…]` may be left out, `<…>` is a slot to be read from the request,
//! `{…}` one of the phrases of `words.rs`.

use super::words::{PHRASES, SYNONYMS};

/// What is read from a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Slot {
    /// A schema's name.
    Schema,
    /// A table's name, perhaps with its schema.
    Table,
    /// A column's name, perhaps with its table and schema.
    Column,
    /// A name that is to be given.
    NewName,
    /// An index's name.
    Index,
    /// A type.
    Type,
    /// The type something has now.
    OldType,
    /// A time zone.
    Zone,
    /// How values are converted.
    Using,
    /// A value of an enum.
    Label,
    /// A default.
    Default,
    /// Key columns or expressions of an index.
    Keys,
    /// Columns an index only carries along.
    Include,
    /// A partial index's condition.
    Predicate,
    /// An index's access method.
    Method,
    /// Set by a phrase that has no value of its own: NULL is allowed.
    Nullable,
    /// NULL is not allowed.
    NotNull,
    /// There shall be no default.
    NoDefault,
    /// A unique index.
    Unique,
    /// NULLs count as equal.
    NullsNotDistinct,
    /// While others go on.
    Concurrently,
    /// Only if it is there.
    IfExists,
    /// Only if it is not there.
    IfNotExists,
    /// What depends on it goes too.
    Cascade,
    /// What becomes of rows whose parent is deleted.
    OnDelete,
    /// A primary key.
    PrimaryKey,
    /// Above zero.
    Positive,
    /// Zero or above.
    NotNegative,
    /// Not the empty text.
    NotEmpty,
    /// A part of the calendar.
    Period,
    /// How rows are spread over partitions.
    Strategy,
    /// How many values.
    Number,
    /// How many partitions.
    Parts,
    /// Where something begins: a date or a number.
    From,
    /// Values that get partitions of their own.
    Values,
    /// Columns to be made, each with its type and what it is made of.
    NewColumns,
    /// What stands between the parts of a text.
    Separator,
    /// What the key of a table to be made is called.
    Key,
}

/// One piece of a pattern.
#[derive(Clone, Debug)]
pub(super) enum Element {
    /// One of these words or signs.
    Words(Vec<&'static str>),
    /// A value.
    Slot(Slot),
    /// These, or nothing.
    Optional(Vec<Element>),
    /// One of these; that it was there is remembered if there is a slot for it.
    Phrase(Option<Slot>, Vec<Vec<Element>>),
}

/// Reads a pattern. A slot or phrase nobody knows becomes a word that no text can hold; a test sees to it that
/// there is none.
pub(super) fn compile(pattern: &'static str) -> Vec<Element> {
    let mut rest = pattern;
    group(&mut rest)
}

fn group(rest: &mut &'static str) -> Vec<Element> {
    let mut elements = Vec::new();
    loop {
        *rest = rest.trim_start();
        let Some(c) = rest.chars().next() else { return elements };
        if c == '[' || c == ']' {
            *rest = &rest[1..];
            if c == ']' {
                return elements;
            }
            elements.push(Element::Optional(group(rest)));
            continue;
        }
        let end = rest.find(|c: char| c.is_whitespace() || c == '[' || c == ']').unwrap_or(rest.len());
        let (piece, behind) = rest.split_at(end);
        *rest = behind;
        elements.push(element(piece));
    }
}

fn element(piece: &'static str) -> Element {
    let inside = |open, close| piece.strip_prefix(open).and_then(|p: &'static str| p.strip_suffix(close));
    if let Some(slot) = inside('<', '>').and_then(slot) {
        return Element::Slot(slot);
    }
    if let Some((_, slot, patterns)) =
        inside('{', '}').and_then(|name| PHRASES.iter().find(|(known, ..)| *known == name))
    {
        return Element::Phrase(*slot, patterns.iter().map(|p| compile(p)).collect());
    }
    let words = piece.split('|').flat_map(|word| {
        let known = SYNONYMS.iter().find(|s| s.first() == Some(&word));
        known.map_or_else(|| vec![word], |s| s.to_vec())
    });
    Element::Words(words.collect())
}

fn slot(name: &str) -> Option<Slot> {
    Some(match name {
        "schema" => Slot::Schema,
        "table" => Slot::Table,
        "column" => Slot::Column,
        "new" => Slot::NewName,
        "index" => Slot::Index,
        "type" => Slot::Type,
        "oldtype" => Slot::OldType,
        "zone" => Slot::Zone,
        "using" => Slot::Using,
        "label" => Slot::Label,
        "default" => Slot::Default,
        "keys" => Slot::Keys,
        "include" => Slot::Include,
        "predicate" => Slot::Predicate,
        "method" => Slot::Method,
        "number" => Slot::Number,
        "parts" => Slot::Parts,
        "from" => Slot::From,
        "values" => Slot::Values,
        "newcolumns" => Slot::NewColumns,
        "separator" => Slot::Separator,
        "key" => Slot::Key,
        _ => return None,
    })
}

/// Words of a pattern, for spelling help; false ones (an unknown slot) show themselves by their brackets.
pub(super) fn words_of(elements: &[Element], found: &mut Vec<&'static str>) {
    for element in elements {
        match element {
            Element::Words(words) => found.extend(words),
            Element::Slot(_) => {}
            Element::Optional(inner) => words_of(inner, found),
            Element::Phrase(_, patterns) => patterns.iter().for_each(|p| words_of(p, found)),
        }
    }
}
