//! `altimeter inspect`.

use altimeter_catalog::{Catalog, Name};
use altimeter_planner::request::find_table;
use clap::Args;

use crate::failure::Failure;
use crate::shared::Shared;
use crate::{engines, output, source};

#[derive(Debug, Args)]
pub(crate) struct InspectArguments {
    /// Tables to show in full, with or without schema; all in short if none is named
    #[arg(value_name = "TABLE")]
    tables: Vec<String>,
}

/// Reads the catalog and shows it.
pub(crate) async fn run(arguments: InspectArguments, shared: &Shared) -> Result<(), Failure> {
    let report = output::report(shared)?;
    let catalog = source::read(shared, source::SAMPLE_S).await?;
    let tables: Result<Vec<Name>, Failure> = arguments.tables.iter().map(|t| named(&catalog, t)).collect();
    output::write(&report.render_catalog(&catalog, &tables?, output::layout(shared)))
}

fn named(catalog: &Catalog, text: &str) -> Result<Name, Failure> {
    let engine = engines::engine(catalog.server.engine)?;
    find_table(engine, catalog, text).map_err(|e| Failure::usage(e.message, e.instead))
}
