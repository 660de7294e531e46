//! The only list of engines.

use altimeter_catalog::{Engine, EngineName, Inspector};
use altimeter_engine_postgres::{Environment, PostgresEngine, PostgresInspector, Target};

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
    let scheme = url.and_then(|u| u.split_once("://")).map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        Some("mysql" | "mariadb") => {
            Err(Failure::usage("this version reads PostgreSQL only, not MySQL or MariaDB", ""))
        }
        _ => Ok(Box::new(PostgresInspector::new(Target::resolve(url, environment)?))),
    }
}
