//! The only list of engines.

use altimeter_catalog::{Engine, EngineName, Inspector, SyntaxOracle, Verifier};
use altimeter_engine_postgres::{
    Environment, PostgresEngine, PostgresInspector, PostgresOracle, PostgresVerifier, Target,
};

use crate::failure::Failure;

/// The pure side of an engine.
pub(crate) fn engine(name: EngineName) -> Result<&'static dyn Engine, Failure> {
    match name {
        EngineName::Postgresql => Ok(&PostgresEngine),
        other => Err(Failure::usage(format!("this version plans for PostgreSQL only, not for {other}"), "")),
    }
}

/// The live side of the engine that a URL belongs to. No URL means what the environment says.
pub(crate) fn inspector(url: Option<&str>, environment: &Environment) -> Result<Box<dyn Inspector>, Failure> {
    Ok(Box::new(PostgresInspector::new(target(url, environment)?)))
}

/// The parser of the server that a URL names.
pub(crate) fn oracle(url: Option<&str>, environment: &Environment) -> Result<Box<dyn SyntaxOracle>, Failure> {
    Ok(Box::new(PostgresOracle::new(target(url, environment)?)))
}

/// What asks the checks of a plan of the database that a URL names.
pub(crate) fn verifier(url: Option<&str>, environment: &Environment) -> Result<Box<dyn Verifier>, Failure> {
    Ok(Box::new(PostgresVerifier::new(target(url, environment)?)))
}

fn target(url: Option<&str>, environment: &Environment) -> Result<Target, Failure> {
    let scheme = url.and_then(|u| u.split_once("://")).map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        Some("mysql" | "mariadb") => {
            Err(Failure::usage("this version reads PostgreSQL only, not MySQL or MariaDB", ""))
        }
        _ => Ok(Target::resolve(url, environment)?),
    }
}
