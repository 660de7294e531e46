//! Standbys and replication slots, and the tables publications cover.

use std::collections::BTreeMap;

use altimeter_catalog::{
    Activity, Archiver, InspectError, Publication, PublishedTable, ReplicationSlot, RowFilter,
    StandbyConnection,
};

use super::answers::Answers;
use super::drafts::Drafts;
use crate::expression::columns_of;
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

/// Publications by name; the texts of their conditions on rows are read apart.
pub(super) fn published(answers: &Answers, drafts: &Drafts) -> Result<Vec<Publication>, InspectError> {
    let mut found: BTreeMap<String, Publication> = BTreeMap::new();
    for row in answers.of(&queries::PUBLICATIONS) {
        let publication = found.entry(row.get("name")?).or_default();
        publication.all_tables = row.get("all_tables")?;
        publication.via_root = row.get("via_root")?;
        publication.inserts_only = row.get("inserts_only")?;
        if let Some(table) = row.get::<Option<i64>>("table_id")?.and_then(|id| drafts.name(id)) {
            let filters: Option<bool> = row.get("filters")?;
            let reads: Vec<String> = row.list("filtered")?;
            publication.tables.push(PublishedTable {
                on: table.clone(),
                columns: row.list("columns")?,
                filter: filters.unwrap_or_default().then_some(RowFilter { condition: None, reads }),
            });
        }
    }
    for row in answers.of(&queries::PUBLICATION_SCHEMAS_15) {
        found.entry(row.get("name")?).or_default().schemas.push(row.get("schema")?);
    }
    let named = found.into_iter().map(|(name, mut publication)| {
        publication.tables.sort();
        publication.schemas.sort();
        Publication { name, ..publication }
    });
    Ok(named.collect())
}

/// Adds the conditions that could be read.
pub(super) fn add_filters(
    publications: &mut [Publication],
    drafts: &Drafts,
    answers: &Answers,
) -> Result<(), InspectError> {
    for row in answers.of(&queries::PUBLICATION_FILTERS_15) {
        let (name, table): (&str, i64) = (row.get("name")?, row.get("table_id")?);
        let Some(table) = drafts.name(table) else { continue };
        let tables = publications.iter_mut().filter(|p| p.name == name).flat_map(|p| &mut p.tables);
        for filter in tables.filter(|t| &t.on == table).filter_map(|t| t.filter.as_mut()) {
            filter.condition = row.get("condition")?;
            // The server's own note has listed columns too.
            if let Some(condition) = &filter.condition {
                let read = columns_of(condition);
                filter.reads.retain(|c| read.contains(c));
                filter.reads.sort();
                filter.reads.dedup();
            }
        }
    }
    Ok(())
}
