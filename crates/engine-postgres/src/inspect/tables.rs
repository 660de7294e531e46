//! Tables themselves, without what hangs on them.

use altimeter_catalog::{InspectError, Name, Persistence, Size, Table, TableKind};

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
        _ => TableKind::Table,
    };
    let pages: f64 = row.get("pages")?;
    let table = Table {
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
        replica_identity: replica_identity(row)?,
        partition_of,
        partition_key: row.get("partition_key")?,
        partition_columns: row.list("partition_columns")?,
        inherits,
        fillfactor: row
            .list::<&str>("options")?
            .iter()
            .find_map(|o| o.strip_prefix("fillfactor="))
            .and_then(|v| v.parse().ok()),
        tablespace: row.get("tablespace")?,
        partition_bound: None,
        access_method: None,
        of_type: None,
        clustered_on: None,
        owner: None,
        statistics: Vec::new(),
        rules: Vec::new(),
        size: Size {
            // A partitioned parent has no pages, a foreign table no heap here.
            pages: (kind == TableKind::Table).then_some(pages),
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
