//! PgBouncer in transaction mode in front of a server: every transaction may get another server connection.

use std::time::Duration;

use anyhow::{Context, Result};

use crate::server::{PASSWORD, Server, free_port, quoted};
use crate::session::{Session, wait_until};
use crate::watchdog::Watchdog;
use crate::{account, binaries, cache, run};

/// A running PgBouncer.
#[derive(Debug)]
pub struct Pooler {
    /// Its port on `127.0.0.1`.
    pub port: u16,
    _watchdog: Watchdog,
}

impl Pooler {
    /// Starts PgBouncer in front of `server`, for its superuser and the roles made by [`Server::role`].
    ///
    /// # Errors
    /// When PgBouncer cannot be had or does not start.
    pub fn start(server: &Server, roles: &[&str]) -> Result<Pooler> {
        let program = ["/usr/sbin/pgbouncer", "pgbouncer"].into_iter().find(|name| run::on_path(name));
        let program = match program {
            Some(program) => program,
            None => {
                cache::locked("apt", || binaries::install(&["pgbouncer"]))?;
                "/usr/sbin/pgbouncer"
            }
        };
        let directory = cache::run_directory("pgbouncer")?;
        let port = free_port()?;
        let users: Vec<String> = std::iter::once(&"postgres")
            .chain(roles)
            .map(|role| format!("\"{role}\" \"{PASSWORD}\""))
            .collect();
        std::fs::write(directory.join("users.txt"), users.join("\n"))?;
        let settings = directory.join("pgbouncer.ini");
        std::fs::write(&settings, configuration(server, port, &directory.display().to_string()))?;
        account::hand_over(&directory)?;
        let start = format!("{program} -q {} >/dev/null 2>&1 &", quoted(&settings));
        let watchdog = Watchdog::start(&start, "kill -KILL $started; wait $started", &[&directory])?;
        let pooler = Pooler { port, _watchdog: watchdog };
        wait_until("PgBouncer answers", Duration::from_secs(20), || {
            Ok(Session::connect(&pooler.url("postgres", "postgres")).is_ok())
        })
        .with_context(|| std::fs::read_to_string(directory.join("log")).unwrap_or_default())?;
        Ok(pooler)
    }

    /// The URL of a database through the pooler, as `user`, whose password is that of all test roles.
    #[must_use]
    pub fn url(&self, user: &str, database: &str) -> String {
        format!("postgres://{user}:{PASSWORD}@127.0.0.1:{}/{database}", self.port)
    }
}

fn configuration(server: &Server, port: u16, directory: &str) -> String {
    // Two server connections for all, so that consecutive transactions do change places.
    format!(
        "[databases]\n* = host={host} port={server_port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
         unix_socket_dir =\nauth_type = scram-sha-256\nauth_file = {directory}/users.txt\npool_mode = transaction\n\
         default_pool_size = 2\nserver_round_robin = 1\nlogfile = {directory}/log\n",
        host = server.host,
        server_port = server.port,
    )
}
