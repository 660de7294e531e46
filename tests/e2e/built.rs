//! A check without a database builds the schema from the files' own statements. Here each script under `tests/built`
//! runs on servers, and through the engine: both must come to the same tables, columns, constraints, indexes,
//! sequences, views, types, functions, triggers, policies, under the same names; and on the way, statement by
//! statement, to the same locks and rewrites.
//!
//! `ALTIMETER_BUILT` gives another folder of scripts, `ALTIMETER_BUILT_VERSIONS` other versions;
//! `ALTIMETER_BUILT_LENIENT` passes over statements the server refuses.

mod lines;

use std::path::{Path, PathBuf};

use altimeter_analysis::review::{Passage, Reviewer, Sending};
use altimeter_catalog::{Catalog, Engine as _, InspectOptions, Inspector as _, PieceKind};
use altimeter_engine_postgres::{Environment, PostgresEngine, PostgresInspector, Target};
use altimeter_tests::choice;
use altimeter_tests::database::Database;
use altimeter_tests::server::Server;
use altimeter_tests::session::Session;
use anyhow::{Context, Result, ensure};

use crate::claims::engine::facts_of;
use crate::claims::facts::Facts;
use crate::claims::held_up;
use crate::claims::relations::Relations;

const MAJORS: [u32; 3] = [13, 15, 18];

fn inspect(database: &Database) -> Result<Catalog> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let url = format!("{}?sslmode=disable", database.url);
    let inspector = PostgresInspector::new(Target::resolve(Some(&url), &Environment::default())?);
    Ok(runtime.block_on(inspector.inspect(InspectOptions::default(), &|_| {}))?)
}

/// What the server does: in a transaction of the statement's own, where its locks can be seen.
fn run(session: &Session, statement: &str, in_block: bool) -> Result<Option<Facts>> {
    if in_block {
        return session.script(statement).map(|()| None);
    }
    session.script("BEGIN")?;
    let before = Relations::of(session)?;
    if let Err(error) = session.script(statement) {
        session.script("ROLLBACK")?;
        let refuses_blocks = format!("{error:#}").contains("transaction block");
        return if refuses_blocks { session.script(statement).map(|()| None) } else { Err(error) };
    }
    let locks = held_up::locks_of(session, &before, session.backend()?)?;
    let mut facts = Facts { locks, in_transaction: true, ..Facts::default() };
    before.compare(&Relations::of(session)?, &mut facts);
    session.script("COMMIT")?;
    Ok(Some(facts))
}

/// Whether a transaction block that the script opened is open after a statement.
fn block_after(statement: &str, open: bool) -> bool {
    let mut words = statement.split_whitespace().map(|w| w.trim_end_matches(';').to_lowercase());
    match words.next().as_deref() {
        Some("begin" | "start") => true,
        Some("commit" | "end" | "abort") => false,
        Some("rollback") => open && words.any(|w| w == "to"),
        _ => open,
    }
}

/// Runs a script in both ways; what differs at the end, and statements on which they disagree.
fn differences(server: &Server, sql: &str) -> Result<Vec<String>> {
    let database = server.database("built")?;
    let session = database.session()?;
    let mut reviewer = Reviewer::new(&PostgresEngine, inspect(&database)?, true);
    let text = PostgresEngine.read(sql);
    let (mut wrong, mut in_block) = (Vec::new(), false);
    for piece in text.pieces().iter().filter(|p| p.kind == PieceKind::Sql) {
        let statement = &sql[piece.span.clone()];
        let next = block_after(statement, in_block);
        let done = run(&session, statement, in_block || next);
        in_block = next;
        if done.is_err() && choice("ALTIMETER_BUILT_LENIENT").is_some() {
            continue;
        }
        let one = PostgresEngine.read(statement);
        let passage = Passage { text: one.as_ref(), offset: 0, lines_before: 0, sending: Sending::Each };
        let before = reviewer.catalog().clone();
        for reviewed in reviewer.passage(&passage) {
            let mut effect = reviewed.judged.effect.clone();
            if let Some(reason) = &effect.not_analysed {
                wrong.push(format!("not analysed: {reason}: {statement}"));
            }
            match (&done, &effect.fails) {
                (Ok(_), Some(why)) => wrong.push(format!("said to fail ({why}): {statement}")),
                (Err(why), None) => wrong.push(format!("fails ({why:#}): {statement}")),
                (Ok(Some(seen)), None) if effect.not_analysed.is_none() => {
                    // The server's side leaves temporary tables out.
                    effect.locks.retain(|l| !l.object.schema.starts_with("pg_"));
                    effect.drops.retain(|name| !name.schema.starts_with("pg_"));
                    let said = facts_of(effect, &before)?;
                    let found = said.differences("said", seen, "seen", |_| false);
                    wrong.extend(found.into_iter().map(|what| format!("{what}: {statement}")));
                }
                _ => {}
            }
        }
    }
    let (said, seen) = (lines::of(reviewer.catalog()), lines::of(&inspect(&database)?));
    wrong.extend(said.difference(&seen).map(|line| format!("only said: {line}")));
    wrong.extend(seen.difference(&said).map(|line| format!("only seen: {line}")));
    Ok(wrong)
}

fn scripts() -> Result<Vec<PathBuf>> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("built");
    let folder = choice("ALTIMETER_BUILT").map_or(own, PathBuf::from);
    let files = std::fs::read_dir(&folder).with_context(|| folder.display().to_string())?;
    let mut files: Vec<PathBuf> = files.map(|f| Ok(f?.path())).collect::<Result<_>>()?;
    files.retain(|f| f.extension().is_some_and(|e| e == "sql"));
    files.sort();
    Ok(files)
}

#[test]
fn statements_build_what_servers_build() -> Result<()> {
    let majors: Vec<u32> = match choice("ALTIMETER_BUILT_VERSIONS") {
        Some(said) => said.split(',').map(|v| Ok(v.trim().parse()?)).collect::<Result<_>>()?,
        None => MAJORS.to_vec(),
    };
    let mut all = Vec::new();
    for file in scripts()? {
        let sql = String::from_utf8_lossy(&std::fs::read(&file)?).into_owned();
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        // `-- from 14` in the first line: older servers do not know what is in it.
        let first = sql.lines().next().unwrap_or_default();
        let since: u32 = first.strip_prefix("-- from ").and_then(|v| v.trim().parse().ok()).unwrap_or(0);
        for major in majors.iter().filter(|m| **m >= since) {
            let wrong = differences(Server::shared(*major)?, &sql).with_context(|| name.clone())?;
            all.extend(wrong.into_iter().map(|w| format!("{name} on {major}: {w}")));
        }
    }
    ensure!(all.is_empty(), "{} differences:\n{}", all.len(), all.join("\n"));
    Ok(())
}
