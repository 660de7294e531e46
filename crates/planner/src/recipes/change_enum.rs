//! Values of an enum: a new one, and another name for one.
//!
//! Both touch the type's rows in the catalogs and no table. A new value cannot be taken away again: `ALTER TYPE` knows
//! no way (manual, ALTER TYPE), because an index may hold it.

use altimeter_catalog::{Catalog, Change, Name, RelationChange, TypeAction, TypeKind, type_named};

use crate::draft::{Draft, DraftStep};
use crate::plan::{PhaseKind, PlanError};
use crate::recipe::{Recipe, RecipeContext, refuse};

pub(crate) struct ChangeEnum;

impl Recipe for ChangeEnum {
    fn draft(&self, context: &RecipeContext<'_>, change: &Change) -> Option<Result<Draft, PlanError>> {
        let Change::Relation(RelationChange::AlterType { name, domain: false, action }) = change else {
            return None;
        };
        match action {
            TypeAction::AddValue { label, if_not_exists, .. } => {
                Some(added(context, change, name, label, *if_not_exists))
            }
            TypeAction::RenameValue { from, to } => Some(renamed(context, change, name, from, to)),
            _ => None,
        }
    }
}

fn labels<'a>(catalog: &'a Catalog, name: &Name) -> Result<&'a [String], PlanError> {
    match catalog.types.iter().find(|t| &t.name == name).map(|t| &t.kind) {
        Some(TypeKind::Enum { labels }) => Ok(labels),
        Some(_) => Err(refuse(format!("{name} is no enum"), "")),
        None => Err(refuse(format!("there is no type {name}"), "")),
    }
}

/// The columns of that type, in words.
fn used_by(catalog: &Catalog, name: &Name) -> String {
    let columns: Vec<String> = catalog
        .tables
        .iter()
        .flat_map(|t| t.columns.iter().map(move |c| (t, c)))
        .filter(|(_, c)| type_named(catalog, &c.type_name, name))
        .map(|(t, c)| format!("{}.{}", t.name, c.name))
        .collect();
    if columns.is_empty() { "no column of this database".to_owned() } else { columns.join(", ") }
}

fn added(
    context: &RecipeContext<'_>,
    change: &Change,
    name: &Name,
    label: &str,
    if_not_exists: bool,
) -> Result<Draft, PlanError> {
    let labels = labels(context.catalog, name)?;
    if labels.iter().any(|l| l == label) && !if_not_exists {
        return Err(refuse(format!("{name} has the value {label} already"), "there is nothing to do"));
    }
    context.after(change)?;
    let mut draft = Draft::default();
    let why = format!("old code has to read rows that hold {label} before new code writes the first");
    draft.steps.push(DraftStep::deploy(
        PhaseKind::Expand,
        format!("deploy: {label} can be read"),
        why,
        format!(
            "reads {label} in {} without failing on a value it does not know; writes it nowhere yet",
            used_by(context.catalog, name)
        ),
    ));
    let mut step = DraftStep::sql(
        PhaseKind::Migrate,
        format!("add the value {label} to {name}"),
        "one row of the catalogs; no table is locked or read. In the transaction that adds it the value cannot be used",
    );
    step.up.push(change.clone());
    step.lost_on_return = Some(format!(
        "nothing, but the value {label} stays in {name}: the server has no way to take one away. Unused it harms nobody; a \
         CHECK on the columns ({}) keeps it unused",
        used_by(context.catalog, name)
    ));
    draft.steps.push(step);
    draft.steps.push(DraftStep::deploy(
        PhaseKind::Migrate,
        format!("deploy: {label} is written"),
        "from here on rows hold it",
        format!(
            "may write {label} to {}; going back has to give such rows another value first",
            used_by(context.catalog, name)
        ),
    ));
    Ok(draft)
}

fn renamed(
    context: &RecipeContext<'_>,
    change: &Change,
    name: &Name,
    from: &str,
    to: &str,
) -> Result<Draft, PlanError> {
    let labels = labels(context.catalog, name)?;
    if !labels.iter().any(|l| l == from) {
        return Err(refuse(format!("{name} has no value {from}"), format!("it has {}", labels.join(", "))));
    }
    context.after(change)?;
    let mut draft = Draft::default();
    draft.steps.push(DraftStep::deploy(
        PhaseKind::Migrate,
        format!("deploy: works with {from} and with {to}"),
        "all rows change their value in an instant; a statement that names a value the type does not have fails",
        format!(
            "reads {from} and {to} alike in {}, and where it writes or compares it, does so in a way that works with both \
             (it looks up which of them the type has, or tries again with the other)",
            used_by(context.catalog, name)
        ),
    ));
    let mut step = DraftStep::sql(
        PhaseKind::Contract,
        format!("{from} becomes {to}"),
        "one row of the catalogs: rows of tables hold a number that stays; no table is locked or read",
    );
    step.up.push(change.clone());
    step.down.push(Change::Relation(RelationChange::AlterType {
        name: name.clone(),
        domain: false,
        action: TypeAction::RenameValue { from: to.to_owned(), to: from.to_owned() },
    }));
    draft.steps.push(step);
    draft.cautions.push(format!(
        "bodies of functions and texts in the application that name {from} fail once it is gone; defaults, views and \
         constraints follow"
    ));
    Ok(draft)
}
