//! What `pg_dump` prints of real servers is read without a single mistake, rows and all. Of servers newer than the
//! machine's own `pg_dump`, see `fixtures/dumps`.

use std::process::Command;

use altimeter_catalog::{Catalog, Engine};
use altimeter_engine_postgres::PostgresEngine;
use altimeter_tests::server::Server;
use altimeter_tests::{binaries, run};
use anyhow::{Result, ensure};

const SCHEMAS: [(u32, &str); 6] = [
    (13, include_str!("../../fixtures/schemas/zoo.sql")),
    (14, include_str!("../../fixtures/schemas/zoo_14.sql")),
    (15, include_str!("../../fixtures/schemas/zoo_15.sql")),
    (18, include_str!("../../fixtures/schemas/zoo_18.sql")),
    (13, include_str!("../../fixtures/schemas/quoted.sql")),
    (14, include_str!("../../fixtures/schemas/quoted_14.sql")),
];

#[test]
fn dumps_of_servers_are_read() -> Result<()> {
    for major in 13..=binaries::SYSTEM_MAJOR {
        let database = Server::shared(major)?.database("dumped")?;
        let session = database.session()?;
        for (_, sql) in SCHEMAS.iter().filter(|(since, _)| *since <= major) {
            session.script(sql)?;
        }
        for options in
            [&["--clean", "--if-exists", "--create"][..], &["--inserts"], &["--column-inserts", "--no-owner"]]
        {
            let mut pg_dump = Command::new(binaries::client_program("pg_dump")?);
            let dump = run::run(pg_dump.arg("--no-password").args(options).arg(&database.url))?;
            let rows = read(&dump, &format!("{major} {options:?}"))?;
            ensure!((rows > 0) == options.contains(&"--create"), "{major} {options:?}: {rows} rows");
        }
    }
    Ok(())
}

/// Reads a dump; gives the rows that follow its COPY statements.
fn read(dump: &str, what: &str) -> Result<u64> {
    let text = PostgresEngine.read(dump);
    let catalog = Catalog::default();
    for piece in 0..text.pieces().len() {
        let statement = text.lower(piece, &catalog);
        if let Some(error) = statement.syntax_error {
            anyhow::bail!("{what}: {error} in {}", statement.sql);
        }
    }
    Ok(text.pieces().iter().filter_map(|p| p.data_rows).sum())
}
