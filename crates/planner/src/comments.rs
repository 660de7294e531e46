//! Comments go with what they are on. Where a step makes it again, so are they, without a recipe having to think of it.

use altimeter_catalog::{Catalog, Change, Commented, Name, ObjectChange};

/// The comments that changes of one schema into another have lost: what they were on is there under the same name and has
/// none. One that a change speaks of itself is not lost.
pub(crate) fn lost(before: &Catalog, after: &Catalog, changes: &[Change], concerned: &[Name]) -> Vec<Change> {
    let said: Vec<(&Option<Name>, &Commented)> = changes
        .iter()
        .flat_map(Change::parts)
        .filter_map(|change| match change {
            Change::Object(ObjectChange::Comment { on, relation, .. }) => Some((relation, on)),
            _ => None,
        })
        .collect();
    let comments = before.comments_of(concerned).into_iter();
    let lost = comments.filter(|(relation, on, _)| {
        after.lacks_comment(relation, on)
            && !said.iter().any(|(r, o)| *o == on && r.as_ref().is_none_or(|r| r == relation))
    });
    lost.map(|(relation, on, text)| {
        let relation = Some(relation).filter(|_| !matches!(on, Commented::Statistics(_)));
        Change::Object(ObjectChange::Comment { on, relation, text: Some(text), label: false })
    })
    .collect()
}
