//! Locks taken through triggers, and through the statements of functions.

use altimeter_catalog::{
    Catalog, Effect, Function, LockMode, Name, RoutineStatement, Rule, Table, Trigger, View, WriteCommand,
};

use super::rows::{Written, written};
use super::{kind_of, rows};

/// How far functions that call functions are followed.
const DEEPEST: usize = 6;

/// Whether triggers that enforce foreign keys are off in this session.
pub(super) fn internal_off(catalog: &Catalog) -> bool {
    role(catalog) == "replica"
}

fn role(catalog: &Catalog) -> &str {
    catalog.server.settings.get("session_replication_role").map_or("origin", String::as_str)
}

/// Whether a trigger fires in this session (manual, `ALTER TABLE … ENABLE REPLICA TRIGGER`).
fn is_on(catalog: &Catalog, trigger: &Trigger) -> bool {
    match trigger.enabled.as_str() {
        "disabled" => false,
        "always" => true,
        "replica" => internal_off(catalog),
        _ => !internal_off(catalog),
    }
}

/// The triggers of `TRUNCATE`.
pub(super) fn truncated(catalog: &Catalog, table: &Table, effect: &mut Effect) {
    for trigger in &table.triggers {
        if is_on(catalog, trigger) && trigger.events.iter().any(|e| e == "TRUNCATE") {
            run(catalog, table, trigger, 0, effect);
        }
    }
}

/// The triggers a write fires: the named table's own, and row triggers of the partitions that hold the rows.
pub(super) fn fired_by(
    catalog: &Catalog,
    table: &Table,
    holders: &[&Table],
    it: &Written<'_>,
    effect: &mut Effect,
) {
    for holder in holders {
        for trigger in holder.triggers.iter().filter(|t| t.per_row || holder.name == table.name) {
            if fires(catalog, trigger, it) {
                run(catalog, holder, trigger, it.depth, effect);
            }
        }
    }
}

/// The triggers that fire even where no row is written.
pub(super) fn of_statement(catalog: &Catalog, table: &Table, it: &Written<'_>, effect: &mut Effect) {
    for trigger in table.triggers.iter().filter(|t| !t.per_row) {
        if fires(catalog, trigger, it) {
            run(catalog, table, trigger, it.depth, effect);
        }
    }
}

/// Runs the triggers of a view; whether a row of it is written by them.
pub(super) fn instead_of(catalog: &Catalog, view: &View, it: &Written<'_>, effect: &mut Effect) -> bool {
    let mut instead = false;
    for trigger in view.triggers.iter().filter(|t| fires(catalog, t, it)) {
        instead |= trigger.per_row;
        let through = format!("trigger {} on {}", trigger.name, view.name);
        called(catalog, &trigger.function, &through, it.depth + 1, effect);
    }
    instead
}

/// Runs the rules of a table or view; whether they are done instead of the statement.
pub(super) fn by_rules(catalog: &Catalog, rules: &[Rule], it: &Written<'_>, effect: &mut Effect) -> bool {
    let mut instead = false;
    for rule in rules.iter().filter(|r| r.event == event(it.command)) {
        instead |= rule.instead;
        let through = format!("rule {} on {}", rule.name, it.table);
        run_statements(catalog, &rule.statements, &through, it.depth + 1, effect);
    }
    instead
}

fn event(command: WriteCommand) -> &'static str {
    match command {
        WriteCommand::Insert => "INSERT",
        WriteCommand::Update => "UPDATE",
        WriteCommand::Delete => "DELETE",
    }
}

fn fires(catalog: &Catalog, trigger: &Trigger, it: &Written<'_>) -> bool {
    let columns = trigger.definition.as_deref().and_then(update_of).unwrap_or_default();
    let touched = it.command != WriteCommand::Update
        || columns.is_empty()
        || it.given.is_none_or(|given| given.iter().any(|g| columns.contains(&g.column)));
    is_on(catalog, trigger) && trigger.events.iter().any(|e| e == event(it.command)) && touched
}

/// The columns after `UPDATE OF`, from the definition the server prints.
fn update_of(definition: &str) -> Option<Vec<String>> {
    let (_, rest) = definition.split_once(" UPDATE OF ")?;
    let end = [" ON ", " OR "].iter().filter_map(|word| rest.find(word)).min()?;
    let listed = rest.get(..end)?.split(',');
    Some(listed.map(|c| crate::parse::identifier(c.trim())).collect())
}

fn run(catalog: &Catalog, table: &Table, trigger: &Trigger, depth: usize, effect: &mut Effect) {
    let through = format!("trigger {} on {}", trigger.name, table.name);
    called(catalog, &trigger.function, &through, depth + 1, effect);
}

/// What a function's statements lock.
pub(super) fn called(catalog: &Catalog, function: &Name, through: &str, depth: usize, effect: &mut Effect) {
    let mut overloads = catalog.functions_named(function).peekable();
    if overloads.peek().is_none() || depth > DEEPEST {
        return;
    }
    for function in overloads {
        statements(catalog, function, through, depth, effect);
    }
}

fn statements(catalog: &Catalog, function: &Function, through: &str, depth: usize, effect: &mut Effect) {
    let Some(statements) = &function.statements else {
        if !matches!(function.language.as_str(), "internal" | "c") {
            let (name, mentions) = (&function.name, function.mentions.join(", "));
            let about = if mentions.is_empty() { String::new() } else { format!("; it mentions {mentions}") };
            effect.remark(format!("what the function {name} does cannot be told from its text{about}"));
        }
        return;
    };
    run_statements(catalog, statements, through, depth, effect);
}

fn run_statements(
    catalog: &Catalog,
    statements: &[RoutineStatement],
    through: &str,
    depth: usize,
    effect: &mut Effect,
) {
    if depth > DEEPEST {
        return;
    }
    for statement in statements {
        let relation = &statement.relation;
        let write = |command, effect: &mut Effect| {
            let it =
                Written { command, table: relation, given: None, through: Some(through), depth: depth + 1 };
            written(catalog, &it, effect);
        };
        match statement.command.as_str() {
            "SELECT" => rows::opened(catalog, relation, LockMode::AccessShare, through, effect),
            "SELECT FOR UPDATE" => rows::opened(catalog, relation, LockMode::RowShare, through, effect),
            "INSERT" => write(WriteCommand::Insert, effect),
            "UPDATE" => write(WriteCommand::Update, effect),
            "DELETE" => write(WriteCommand::Delete, effect),
            "MERGE" => {
                write(WriteCommand::Insert, effect);
                write(WriteCommand::Update, effect);
            }
            other => {
                // Something else than rows: the highest lock there is.
                let kind = kind_of(catalog, relation);
                effect.take_through(relation, kind, LockMode::AccessExclusive, through);
                effect.remark(format!("{through} runs {other} on {relation}, judged at the highest lock"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_update_of() {
        let definition = "CREATE TRIGGER x BEFORE INSERT OR UPDATE OF a, \"B c\" ON public.t FOR EACH ROW EXECUTE FUNCTION f()";
        assert_eq!(update_of(definition).unwrap(), ["a", "B c"]);
        assert_eq!(update_of("CREATE TRIGGER x BEFORE UPDATE ON t EXECUTE FUNCTION f()"), None);
    }
}
