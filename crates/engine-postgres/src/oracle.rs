//! The server's own parser as a witness: whether it accepts a statement, without running it.
//!
//! What is asked about is a statement about the schema ([`askable`]); it is sent as a Parse message inside a read-only
//! transaction with short limits, which is rolled back. There is no Bind and no Execute: the server cannot run it.

pub(crate) mod askable;

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use altimeter_catalog::{InspectError, SyntaxOracle, Verdict};

use self::askable::SchemaStatement;
use crate::connect::{Connection, Limits, Said, Target};

/// Nothing is locked and nothing run, so that an answer takes no time; what takes longer is given up.
const LIMITS: Limits = Limits {
    lock: Duration::from_millis(100),
    statement: Duration::from_secs(5),
    idle: Duration::from_secs(10),
};

/// So long one transaction is used for several statements: its snapshot holds vacuum back.
const TRANSACTION: Duration = Duration::from_millis(500);

/// Behind a pooler, other clients may have left prepared statements on its server under the names the driver gives to
/// ours, which it counts up: so many are tried.
const NAMES_TRIED: u32 = 200;

/// Asks the PostgreSQL server a target points to.
#[derive(Clone, Debug)]
pub struct PostgresOracle {
    target: Target,
}

impl PostgresOracle {
    /// An oracle of that server. Nothing is opened yet.
    pub fn new(target: Target) -> Self {
        Self { target }
    }
}

impl SyntaxOracle for PostgresOracle {
    fn confirm<'a>(
        &'a self,
        statements: &'a [String],
    ) -> Pin<Box<dyn Future<Output = Result<Vec<Verdict>, InspectError>> + 'a>> {
        Box::pin(confirm(&self.target, statements))
    }
}

async fn confirm(target: &Target, statements: &[String]) -> Result<Vec<Verdict>, InspectError> {
    let mut verdicts: HashMap<&str, Verdict> = HashMap::new();
    let mut asked: Vec<SchemaStatement<'_>> = Vec::new();
    for sql in statements {
        if verdicts.contains_key(sql.as_str()) {
            continue;
        }
        let verdict = match SchemaStatement::new(sql) {
            Ok(statement) => {
                asked.push(statement);
                Verdict::NotAsked { why: "the connection ended before".to_owned() }
            }
            Err(why) => Verdict::NotAsked { why: why.to_owned() },
        };
        verdicts.insert(sql, verdict);
    }
    if !asked.is_empty() {
        let mut connection = Connection::open(target).await?;
        let (mut rest, mut tries) = (asked.as_slice(), NAMES_TRIED);
        while !rest.is_empty() {
            rest = ask_some(&mut connection, rest, &mut verdicts, &mut tries).await?;
        }
        connection.close().await;
    }
    let verdict = |sql: &String| verdicts.get(sql.as_str()).cloned();
    Ok(statements.iter().filter_map(verdict).collect())
}

/// Asks about statements in one transaction, up to the first that the server refuses, which ends it. Returns the rest.
async fn ask_some<'s, 'a>(
    connection: &mut Connection,
    statements: &'s [SchemaStatement<'a>],
    verdicts: &mut HashMap<&'a str, Verdict>,
    tries: &mut u32,
) -> Result<&'s [SchemaStatement<'a>], InspectError> {
    let began = Instant::now();
    let batch = connection.batch(LIMITS).await?;
    let mut rest = statements;
    while let Some((statement, after)) = rest.split_first() {
        let again = rest;
        rest = after;
        let verdict = match batch.parse(statement).await? {
            Said::NameTaken if *tries > 0 => {
                *tries -= 1;
                rest = again;
                break;
            }
            Said::NameTaken => Verdict::NotAsked {
                why: "other clients of the pooler left prepared statements of every name tried".to_owned(),
            },
            Said::Accepted => Verdict::Accepted,
            Said::Refused { message, position } => Verdict::Refused { message, position },
            Said::Nothing { why } => Verdict::NotAsked { why },
        };
        let go_on = verdict == Verdict::Accepted && began.elapsed() < TRANSACTION;
        verdicts.insert(statement.text(), verdict);
        if !go_on {
            break;
        }
    }
    batch.finish().await?;
    Ok(rest)
}
