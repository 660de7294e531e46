//! Changes as PostgreSQL's SQL.

mod across;
mod advice;
mod backfill;
mod checks;
mod copy_rows;
mod follow;
mod identity;
mod in_step;
mod mirror;
mod object;
mod reshaped;
mod settings;
mod sweep;
mod walk;

use altimeter_catalog::{
    Catalog, Change, Column, ConstraintDefinition, FunctionBody, Identity, IndexDefinition, IndexKey,
    IndexTarget, Name, TriggerDefinition,
};

pub(crate) use advice::relation_word;
pub(crate) use backfill::read_backfill;
pub(crate) use checks::{print_check, print_exceptions};
pub(crate) use copy_rows::read_copy;

pub(crate) use identity::{print_go_on, print_identity};
pub(crate) use reshaped::{joined, parts};
pub(crate) use settings::column_settings;
pub(crate) use sweep::{
    in_one_statement, left_behind, print_rows, read as read_sweep, references, still_to_do,
};

use crate::quoting::{quote, quote_name};

/// The longest name the server keeps, in bytes (`NAMEDATALEN` - 1); longer ones it cuts in silence.
pub(crate) const NAME_BYTES: usize = 63;

fn list(names: &[String]) -> String {
    names.iter().map(|n| quote(n)).collect::<Vec<_>>().join(", ")
}

/// A change as one statement, without closing semicolon.
pub(crate) fn print(catalog: &Catalog, change: &Change) -> String {
    let alter = |table: &Name, action: String| format!("ALTER TABLE {} {action}", quote_name(table));
    let exists = |yes: &bool| if *yes { "IF EXISTS " } else { "" };
    match change {
        Change::AddColumn { table, column, if_not_exists } => {
            let if_not_exists = if *if_not_exists { "IF NOT EXISTS " } else { "" };
            alter(table, format!("ADD COLUMN {if_not_exists}{}", print_column(column)))
        }
        Change::DropColumn { table, column, if_exists, cascade } => {
            let cascade = if *cascade { " CASCADE" } else { "" };
            alter(table, format!("DROP COLUMN {}{}{cascade}", exists(if_exists), quote(column)))
        }
        Change::RenameColumn { table, from, to } => {
            alter(table, format!("RENAME COLUMN {} TO {}", quote(from), quote(to)))
        }
        Change::SetNotNull { table, column } => {
            alter(table, format!("ALTER COLUMN {} SET NOT NULL", quote(column)))
        }
        Change::DropNotNull { table, column } => {
            alter(table, format!("ALTER COLUMN {} DROP NOT NULL", quote(column)))
        }
        Change::SetDefault { table, column, expression } => {
            alter(table, format!("ALTER COLUMN {} SET DEFAULT {expression}", quote(column)))
        }
        Change::DropDefault { table, column } => {
            alter(table, format!("ALTER COLUMN {} DROP DEFAULT", quote(column)))
        }
        Change::AddConstraint { table, constraint } => alter(table, print_constraint(constraint)),
        Change::ValidateConstraint { table, name } => {
            alter(table, format!("VALIDATE CONSTRAINT {}", quote(name)))
        }
        Change::DropConstraint { table, name, if_exists, cascade } => {
            let cascade = if *cascade { " CASCADE" } else { "" };
            alter(table, format!("DROP CONSTRAINT {}{}{cascade}", exists(if_exists), quote(name)))
        }
        Change::CreateIndex { index, concurrently, if_not_exists } => {
            print_index(index, *concurrently, *if_not_exists)
        }
        Change::DropIndex { index, concurrently, if_exists } => {
            let concurrently = if *concurrently { "CONCURRENTLY " } else { "" };
            format!("DROP INDEX {concurrently}{}{}", exists(if_exists), quote_name(index))
        }
        Change::CreateFunction(function) => {
            let replace = if function.or_replace { "OR REPLACE " } else { "" };
            let (signature, body) = match &function.body {
                FunctionBody::InStep(it) => {
                    ("()\nRETURNS trigger".to_owned(), in_step::print_body(catalog, it))
                }
                FunctionBody::Follow(it) => ("()\nRETURNS trigger".to_owned(), follow::print_body(it)),
                FunctionBody::Reshaped(it) => ("()\nRETURNS trigger".to_owned(), reshaped::print_body(it)),
                FunctionBody::Converts(it) => {
                    (format!("({})\nRETURNS boolean", it.from), follow::print_test(it))
                }
                FunctionBody::Mirror(it) => (mirror::signature(catalog), mirror::print_body(it)),
                FunctionBody::Across(it) => (mirror::signature(catalog), across::print_body(it)),
                // No recipe makes one.
                FunctionBody::Opaque(_) => return String::new(),
            };
            format!(
                "CREATE {replace}FUNCTION {}{signature} LANGUAGE plpgsql AS {body}",
                quote_name(&function.name)
            )
        }
        Change::DropFunction { name, if_exists } => {
            format!("DROP FUNCTION {}{}()", exists(if_exists), quote_name(name))
        }
        Change::CreateTrigger(trigger) => print_trigger(trigger),
        Change::DropTrigger { table, name, if_exists } => {
            format!("DROP TRIGGER {}{} ON {}", exists(if_exists), quote(name), quote_name(table))
        }
        Change::GrantColumn { table, column, privileges, grantee } => {
            let column = quote(column);
            let privileges: Vec<String> = privileges.iter().map(|p| format!("{p} ({column})")).collect();
            let grantee = if grantee == "PUBLIC" { "PUBLIC".to_owned() } else { quote(grantee) };
            format!("GRANT {} ON TABLE {} TO {grantee}", privileges.join(", "), quote_name(table))
        }
        Change::Analyze { table, columns } => match columns.as_slice() {
            [] => format!("ANALYZE {}", quote_name(table)),
            columns => format!("ANALYZE {} ({})", quote_name(table), list(columns)),
        },
        // No one statement does it.
        Change::Reshape(_) | Change::MoveColumns(_) => String::new(),
        Change::Backfill(it) => backfill::print(catalog, it),
        Change::CopyRows(it) => copy_rows::print(it),
        Change::Sweep(it) => sweep::print(catalog, it),
        Change::AlterTable(_)
        | Change::AlterColumn { .. }
        | Change::AlterWhole { .. }
        | Change::Relation(_)
        | Change::Partition(_)
        | Change::Maintain(_)
        | Change::Rows(_)
        | Change::Session(_) => advice::print(catalog, change),
        Change::Object(change) => object::print(catalog, change),
        Change::Written { sql, .. } => sql.clone(),
        Change::Together(changes) => {
            let statements: Vec<String> =
                changes.iter().map(|c| format!("  {};\n", print(catalog, c))).collect();
            let statements = statements.concat();
            let tag = in_step::dollar_tag(&statements);
            format!("DO {tag}\nBEGIN\n{statements}END\n{tag}")
        }
    }
}

/// A query that shows how far a change in batches is.
pub(crate) fn print_progress(change: &Change) -> Option<String> {
    match change {
        Change::Backfill(it) => Some(backfill::print_progress(it)),
        Change::Sweep(it) => Some(sweep::print_progress(it)),
        Change::CopyRows(it) => Some(copy_rows::print_progress(it)),
        _ => None,
    }
}

/// A table of these columns, with a primary key.
pub(crate) fn print_table(name: &Name, columns: &[Column], key: &[String]) -> String {
    format!("CREATE TABLE {} ({}, PRIMARY KEY ({}))", quote_name(name), print_columns(columns), list(key))
}

/// Columns as they stand between the parentheses of `CREATE TABLE`.
pub(crate) fn print_columns(columns: &[Column]) -> String {
    columns.iter().map(print_column).collect::<Vec<_>>().join(", ")
}

fn print_column(column: &Column) -> String {
    let mut sql = format!("{} {}", quote(&column.name), column.type_name);
    if let Some(collation) = &column.collation {
        sql.push_str(&format!(" COLLATE {collation}"));
    }
    if column.not_null {
        sql.push_str(" NOT NULL");
    }
    if let Some(default) = &column.default {
        sql.push_str(&format!(" DEFAULT {default}"));
    }
    if let Some(generated) = &column.generated {
        let kind = if generated.stored { "STORED" } else { "VIRTUAL" };
        sql.push_str(&format!(" GENERATED ALWAYS AS ({}) {kind}", generated.expression));
    }
    match column.identity {
        Some(Identity::Always) => sql.push_str(" GENERATED ALWAYS AS IDENTITY"),
        Some(Identity::ByDefault) => sql.push_str(" GENERATED BY DEFAULT AS IDENTITY"),
        None => {}
    }
    sql
}

fn print_constraint(constraint: &ConstraintDefinition) -> String {
    let name = constraint.name.as_ref().map(|n| format!("CONSTRAINT {} ", quote(n))).unwrap_or_default();
    if let Some(index) = &constraint.using_index {
        let kind = match constraint.kind {
            altimeter_catalog::ConstraintKind::PrimaryKey => "PRIMARY KEY",
            _ => "UNIQUE",
        };
        let deferrable = if constraint.deferrable { " DEFERRABLE" } else { "" };
        let deferred = if constraint.deferred { " INITIALLY DEFERRED" } else { "" };
        return format!("ADD {name}{kind} USING INDEX {}{deferrable}{deferred}", quote(index));
    }
    let mut sql = format!("ADD {name}{}", with_storage(constraint));
    for (set, word) in [
        (constraint.no_inherit, " NO INHERIT"),
        (constraint.not_enforced, " NOT ENFORCED"),
        (constraint.not_valid, " NOT VALID"),
    ] {
        sql.push_str(if set { word } else { "" });
    }
    sql
}

/// The definition with the storage of the index behind it, which the server leaves out where it prints one.
fn with_storage(constraint: &ConstraintDefinition) -> String {
    let storage = match &constraint.index {
        Some(index) if constraint.kind != altimeter_catalog::ConstraintKind::Exclusion => {
            print_storage(index, " USING INDEX TABLESPACE ")
        }
        _ => String::new(),
    };
    let at = constraint.sql.find(" DEFERRABLE").unwrap_or(constraint.sql.len());
    let (demand, when) = constraint.sql.split_at(at);
    format!("{demand}{storage}{when}")
}

fn print_storage(index: &IndexDefinition, tablespace_word: &str) -> String {
    let mut sql = String::new();
    if !index.options.is_empty() {
        let options: Vec<String> = index.options.iter().map(|(k, v)| format!("{} = {v}", quote(k))).collect();
        sql.push_str(&format!(" WITH ({})", options.join(", ")));
    }
    if let Some(tablespace) = &index.tablespace {
        sql.push_str(&format!("{tablespace_word}{}", quote(tablespace)));
    }
    sql
}

fn print_index(index: &IndexDefinition, concurrently: bool, if_not_exists: bool) -> String {
    let mut sql = "CREATE ".to_owned();
    for (set, word) in [
        (index.unique, "UNIQUE "),
        (true, "INDEX "),
        (concurrently, "CONCURRENTLY "),
        (if_not_exists, "IF NOT EXISTS "),
    ] {
        sql.push_str(if set { word } else { "" });
    }
    let keys: Vec<String> = index.keys.iter().map(print_key).collect();
    sql.push_str(&quote(&index.name));
    sql.push_str(&format!(
        " ON {} USING {} ({})",
        quote_name(&index.table),
        quote(&index.method),
        keys.join(", ")
    ));
    if !index.include.is_empty() {
        sql.push_str(&format!(" INCLUDE ({})", list(&index.include)));
    }
    if index.nulls_not_distinct {
        sql.push_str(" NULLS NOT DISTINCT");
    }
    sql.push_str(&print_storage(index, " TABLESPACE "));
    if let Some(predicate) = &index.predicate {
        sql.push_str(&format!(" WHERE {predicate}"));
    }
    sql
}

fn print_key(key: &IndexKey) -> String {
    let mut sql = match &key.target {
        IndexTarget::Column(column) => quote(column),
        IndexTarget::Expression(expression) => format!("({expression})"),
    };
    if let Some(collation) = &key.collation {
        sql.push_str(&format!(" COLLATE {collation}"));
    }
    if let Some(class) = &key.operator_class {
        sql.push_str(&format!(" {class}"));
    }
    if key.descending {
        sql.push_str(" DESC");
    }
    match key.nulls_first {
        Some(true) => sql.push_str(" NULLS FIRST"),
        Some(false) => sql.push_str(" NULLS LAST"),
        None => {}
    }
    sql
}

fn print_trigger(trigger: &TriggerDefinition) -> String {
    format!(
        "CREATE TRIGGER {}\n  {} {} ON {}\n  {} EXECUTE FUNCTION {}()",
        quote(&trigger.name),
        if trigger.before { "BEFORE" } else { "AFTER" },
        trigger.events.join(" OR "),
        quote_name(&trigger.table),
        if trigger.per_row { "FOR EACH ROW" } else { "FOR EACH STATEMENT" },
        quote_name(&trigger.function),
    )
}

/// Fits a name into what the server keeps. A name that is too long keeps its beginning and gets a fingerprint of
/// the whole, so that two different ones stay different.
pub(crate) fn fit_name(name: &str) -> String {
    if name.len() <= NAME_BYTES {
        return name.to_owned();
    }
    // FNV-1a: stable across versions, which the standard library's hasher is not.
    let hash = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    let mut end = NAME_BYTES - 9;
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}_{:08x}", &name[..end], hash & 0xffff_ffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_fit_and_stay_different() {
        let long = "x".repeat(80);
        let other = format!("{long}y");
        assert_eq!(fit_name("short"), "short");
        assert_eq!(fit_name(&long).len(), NAME_BYTES);
        assert_ne!(fit_name(&long), fit_name(&other));
        assert!(fit_name(&"é".repeat(60)).len() <= NAME_BYTES);
    }
}
