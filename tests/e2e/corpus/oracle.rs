//! What the server's own parser says of the same statements.

use std::sync::Mutex;

use altimeter_catalog::{Engine as _, PieceKind};
use altimeter_engine_postgres::PostgresEngine;
use altimeter_tests::corpus;
use altimeter_tests::server::Server;
use altimeter_tests::session::{Session, block_on};
use anyhow::{Result, ensure};

use super::for_each;

/// So many statements that the server reads are no SQL to us, all of them statements that it refuses later. It can
/// only go down.
const REFUSED_THOUGH_SQL: usize = 36;

/// So many statements that the server does not read are SQL to us. It can only go down.
const READ_THOUGH_NO_SQL: usize = 31;

/// What two parsers say of the same text.
#[derive(Default)]
struct Agreement {
    both_read: usize,
    both_refuse: usize,
    only_server_reads: Vec<String>,
    only_we_read: Vec<String>,
}

/// What a server says of a text that it parses only; nothing runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It would run it.
    Accepts,
    /// Its grammar reads it; that it makes no sense there (no such table, function, column) is found later.
    Reads,
    /// It is no SQL to it.
    Refuses,
}

/// Asks a server's parser.
#[expect(clippy::disallowed_methods, reason = "the server's parser is what is asked")]
pub(super) fn verdict(session: &Session, sql: &str) -> Result<Verdict> {
    let Err(error) = block_on(session.client().prepare(sql)) else { return Ok(Verdict::Accepts) };
    let Some(answer) = error.as_db_error() else { return Err(error.into()) };
    // The same code is given for statements that are read and make no sense, and for literals of some types.
    let words =
        ["syntax error at", "unterminated", "trailing junk", "invalid Unicode", "cannot insert multiple"];
    let grammar = words.iter().any(|w| answer.message().starts_with(w));
    let reads = answer.code().code() != "42601" || !grammar || answer.message().contains("jsonpath");
    Ok(if reads { Verdict::Reads } else { Verdict::Refuses })
}

/// Whether `psql` puts values into it, which the server does not: `:name`, `:'name'`.
pub(super) fn has_variable(sql: &str) -> bool {
    let bytes = [b" ", sql.as_bytes()].concat();
    bytes.windows(3).any(|three| match three {
        [before, b':', after] => {
            *before != b':' && (after.is_ascii_alphabetic() || matches!(after, b'_' | b'\'' | b'"' | b'{'))
        }
        _ => false,
    })
}

#[test]
fn we_read_what_the_server_reads() -> Result<()> {
    let server = Server::shared(18)?;
    let database = server.database("oracle")?;
    let files = corpus::regression_tests()?;
    let all = Mutex::new(Agreement::default());
    let results = for_each(&files, |file| -> Result<()> {
        let session = database.session()?;
        let text = PostgresEngine.read(&file.text);
        for (number, piece) in text.pieces().iter().enumerate().filter(|(_, p)| p.kind == PieceKind::Sql) {
            let Some(sql) = file.text.get(piece.span.clone()) else { continue };
            if has_variable(sql) {
                continue;
            }
            let we = text.lower(number, &Default::default()).syntax_error;
            let server = verdict(&session, sql)? != Verdict::Refuses;
            let mut all = all.lock().unwrap();
            let place = || format!("{}:{}: {} [{we:?}]", file.name, piece.line, sql);
            match (we.is_none(), server) {
                (true, true) => all.both_read += 1,
                (false, false) => all.both_refuse += 1,
                (false, true) => all.only_server_reads.push(place()),
                (true, false) => all.only_we_read.push(place()),
            }
        }
        Ok(())
    });
    results.into_iter().collect::<Result<Vec<()>>>()?;
    let all = all.into_inner()?;
    report(&all);
    let (refused, read) = (all.only_server_reads.len(), all.only_we_read.len());
    ensure!(refused <= REFUSED_THOUGH_SQL, "{refused} statements that the server reads are no SQL to us");
    ensure!(read <= READ_THOUGH_NO_SQL, "{read} statements that the server does not read are SQL to us");
    Ok(())
}

#[expect(clippy::print_stderr, reason = "the numbers are read with `--nocapture`")]
fn report(all: &Agreement) {
    let (only_server, only_we) = (&all.only_server_reads, &all.only_we_read);
    for (who, list) in [("only the server reads", only_server), ("only we read", only_we)] {
        for statement in list {
            eprintln!("{who}: {statement}");
        }
    }
    eprintln!(
        "both read {}, both refuse {}, only the server reads {}, only we read {}",
        all.both_read,
        all.both_refuse,
        only_server.len(),
        only_we.len()
    );
}
