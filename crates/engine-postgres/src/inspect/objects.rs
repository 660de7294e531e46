//! The schema and its sizes: the part of an inspection that is the same on a primary and its standbys.

use std::collections::HashMap;

use altimeter_catalog::{Catalog, InspectError, Name, Persistence, Publication, Unknown, View};

use super::answers::Answers;
use super::drafts::Drafts;
use super::reading::{Reading, is_lock_timeout};
use super::replication;
use super::sizes::Place;
use super::uses::Rules;
use super::{
    columns, comments, constraints, definitions, functions, indexes, partitions, sequences, sizes, tables,
    triggers, types, unknowns, uses, views,
};
use crate::queries::{self, Query};

/// Objects that wait for their sizes and counters.
pub(super) struct Objects {
    pub(super) drafts: Drafts,
    views: HashMap<i64, View>,
    rules: Rules,
    published: Vec<Publication>,
    answers: Answers,
    sequences: Answers,
}

impl Objects {
    /// Whether an extension is installed.
    pub(super) fn has_extension(&self, name: &str) -> Result<bool, InspectError> {
        Ok(types::extensions(&self.answers)?.iter().any(|e| e.name == name))
    }
}

/// Everything about the schema, of one snapshot.
pub(super) async fn read(reading: &mut Reading, major: u32) -> Result<Objects, InspectError> {
    let mut asked: Vec<Query> = vec![
        queries::PRINTING,
        queries::SCHEMAS,
        queries::TABLES,
        queries::COLUMNS,
        queries::GRANTS,
        queries::COLUMN_STATISTICS,
        queries::INDEXES,
        queries::CONSTRAINTS,
        queries::EXTENDED_STATISTICS,
        queries::TRIGGERS,
        queries::POLICIES,
        queries::VIEWS,
        queries::VIEW_NEEDS,
        queries::RULES,
        queries::USES,
        queries::FUNCTIONS,
        queries::TYPES,
        queries::CASTS,
        queries::EVENT_TRIGGERS,
        queries::PUBLICATIONS,
        queries::EXTENSIONS,
        queries::COMMENTS,
    ];
    if major >= 14 {
        asked.push(queries::FUNCTION_BODIES_14);
    }
    if major >= 15 {
        asked.push(queries::PUBLICATION_SCHEMAS_15);
    }
    let answers = reading.ask(&asked).await?;
    // Apart, because the locks this takes stay until its transaction ends.
    let sequences = reading.ask(&[queries::PRINTING, queries::SEQUENCES]).await?;
    let mut drafts = tables::tables(&answers)?;
    let mut views = views::views(&answers)?;
    columns::add_columns(&mut drafts, &mut views, &answers)?;
    indexes::add_indexes(&mut drafts, &answers)?;
    constraints::add_constraints(&mut drafts, &answers)?;
    tables::add_extended_statistics(&mut drafts, &answers)?;
    triggers::add_triggers(&mut drafts, &mut views, &answers)?;
    triggers::add_policies(&mut drafts, &answers)?;
    uses::add_uses(&mut drafts, &mut views, &answers)?;
    comments::add_comments(&mut drafts, &mut views, &answers)?;
    let rules = uses::rules(&drafts, &views, &answers)?;
    let published = replication::published(&answers, &drafts)?;
    Ok(Objects { drafts, views, rules, published, answers, sequences })
}

/// The queries of views, the expressions of policies and what extended statistics are over: apart, because what is read
/// opens other people's relations, and the locks this takes stay until its transaction ends.
pub(super) async fn read_definitions(
    reading: &mut Reading,
    objects: &mut Objects,
    catalog: &mut Catalog,
) -> Result<(), InspectError> {
    let mut asked = vec![
        queries::PRINTING,
        queries::VIEW_DEFINITIONS,
        queries::POLICY_DEFINITIONS,
        queries::STATISTICS_DEFINITIONS,
    ];
    if catalog.server.major() >= 15 {
        asked.push(queries::PUBLICATION_FILTERS_15);
    }
    match reading.ask(&asked).await {
        Ok(answers) => {
            definitions::add_definitions(&mut objects.drafts, &mut objects.views, &answers)?;
            replication::add_filters(&mut objects.published, &objects.drafts, &answers)?;
        }
        Err(e) if is_lock_timeout(&e) => {}
        Err(e) => return Err(e),
    }
    let unread = definitions::unread(&objects.drafts, &objects.views);
    unknowns::definitions(&unread).into_iter().for_each(|u| catalog.note_unknown(u));
    Ok(())
}

/// Bytes and rows, and the database's size.
pub(super) async fn read_sizes(
    reading: &mut Reading,
    objects: &mut Objects,
    catalog: &mut Catalog,
) -> Result<(), InspectError> {
    let place = Place {
        standby: catalog.server.role.is_standby(),
        block: catalog.server.setting_number("block_size").unwrap_or(8192.0),
    };
    let asked = [queries::PRINTING, queries::SIZES, queries::INDEX_SIZES, queries::DATABASE_SIZE];
    let mut locked: Vec<Name> =
        objects.drafts.iter().filter(|d| d.locked).map(|d| d.table.name.clone()).collect();
    match reading.ask(&asked).await {
        Ok(answers) => {
            locked.extend(sizes::add_sizes(&mut objects.drafts, &mut objects.views, &answers, place)?);
            catalog.server.database_bytes = answers.one(&queries::DATABASE_SIZE)?.size("bytes")?;
        }
        Err(e) if is_lock_timeout(&e) => {
            sizes::add_paged_sizes(&mut objects.drafts, place);
            catalog.note_unknown(unknowns::sizes());
        }
        Err(e) => return Err(e),
    }
    sizes::add_foreign_rows(&mut objects.drafts);
    locked.sort();
    locked.dedup();
    for unknown in
        [unknowns::locked(&mut locked)].into_iter().chain(unseen(&objects.drafts, catalog)).flatten()
    {
        catalog.note_unknown(unknown);
    }
    Ok(())
}

/// What was not to be seen of tables.
fn unseen(drafts: &Drafts, catalog: &Catalog) -> [Option<Unknown>; 4] {
    let (user, major) = (&catalog.server.user, catalog.server.major());
    let standby = catalog.server.role.is_standby();
    let names = |wanted: &dyn Fn(&super::drafts::Draft) -> bool| -> Vec<Name> {
        drafts.iter().filter(|d| wanted(d)).map(|d| d.table.name.clone()).collect()
    };
    let is_elsewhere = |d: &super::drafts::Draft| standby && d.table.persistence == Persistence::Unlogged;
    [
        unknowns::column_statistics(&mut names(&|d| !d.readable && !d.table.columns.is_empty()), user, major),
        unknowns::row_security(&mut names(&|d| d.readable && d.hidden_by_row_security), user),
        unknowns::never_analysed(&mut names(&|d| {
            d.table.kind.has_heap() && d.table.size.rows.is_none() && !is_elsewhere(d)
        })),
        unknowns::unlogged_on_standby(&mut names(&is_elsewhere)),
    ]
}

/// Puts the finished objects into the catalog.
pub(super) fn finish(objects: Objects, catalog: &mut Catalog) -> Result<(), InspectError> {
    let Objects { drafts, views, rules, published, answers, sequences } = objects;
    catalog.schemas = types::schemas(&answers)?.into();
    let mut tables = drafts.finish();
    partitions::sum_partitions(&mut tables);
    catalog.views = views::finish(views).into();
    let (sequences, unknown) = sequences::sequences(&sequences, &catalog.server.user)?;
    catalog.sequences = sequences.into();
    for unknown in unknown {
        catalog.note_unknown(unknown);
    }
    catalog.types = types::types(&answers)?.into();
    catalog.casts = types::casts(&answers)?.into();
    catalog.event_triggers = triggers::event_triggers(&answers)?.into();
    catalog.publications = published.into();
    catalog.extensions = types::extensions(&answers)?.into();
    catalog.tables = tables.into();
    uses::add_rules(catalog, rules);
    functions::add_functions(catalog, &answers)?;
    Ok(())
}
