//! A view gets another query under its name, with columns the server would not let it have.
//!
//! `CREATE OR REPLACE VIEW` only adds columns behind those that are there, and changes neither their names nor their types
//! (manual, CREATE VIEW). For anything else the view has to be dropped and made again, and with it all that reads it: in
//! one transaction of milliseconds, which is taken back the same way.

use altimeter_catalog::{
    Catalog, Change, Check, DropTarget, Object, RelationChange, RelationWord, View, ViewColumn,
    ViewDefinition,
};

use crate::dependants::Dependants;
use crate::draft::{Draft, DraftStep};
use crate::plan::{PhaseKind, PlanError};
use crate::recipe::{Recipe, RecipeContext, refuse};
use crate::text::one_line;

pub(crate) struct ReplaceView;

impl Recipe for ReplaceView {
    fn draft(&self, context: &RecipeContext<'_>, change: &Change) -> Option<Result<Draft, PlanError>> {
        let made = match change {
            Change::Together(parts) => parts.iter().find_map(made_in_place),
            Change::Relation(RelationChange::CreateView(it)) if it.or_replace => Some(&**it),
            _ => None,
        }?;
        let old = context.catalog.view(&made.view.name).filter(|v| !v.materialized)?;
        old.definition.as_ref()?;
        Some(draft(context, change, old, &made.view))
    }
}

/// A view that is made by this very change after the one of its name was dropped.
fn made_in_place(part: &Change) -> Option<&ViewDefinition> {
    match part {
        Change::Relation(RelationChange::CreateView(it)) if !it.view.materialized => Some(it),
        _ => None,
    }
}

fn draft(context: &RecipeContext<'_>, change: &Change, old: &View, new: &View) -> Result<Draft, PlanError> {
    let name = &old.name;
    let mut after = context.catalog.clone();
    after.apply(change).map_err(|e| refuse(e.to_string(), "correct the statement"))?;
    let context_after = context.on(&after);
    let mut draft = Draft::default();
    let lost: Vec<&str> =
        old.columns.iter().filter(|c| !new.columns.contains(c)).map(String::as_str).collect();
    let same = matches!(change, Change::Relation(_));
    if !same {
        let without = if lost.is_empty() { String::new() } else { format!(" without {}", lost.join(", ")) };
        draft.steps.push(DraftStep::deploy(
            PhaseKind::Migrate,
            format!("deploy: works with both forms of {name}"),
            "the view changes in an instant: the same code has to work before and after it",
            format!(
                "reads {name}{without} and by name, not by position, and takes its columns in the old types and in the \
                 new; a prepared statement that returns another type fails once in each session (`cached plan must not \
                 change result type`): see that the driver prepares it again"
            ),
        ));
    }
    let why = if same {
        "the server puts the new query in the old one's place: its columns stay what they are".to_owned()
    } else {
        let above = Dependants::of_view(context, name)?;
        let with = match above.is_empty() {
            true => String::new(),
            false => format!(", and with it what reads it: {}", above.in_words()),
        };
        format!(
            "in one transaction the view is dropped and made again{with}; nothing is read or written anew"
        )
    };
    let mut step = DraftStep::sql(PhaseKind::Migrate, format!("{name} gets its new query"), why);
    step.before.push(Check::NameTaken { name: name.clone() });
    step.up.push(change.clone());
    step.down.push(back(&context_after, context.catalog, old, new, same)?);
    step.after.push(Check::NameTaken { name: name.clone() });
    draft.steps.push(step);
    let changed: Vec<String> = old
        .details
        .iter()
        .filter(|d| lost.contains(&d.name.as_str()))
        .filter(|d| d.comment.is_some() || d.default.is_some() || !d.grants.is_empty())
        .map(|d| d.name.clone())
        .collect();
    if !changed.is_empty() {
        draft.cautions.push(format!(
            "comments, defaults and privileges of {} go with the columns, and come back with the way back",
            changed.join(", ")
        ));
    }
    Ok(draft)
}

/// The old query again.
fn back(
    context: &RecipeContext<'_>,
    before: &Catalog,
    old: &View,
    new: &View,
    same: bool,
) -> Result<Change, PlanError> {
    if same && old.columns.len() == new.columns.len() {
        let view = View { details: Vec::new(), ..old.clone() };
        let it = ViewDefinition { view, or_replace: true, ..ViewDefinition::default() };
        return Ok(Change::Relation(RelationChange::CreateView(Box::new(it))));
    }
    // What reads the new one is what read the old one: there was no time in between.
    in_place(context, before, old, &Dependants::of_view(context, &old.name)?)
}

/// Drops a view with what reads it, and makes it as it stands in a catalog, with what reads it.
fn in_place(
    context: &RecipeContext<'_>,
    wanted: &Catalog,
    view: &View,
    above: &Dependants,
) -> Result<Change, PlanError> {
    let made = context.engine.make_again(wanted, &Object::View(view.name.clone())).ok_or_else(|| {
        refuse(
            format!("what hangs on {} is not known: a trigger or a rule could not be read", view.name),
            "inspect the database again when no schema change is under way",
        )
    })?;
    let mut changes = above.dropped();
    changes.push(Change::drop_one(
        DropTarget::Relation { word: RelationWord::View, name: view.name.clone() },
        false,
    ));
    changes.extend(made);
    changes.extend(above.made_again());
    Ok(Change::Together(changes))
}

/// Requests as they can be carried out: a view that the server would not replace is dropped and made again.
///
/// # Errors
/// If something reads what the new one does not have, or cannot be made again.
pub(crate) fn settled(context: &RecipeContext<'_>, changes: &[Change]) -> Result<Vec<Change>, PlanError> {
    let mut schema = context.catalog.clone();
    let mut settled = Vec::new();
    for change in changes {
        let now = context.on(&schema);
        let change = match replaced(change).map(|it| in_its_place(&now, it)) {
            Some(done) => done?.unwrap_or_else(|| change.clone()),
            None => change.clone(),
        };
        // What is not possible is said by whoever looks at it next.
        let _ = schema.apply(&change);
        settled.push(change);
    }
    Ok(settled)
}

fn replaced(change: &Change) -> Option<&ViewDefinition> {
    match change.parts().as_slice() {
        [Change::Relation(RelationChange::CreateView(it))] if it.or_replace => Some(it),
        _ => None,
    }
}

/// None where the server puts the one in the other's place, or there is none to replace.
fn in_its_place(context: &RecipeContext<'_>, it: &ViewDefinition) -> Result<Option<Change>, PlanError> {
    let name = &it.view.name;
    let Some(old) = context.catalog.view(name).filter(|v| !v.materialized) else { return Ok(None) };
    if it.refused.is_some() || is_kept(old, &it.view) {
        return Ok(None);
    }
    if old.definition.is_none() || it.view.definition.is_none() {
        return Err(refuse(
            format!(
                "{name} has to be dropped and made again, and its {} query cannot be read",
                match it.view.definition {
                    None => "new",
                    Some(_) => "old",
                }
            ),
            "name the columns in the query (AS …) instead of in a list; or inspect the database again",
        ));
    }
    let above = Dependants::of_view(context, name)?;
    refuse_what_reads_less(context.catalog, old, &it.view)?;
    let mut wanted = context.catalog.clone();
    let columns = it.view.columns.clone();
    let kept = |d: &&ViewColumn| columns.contains(&d.name);
    let view = View {
        owner: old.owner.clone(),
        grants: old.grants.clone(),
        comment: old.comment.clone(),
        details: old.details.iter().filter(kept).cloned().collect(),
        triggers: old.triggers.clone(),
        rules: old.rules.clone(),
        ..it.view.clone()
    };
    wanted.views.insert(view.clone());
    in_place(context, &wanted, &view, &above).map(Some)
}

/// Whether the server is sure to put the new query in the old one's place: the columns there are keep name and type.
fn is_kept(old: &View, new: &View) -> bool {
    let type_of = |view: &View, column: &String| {
        view.details.iter().find(|d| d.name == *column).and_then(|d| d.type_name.clone())
    };
    old.columns.len() <= new.columns.len()
        && old.columns.iter().zip(&new.columns).all(|(was, is)| {
            was == is && type_of(old, was).is_some() && type_of(old, was) == type_of(new, is)
        })
}

/// What reads a column that the new one does not have.
fn refuse_what_reads_less(catalog: &Catalog, old: &View, new: &View) -> Result<(), PlanError> {
    let lost = |columns: &[String]| {
        columns.iter().find(|c| old.columns.contains(c) && !new.columns.contains(c)).cloned()
    };
    let name = &old.name;
    let in_views = catalog.views_needing(name).find_map(|v| {
        let column = v.needs.iter().filter(|d| d.on == *name).find_map(|d| lost(&d.columns))?;
        Some((format!("view {}", v.name), column, v.definition.clone().unwrap_or_default()))
    });
    let in_policies = || {
        catalog.tables.iter().flat_map(|t| t.policies.iter().map(move |p| (t, p))).find_map(|(t, p)| {
            let column = p.needs.iter().filter(|d| d.on == *name).find_map(|d| lost(&d.columns))?;
            Some((format!("policy {} of {}", p.name, t.name), column, String::new()))
        })
    };
    let Some((what, column, text)) = in_views.or_else(in_policies) else { return Ok(()) };
    let text = one_line(&text);
    let text = if text.is_empty() { text } else { format!(": `{text}`") };
    Err(refuse(
        format!("{what} reads {column} of {name}, which the new query does not give{text}"),
        format!("replace {what} first, by a query without {column}; that can be planned"),
    ))
}

#[cfg(test)]
mod tests {
    use altimeter_catalog::Name;

    use super::*;

    fn view(columns: &[(&str, Option<&str>)]) -> View {
        let detail = |(name, type_name): &(&str, Option<&str>)| ViewColumn {
            name: (*name).to_owned(),
            type_name: type_name.map(str::to_owned),
            ..ViewColumn::default()
        };
        View {
            name: Name::new("public", "v"),
            columns: columns.iter().map(|(name, _)| (*name).to_owned()).collect(),
            details: columns.iter().map(detail).collect(),
            ..View::default()
        }
    }

    #[test]
    fn only_columns_behind_the_others_can_be_added() {
        let old = view(&[("a", Some("integer")), ("b", Some("text"))]);
        for (new, kept) in [
            (vec![("a", Some("integer")), ("b", Some("text"))], true),
            (vec![("a", Some("integer")), ("b", Some("text")), ("c", None)], true),
            (vec![("a", Some("integer"))], false),
            (vec![("b", Some("text")), ("a", Some("integer"))], false),
            (vec![("a", Some("bigint")), ("b", Some("text"))], false),
            (vec![("a", None), ("b", Some("text"))], false),
        ] {
            assert_eq!(is_kept(&old, &view(&new)), kept, "{new:?}");
        }
    }
}
