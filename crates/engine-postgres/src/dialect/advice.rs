//! Changes that no recipe makes but that rules recommend. What nobody recommends has no text.

use altimeter_catalog::{
    AlterTable, Catalog, Change, ColumnAction, DetachMode, DropTarget, Maintenance, PartitionChange,
    ReindexTarget, RelationChange, RelationWord, SequenceAction, SessionChange, TableAction, TypeAction,
};

use crate::quoting::{literal, quote, quote_name};

pub(super) fn print(catalog: &Catalog, change: &Change) -> String {
    match change {
        Change::Session(change) => session(change),
        Change::Partition(change) => partition(change),
        Change::Maintain(change) => maintenance(change),
        Change::Relation(change) => relation(change),
        Change::AlterWhole { table, action: TableAction::ReplicaIdentity(identity) }
            if ["full", "nothing"].contains(&identity.as_str()) =>
        {
            format!("ALTER TABLE {} REPLICA IDENTITY {}", quote_name(table), identity.to_uppercase())
        }
        Change::AlterWhole { table, action: TableAction::ReplicaIdentity(identity) }
            if identity.starts_with("using index ") =>
        {
            let index = identity.trim_start_matches("using index ");
            format!("ALTER TABLE {} REPLICA IDENTITY USING INDEX {}", quote_name(table), quote(index))
        }
        Change::AlterWhole { table, action: TableAction::RenameConstraint { from, to } } => {
            format!("ALTER TABLE {} RENAME CONSTRAINT {} TO {}", quote_name(table), quote(from), quote(to))
        }
        Change::AlterTable(it) => alter_table(catalog, it),
        Change::AlterColumn { table, column, action: ColumnAction::Type { type_name, collation, using } } => {
            let collation = collation.as_ref().map(|c| format!(" COLLATE {c}")).unwrap_or_default();
            let using = using.as_ref().map(|u| format!(" USING {u}")).unwrap_or_default();
            let (table, column) = (quote_name(table), quote(column));
            format!("ALTER TABLE {table} ALTER COLUMN {column} TYPE {type_name}{collation}{using}")
        }
        Change::AlterColumn { table, column, action: ColumnAction::DropIdentity { if_exists: false } } => {
            format!("ALTER TABLE {} ALTER COLUMN {} DROP IDENTITY", quote_name(table), quote(column))
        }
        Change::AlterWhole { table, action: TableAction::ClusterOn(index) } => {
            format!("ALTER TABLE {} CLUSTER ON {}", quote_name(table), quote(index))
        }
        _ => String::new(),
    }
}

/// Several actions of one `ALTER TABLE`, each of which has a text of its own that begins the same.
fn alter_table(catalog: &Catalog, alter: &AlterTable) -> String {
    let begin = format!("ALTER TABLE {} ", quote_name(&alter.table));
    let actions = alter.actions.iter().map(|action| {
        let sql = super::print(catalog, action);
        sql.strip_prefix(&begin).map(str::to_owned)
    });
    let Some(actions) = actions.collect::<Option<Vec<String>>>() else { return String::new() };
    let if_exists = if alter.if_exists { "IF EXISTS " } else { "" };
    let only = if alter.only { "ONLY " } else { "" };
    format!("ALTER TABLE {if_exists}{only}{} {}", quote_name(&alter.table), actions.join(", "))
}

fn session(change: &SessionChange) -> String {
    match change {
        SessionChange::Set { name, value: Some(value), local } => {
            let local = if *local { "LOCAL " } else { "" };
            // Times are kept in milliseconds.
            let value = match value.parse::<u64>() {
                Ok(ms) if name.ends_with("_timeout") && ms % 1_000 == 0 && ms > 0 => {
                    literal(&format!("{}s", ms / 1_000))
                }
                Ok(ms) if name.ends_with("_timeout") && ms > 0 => literal(&format!("{ms}ms")),
                _ => literal(value),
            };
            format!("SET {local}{} = {value}", quote(name))
        }
        SessionChange::Begin => "BEGIN".to_owned(),
        SessionChange::Commit { chain: false } => "COMMIT".to_owned(),
        _ => String::new(),
    }
}

fn partition(change: &PartitionChange) -> String {
    match change {
        PartitionChange::Attach { parent, child, bound } => {
            format!("ALTER TABLE {} ATTACH PARTITION {} {bound}", quote_name(parent), quote_name(child))
        }
        PartitionChange::Detach { parent, child, mode } => {
            let mode = match mode {
                DetachMode::Plain => "",
                DetachMode::Concurrently => " CONCURRENTLY",
                DetachMode::Finalize => " FINALIZE",
            };
            format!("ALTER TABLE {} DETACH PARTITION {}{mode}", quote_name(parent), quote_name(child))
        }
        PartitionChange::AttachIndex { parent, child } => {
            format!("ALTER INDEX {} ATTACH PARTITION {}", quote_name(parent), quote_name(child))
        }
        // No one statement does it.
        PartitionChange::Partition(_) => String::new(),
    }
}

fn maintenance(change: &Maintenance) -> String {
    match change {
        Maintenance::Reindex { target, concurrently } => {
            let (kind, name) = match target {
                ReindexTarget::Index(name) => ("INDEX", name),
                ReindexTarget::Table(name) => ("TABLE", name),
                ReindexTarget::Schema(_) | ReindexTarget::Database { .. } => return String::new(),
            };
            format!("REINDEX {kind} {}{}", concurrent(*concurrently), quote_name(name))
        }
        Maintenance::Truncate { tables, restart_identity: false, cascade: false }
            if tables.iter().all(|t| !t.only) =>
        {
            let tables: Vec<String> = tables.iter().map(|t| quote_name(&t.name)).collect();
            format!("TRUNCATE {}", tables.join(", "))
        }
        Maintenance::Lock { relations, mode, nowait: false } if relations.iter().all(|t| !t.only) => {
            let relations: Vec<String> = relations.iter().map(|t| quote_name(&t.name)).collect();
            format!("LOCK TABLE {} IN {mode} MODE", relations.join(", "))
        }
        Maintenance::Vacuum(vacuum) if !vacuum.full => {
            let analyze = if vacuum.analyze { " (ANALYZE)" } else { "" };
            let tables: Vec<String> =
                vacuum.tables.iter().map(|t| format!(" {}", quote_name(&t.name))).collect();
            format!("VACUUM{analyze}{}", tables.join(","))
        }
        _ => String::new(),
    }
}

fn concurrent(yes: bool) -> &'static str {
    if yes { "CONCURRENTLY " } else { "" }
}

/// The word for a kind of relation.
pub(crate) fn relation_word(word: RelationWord) -> &'static str {
    match word {
        RelationWord::MaterializedView => "MATERIALIZED VIEW",
        RelationWord::View => "VIEW",
        RelationWord::Index => "INDEX",
        RelationWord::Sequence => "SEQUENCE",
        RelationWord::ForeignTable => "FOREIGN TABLE",
        RelationWord::Table => "TABLE",
    }
}

fn relation(change: &RelationChange) -> String {
    match change {
        RelationChange::CreateView(it) => super::object::create_view(it),
        RelationChange::CreateIndexOnly(index) => {
            super::print_index(index, false, false).replacen(" ON ", " ON ONLY ", 1)
        }
        RelationChange::RefreshView { view, concurrently, with_data: true } => {
            format!("REFRESH MATERIALIZED VIEW {}{}", concurrent(*concurrently), quote_name(view))
        }
        RelationChange::CreateSequence { sequence, if_not_exists: false } => {
            let owned = sequence.owned_by.as_ref().and_then(|o| Some((o, o.columns.first()?)));
            let owned = owned.map(|(o, c)| format!(" OWNED BY {}.{}", quote_name(&o.on), quote(c)));
            let (name, type_name) = (quote_name(&sequence.name), &sequence.type_name);
            format!("CREATE SEQUENCE {name} AS {type_name}{}", owned.unwrap_or_default())
        }
        RelationChange::Rename { word, relation, to, if_exists: false } => {
            let word = relation_word(*word);
            format!("ALTER {word} {} RENAME TO {}", quote_name(relation), quote(to))
        }
        RelationChange::SetSchema { word, relation, schema, if_exists: false } => {
            format!("ALTER {} {} SET SCHEMA {}", relation_word(*word), quote_name(relation), quote(schema))
        }
        RelationChange::Drop { targets, if_exists, cascade } => match targets.as_slice() {
            [DropTarget::Relation { word, name }] => {
                let exists = if *if_exists { "IF EXISTS " } else { "" };
                let cascade = if *cascade { " CASCADE" } else { "" };
                format!("DROP {} {exists}{}{cascade}", relation_word(*word), quote_name(name))
            }
            [DropTarget::Policy { table, name }] if !*cascade => {
                let exists = if *if_exists { "IF EXISTS " } else { "" };
                format!("DROP POLICY {exists}{} ON {}", quote(name), quote_name(table))
            }
            [DropTarget::Rule { relation, name }] if !*cascade => {
                let exists = if *if_exists { "IF EXISTS " } else { "" };
                format!("DROP RULE {exists}{} ON {}", quote(name), quote_name(relation))
            }
            [DropTarget::Statistics(name)] if !*cascade => {
                let exists = if *if_exists { "IF EXISTS " } else { "" };
                format!("DROP STATISTICS {exists}{}", quote_name(name))
            }
            [DropTarget::Routine { name, arguments: None }] if !*cascade => {
                let if_exists = if *if_exists { "IF EXISTS " } else { "" };
                format!("DROP FUNCTION {if_exists}{}", quote_name(name))
            }
            _ => String::new(),
        },
        RelationChange::AlterSequence {
            sequence,
            if_exists: false,
            action: SequenceAction::Options { owned_by: Some(Some(owner)), type_name: None },
        } => {
            let column = owner.columns.first().map(|c| quote(c)).unwrap_or_default();
            format!("ALTER SEQUENCE {} OWNED BY {}.{column}", quote_name(sequence), quote_name(&owner.on))
        }
        RelationChange::AlterType {
            name,
            action: TypeAction::AddValue { label, beside, if_not_exists },
            ..
        } => {
            let if_not_exists = if *if_not_exists { "IF NOT EXISTS " } else { "" };
            let beside = match beside {
                Some((true, other)) => format!(" BEFORE {}", literal(other)),
                Some((false, other)) => format!(" AFTER {}", literal(other)),
                None => String::new(),
            };
            format!("ALTER TYPE {} ADD VALUE {if_not_exists}{}{beside}", quote_name(name), literal(label))
        }
        RelationChange::AlterType { name, action: TypeAction::RenameValue { from, to }, .. } => {
            format!("ALTER TYPE {} RENAME VALUE {} TO {}", quote_name(name), literal(from), literal(to))
        }
        RelationChange::AlterType { name, action: TypeAction::ValidateConstraint(constraint), .. } => {
            format!("ALTER DOMAIN {} VALIDATE CONSTRAINT {}", quote_name(name), quote(constraint))
        }
        _ => String::new(),
    }
}
