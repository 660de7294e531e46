//! A view that stands in for a table under another name, so that code which knows the other name goes on working.
//!
//! The server rewrites reads and writes of a view on one table to the table ("Updatable Views", CREATE VIEW); since
//! version 15 such a view can be checked with the rights of whoever uses it (`security_invoker`), so that the table's
//! policies hold. `TRUNCATE`, `COPY … FROM` and `ON CONFLICT ON CONSTRAINT` do not work through it.

use altimeter_catalog::{Catalog, Change, Name};

use crate::quoting::{quote, quote_name};
use crate::undo::written;

/// Makes a view of all columns, with the owner and the privileges of the table; none if it could not stand in: before 15
/// a view passes over row security. A column may stand in it twice; the server takes a value for it under either name
/// (`tests/e2e/odd_tables.rs`).
pub(crate) fn stand_in(
    catalog: &Catalog,
    view: &Name,
    table: &Name,
    also: &[(&str, &str)],
) -> Option<Vec<Change>> {
    let behind = catalog.table(table)?;
    let invoker = catalog.server.major() >= 15;
    if behind.row_security && !invoker {
        return None;
    }
    let option = if invoker { " WITH (security_invoker = true)" } else { "" };
    let own = behind.columns.iter().map(|c| quote(&c.name));
    let second = also.iter().map(|(column, name)| format!("{} AS {}", quote(column), quote(name)));
    let columns: Vec<String> = own.chain(second).collect();
    let (name, from) = (quote_name(view), quote_name(table));
    let mut schema = catalog.clone();
    let mut changes = Vec::new();
    let mut add = |sql: String| -> Option<()> {
        let change = written(&schema, sql)?;
        schema.apply(&change).ok()?;
        changes.push(change);
        Some(())
    };
    add(format!("CREATE VIEW {name}{option} AS SELECT {} FROM {from}", columns.join(", ")))?;
    if let Some(owner) = behind.owner.as_ref().filter(|owner| **owner != catalog.server.user) {
        add(format!("ALTER VIEW {name} OWNER TO {}", quote(owner)))?;
    }
    let role = |grantee: &str| if grantee == "PUBLIC" { grantee.to_owned() } else { quote(grantee) };
    for grant in &behind.grants {
        add(format!("GRANT {} ON {name} TO {}", grant.privileges.join(", "), role(&grant.grantee)))?;
    }
    for column in &behind.columns {
        let second = also.iter().filter(|(of, _)| *of == column.name).map(|(_, name)| *name);
        let names: Vec<String> = std::iter::once(column.name.as_str()).chain(second).map(quote).collect();
        for grant in &column.grants {
            let of_column = |p: &String| format!("{p} ({})", names.join(", "));
            let privileges: Vec<String> = grant.privileges.iter().map(of_column).collect();
            add(format!("GRANT {} ON {name} TO {}", privileges.join(", "), role(&grant.grantee)))?;
        }
    }
    Some(changes)
}
