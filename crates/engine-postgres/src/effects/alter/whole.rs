//! Actions about a table as a whole.

use altimeter_catalog::{Name, Persistence, TableAction};

use super::column::owned_sequences;
use super::constraint;
use super::work::Work;
use crate::locks::{LockFact, alter as facts};

/// The row of the lock table about the table itself.
pub(super) fn main_fact(action: &TableAction) -> &'static LockFact {
    match action {
        TableAction::RenameConstraint { .. } => &facts::RENAME_CONSTRAINT,
        TableAction::AlterConstraint { .. } => &facts::ALTER_CONSTRAINT,
        TableAction::SetTrigger { .. } => &facts::SET_TRIGGER,
        TableAction::SetRule { .. } => &facts::SET_RULE,
        TableAction::RowSecurity { .. } => &facts::ROW_SECURITY,
        TableAction::ClusterOn(_) => &facts::CLUSTER_ON,
        TableAction::WithoutCluster => &facts::WITHOUT_CLUSTER,
        TableAction::WithoutOids => &facts::WITHOUT_OIDS,
        TableAction::AccessMethod(_) => &facts::SET_ACCESS_METHOD,
        TableAction::Tablespace(_) => &facts::SET_TABLESPACE,
        TableAction::Logged(_) => &facts::SET_LOGGED,
        TableAction::Parameters(parameters) => {
            let strong = parameters.iter().any(|(name, _)| STRONG.contains(&name.as_str()));
            if strong { &facts::SET_STRONG_PARAMETERS } else { &facts::SET_PARAMETERS }
        }
        TableAction::Inherit(_) | TableAction::NoInherit(_) => &facts::INHERIT,
        TableAction::OfType(_) | TableAction::NotOf => &facts::OF_TYPE,
        TableAction::Owner(_) => &facts::OWNER,
        TableAction::ReplicaIdentity(_) => &facts::REPLICA_IDENTITY,
        TableAction::ForeignOptions => &facts::FOREIGN_OPTIONS,
    }
}

/// Parameters that change what queries see or how an index works (`reloptions.c` in the server's source): their lock
/// is the strongest. All others are for vacuum, the planner or new pages.
const STRONG: &[&str] = &[
    "autosummarize",
    "buffering",
    "check_option",
    "fastupdate",
    "gin_pending_list_limit",
    "pages_per_range",
    "security_barrier",
    "security_invoker",
    "user_catalog_table",
];

pub(super) fn altered(work: &mut Work<'_>, action: &TableAction) {
    match action {
        TableAction::RenameConstraint { from, .. } => constraint::renamed(work, from),
        TableAction::AlterConstraint { name, enforced, inherit, .. } => {
            constraint::altered(work, name, *enforced, *inherit);
        }
        TableAction::SetTrigger { name, .. } => trigger_set(work, name.as_deref()),
        TableAction::ClusterOn(index) => {
            work.lock_index(&work.table.sibling(index), &facts::CLUSTER_ON);
        }
        TableAction::ReplicaIdentity(identity) => replica_identity(work, identity),
        TableAction::Tablespace(name) => tablespace_set(work, name),
        TableAction::Logged(logged) => logged_set(work, *logged),
        TableAction::AccessMethod(method) => access_method_set(work, method.as_deref()),
        TableAction::Inherit(parent) => {
            work.lock_through(parent, &facts::INHERIT_PARENT, "the parent");
        }
        TableAction::NoInherit(parent) => {
            work.lock_through(parent, &facts::NO_INHERIT_PARENT, "the parent");
        }
        TableAction::Owner(role) => owner_set(work, role),
        TableAction::OfType(name) => of_type(work, name),
        TableAction::Parameters(parameters) => parameters_set(work, parameters),
        TableAction::SetRule { .. }
        | TableAction::RowSecurity { .. }
        | TableAction::WithoutCluster
        | TableAction::WithoutOids
        | TableAction::NotOf
        | TableAction::ForeignOptions => {}
    }
}

/// A trigger for each row of a partitioned table is one of each partition, too.
fn trigger_set(work: &mut Work<'_>, name: Option<&str>) {
    let Some(table) = work.main().filter(|t| t.partition_key.is_some()) else { return };
    let reaches = |g: &altimeter_catalog::Trigger| g.per_row && name.is_none_or(|n| n == g.name);
    let has_keys = table.constraints.iter().any(|c| c.foreign.is_some());
    let referenced = !work.schema.referencing(&table.name).is_empty();
    // Those of foreign keys follow since version 15.
    let internal = name.is_none() && (has_keys || referenced) && work.schema.server.major() >= 15;
    if work.recurse && (table.triggers.iter().any(reaches) || internal) {
        let below = work.below();
        work.lock_below(&below);
    }
}

fn replica_identity(work: &mut Work<'_>, identity: &str) {
    let Some(name) = identity.strip_prefix("using index ") else { return };
    work.lock_index(&work.table.sibling(name), &facts::REPLICA_IDENTITY_INDEX);
    let Some(table) = work.main() else { return };
    let Some(index) = table.indexes.iter().find(|i| i.definition.name == name) else { return };
    let not_null = |c: &String| table.column(c).is_some_and(|c| c.not_null);
    let fits = index.definition.unique
        && index.valid
        && index.definition.predicate.is_none()
        && index.definition.columns().is_some_and(|keys| keys.iter().all(not_null));
    if !fits {
        work.fail(Some(format!(
            "index {name} cannot tell the rows of {} apart: it must be unique, whole, valid and over NOT NULL columns",
            table.name
        )));
    }
}

/// A file is copied unless it is there already; a partitioned parent has none, and its partitions stay.
fn tablespace_set(work: &mut Work<'_>, name: &str) {
    let default = Some(name).filter(|n| *n != "pg_default");
    let moves = work.main().is_some_and(|t| t.tablespace.as_deref() != default);
    if moves {
        let table = work.table.clone();
        work.copy(&table);
    }
}

/// The table is written anew unless it is so already; sequences its columns own follow.
fn logged_set(work: &mut Work<'_>, logged: bool) {
    let Some(table) = work.main() else { return };
    let wanted = if logged { Persistence::Permanent } else { Persistence::Unlogged };
    if table.persistence == Persistence::Temporary {
        work.fail(Some(format!("{} is temporary: it is never logged", table.name)));
    }
    if table.persistence == wanted || !table.kind.has_heap() {
        return;
    }
    work.rewrite(&table.name);
    for sequence in owned_sequences(&work.schema, &table.name, None) {
        work.lock_sequence(&sequence, &facts::SET_LOGGED_SEQUENCE);
    }
    let persistence = |name: &Name| work.schema.table(name).map(|t| t.persistence);
    let own = table.constraints.iter().filter_map(|c| c.foreign.as_ref()).map(|f| f.table.clone());
    let others = work.schema.referencing(&table.name).into_iter().map(|(from, _)| from.name.clone());
    let mut wrong = if logged {
        own.filter(|n| n != &table.name && persistence(n) == Some(Persistence::Unlogged)).collect::<Vec<_>>()
    } else {
        others.filter(|n| n != &table.name && persistence(n) == Some(Persistence::Permanent)).collect()
    };
    let reason = wrong.pop().map(|other| {
        format!("a logged table cannot reference an unlogged one, and there is a foreign key between {} and {other}", table.name)
    });
    work.fail(reason);
}

fn access_method_set(work: &mut Work<'_>, method: Option<&str>) {
    let Some(table) = work.main().filter(|t| t.kind.has_heap()) else { return };
    let default = work.schema.server.settings.get("default_table_access_method").cloned();
    let wanted = method.map(str::to_owned).or(default).unwrap_or_else(|| "heap".to_owned());
    if table.access_method.as_deref().unwrap_or("heap") != wanted {
        work.rewrite(&table.name);
    }
}

/// Indexes and owned sequences get the same owner. Where the role is the owner already nothing else is opened.
fn owner_set(work: &mut Work<'_>, role: &str) {
    let Some(table) = work.main() else { return };
    // A table made a statement ago is its maker's.
    if table.owner.as_ref().unwrap_or(&work.schema.server.user) == role {
        return;
    }
    for index in &table.indexes {
        work.lock_index(&table.name.sibling(&index.definition.name), &facts::OWNER);
    }
    for sequence in owned_sequences(&work.schema, &table.name, None) {
        work.lock_sequence(&sequence, &facts::OWNER);
    }
}

/// The table must have the type's attributes as its columns.
fn of_type(work: &mut Work<'_>, name: &Name) {
    let found = work.schema.types.iter().find(|t| &t.name == name).map(|t| t.kind.clone());
    let (Some(table), Some(altimeter_catalog::TypeKind::Composite { attributes })) = (work.main(), found)
    else {
        return;
    };
    let own: Vec<(String, String)> =
        table.columns.iter().map(|c| (c.name.clone(), c.type_name.clone())).collect();
    if own != attributes {
        work.fail(Some(format!("the columns of {} are not the attributes of {name}", table.name)));
    }
}

fn parameters_set(work: &mut Work<'_>, parameters: &[(String, Option<String>)]) {
    let unknown = |name: &str| {
        let bare = name.strip_prefix("toast.").unwrap_or(name);
        work.main().is_some() && !bare.starts_with("autovacuum_") && !OF_TABLES.contains(&bare)
    };
    let wrong = parameters.iter().map(|(name, _)| name).find(|name| unknown(name)).cloned();
    work.fail(wrong.map(|name| format!("there is no table parameter {name}")));
    let fill =
        parameters.iter().find(|(name, _)| name == "fillfactor").and_then(|(_, v)| v.as_ref()?.parse().ok());
    let outside = fill.is_some_and(|value: i64| !(10..=100).contains(&value));
    work.fail(outside.then(|| "fillfactor must be between 10 and 100".to_owned()));
}

/// Storage parameters of tables (manual, `CREATE TABLE`, "Storage Parameters"), those of autovacuum left out.
const OF_TABLES: &[&str] = &[
    "fillfactor",
    "log_autovacuum_min_duration",
    "oids",
    "parallel_workers",
    "toast_tuple_target",
    "user_catalog_table",
    "vacuum_index_cleanup",
    "vacuum_max_eager_freeze_failure_rate",
    "vacuum_truncate",
];
