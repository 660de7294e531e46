//! Turns what the driver says about a query that failed, or a connection that ended, into what happened.

use std::time::Duration;

use altimeter_catalog::{InspectError, InspectErrorKind};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::error::SqlState;

use super::failure::failure;
use super::refusal::unwrap;
use crate::queries::Query;

/// The connection ended; the driver's task knows why, if anything was said.
pub(super) async fn lost(
    described: &str,
    query: &Query,
    error: tokio_postgres::Error,
    driver: Option<JoinHandle<Result<(), tokio_postgres::Error>>>,
) -> InspectError {
    let said = match driver {
        Some(driver) => {
            timeout(Duration::from_secs(1), driver).await.ok().and_then(Result::ok).and_then(Result::err)
        }
        None => None,
    };
    let source = if error.as_db_error().is_some() { error } else { said.unwrap_or(error) };
    ended(described, query, source)
}

/// No answer in time, from the server's limit neither: the network or the server is gone.
pub(super) fn silent(described: &str, query: &Query, limit: Duration) -> InspectError {
    failure(
        InspectErrorKind::Lost,
        format!(
            "{described} stopped answering: no word for {} s during query {}",
            limit.as_secs(),
            query.name
        ),
        "Check the network and the server, then run it again.",
    )
}

/// A query failed and the connection is still there, or the error itself says that it is not.
pub(super) fn from_query(described: &str, query: &Query, error: tokio_postgres::Error) -> InspectError {
    let Some(code) = error.code() else {
        return InspectError {
            source: Some(unwrap(error)),
            ..failed(
                described,
                query,
                "The server speaks the protocol in an unexpected way; is it PostgreSQL?",
            )
        };
    };
    if ends_the_session(code) {
        return ended(described, query, error);
    }
    let next = if *code == SqlState::QUERY_CANCELED {
        "It reached the statement timeout, or somebody cancelled it; run it again when the server is less busy."
    } else if *code == SqlState::LOCK_NOT_AVAILABLE {
        "A schema change holds a lock on the catalog; run it again when that is done."
    } else if *code == SqlState::T_R_SERIALIZATION_FAILURE {
        "The standby's replay removed rows the query needed; run it again, or on the primary."
    } else if *code == SqlState::INSUFFICIENT_PRIVILEGE {
        "Connect as a user who may read it, for example a member of pg_monitor."
    } else {
        "Run it again; if it fails again, report the server's version with this message."
    };
    InspectError { source: Some(unwrap(error)), ..failed(described, query, next) }
}

fn failed(described: &str, query: &Query, next: &str) -> InspectError {
    failure(InspectErrorKind::Query, format!("query {} failed on {described}", query.name), next)
}

fn ended(described: &str, query: &Query, error: tokio_postgres::Error) -> InspectError {
    let message = format!("the connection to {described} ended during query {}", query.name);
    let next = "Nothing was changed. Check that the server runs, then run it again.";
    InspectError { source: Some(unwrap(error)), ..failure(InspectErrorKind::Lost, message, next) }
}

/// Class 57P: an administrator, a crash or a shutdown; class 08: the connection itself; 25P03: idle for too long.
fn ends_the_session(code: &SqlState) -> bool {
    let code = code.code();
    code.starts_with("57P") || code.starts_with("08") || code == "25P03"
}
