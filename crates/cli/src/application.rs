//! References in an application's source, resolved against the catalog.

use std::path::Path;

use altimeter_catalog::{Catalog, Engine};
use altimeter_planner::uses::{self, Certainty, How, Reference, Used, Uses};
use altimeter_sources::Wanted;

use crate::failure::Failure;
use crate::output;
use crate::progress::Progress;
use crate::shared::Shared;

/// Looks for references to what is taken away and adds them.
pub(crate) fn search(
    shared: &Shared,
    engine: &dyn Engine,
    catalog: &Catalog,
    folder: &Path,
    uses: &mut Uses,
) -> Result<(), Failure> {
    let wanted: Vec<Wanted> =
        uses.of.iter().map(|u| Wanted { table: u.table.name.clone(), column: u.column.clone() }).collect();
    let of = uses.of.clone();
    let resolve = |sql: &str, wanted: &Wanted| {
        let used = of.iter().find(|u| u.table.name == wanted.table && u.column == wanted.column)?;
        certainty(engine, catalog, sql, used)
    };
    let progress = Progress::begin(shared.quiet);
    progress.show(&folder.display().to_string());
    let found = altimeter_sources::search(folder, &wanted, &resolve);
    progress.end();
    let found = found
        .map_err(|e| Failure::usage(e.to_string(), "name the folder of the application: --app ../shop"))?;
    output::note(shared, &format!("{}: {} files searched", folder.display(), found.files));
    let reference = |r: altimeter_sources::Reference| Reference {
        file: r.file.to_string_lossy().into_owned(),
        line: r.line,
        excerpt: r.excerpt,
        certainty: match r.certainty {
            altimeter_sources::Certainty::Exact => Certainty::Exact,
            altimeter_sources::Certainty::Model => Certainty::Model,
            altimeter_sources::Certainty::Word => Certainty::Word,
        },
        by: r.by,
    };
    let mut references: Vec<Reference> = found.references.into_iter().map(reference).collect();
    references.sort_by(|a, b| (a.certainty, &a.file, a.line).cmp(&(b.certainty, &b.file, b.line)));
    uses.application = Some(references);
    uses.unknowns.extend(found.unread.into_iter().map(|why| format!("a file that could not be read: {why}")));
    Ok(())
}

/// How sure it is that SQL uses it: resolved by the engine, or a statement about the schema that names both.
fn certainty(
    engine: &dyn Engine,
    catalog: &Catalog,
    sql: &str,
    used: &Used,
) -> Option<altimeter_sources::Certainty> {
    use altimeter_sources::Certainty as Sure;
    match uses::how(engine, catalog, sql, used) {
        Some(How::Named | How::Taken) => Some(Sure::Exact),
        Some(How::Word) => Some(Sure::Word),
        None => uses::is_about_its_schema(engine, catalog, sql, used).then_some(Sure::Model),
    }
}
