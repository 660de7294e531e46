//! Relations, types and schemas made, renamed and moved; objects of any kind dropped.

mod create;
mod drop;
mod types;

use altimeter_catalog::{
    Catalog, Created, Effect, IndexAction, Name, RelationChange, RelationKind, RelationWord, SequenceAction,
    TableSource, ViewDefinition,
};

pub(super) use drop::dropped;

use super::{index, lock_by, rows, take_by};
use crate::locks::relation as locks;

/// What such a change does.
pub(super) fn changed(catalog: &Catalog, change: &RelationChange, effect: &mut Effect) {
    match change {
        RelationChange::CreateTable(it) => create::table(catalog, it, effect),
        RelationChange::Drop { targets, if_exists, cascade } => {
            dropped(catalog, targets, *if_exists, *cascade, effect);
        }
        RelationChange::Rename { word, relation, .. } if catalog.has_relation(relation) => {
            let by_index = *word == RelationWord::Index && catalog.index(relation).is_some();
            let fact = if by_index { &locks::RENAME_INDEX } else { &locks::RENAME };
            lock_by(catalog, relation, fact, effect);
        }
        RelationChange::SetSchema { relation, .. } if catalog.has_relation(relation) => {
            lock_by(catalog, relation, &locks::SET_SCHEMA, effect);
            for sequence in catalog.sequences_owned_by(relation) {
                take_by(catalog, &sequence.name, &locks::SET_SCHEMA, &format!("owned by {relation}"), effect);
            }
        }
        RelationChange::Rename { .. } | RelationChange::SetSchema { .. } => {}
        RelationChange::CreateView(it) => view(catalog, it, effect),
        RelationChange::RefreshView { .. } => {}
        RelationChange::CreateSequence { sequence, .. } => {
            if catalog.has_relation(&sequence.name) {
                return;
            }
            effect.creates.push(made(&sequence.name, RelationKind::Sequence));
            if let Some(owner) = &sequence.owned_by {
                lock_by(catalog, &owner.on, &locks::SEQUENCE_OWNED_BY, effect);
            }
        }
        RelationChange::AlterSequence { sequence, action, .. } if catalog.has_relation(sequence) => {
            match action {
                SequenceAction::Options { owned_by, .. } => {
                    lock_by(catalog, sequence, &locks::ALTER_SEQUENCE, effect);
                    for owner in owned_by.iter().flatten() {
                        lock_by(catalog, &owner.on, &locks::SEQUENCE_OWNED_BY, effect);
                    }
                }
                SequenceAction::Owner | SequenceAction::Logged => {
                    lock_by(catalog, sequence, &locks::ALTER_SEQUENCE_OWNER, effect);
                }
            }
        }
        RelationChange::AlterSequence { .. } => {}
        RelationChange::AlterIndex { index, actions, .. } => {
            if catalog.has_relation(index) {
                actions.iter().for_each(|a| lock_by(catalog, index, index_lock(a), effect));
                moved(catalog, index, actions, effect);
            }
        }
        RelationChange::DependsOnExtension { relation } => {
            lock_by(catalog, relation, &locks::ALTER_INDEX, effect)
        }
        RelationChange::CreateIndexOnly(it) => index::created_alone(catalog, it, effect),
        RelationChange::AlterType { name, action, .. } => types::altered(catalog, name, action, effect),
        RelationChange::RenameSchema { from, .. } => {
            lock_by(catalog, &Name::new(from, ""), &locks::RENAME_SCHEMA, effect);
        }
        RelationChange::CreateType(_) | RelationChange::CreateSchema { .. } => {}
    }
}

fn made(object: &Name, kind: RelationKind) -> Created {
    Created { object: object.clone(), kind, index: None, concurrently: false, excludes: false }
}

fn index_lock(action: &IndexAction) -> &'static crate::locks::LockFact {
    // Lock levels of storage parameters: server source, reloptions.c.
    let online = |name: &String| {
        matches!(name.as_str(), "fillfactor" | "deduplicate_items" | "vacuum_cleanup_index_scale_factor")
    };
    match action {
        IndexAction::Statistics => &locks::ALTER_INDEX_ONLINE,
        IndexAction::Parameters(names) if names.iter().all(online) => &locks::ALTER_INDEX_ONLINE,
        IndexAction::Parameters(_)
        | IndexAction::Tablespace(_)
        | IndexAction::DependsOnExtension
        | IndexAction::Owner => &locks::ALTER_INDEX,
    }
}

/// An index that goes to another tablespace is copied file by file.
fn moved(catalog: &Catalog, index: &Name, actions: &[IndexAction], effect: &mut Effect) {
    let Some((table, found)) = catalog.index(index) else { return };
    let partitioned = table.kind == altimeter_catalog::TableKind::PartitionedTable;
    let here = |to: &String| found.definition.tablespace.as_deref().unwrap_or("pg_default") == to.as_str();
    let moves = actions.iter().any(|a| matches!(a, IndexAction::Tablespace(to) if !here(to)));
    if moves && !partitioned {
        effect.index_builds.push(index.clone());
    }
}

fn view(catalog: &Catalog, it: &ViewDefinition, effect: &mut Effect) {
    let name = &it.view.name;
    if catalog.has_relation(name) {
        if !it.or_replace {
            return;
        }
        lock_by(catalog, name, &locks::REPLACE_VIEW, effect);
    } else {
        let kind = if it.view.materialized { RelationKind::MaterializedView } else { RelationKind::View };
        effect.creates.push(made(name, kind));
    }
    match &it.rows {
        Some((_, source)) if source.with_data => filled(catalog, source, effect),
        _ => {
            for need in &it.view.needs {
                lock_by(catalog, &need.on, &locks::CREATE_VIEW, effect);
            }
        }
    }
}

/// A statement that is filled from a query: what the query names, or what running it opens and reads.
pub(super) fn filled(catalog: &Catalog, source: &TableSource, effect: &mut Effect) {
    if source.with_data {
        rows::changed(catalog, &source.query, effect);
        return;
    }
    for mention in &source.query.reads {
        lock_by(catalog, &mention.relation.name, &locks::AS_NO_DATA, effect);
    }
}
