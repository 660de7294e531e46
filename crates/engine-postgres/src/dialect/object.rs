//! Objects that hang on relations: comments, privileges, policies, extended statistics; and views.

use altimeter_catalog::{
    Catalog, Commented, Grant, Granted, Name, ObjectChange, Policy, PublicationVerb, Published, TableKind,
    View, ViewDefinition,
};

use crate::quoting::{literal, quote, quote_name};

/// The change as a statement; empty where no recipe makes it.
pub(super) fn print(catalog: &Catalog, change: &ObjectChange) -> String {
    match change {
        ObjectChange::Comment { on, relation, text, label: false } => {
            let text = text.as_ref().map_or("NULL".to_owned(), |t| literal(t));
            match commented(catalog, on, relation.as_ref()) {
                Some(what) => format!("COMMENT ON {what} IS {text}"),
                None => String::new(),
            }
        }
        ObjectChange::Grant { relations, revoke, privileges } => match privileges.as_slice() {
            [one] => grant(relations, *revoke, one),
            _ => String::new(),
        },
        ObjectChange::CreatePolicy { table, policy } => create_policy(table, policy).unwrap_or_default(),
        ObjectChange::CreateStatistics { table, statistics, if_not_exists: false } => {
            let Some(definition) = &statistics.definition else { return String::new() };
            let kinds = match definition.kinds.as_slice() {
                [] => String::new(),
                kinds => format!(" ({})", kinds.join(", ")),
            };
            let (name, on) = (quote_name(&statistics.name), definition.on.join(", "));
            format!("CREATE STATISTICS {name}{kinds} ON {on} FROM {}", quote_name(table))
        }
        ObjectChange::RenameStatistics { from, to } if from.schema == to.schema => {
            format!("ALTER STATISTICS {} RENAME TO {}", quote_name(from), quote(&to.name))
        }
        ObjectChange::AlterPublication { name, verb, objects } => alter_publication(name, *verb, objects),
        ObjectChange::PublishViaRoot { name, on } => {
            format!("ALTER PUBLICATION {} SET (publish_via_partition_root = {on})", quote(name))
        }
        _ => String::new(),
    }
}

/// Tables added to or taken out of a publication; empty where a condition is not known.
fn alter_publication(name: &str, verb: PublicationVerb, objects: &Published) -> String {
    let verb = match verb {
        PublicationVerb::Add => "ADD",
        PublicationVerb::Set => "SET",
        PublicationVerb::Drop => "DROP",
    };
    let mut all = Vec::new();
    for (table, only) in &objects.tables {
        let mut sql = format!("{}{}", if *only { "ONLY " } else { "" }, quote_name(&table.on));
        if !table.columns.is_empty() {
            let columns: Vec<String> = table.columns.iter().map(|c| quote(c)).collect();
            sql.push_str(&format!(" ({})", columns.join(", ")));
        }
        if let Some(filter) = &table.filter {
            let Some(condition) = &filter.condition else { return String::new() };
            sql.push_str(&format!(" WHERE ({condition})"));
        }
        // Before version 15 the word stands once.
        all.push(if all.is_empty() { format!("TABLE {sql}") } else { sql });
    }
    all.extend(objects.schemas.iter().map(|s| format!("TABLES IN SCHEMA {}", quote(s))));
    format!("ALTER PUBLICATION {} {verb} {}", quote(name), all.join(", "))
}

fn commented(catalog: &Catalog, on: &Commented, relation: Option<&Name>) -> Option<String> {
    if let Commented::Statistics(name) = on {
        return Some(format!("STATISTICS {}", quote_name(name)));
    }
    let relation = relation?;
    let name = quote_name(relation);
    Some(match on {
        Commented::Relation => {
            let word = match catalog.table(relation).map(|t| t.kind) {
                Some(TableKind::MaterializedView) => "MATERIALIZED VIEW",
                Some(TableKind::ForeignTable) => "FOREIGN TABLE",
                Some(_) => "TABLE",
                None if catalog.view(relation).is_some() => "VIEW",
                None if catalog.sequences.contains(relation) => "SEQUENCE",
                None => "INDEX",
            };
            format!("{word} {name}")
        }
        Commented::Column(column) => format!("COLUMN {name}.{}", quote(column)),
        Commented::Constraint(part) => format!("CONSTRAINT {} ON {name}", quote(part)),
        Commented::Trigger(part) => format!("TRIGGER {} ON {name}", quote(part)),
        Commented::Rule(part) => format!("RULE {} ON {name}", quote(part)),
        Commented::Policy(part) => format!("POLICY {} ON {name}", quote(part)),
        Commented::Statistics(_) | Commented::Other => return None,
    })
}

/// A role as it stands in SQL.
fn role(name: &str) -> String {
    if name == "PUBLIC" { name.to_owned() } else { quote(name) }
}

fn grant(relations: &[Name], revoke: bool, granted: &Granted) -> String {
    let Granted { column, grant: Grant { grantee, privileges, grantable } } = granted;
    let privilege = |p: &String| match column {
        Some(column) => format!("{p} ({})", quote(column)),
        None => p.clone(),
    };
    let privileges = privileges.iter().map(privilege).collect::<Vec<_>>().join(", ");
    let on = relations.iter().map(quote_name).collect::<Vec<_>>().join(", ");
    match (revoke, grantable) {
        (false, false) => format!("GRANT {privileges} ON TABLE {on} TO {}", role(grantee)),
        (false, true) => format!("GRANT {privileges} ON TABLE {on} TO {} WITH GRANT OPTION", role(grantee)),
        (true, false) => format!("REVOKE {privileges} ON TABLE {on} FROM {}", role(grantee)),
        (true, true) => format!("REVOKE GRANT OPTION FOR {privileges} ON TABLE {on} FROM {}", role(grantee)),
    }
}

fn create_policy(table: &Name, policy: &Policy) -> Option<String> {
    let definition = policy.definition.as_ref()?;
    let kind = if policy.permissive { "PERMISSIVE" } else { "RESTRICTIVE" };
    let roles = definition.roles.iter().map(|r| role(r)).collect::<Vec<_>>().join(", ");
    let mut sql = format!(
        "CREATE POLICY {} ON {} AS {kind} FOR {} TO {roles}",
        quote(&policy.name),
        quote_name(table),
        policy.command
    );
    for (word, expression) in [(" USING", &definition.using), (" WITH CHECK", &definition.check)] {
        sql.extend(expression.iter().map(|e| format!("{word} ({e})")));
    }
    Some(sql)
}

/// A view of a query that is known; empty where it is not.
pub(super) fn create_view(it: &ViewDefinition) -> String {
    let view = &it.view;
    let Some(query) = &view.definition else { return String::new() };
    let name = quote_name(&view.name);
    if view.materialized {
        let Some((table, source)) = &it.rows else { return String::new() };
        let method = table.access_method.as_ref().map(|m| format!(" USING {}", quote(m))).unwrap_or_default();
        let storage = options(view);
        let place =
            table.tablespace.as_ref().map(|t| format!(" TABLESPACE {}", quote(t))).unwrap_or_default();
        let data = if source.with_data { "" } else { " WITH NO DATA" };
        return format!("CREATE MATERIALIZED VIEW {name}{method}{storage}{place} AS {query}{data}");
    }
    let replace = if it.or_replace { "OR REPLACE " } else { "" };
    format!("CREATE {replace}VIEW {name}{} AS {query}", options(view))
}

fn options(view: &View) -> String {
    match view.options.as_slice() {
        [] => String::new(),
        options => format!(" WITH ({})", options.join(", ")),
    }
}
