//! Values of an enum, as in `add the value 'paused' to the enum order_state after 'open'`.

use altimeter_catalog::{Catalog, Change, Name, RelationChange, TypeAction, TypeKind};

use super::matching::Clause;
use super::nearest::one_of;
use super::pattern::Slot;
use super::reader::{Found, Reader, incomplete};
use super::resolve::{Names, shown};
use super::token::Part;
use super::trouble::{Progress, Trouble};

/// Reads requests to add a value to an enum.
pub(super) struct AddValue;

/// Reads requests to rename a value of an enum.
pub(super) struct RenameValue;

const ADD: &[Clause] = &[
    Clause { required: true, patterns: &["add [enum] value|label <new>", "add <new> as [enum] value|label"] },
    Clause {
        required: true,
        patterns: &[
            "to|on [type] enum [type] <oldtype>",
            "to|on <oldtype> enum [type]",
            "to|on type <oldtype>",
        ],
    },
    Clause { required: false, patterns: &["before <label>"] },
    Clause { required: false, patterns: &["after|behind <column>"] },
];

const RENAME: &[Clause] = &[
    Clause { required: true, patterns: &["rename [enum] value|label <label> to|as|into <new>"] },
    Clause {
        required: true,
        patterns: &["on [type] enum [type] <oldtype>", "on <oldtype> enum [type]", "on type <oldtype>"],
    },
];

impl Reader for AddValue {
    fn doing(&self) -> &'static str {
        "adding a value to an enum"
    }

    fn clauses(&self) -> &'static [Clause] {
        ADD
    }

    fn build(&self, found: &Found<'_>) -> Result<Change, Trouble> {
        let (name, labels) = the_enum(found)?;
        let label = text(found, Slot::NewName).ok_or_else(|| incomplete("which value to add"))?;
        let before = text(found, Slot::Label).map(|l| (true, l));
        let beside = before.or_else(|| text(found, Slot::Column).map(|l| (false, l)));
        if let Some((_, other)) = &beside {
            known(&name, labels, other)?;
        }
        let action = TypeAction::AddValue { label, beside, if_not_exists: false };
        Ok(Change::Relation(RelationChange::AlterType { name, domain: false, action }))
    }

    fn examine(&self, names: Names<'_>, change: &Change) -> Option<Result<(), Trouble>> {
        let Change::Relation(RelationChange::AlterType { name, action, .. }) = change else { return None };
        let TypeAction::AddValue { label, if_not_exists: false, .. } = action else { return None };
        Some(labels_of(names.catalog, name).and_then(|labels| {
            if !labels.contains(label) {
                return Ok(());
            }
            let message = format!("{name} has the value {} already", shown(label));
            Err(Trouble::new(Progress::Named, message, "there is nothing to do"))
        }))
    }

    fn says(&self, change: &Change) -> Option<String> {
        let Change::Relation(RelationChange::AlterType { name, action, .. }) = change else { return None };
        let TypeAction::AddValue { label, beside, .. } = action else { return None };
        let place = match beside {
            Some((true, other)) => format!(" before {}", shown(other)),
            Some((false, other)) => format!(" after {}", shown(other)),
            None => String::new(),
        };
        Some(format!("add the value {} to the enum {name}{place}", shown(label)))
    }

    fn example(&self, _table: &str, _column: &str) -> String {
        "add the value 'paused' to the enum order_state after 'open'".to_owned()
    }
}

impl Reader for RenameValue {
    fn doing(&self) -> &'static str {
        "renaming a value of an enum"
    }

    fn clauses(&self) -> &'static [Clause] {
        RENAME
    }

    fn build(&self, found: &Found<'_>) -> Result<Change, Trouble> {
        let (name, labels) = the_enum(found)?;
        let from = text(found, Slot::Label).ok_or_else(|| incomplete("which value to rename"))?;
        known(&name, labels, &from)?;
        let to = text(found, Slot::NewName).ok_or_else(|| incomplete("the value's new name"))?;
        let action = TypeAction::RenameValue { from, to };
        Ok(Change::Relation(RelationChange::AlterType { name, domain: false, action }))
    }

    fn examine(&self, names: Names<'_>, change: &Change) -> Option<Result<(), Trouble>> {
        let Change::Relation(RelationChange::AlterType { name, action, .. }) = change else { return None };
        let TypeAction::RenameValue { from, .. } = action else { return None };
        Some(labels_of(names.catalog, name).and_then(|labels| known(name, labels, from)))
    }

    fn says(&self, change: &Change) -> Option<String> {
        let Change::Relation(RelationChange::AlterType { name, action, .. }) = change else { return None };
        let TypeAction::RenameValue { from, to } = action else { return None };
        Some(format!("rename the value {} of the enum {name} to {}", shown(from), shown(to)))
    }

    fn example(&self, _table: &str, _column: &str) -> String {
        "rename the value 'open' to 'active' of the enum order_state".to_owned()
    }
}

/// A value as written: letters count, quoted or not.
fn text(found: &Found<'_>, slot: Slot) -> Option<String> {
    let parts = found.parts(slot)?;
    match parts.as_slice() {
        [Part { text, .. }] => Some(text.clone()),
        _ => None,
    }
}

fn the_enum<'a>(found: &Found<'a>) -> Result<(Name, &'a [String]), Trouble> {
    let written = found.sql(Slot::OldType).ok_or_else(|| incomplete("which enum"))?;
    let catalog = found.names.catalog;
    let wanted: Vec<&str> = written.split('.').map(|p| p.trim_matches('"')).collect();
    let fits = |name: &Name| match wanted.as_slice() {
        [schema, bare] => name.schema == *schema && name.name == *bare,
        [bare] => name.name == *bare,
        _ => false,
    };
    let enums: Vec<&Name> = catalog
        .types
        .iter()
        .filter(|t| matches!(t.kind, TypeKind::Enum { .. }) && fits(&t.name))
        .map(|t| &t.name)
        .collect();
    match enums.as_slice() {
        [] => Err(Trouble::new(
            Progress::Named,
            format!("there is no enum {}", written.escape_debug()),
            "name a type that was made with CREATE TYPE … AS ENUM",
        )),
        [one] => Ok(((*one).clone(), labels_of(catalog, one)?)),
        several => {
            let names: Vec<String> = several.iter().map(ToString::to_string).collect();
            Err(Trouble::new(
                Progress::Named,
                format!("{written} can mean several types"),
                format!("say {}", one_of(&names)),
            ))
        }
    }
}

fn labels_of<'a>(catalog: &'a Catalog, name: &Name) -> Result<&'a [String], Trouble> {
    match catalog.types.iter().find(|t| &t.name == name).map(|t| &t.kind) {
        Some(TypeKind::Enum { labels }) => Ok(labels),
        _ => Err(Trouble::new(Progress::Named, format!("there is no enum {name}"), "name one that is there")),
    }
}

fn known(name: &Name, labels: &[String], label: &str) -> Result<(), Trouble> {
    if labels.iter().any(|l| l == label) {
        return Ok(());
    }
    let has: Vec<String> = labels.iter().map(|l| shown(l)).collect();
    let message = format!("{name} has no value {}", shown(label));
    Err(Trouble::new(Progress::Named, message, format!("it has {}", has.join(", "))))
}
