//! Standbys and replication slots, and the tables publications cover.

use std::collections::{BTreeMap, HashSet};

use altimeter_catalog::{
    Activity, Archiver, Dependency, InspectError, Name, Persistence, Publication, ReplicationSlot,
    StandbyConnection, Table, TableKind,
};

use super::answers::Answers;
use super::drafts::Drafts;
use super::partitions::Children;
use crate::queries;

/// Adds standbys, slots and the archiver.
pub(super) fn add_replication(activity: &mut Activity, answers: &Answers) -> Result<(), InspectError> {
    for row in answers.of(&queries::STANDBYS) {
        let lag_bytes = row.size("lag_bytes")?;
        activity.standbys.push(StandbyConnection {
            application: row.get::<Option<String>>("application")?.unwrap_or_default(),
            sync_state: row.get("sync_state")?,
            lag_bytes,
            // The server forgets the time once a standby has caught up.
            lag_s: row.get::<Option<f64>>("lag_s")?.or((lag_bytes == Some(0)).then_some(0.0)),
        });
    }
    for row in answers.of(&queries::SLOTS) {
        activity.slots.push(ReplicationSlot {
            name: row.get("name")?,
            logical: row.get("logical")?,
            active: row.get("active")?,
            retained_bytes: row.size("retained_bytes")?,
        });
    }
    let archiver = answers.one(&queries::ARCHIVER)?;
    activity.archiver = Some(Archiver {
        archived: archiver.size("archived")?.unwrap_or(0),
        failed: archiver.size("failed")?.unwrap_or(0),
        failing: archiver.get("failing")?,
        counted_s: archiver.get("counted_s")?,
    });
    Ok(())
}

/// A publication as it is written down: by tables and schemas.
#[derive(Default)]
pub(super) struct Published {
    all_tables: bool,
    schemas: HashSet<String>,
    /// Tables with their column lists, empty for all columns.
    tables: BTreeMap<Name, Vec<String>>,
    /// Tables whose rows are filtered, with the columns the conditions read.
    filters: Vec<Dependency>,
}

/// Publications by name.
pub(super) fn published(
    answers: &Answers,
    drafts: &Drafts,
) -> Result<BTreeMap<String, Published>, InspectError> {
    let mut publications: BTreeMap<String, Published> = BTreeMap::new();
    for row in answers.of(&queries::PUBLICATIONS) {
        let publication = publications.entry(row.get("name")?).or_default();
        publication.all_tables = row.get("all_tables")?;
        if let Some(table) = row.get::<Option<i64>>("table_id")?.and_then(|id| drafts.name(id)) {
            publication.tables.insert(table.clone(), row.list("columns")?);
            let filtered: Vec<String> = row.list("filtered")?;
            if !filtered.is_empty() {
                publication.filters.push(Dependency { on: table.clone(), columns: filtered });
            }
        }
    }
    for row in answers.of(&queries::PUBLICATION_SCHEMAS_15) {
        publications.entry(row.get("name")?).or_default().schemas.insert(row.get("schema")?);
    }
    Ok(publications)
}

/// The same with every table listed: those of schemas, all of them, and partitions of what is published.
pub(super) fn resolve(publications: BTreeMap<String, Published>, tables: &[Table]) -> Vec<Publication> {
    let children = Children::of(tables);
    // Only permanent tables with rows of their own can be published (manual, CREATE PUBLICATION).
    let publishable = |t: &&Table| {
        matches!(t.kind, TableKind::Table | TableKind::PartitionedTable)
            && t.persistence == Persistence::Permanent
    };
    let resolved = publications.into_iter().map(|(name, publication)| {
        let mut covered = publication.tables.clone();
        let whole = |t: &&Table| publication.all_tables || publication.schemas.contains(&t.name.schema);
        for table in tables.iter().filter(publishable).filter(whole) {
            covered.entry(table.name.clone()).or_default();
        }
        for parent in covered.keys().cloned().collect::<Vec<_>>() {
            let columns = covered.get(&parent).cloned().unwrap_or_default();
            for part in
                children.below(tables, &parent).iter().filter_map(|at| tables.get(*at)).filter(publishable)
            {
                covered.entry(part.name.clone()).or_insert_with(|| columns.clone());
            }
        }
        Publication {
            name,
            all_tables: publication.all_tables,
            tables: covered.into_iter().map(|(on, columns)| Dependency { on, columns }).collect(),
            filters: publication.filters,
        }
    });
    resolved.collect()
}
