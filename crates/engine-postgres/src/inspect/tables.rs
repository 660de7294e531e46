//! Tables themselves, without what hangs on them.

use altimeter_catalog::{ExtendedStatistics, InspectError, Name, Persistence, Size, Table, TableKind};

use super::answers::{Answers, Cells};
use super::drafts::{Draft, Drafts};
use crate::queries;

/// All tables of users, and of this session the temporary ones.
pub(super) fn tables(answers: &Answers) -> Result<Drafts, InspectError> {
    let mut drafts = Drafts::default();
    for row in answers.of(&queries::TABLES) {
        drafts.add(row.get("id")?, draft(row)?);
    }
    Ok(drafts)
}

fn draft(row: Cells<'_>) -> Result<Draft, InspectError> {
    let parents: Vec<Name> =
        std::iter::zip(row.list::<String>("parent_schemas")?, row.list::<String>("parent_names")?)
            .map(|(schema, name)| Name { schema, name })
            .collect();
    let is_partition: bool = row.get("is_partition")?;
    let (partition_of, inherits) =
        if is_partition { (parents.into_iter().next(), Vec::new()) } else { (None, parents) };
    let kind = match row.get::<&str>("kind")? {
        "p" => TableKind::PartitionedTable,
        "f" => TableKind::ForeignTable,
        "m" => TableKind::MaterializedView,
        _ => TableKind::Table,
    };
    let pages: f64 = row.get("pages")?;
    let table = Table {
        comment: None,
        name: row.name("schema", "name")?,
        kind,
        persistence: match row.get::<&str>("persistence")? {
            "u" => Persistence::Unlogged,
            "t" => Persistence::Temporary,
            _ => Persistence::Permanent,
        },
        columns: Vec::new(),
        indexes: Vec::new(),
        constraints: Vec::new(),
        triggers: Vec::new(),
        policies: Vec::new(),
        row_security: row.get("row_security")?,
        row_security_forced: row.get("row_security_forced")?,
        replica_identity: replica_identity(row)?,
        partition_of,
        partition_key: row.get("partition_key")?,
        partition_columns: row.list("partition_columns")?,
        detach_pending: row.get("detach_pending")?,
        inherits,
        fillfactor: row
            .list::<&str>("options")?
            .iter()
            .find_map(|o| o.strip_prefix("fillfactor="))
            .and_then(|v| v.parse().ok()),
        tablespace: row.get("tablespace")?,
        partition_bound: row.get("partition_bound")?,
        access_method: row.get("access_method")?,
        of_type: row.name_if_any("type_schema", "type_name")?,
        clustered_on: row.get("clustered_on")?,
        owner: row.get("owner")?,
        grants: Vec::new(),
        statistics: Vec::new(),
        rules: Vec::new(),
        until_commit: false,
        unpopulated: row.get("unpopulated")?,
        size: Size {
            // A partitioned parent has no pages, a foreign table no heap here.
            pages: kind.has_heap().then_some(pages),
            frozen_age: row.size("frozen_age")?.max(row.size("toast_frozen_age")?),
            ..Size::default()
        },
        activity: None,
        rates: None,
    };
    Ok(Draft {
        table,
        tuples: row.get("tuples")?,
        readable: row.get("readable")?,
        hidden_by_row_security: row.get("row_security_active")?,
        locked: row.get("locked")?,
    })
}

/// Adds the statistics over several columns.
pub(super) fn add_extended_statistics(drafts: &mut Drafts, answers: &Answers) -> Result<(), InspectError> {
    for row in answers.of(&queries::EXTENDED_STATISTICS) {
        let statistics = ExtendedStatistics {
            name: row.name("schema", "name")?,
            columns: row.list("columns")?,
            definition: None,
            comment: None,
        };
        if let Some(draft) = drafts.get_mut(row.get("table_id")?) {
            draft.table.statistics.push(statistics);
        }
    }
    Ok(())
}

fn replica_identity(row: Cells<'_>) -> Result<String, InspectError> {
    Ok(match row.get::<&str>("replica_identity")? {
        "n" => "nothing".to_owned(),
        "f" => "full".to_owned(),
        "i" => match row.get::<Option<&str>>("replica_index")? {
            Some(index) => format!("using index {index}"),
            // The index was dropped: nothing identifies a row (manual, ALTER TABLE, REPLICA IDENTITY).
            None => "nothing".to_owned(),
        },
        _ => "default".to_owned(),
    })
}
