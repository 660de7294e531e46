//! The road by a view: the table steps aside, its column is renamed there, and a view in its place has the column
//! under both names until no code needs the old one.
//!
//! The server passes what is read and written through such a view on to the table. Nothing is copied and nothing is
//! filled, whatever the table's size: each of the two changes of place is one short transaction.

use altimeter_analysis::Severity;
use altimeter_catalog::{Catalog, Change, Check, Name, RelationWord, Table};

use crate::draft::{Draft, DraftAlternative, DraftStep};
use crate::plan::{PhaseKind, PlanError, Road};
use crate::recipe::{RecipeContext, refuse};

/// The changes of place.
struct Places {
    aside: Name,
    /// The table steps aside and the view takes its place.
    out: Vec<Change>,
    back: Vec<Change>,
    /// The view goes and the table comes home.
    home: Vec<Change>,
    out_again: Vec<Change>,
}

/// Making a view that stands in for a table under another name, and dropping it again. `also`: columns that it has under
/// a second name too.
///
/// # Errors
/// If none could stand in, with what to do `instead`.
pub(crate) fn stand_in(
    context: &RecipeContext<'_>,
    view: &Name,
    table: &Name,
    also: &[(&str, &str)],
    instead: &str,
) -> Result<(Vec<Change>, Vec<Change>), PlanError> {
    let (engine, catalog) = (context.engine, context.catalog);
    let make = engine.stand_in(catalog, view, table, also).ok_or_else(|| {
        refuse(
            format!("{view} has row security, which a view of this version passes over: nothing can stand in for it"),
            instead,
        )
    })?;
    let gone = make.first().and_then(|create| engine.undo(catalog, create));
    let gone = gone.ok_or_else(|| refuse("the view could not be dropped again", ""))?;
    Ok((make, gone))
}

fn places(context: &RecipeContext<'_>, table: &Table, from: &str, to: &str) -> Result<Places, PlanError> {
    let name = &table.name;
    let aside = name.sibling(context.name(&format!("altimeter_{}_table", name.name)));
    let named = |relation: &Name, to: &Name| Change::rename_relation(RelationWord::Table, relation, &to.name);
    let column = |from: &str, to: &str| Change::RenameColumn {
        table: aside.clone(),
        from: from.to_owned(),
        to: to.to_owned(),
    };
    let mut away: Catalog = context.catalog.clone();
    let moved = [named(name, &aside), column(from, to)];
    let failed = |e: altimeter_catalog::ApplyError| refuse(e.to_string(), "choose another name");
    moved.iter().try_for_each(|c| away.apply(c)).map_err(failed)?;
    let instead = "PostgreSQL 15 can do it; or let a copy be kept in step: --prefer copy";
    let (view, gone) = stand_in(&context.on(&away), name, &aside, &[(to, from)], instead)?;
    Ok(Places {
        out: moved.iter().cloned().chain(view.iter().cloned()).collect(),
        back: gone.iter().cloned().chain([column(to, from), named(&aside, name)]).collect(),
        home: gone.iter().cloned().chain([named(&aside, name)]).collect(),
        out_again: std::iter::once(named(name, &aside)).chain(view).collect(),
        aside,
    })
}

/// The steps of a rename by this road.
///
/// # Errors
/// If no view can stand in for the table.
pub(crate) fn draft(
    context: &RecipeContext<'_>,
    table: &Table,
    from: &str,
    to: &str,
) -> Result<Draft, PlanError> {
    let name = &table.name;
    let Places { aside, out, back, home, out_again } = places(context, table, from, to)?;
    let mut draft =
        Draft { road: Some(Road::View), cautions: cautions(context, table, from, to), ..Draft::default() };
    let mut first = DraftStep::sql(
        PhaseKind::Expand,
        format!("a view in the place of {}, with {from} and {to}", name.name),
        "in one transaction: there is no moment without the old name, and what is written to the view goes to the table",
    );
    first.before.push(Check::NameFree { name: aside.clone() });
    first.up.push(Change::Together(out));
    first.down.push(Change::Together(back));
    first.after.push(Check::ColumnExists { table: aside.clone(), column: to.to_owned() });
    draft.steps.push(first);
    draft.steps.push(DraftStep::deploy(
        PhaseKind::Migrate,
        format!("deploy: read and write {to}"),
        "both names are the same column, so old and new instances run side by side",
        format!("use {to} instead of {from} on {name}, nothing else; roll out instance by instance"),
    ));
    let mut gone = DraftStep::old_code_gone(from);
    gone.why += ". The server counts statements anew from the moment they go through the view";
    draft.steps.push(gone);
    let mut last = DraftStep::sql(
        PhaseKind::Contract,
        format!("the view goes, {} is the table again", name.name),
        format!("nobody names {from} any more; going back puts the view there again"),
    );
    last.before.push(Check::ColumnExists { table: aside.clone(), column: to.to_owned() });
    last.up.push(Change::Together(home));
    last.down.push(Change::Together(out_again));
    last.after.push(Check::ColumnExists { table: name.clone(), column: to.to_owned() });
    last.after.push(Check::NameFree { name: aside });
    draft.steps.push(last);
    Ok(draft)
}

/// This road where another was taken; none if it does not lead there.
pub(crate) fn alternative(
    context: &RecipeContext<'_>,
    table: &Table,
    from: &str,
    to: &str,
) -> Option<DraftAlternative> {
    let places = places(context, table, from, to).ok()?;
    Some(DraftAlternative {
        title: format!("a view with both names in the place of {}", table.name.name),
        road: Some(Road::View),
        why_not: "every statement then goes through the view: COPY into it, TRUNCATE, ON CONFLICT ON CONSTRAINT and DDL \
                  do not work there, and statements are planned anew"
            .to_owned(),
        asks_of_application: "must work on a view until the old name is gone".to_owned(),
        risk: Some(Severity::Medium),
        changes: vec![Change::Together(places.out), Change::Together(places.home)],
    })
}

fn cautions(context: &RecipeContext<'_>, table: &Table, from: &str, to: &str) -> Vec<String> {
    let name = &table.name;
    let mut cautions = vec![
        format!(
            "until the view goes, nobody can TRUNCATE {name}, COPY into it, change its schema or use ON CONFLICT ON \
             CONSTRAINT: look for these first"
        ),
        format!(
            "until the view goes, SELECT * gives {from} too, as the last column, and a statement must not write both {from} and {to}"
        ),
    ];
    let mentions = |f: &&altimeter_catalog::Function| f.mentions.iter().any(|m| m == from);
    for function in context.catalog.functions.iter().filter(mentions) {
        cautions.push(format!(
            "the body of {} speaks of {from}: if it means this column, it is old code too, and as a trigger's it fails \
             from the first step on",
            function.name
        ));
    }
    cautions
}
