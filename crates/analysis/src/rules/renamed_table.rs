//! `renamed-table`.

use altimeter_catalog::{Change, Name, RelationChange, RelationWord};

use crate::rule::{Finding, Rule, RuleContext, Severity};

pub(super) static RULE: Rule = Rule::in_statements("renamed-table", include_str!("renamed_table.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    if context.plan_began_on.is_some() {
        return Vec::new();
    }
    let found = context.parts().iter().filter_map(|part| {
        let Change::Relation(change) = part.change else { return None };
        let (old, becomes) = match change {
            RelationChange::Rename { word, relation, to, .. } if named_by_code(*word) => {
                (relation.clone(), format!("{relation} becomes {}", relation.sibling(to)))
            }
            RelationChange::SetSchema { word, relation, schema, .. } if named_by_code(*word) => {
                let to = Name::new(schema, &relation.name);
                (relation.clone(), format!("{relation} becomes {to}"))
            }
            RelationChange::RenameSchema { from, to } => {
                let inside = context.catalog.tables.iter().find(|t| &t.name.schema == from)?;
                (inside.name.clone(), format!("everything in schema {from} moves to {to}"))
            }
            _ => return None,
        };
        // `ALTER TABLE` may name an index, which no code does.
        if context.is_own(&old) || context.catalog.index(&old).is_some() {
            return None;
        }
        let used = context.signs_of_use(&old, None);
        let message = format!("{becomes}: every running instance of the application that names it fails at once{used}");
        let safe = context
            .script()
            .say("in one transaction, rename it and put a view under the old name (SELECT * FROM the new one):")
            .say("a plain view takes INSERT, UPDATE and DELETE too, so old code works on;")
            .say("drop the view when no old code is left");
        Some(RULE.finding(Severity::Critical, Some(&old), message).instead(safe))
    });
    found.collect()
}

fn named_by_code(word: RelationWord) -> bool {
    word != RelationWord::Index
}
