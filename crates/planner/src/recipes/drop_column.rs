//! A column goes: first it is made dispensable, then the application forgets it, then it is dropped.

use altimeter_catalog::{Change, Check, Column, ConstraintDefinition, ConstraintKind, Name, Table};

use super::add_column;
use crate::dependants;
use crate::draft::{Draft, DraftStep};
use crate::plan::{PhaseKind, PlanError};
use crate::recipe::{Recipe, RecipeContext, grants_of, refuse};
use crate::subscribers;

pub(crate) struct DropColumn;

impl Recipe for DropColumn {
    fn draft(&self, context: &RecipeContext<'_>, change: &Change) -> Option<Result<Draft, PlanError>> {
        let Change::DropColumn { table, column, .. } = change else { return None };
        Some(draft(context, table, column))
    }
}

fn draft(context: &RecipeContext<'_>, name: &Name, column: &str) -> Result<Draft, PlanError> {
    let table = context.table(name)?;
    let found = context.column(table, column)?;
    refuse_what_needs_it(context, table, found)?;
    let mut draft = Draft::default();
    let mut left = found.clone();
    if found.not_null && found.default.is_none() {
        draft.steps.push(made_dispensable(context, table, &mut left));
    }
    let mut deploy = DraftStep::deploy(
        PhaseKind::Migrate,
        format!("deploy: forget {column}"),
        "code that still names the column fails the moment it is gone; until then old and new code both work",
        format!("neither read nor write {column} of {name}; no SELECT * that is read by position"),
    );
    if found.not_null && !left.not_null {
        deploy.lost_on_return = Some(format!(
            "NOT NULL of {column}, until rows that new code wrote without it are given values: only you know which"
        ));
    }
    draft.steps.push(deploy);
    let mut drop = DraftStep::sql(
        PhaseKind::Contract,
        format!("drop column {column}"),
        "the server only notes that the column is gone: nothing is rewritten, its space is reused row by row",
    );
    drop.before.push(Check::ColumnExists { table: name.clone(), column: column.to_owned() });
    drop.up.push(Change::DropColumn {
        table: name.clone(),
        column: column.to_owned(),
        if_exists: false,
        cascade: false,
    });
    drop.after.push(Check::ColumnMissing { table: name.clone(), column: column.to_owned() });
    let (down, by_hand) = restored(context, table, &left)?;
    drop.down = down;
    let by_hand = if by_hand.is_empty() { String::new() } else { format!(", nor {}", by_hand.join(", ")) };
    drop.lost_on_return = Some(format!(
        "the values of {column}{by_hand}: the way back adds an empty column at the table's end. Keep a dump of it"
    ));
    draft.steps.push(drop);
    let mentions = |f: &&altimeter_catalog::Function| {
        f.mentions.iter().any(|m| m == column) && f.mentions.contains(&name.name)
    };
    for function in context.catalog.functions.iter().filter(mentions) {
        draft
            .cautions
            .push(format!("the body of {} speaks of {column} and {}: look at it", function.name, name.name));
    }
    Ok(draft)
}

pub(crate) fn refuse_what_needs_it(
    context: &RecipeContext<'_>,
    table: &Table,
    column: &Column,
) -> Result<(), PlanError> {
    subscribers::refuse_what_lists(context, &table.name, &column.name)?;
    let needed = context.catalog.needs_column(&table.name, &column.name);
    if !needed.is_empty() {
        let texts = dependants::texts(context.catalog, &table.name, &column.name);
        let texts = if texts.is_empty() { String::new() } else { format!(":\n  {}", texts.join("\n  ")) };
        return Err(refuse(
            format!("{}.{} is needed by {}{texts}", table.name, column.name, needed.join(", ")),
            format!(
                "make what needs it again without {}, then ask again. A view loses a column with a request of its own: \
                 CREATE OR REPLACE VIEW … AS its query without the column, which is planned with all that reads the view",
                column.name
            ),
        ));
    }
    // Older servers drop them along without a word.
    let reads = |expression: &str| context.engine.columns_of(expression).contains(&column.name);
    let mut computed =
        table.columns.iter().filter(|c| c.generated.as_ref().is_some_and(|g| reads(&g.expression)));
    if let Some(other) = computed.next() {
        return Err(refuse(
            format!("{} of {} is computed from {}", other.name, table.name, column.name),
            "drop that column first",
        ));
    }
    if table
        .constraints
        .iter()
        .any(|c| c.kind == ConstraintKind::PrimaryKey && c.columns.contains(&column.name))
    {
        return Err(refuse(
            format!("{} is part of the primary key of {}", column.name, table.name),
            "make other columns the primary key first; that can be planned",
        ));
    }
    if column.generated.is_some() || column.identity.is_some() {
        return Err(refuse(
            format!("{} is a generated or identity column", column.name),
            "a plan for it is not made yet",
        ));
    }
    if table.columns.len() == 1 {
        return Err(refuse(
            format!("{} is the only column of {}", column.name, table.name),
            "drop the table instead",
        ));
    }
    Ok(())
}

/// New code does not write the column, so its rows need a value from somewhere. A default keeps the column NOT NULL,
/// which old code counts on. Where one value cannot stand in every row (unique, a foreign key, a CHECK), the column
/// is made nullable instead. `left` becomes the column as this leaves it.
pub(super) fn made_dispensable(context: &RecipeContext<'_>, table: &Table, left: &mut Column) -> DraftStep {
    let name = &table.name;
    let (table_name, column) = (name.clone(), left.name.clone());
    let bound = table.indexes.iter().any(|i| i.definition.unique && i.reads.contains(&left.name))
        || table
            .constraints
            .iter()
            .any(|c| c.kind != ConstraintKind::NotNull && c.columns.contains(&left.name));
    let stand_in = context.engine.empty_value(context.catalog, &left.type_name).filter(|_| !bound);
    match stand_in {
        Some(expression) => {
            let why = format!("new code leaves {column} out; until it is dropped, its rows get {expression}");
            let mut step = DraftStep::sql(PhaseKind::Expand, format!("give {column} a default"), why);
            step.up.push(Change::SetDefault {
                table: table_name.clone(),
                column: column.clone(),
                expression: expression.clone(),
            });
            step.down.push(Change::DropDefault { table: table_name.clone(), column: column.clone() });
            step.after.push(Check::ColumnHasDefault { table: table_name, column });
            left.default = Some(expression);
            step
        }
        None => {
            let why =
                format!("new code leaves {column} out, and no one value may stand in several of its rows");
            let mut step = DraftStep::sql(PhaseKind::Expand, format!("let {column} be NULL"), why);
            step.up.push(Change::DropNotNull { table: table_name.clone(), column: column.clone() });
            step.down = add_column::prove_not_null(context, name, &column);
            step.after.push(Check::ColumnNullable { table: table_name, column });
            left.not_null = false;
            step
        }
    }
}

/// The way back: the column as it was before the drop, empty, with its indexes and those constraints that can be
/// made without anybody waiting; and, in words, what has to be made by hand.
pub(super) fn restored(
    context: &RecipeContext<'_>,
    table: &Table,
    column: &Column,
) -> Result<(Vec<Change>, Vec<String>), PlanError> {
    let bare = Column { comment: None, statistics_target: None, options: Vec::new(), ..column.clone() };
    let mut changes = add_column::restore(context, table, &bare)?;
    changes.extend(grants_of(column, &table.name, &column.name));
    changes.extend(context.engine.column_settings(&table.name, column, &column.name));
    let concerns = |columns: &[String]| columns.contains(&column.name);
    for index in table.indexes.iter().filter(|i| concerns(&i.reads)) {
        changes.push(Change::CreateIndex {
            index: index.definition.clone(),
            concurrently: true,
            if_not_exists: false,
        });
    }
    let mut by_hand = Vec::new();
    for constraint in table.constraints.iter().filter(|c| concerns(&c.columns)) {
        let definition = ConstraintDefinition {
            name: Some(constraint.name.clone()),
            columns: constraint.columns.clone(),
            using_index: constraint.index.clone(),
            not_valid: true,
            ..ConstraintDefinition::new(constraint.kind, constraint.definition.clone())
        };
        match constraint.kind {
            ConstraintKind::Check => {
                let sql = constraint.definition.trim_end_matches("NOT VALID").trim_end().to_owned();
                changes.push(Change::AddConstraint {
                    table: table.name.clone(),
                    constraint: ConstraintDefinition { sql, ..definition },
                });
                if constraint.validated {
                    changes.push(Change::ValidateConstraint {
                        table: table.name.clone(),
                        name: constraint.name.clone(),
                    });
                }
            }
            ConstraintKind::NotNull => {}
            _ => by_hand.push(format!("the constraint {} ({})", constraint.name, constraint.definition)),
        }
    }
    // An index that serves a constraint comes back as a plain one.
    Ok((changes, by_hand))
}
