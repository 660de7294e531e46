//! The database in which claims are set up, one after the other: making a new one for each takes longer than all that
//! is done in it.

use altimeter_tests::database::Database;
use altimeter_tests::server::Server;
use altimeter_tests::session::Session;
use anyhow::{Context, Result};

use super::file::Claim;
use super::relations::Relations;

/// A place for one claim at a time.
pub(super) struct Place {
    pub(super) server: &'static Server,
    database: Option<Database>,
}

impl Place {
    pub(super) fn on(server: &'static Server) -> Place {
        Place { server, database: None }
    }

    /// A database with nothing in it: the last one if it can be swept, or a new one.
    pub(super) fn empty(&mut self) -> Result<&Database> {
        let swept = match self.database.take() {
            Some(used) => sweep(&used.session()?).is_ok_and(|clean| clean).then_some(used),
            None => None,
        };
        let database = match swept {
            Some(swept) => swept,
            None => self.server.database("claims")?,
        };
        Ok(self.database.insert(database))
    }
}

/// Drops what the last claim left, and says whether nothing is left.
fn sweep(session: &Session) -> Result<bool> {
    session.script(
        "SET client_min_messages = warning;
         DO $$ DECLARE drop_it text; BEGIN
             FOR drop_it IN
                 SELECT format('DROP PUBLICATION %I', pubname) FROM pg_publication
                 UNION ALL SELECT format('DROP EVENT TRIGGER %I', evtname) FROM pg_event_trigger
                 UNION ALL SELECT format('DROP EXTENSION %I CASCADE', extname) FROM pg_extension
                     WHERE extname <> 'plpgsql'
                 UNION ALL SELECT format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace
                     WHERE nspname <> 'information_schema' AND nspname !~ '^pg_'
             LOOP EXECUTE drop_it; END LOOP;
             CREATE SCHEMA public;
             GRANT USAGE ON SCHEMA public TO PUBLIC;
             IF current_setting('server_version_num')::int < 150000 THEN
                 GRANT CREATE ON SCHEMA public TO PUBLIC;
             END IF;
         END $$",
    )?;
    // 16384 is the first number of an object that a user makes.
    session.value(
        "SELECT NOT EXISTS (
             SELECT FROM pg_class WHERE oid >= 16384 UNION ALL SELECT FROM pg_proc WHERE oid >= 16384
             UNION ALL SELECT FROM pg_type WHERE oid >= 16384 UNION ALL SELECT FROM pg_operator WHERE oid >= 16384
             UNION ALL SELECT FROM pg_namespace WHERE oid >= 16384 AND nspname <> 'public'
             UNION ALL SELECT FROM pg_cast WHERE oid >= 16384 UNION ALL SELECT FROM pg_language WHERE oid >= 16384
             UNION ALL SELECT FROM pg_foreign_data_wrapper UNION ALL SELECT FROM pg_default_acl
             UNION ALL SELECT FROM pg_largeobject_metadata UNION ALL SELECT FROM pg_prepared_xacts
             UNION ALL SELECT FROM pg_collation WHERE oid >= 16384 UNION ALL SELECT FROM pg_am WHERE oid >= 16384
             UNION ALL SELECT FROM pg_ts_config WHERE oid >= 16384 UNION ALL SELECT FROM pg_ts_dict WHERE oid >= 16384
             UNION ALL SELECT FROM pg_db_role_setting
                 WHERE setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
             UNION ALL SELECT FROM pg_subscription
                 WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database()))",
    )
}

/// Runs the set-up, and gives what is there then.
pub(super) fn set_up(claim: &Claim, database: &Database) -> Result<Relations> {
    let session = database.session()?;
    for sql in claim.setup_statements() {
        session.execute(&sql, &[]).with_context(|| format!("in the set-up, `{sql}`"))?;
    }
    let names: Vec<String> = {
        let relations = Relations::of(&session)?;
        let tables = relations.0.values().filter(|r| matches!(r.kind, 'r' | 'm' | 'p'));
        tables.map(|r| r.name.to_string()).collect()
    };
    if !names.is_empty() {
        session.script(&format!("VACUUM (ANALYZE) {}", names.join(", ")))?;
    }
    Relations::of(&session)
}
