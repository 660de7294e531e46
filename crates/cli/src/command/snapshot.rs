//! `altimeter snapshot`.

use std::path::PathBuf;

use altimeter_catalog::write_snapshot;
use clap::Args;

use crate::failure::Failure;
use crate::shared::Shared;
use crate::{output, source};

#[derive(Debug, Args)]
pub(crate) struct SnapshotArguments {
    /// Where to write it, - for standard output
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    output: PathBuf,
}

/// Reads the catalog and writes it down.
pub(crate) async fn run(arguments: SnapshotArguments, shared: &Shared) -> Result<(), Failure> {
    let catalog = source::read(shared, source::SAMPLE_S).await?;
    let mut bytes = Vec::new();
    write_snapshot(&catalog, &mut bytes)
        .map_err(|e| Failure::usage(format!("the snapshot cannot be made: {e}"), ""))?;
    bytes.push(b'\n');
    if arguments.output.as_os_str() == "-" {
        return output::write(&String::from_utf8_lossy(&bytes));
    }
    let shown = arguments.output.display();
    // Written beside and moved, so that a reader never sees half of it.
    let partial = arguments.output.with_extension("partial");
    std::fs::write(&partial, &bytes)
        .and_then(|()| std::fs::rename(&partial, &arguments.output))
        .map_err(|e| Failure::usage(format!("{shown} cannot be written: {e}"), ""))?;
    output::note(
        shared,
        &format!(
            "{shown}: {} tables, {} unknowns, {} KiB; no row values, no literals of queries",
            catalog.tables.len(),
            catalog.unknowns.len(),
            bytes.len() / 1024
        ),
    );
    Ok(())
}
