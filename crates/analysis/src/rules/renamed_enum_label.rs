//! `renamed-enum-label`.

use altimeter_catalog::{Change, RelationChange, TypeAction};

use crate::rule::{Finding, Rule, RuleContext, Severity};

pub(super) static RULE: Rule =
    Rule::in_statements("renamed-enum-label", include_str!("renamed_enum_label.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.parts().iter().filter_map(|part| {
        let Change::Relation(RelationChange::AlterType {
            name,
            action: TypeAction::RenameValue { from, to },
            ..
        }) =
            part.change
        else {
            return None;
        };
        let message = format!(
            "'{from}' of {name} becomes '{to}': every running instance of the application that writes or compares '{from}' fails at once"
        );
        let add = TypeAction::AddValue { label: to.clone(), beside: None, if_not_exists: true };
        let safe = context
            .script()
            .say("a new label beside the old one; it can be used from the next transaction on")
            .run(Change::Relation(RelationChange::AlterType { name: name.clone(), domain: false, action: add }))
            .say("release code that reads both and writes the new one, update old rows in batches,")
            .say("and let the old label be: an enum's label cannot be dropped");
        Some(RULE.finding(Severity::High, Some(name), message).instead(safe))
    });
    found.collect()
}
