//! What a recipe is.

use altimeter_catalog::{
    Catalog, Change, Column, Constraint, Engine, Name, Table, TableKind, Trigger, Volatility,
};

use crate::draft::Draft;
use crate::plan::{PlanError, Road};

/// What a recipe may look at.
pub(crate) struct RecipeContext<'a> {
    pub(crate) engine: &'a dyn Engine,
    pub(crate) catalog: &'a Catalog,
    /// The road asked for, where several lead there.
    pub(crate) prefer: Option<Road>,
}

/// Turns one kind of change into steps.
pub(crate) trait Recipe: Sync {
    /// The steps, or why there are none; none at all if the change is of another kind.
    fn draft(&self, context: &RecipeContext<'_>, change: &Change) -> Option<Result<Draft, PlanError>>;
}

/// A refusal with its reason and what to do instead.
pub(crate) fn refuse(reason: impl Into<String>, instead: impl Into<String>) -> PlanError {
    PlanError::Refused { reason: reason.into(), instead: instead.into() }
}

impl<'a> RecipeContext<'a> {
    /// The same on another schema.
    pub(crate) fn on<'b>(&self, catalog: &'b Catalog) -> RecipeContext<'b>
    where
        'a: 'b,
    {
        RecipeContext { engine: self.engine, catalog, prefer: self.prefer }
    }
    /// The table, if it is one whose rows this server holds.
    pub(crate) fn table(&self, name: &Name) -> Result<&Table, PlanError> {
        let table = self
            .catalog
            .table(name)
            .ok_or_else(|| refuse(format!("there is no table {name}"), String::new()))?;
        if table.kind == TableKind::ForeignTable {
            return Err(refuse(
                format!("{name} is a foreign table: its rows are on another server"),
                "plan the change on the server that holds the table",
            ));
        }
        if table.kind == TableKind::MaterializedView {
            return Err(refuse(
                format!("{name} is a materialized view: its columns and rows are its query's"),
                "change the tables it reads, or make it anew with another query",
            ));
        }
        Ok(table)
    }

    /// A column of a table.
    pub(crate) fn column<'t>(&self, table: &'t Table, name: &str) -> Result<&'t Column, PlanError> {
        table.column(name).ok_or_else(|| refuse(format!("{} has no column {name}", table.name), ""))
    }

    /// The key its rows are walked by in a backfill.
    pub(crate) fn walking_key(&self, table: &Table) -> Result<Vec<String>, PlanError> {
        table.walking_key().ok_or_else(|| {
            refuse(
                format!("{} has no key to walk its rows by, so they cannot be filled in batches", table.name),
                "add a primary key, or a unique index over NOT NULL columns",
            )
        })
    }

    /// The name, made to fit.
    pub(crate) fn name(&self, name: &str) -> String {
        self.engine.fit_name(name)
    }

    /// Whether the column's default gives each row a value of its own, or may: then one value cannot stand for all.
    pub(crate) fn own_value_a_row(&self, column: &Column) -> bool {
        let constant = |d: &String| self.engine.volatility(self.catalog, d) == Volatility::Constant;
        column.default.as_ref().is_some_and(|d| !constant(d))
    }

    /// The first foreign key that references a column, and its table.
    pub(crate) fn reference_to(&self, table: &Name, column: &str) -> Option<(&'a Table, &'a Constraint)> {
        let names = |c: &Constraint| {
            c.foreign.as_ref().is_some_and(|f| f.columns.iter().any(|known| known == column))
        };
        self.catalog.referencing(table).into_iter().find(|(_, c)| names(c))
    }

    /// Triggers that a backfill of the table fires for every row.
    pub(crate) fn fired_by_backfill(&self, table: &Table) -> Option<String> {
        let fired = fired_by(table, "UPDATE");
        (!fired.is_empty()).then(|| {
            format!(
                "the backfill is an UPDATE: it fires {} for every row of {} (an updated_at it keeps moves to today)",
                fired.join(", "),
                table.name
            )
        })
    }
}

/// Triggers of a table that fire for each row of such a command.
pub(crate) fn fired_by<'a>(table: &'a Table, event: &str) -> Vec<&'a str> {
    let fires = |t: &&Trigger| t.per_row && t.enabled != "disabled" && t.events.iter().any(|e| e == event);
    table.triggers.iter().filter(fires).map(|t| t.name.as_str()).collect()
}

/// The column's privileges, granted on a column of the same table under another or the same name.
pub(crate) fn grants_of(column: &Column, table: &Name, name: &str) -> Vec<Change> {
    let grants = column.grants.iter().map(|g| Change::GrantColumn {
        table: table.clone(),
        column: name.to_owned(),
        privileges: g.privileges.clone(),
        grantee: g.grantee.clone(),
    });
    grants.collect()
}

/// The privileges that roles have on each of several columns alike, granted on another column of the table.
pub(crate) fn shared_grants(columns: &[&Column], table: &Name, name: &str) -> Vec<Change> {
    let Some((first, others)) = columns.split_first() else { return Vec::new() };
    let shared =
        first.grants.iter().filter(|g| others.iter().all(|c| c.grants.contains(g))).cloned().collect();
    grants_of(&Column { grants: shared, ..(*first).clone() }, table, name)
}

/// Rows a batch, so that a writer of the same rows waits about a quarter of a second at the likely speed; and the
/// pause after each, in ms.
pub(crate) fn batch_of(table: &Table) -> (u32, u32) {
    let us = altimeter_analysis::cost::typical_row_update_us(table);
    let rows = (250_000.0 / us).clamp(500.0, 10_000.0);
    // Whole hundreds read better.
    (((rows / 100.0).round() * 100.0) as u32, 100)
}
