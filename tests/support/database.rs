//! A database of its own for each test.

use anyhow::Result;

use crate::server::{Server, unique};
use crate::session::Session;

/// A database that is dropped with this value.
#[derive(Debug)]
pub struct Database {
    /// Its name.
    pub name: String,
    /// How its server's superuser reaches it.
    pub url: String,
    server_url: String,
    major: u32,
}

impl Database {
    pub(crate) fn create(server: &Server, stem: &str, template: &str) -> Result<Database> {
        let name = unique(stem);
        create(&server.session()?, server.major, &name, template)?;
        Ok(Database { url: server.url(&name), name, server_url: server.url("postgres"), major: server.major })
    }

    /// Another database with the same content. Nobody may be connected to this one meanwhile.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn copy(&self, server: &Server, stem: &str) -> Result<Database> {
        Database::create(server, stem, &self.name)
    }

    /// A connection, as superuser.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn session(&self) -> Result<Session> {
        Session::connect(&self.url)
    }

    /// Its server's major version.
    #[must_use]
    pub fn major(&self) -> u32 {
        self.major
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // The server may be gone already, and its directory with it.
        if let Ok(session) = Session::connect(&self.server_url) {
            session.script(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)).ok();
        }
    }
}

/// Up to this size a template is copied faster through the WAL than as files, which takes two checkpoints.
const SMALL: i64 = 100 << 20;

fn create(session: &Session, major: u32, name: &str, template: &str) -> Result<()> {
    let size: i64 = session.value(&format!("SELECT pg_database_size('{template}')"))?;
    // Since 15 there is a choice, and the WAL is the usual way.
    let strategy = if major >= 15 && size > SMALL { " STRATEGY file_copy" } else { "" };
    session.script(&format!("CREATE DATABASE {name} TEMPLATE {template}{strategy}"))
}
