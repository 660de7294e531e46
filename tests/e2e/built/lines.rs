//! A catalog as lines that can be compared: one for each object, with what must be the same.

use std::collections::BTreeSet;

use altimeter_catalog::{
    Catalog, Column, Constraint, ConstraintKind, IndexTarget, Persistence, Table, Trigger, TypeKind,
};

/// All objects of a catalog.
pub(super) fn of(catalog: &Catalog) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    for schema in &catalog.schemas {
        lines.insert(format!("schema {schema}"));
    }
    // Another session's temporary tables are not to be seen.
    for table in catalog.tables.iter().filter(|t| t.persistence != Persistence::Temporary) {
        of_table(table, &mut lines);
    }
    for view in &catalog.views {
        let needs: Vec<String> =
            view.needs.iter().map(|d| format!("{}({})", d.on, sorted(&d.columns))).collect();
        let columns = view.columns.join(",");
        lines.insert(format!("view {} ({columns}) of {}", name(&view.name), needs.join(" ")));
        lines.extend(view.triggers.iter().map(|t| trigger(&name(&view.name), t)));
        for rule in &view.rules {
            lines.insert(format!("rule {} of {} {}", rule.name, name(&view.name), rule.event));
        }
    }
    for sequence in &catalog.sequences {
        let owner = sequence.owned_by.as_ref().map(|o| format!("{}.{}", o.on, o.columns.join(",")));
        lines.insert(format!("sequence {} {} of {owner:?}", sequence.name, sequence.type_name));
    }
    // Functions a range type brings along are not known without a server.
    for function in catalog.functions.iter().filter(|f| f.language != "internal") {
        let (language, volatility) = (&function.language, &function.volatility);
        lines.insert(format!("function {}({}) {language} {volatility}", function.name, function.arguments));
    }
    for t in catalog.types.iter().filter(|t| t.extension.is_none()) {
        let kind = match &t.kind {
            TypeKind::Enum { labels } => format!("enum {labels:?}"),
            TypeKind::Domain { base, not_null, constraints, .. } => {
                let names: Vec<String> =
                    constraints.iter().map(|c| format!("{}:{}", c.name, c.validated)).collect();
                format!("domain {base} {not_null} {}", sorted(&names))
            }
            TypeKind::Composite { attributes } => format!("composite {attributes:?}"),
            TypeKind::Range { subtype } => format!("range {subtype}"),
            TypeKind::Base => "base".to_owned(),
        };
        lines.insert(format!("type {} {kind}", t.name));
    }
    for publication in &catalog.publications {
        let (all, root) = (publication.all_tables, publication.via_root);
        let filtered = |t: &altimeter_catalog::PublishedTable| t.filter.as_ref().map(|f| sorted(&f.reads));
        let tables = publication.tables.iter();
        let tables: Vec<String> =
            tables.map(|t| format!("{}({}) where {:?}", t.on, sorted(&t.columns), filtered(t))).collect();
        let schemas = sorted(&publication.schemas);
        lines.insert(format!("publication {} {all} {root} {schemas} {}", publication.name, sorted(&tables)));
    }
    for extension in &catalog.extensions {
        lines.insert(format!("extension {}", extension.name));
    }
    lines
}

/// Temporary relations are in a numbered schema on a server.
fn name(name: &altimeter_catalog::Name) -> String {
    if name.schema.starts_with("pg_temp") { format!("pg_temp.{}", name.name) } else { name.to_string() }
}

fn sorted(names: &[String]) -> String {
    let mut names = names.to_vec();
    names.sort();
    names.join(",")
}

fn of_table(table: &Table, lines: &mut BTreeSet<String>) {
    let t = name(&table.name);
    let of = table.partition_of.as_ref().map(ToString::to_string);
    let heirs: Vec<String> = table.inherits.iter().map(ToString::to_string).collect();
    lines.insert(format!(
        "table {t} {:?} {:?} partition of {of:?} {:?} by {:?} {} inherits {} type {:?} identity {} rls {}",
        table.kind,
        table.persistence,
        table.partition_bound,
        table.partition_key,
        sorted(&table.partition_columns),
        sorted(&heirs),
        table.of_type,
        table.replica_identity,
        table.row_security,
    ));
    let columns: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
    lines.insert(format!("columns {t} {}", columns.join(",")));
    lines.extend(table.columns.iter().map(|c| column(&t, c)));
    let constraints = table.constraints.iter().filter(|c| c.kind != ConstraintKind::Trigger);
    lines.extend(constraints.map(|c| constraint(&t, c)));
    for index in &table.indexes {
        let d = &index.definition;
        let keys: Vec<String> = d
            .keys
            .iter()
            .map(|k| match &k.target {
                IndexTarget::Column(c) => c.clone(),
                IndexTarget::Expression(_) => "(expression)".to_owned(),
            })
            .collect();
        lines.insert(format!(
            "index {} of {t} {} unique {} primary {} keys {} include {} partial {} constraint {:?} part of {:?} valid {} reads {}",
            d.name,
            d.method,
            d.unique,
            index.primary,
            keys.join(","),
            d.include.join(","),
            d.predicate.is_some(),
            index.constraint,
            index.part_of,
            index.valid,
            sorted(&index.reads),
        ));
    }
    // Before version 15 clones of a parent's triggers count as the server's own.
    let own = table.triggers.iter().filter(|_| table.partition_of.is_none());
    lines.extend(own.map(|g| trigger(&t, g)));
    for policy in &table.policies {
        let needs: Vec<String> = policy.needs.iter().map(|d| d.on.to_string()).collect();
        lines.insert(format!(
            "policy {} of {t} {} {} {} {}",
            policy.name,
            policy.permissive,
            policy.command,
            sorted(&policy.columns),
            sorted(&needs)
        ));
    }
    for rule in &table.rules {
        lines.insert(format!(
            "rule {} of {t} {} {} {:?}",
            rule.name, rule.event, rule.instead, rule.statements
        ));
    }
    for statistics in &table.statistics {
        lines.insert(format!("statistics {} of {t} {}", statistics.name, sorted(&statistics.columns)));
    }
}

fn column(table: &str, c: &Column) -> String {
    // How a server prints an expression is its own; whether there is one is compared.
    let default = match &c.default {
        Some(d) if d.starts_with("nextval") => "nextval".to_owned(),
        Some(_) => "some".to_owned(),
        None => "none".to_owned(),
    };
    format!(
        "column {table}.{} {} not null {} default {default} generated {:?} {:?} inherited {}",
        c.name,
        c.type_name,
        c.not_null,
        c.generated.as_ref().map(|g| g.stored),
        c.identity,
        c.inherited
    )
}

fn constraint(table: &str, c: &Constraint) -> String {
    let foreign = c.foreign.as_ref().map(|f| format!("{}({})", f.table, f.columns.join(",")));
    format!(
        "constraint {} of {table} {:?} ({}) valid {} deferrable {} {} no inherit {} inherited {} enforced {} foreign {foreign:?}",
        c.name,
        c.kind,
        c.columns.join(","),
        c.validated,
        c.deferrable,
        c.deferred,
        // Of those with an index and of foreign keys the server says it in its own way.
        c.no_inherit && matches!(c.kind, ConstraintKind::Check | ConstraintKind::NotNull),
        c.inherited,
        !c.not_enforced,
    )
}

fn trigger(table: &str, t: &Trigger) -> String {
    format!(
        "trigger {} of {table} {} before {} row {} {} of {} {}",
        t.name,
        t.function,
        t.before,
        t.per_row,
        sorted(&t.events),
        sorted(&t.columns),
        t.enabled
    )
}
