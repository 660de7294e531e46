//! Statements that only newer servers read are said to be too new for older ones, and no others are.

use std::collections::BTreeSet;

use altimeter_catalog::{Catalog, Engine as _, PieceKind};
use altimeter_engine_postgres::PostgresEngine;
use altimeter_tests::binaries::MAJORS;
use altimeter_tests::corpus::{self, SqlFile};
use altimeter_tests::server::Server;
use anyhow::{Context, Result, ensure};

use super::for_each;
use super::journey::empty;
use super::oracle::{Verdict, has_variable, verdict};

/// So many statements of the corpus, on all older versions together, are judged too new or not too new against the
/// word of the server's parser. It can only go down. Most are refused when they run and not before (`JSON_QUERY` in
/// an index is a function that is not there), or read as something else (`0x1F` before 15 as `0 AS x1f`).
const WRONG: usize = 144;

/// A statement and where it stands.
type Placed = (String, String);

/// The statements that the newest version reads and this one does not, though we do not say so; and those that it
/// reads though we say it does not.
fn too_new(major: u32, file: &SqlFile, readable: &BTreeSet<Placed>) -> Result<(Vec<Placed>, Vec<Placed>)> {
    let session = Server::shared(major)?.session()?;
    let catalog = on(major);
    let text = PostgresEngine.read(&file.text);
    let (mut missed, mut unjust) = (Vec::new(), Vec::new());
    for (number, placed) in statements(file) {
        if !readable.contains(&placed) {
            continue;
        }
        // A function of that name would be called instead, if there were one.
        let said_so = text.lower(number, &catalog).too_new.is_some();
        match (said_so, verdict(&session, &placed.1)?) {
            (true, Verdict::Accepts) => unjust.push(placed),
            (false, Verdict::Refuses) => missed.push(placed),
            _ => {}
        }
    }
    Ok((missed, unjust))
}

fn on(major: u32) -> Catalog {
    let mut catalog = empty();
    catalog.server.version_num = major * 10_000;
    catalog
}

fn statements(file: &SqlFile) -> Vec<(usize, Placed)> {
    let text = PostgresEngine.read(&file.text);
    let pieces = text.pieces().iter().enumerate().filter(|(_, p)| p.kind == PieceKind::Sql);
    let placed = pieces.filter_map(|(number, piece)| {
        let sql = file.text.get(piece.span.clone())?;
        let place = format!("{}:{}", file.name, piece.line);
        (!has_variable(sql)).then(|| (number, (place, sql.to_owned())))
    });
    placed.collect()
}

/// What both we and the newest server read.
fn readable(file: &SqlFile) -> Result<BTreeSet<Placed>> {
    let session = Server::shared(18)?.session()?;
    let text = PostgresEngine.read(&file.text);
    let mut found = BTreeSet::new();
    for (number, placed) in statements(file) {
        let statement = text.lower(number, &empty());
        if statement.syntax_error.is_none() && verdict(&session, &placed.1)? != Verdict::Refuses {
            ensure!(statement.too_new.is_none(), "{} is too new for 18", placed.0);
            found.insert(placed);
        }
    }
    Ok(found)
}

#[test]
fn what_is_too_new_for_a_server_is_said() -> Result<()> {
    let files = corpus::regression_tests()?;
    let results = for_each(&files, |file| -> Result<Vec<String>> {
        let readable = readable(file).with_context(|| file.name.clone())?;
        let mut wrong = Vec::new();
        for major in MAJORS.into_iter().filter(|major| *major < 18) {
            let (missed, unjust) = too_new(major, file, &readable)?;
            let missed = missed.iter().map(|s| ("not said", s));
            let unjust = unjust.iter().map(|s| ("wrongly said", s));
            wrong.extend(
                missed.chain(unjust).map(|(how, (place, sql))| format!("{how} on {major}: {place}: {sql}")),
            );
        }
        Ok(wrong)
    });
    let wrong = results.into_iter().collect::<Result<Vec<_>>>()?.concat();
    report(&wrong);
    ensure!(wrong.len() <= WRONG, "{} statements are wrongly judged too new, or not", wrong.len());
    Ok(())
}

#[expect(clippy::print_stderr, reason = "the numbers are read with `--nocapture`")]
fn report(wrong: &[String]) {
    for statement in wrong {
        eprintln!("{statement}");
    }
    eprintln!("{} wrong", wrong.len());
}
