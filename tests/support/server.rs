//! One running PostgreSQL: initialised once into a template, copied, started on a free port, stopped with us.

use std::collections::HashMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::binaries::Binaries;
use crate::database::Database;
use crate::session::{Session, wait_until};
use crate::tls::Certificates;
use crate::watchdog::{Watchdog, set_mode};
use crate::{account, cache, run};

/// The password of the superuser `postgres` on servers started here.
pub const PASSWORD: &str = "altimeter";

/// The settings every server of the tests runs with.
const SETTINGS: [(&str, &str); 7] = [
    ("fsync", "off"),
    ("shared_preload_libraries", "pg_stat_statements"),
    // Tests share a server: the statements of one must not push out those another looks for.
    ("pg_stat_statements.max", "50000"),
    ("wal_level", "logical"),
    ("max_prepared_transactions", "10"),
    ("max_wal_size", "4GB"),
    ("listen_addresses", "127.0.0.1"),
];

/// What a private server should have beyond the usual.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Offer TLS with a certificate made for the occasion.
    pub tls: bool,
    /// Further settings, as in `postgresql.conf`.
    pub settings: Vec<(String, String)>,
    /// Lines put before the usual ones of `pg_hba.conf`, such as `hostnossl all all 127.0.0.1/32 reject`.
    pub hba: Vec<String>,
}

/// A server that runs until this is dropped or the process ends, or one that was given by URL.
#[derive(Debug)]
pub struct Server {
    /// Major version.
    pub major: u32,
    /// Where it listens, without a password in it: `127.0.0.1` for our own.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Its Unix socket's directory; `None` for a server given by URL.
    pub socket_directory: Option<PathBuf>,
    /// The certificates it offers TLS with, if asked to.
    pub certificates: Option<Certificates>,
    pub(crate) data: PathBuf,
    pub(crate) binaries: Option<Binaries>,
    given: Option<String>,
    /// Last, so that everything else is still there while it stops the server.
    _watchdog: Option<Watchdog>,
}

impl Server {
    /// The server of a version that all tests of this process share. A server given by the environment variable
    /// `ALTIMETER_TEST_POSTGRES_<MAJOR>` is taken as it is.
    ///
    /// # Errors
    /// When it cannot be had; the same reason for everybody who asks.
    pub fn shared(major: u32) -> Result<&'static Server> {
        type Shared = OnceLock<std::result::Result<Server, String>>;
        static SERVERS: Mutex<Option<HashMap<u32, &'static Shared>>> = Mutex::new(None);
        let slot: &'static Shared = {
            let mut servers = SERVERS.lock().unwrap_or_else(PoisonError::into_inner);
            servers.get_or_insert_with(HashMap::new).entry(major).or_insert_with(|| Box::leak(Box::default()))
        };
        slot.get_or_init(|| Server::given_or_started(major).map_err(|error| format!("{error:#}")))
            .as_ref()
            .map_err(|reason| anyhow::anyhow!("PostgreSQL {major} cannot be had: {reason}"))
    }

    fn given_or_started(major: u32) -> Result<Server> {
        match std::env::var(format!("ALTIMETER_TEST_POSTGRES_{major}")) {
            Ok(url) => Server::given(major, &url),
            Err(_) => Server::start(major, &Options::default()),
        }
    }

    fn given(major: u32, url: &str) -> Result<Server> {
        let session = Session::connect(url)?;
        let number: String = session.value("SELECT current_setting('server_version_num')")?;
        if number.parse::<u32>()? / 10_000 != major {
            bail!("ALTIMETER_TEST_POSTGRES_{major} leads to a server of version {number}");
        }
        let config: tokio_postgres::Config = url.parse()?;
        let host = match config.get_hosts().first() {
            Some(tokio_postgres::config::Host::Tcp(name)) => name.clone(),
            _ => bail!("ALTIMETER_TEST_POSTGRES_{major} must name a host to reach over TCP"),
        };
        let port = config.get_ports().first().copied().unwrap_or(5432);
        Ok(Server {
            major,
            host,
            port,
            socket_directory: None,
            certificates: None,
            data: PathBuf::new(),
            binaries: None,
            given: Some(url.to_owned()),
            _watchdog: None,
        })
    }

    /// Starts a server of its own for whoever asks.
    ///
    /// # Errors
    /// When the programs cannot be had or the server does not start.
    pub fn start(major: u32, options: &Options) -> Result<Server> {
        let binaries = Binaries::obtain(major)?;
        let template = template(&binaries)?;
        let directory = cache::run_directory(&format!("postgres-{major}"))?;
        run::run(account::command("cp").arg("-a").arg(&template).arg(directory.join("data")))?;
        Server::start_in(binaries, &directory, options)
    }

    /// Starts a server on the data directory `directory/data`.
    pub(crate) fn start_in(binaries: Binaries, directory: &Path, options: &Options) -> Result<Server> {
        let data = directory.join("data");
        let certificates = if options.tls { Some(Certificates::make(directory)?) } else { None };
        prepend_hba(&data, &options.hba)?;
        let port = free_port()?;
        let socket_directory = std::env::temp_dir().join(format!("altimeter-{port}"));
        std::fs::create_dir_all(&socket_directory)?;
        set_mode(&socket_directory, 0o777)?;
        account::hand_over(&socket_directory)?;
        let mut settings: Vec<(String, String)> =
            SETTINGS.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        settings.push(("port".into(), port.to_string()));
        settings.push(("unix_socket_directories".into(), socket_directory.display().to_string()));
        settings.extend(certificates.iter().flat_map(Certificates::settings));
        settings.extend(options.settings.iter().cloned());

        let pg_ctl = binaries.program("pg_ctl");
        let stop = format!("{} stop --pgdata {} --mode immediate --wait", quoted(&pg_ctl), quoted(&data));
        let watchdog = Watchdog::start("", &stop, &[directory, &socket_directory])?;
        let log = directory.join("log");
        let mut start = account::command(&pg_ctl);
        start.arg("start").arg("--pgdata").arg(&data).arg("--log").arg(&log);
        start.args(["--wait", "--timeout", "60", "--options", &flags(&settings)]);
        start.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::null());
        let status = start.stderr(std::process::Stdio::null()).status()?;
        if !status.success() {
            let words = std::fs::read_to_string(&log).unwrap_or_default();
            bail!("PostgreSQL {} does not start: {}", binaries.major, last_lines(&words, 8));
        }
        Ok(Server {
            major: binaries.major,
            host: "127.0.0.1".into(),
            port,
            socket_directory: Some(socket_directory),
            certificates,
            data,
            binaries: Some(binaries),
            given: None,
            _watchdog: Some(watchdog),
        })
    }

    /// The URL of one of its databases, as its superuser.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        match &self.given {
            None => self.url_as("postgres", PASSWORD, database),
            Some(given) => with_database(given, database),
        }
    }

    /// The URL of one of its databases, as somebody else.
    #[must_use]
    pub fn url_as(&self, user: &str, password: &str, database: &str) -> String {
        format!("postgres://{user}:{password}@{}:{}/{database}", self.host, self.port)
    }

    /// A connection to the database `postgres`, as superuser.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn session(&self) -> Result<Session> {
        Session::connect(&self.url("postgres"))
    }

    /// A new empty database, dropped with what is returned. `name` is a stem; a number is put behind it.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn database(&self, name: &str) -> Result<Database> {
        Database::create(self, name, "template0")
    }

    /// A new role that may log in and has exactly what `grants` give it: statements in which `{role}` stands
    /// for its name, run in `database` as superuser. Gives the URL it reaches `database` with.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn role(&self, database: &str, stem: &str, grants: &[&str]) -> Result<String> {
        let name = unique(stem);
        let session = Session::connect(&self.url(database))?;
        session.script(&format!("CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'"))?;
        for grant in grants {
            session.script(&grant.replace("{role}", &name))?;
        }
        Ok(self.url_as(&name, PASSWORD, database))
    }

    /// Waits until every streaming standby has replayed what is written now.
    ///
    /// # Errors
    /// When that takes longer than a minute.
    pub fn wait_for_standbys(&self) -> Result<()> {
        let session = self.session()?;
        let position: String = session.value("SELECT pg_current_wal_lsn()::text")?;
        let query = format!(
            "SELECT count(*) > 0 AND bool_and(replay_lsn >= '{position}'::pg_lsn) IS TRUE FROM pg_stat_replication"
        );
        wait_until("the standby has replayed all", Duration::from_secs(60), || session.value(&query))
    }
}

/// A name nobody else in this process, or another that runs now, gets.
pub(crate) fn unique(stem: &str) -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    format!("{stem}_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// A data directory as `initdb` leaves it, made once for each version.
fn template(binaries: &Binaries) -> Result<PathBuf> {
    let templates = cache::root()?.join("templates");
    let owner = account::server_account().map_or_else(|| "self".into(), str::to_owned);
    let template = templates.join(format!("{}-{owner}", binaries.major));
    cache::locked(&format!("template-{}", binaries.major), || {
        if template.join("PG_VERSION").exists() {
            return Ok(());
        }
        std::fs::create_dir_all(&templates)?;
        let fresh = cache::run_directory("initdb")?;
        let password = fresh.join("password");
        std::fs::write(&password, PASSWORD)?;
        account::hand_over(&fresh)?;
        let mut initdb = account::command(binaries.program("initdb"));
        initdb.arg("--pgdata").arg(fresh.join("data")).arg("--pwfile").arg(&password);
        initdb.args(["--username=postgres", "--auth-local=trust", "--auth-host=scram-sha-256"]);
        initdb.args(["--encoding=UTF8", "--no-locale", "--no-sync"]);
        run::run(&mut initdb)
            .with_context(|| format!("PostgreSQL {} cannot be initialised", binaries.major))?;
        std::fs::rename(fresh.join("data"), &template)?;
        Ok(std::fs::remove_dir_all(&fresh)?)
    })?;
    Ok(template)
}

fn prepend_hba(data: &Path, lines: &[String]) -> Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let path = data.join("pg_hba.conf");
    let usual = std::fs::read_to_string(&path)?;
    Ok(std::fs::write(&path, format!("{}\n{usual}", lines.join("\n")))?)
}

/// A port nobody listens on. Somebody may take it before the server does; then the server says so.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn flags(settings: &[(String, String)]) -> String {
    settings.iter().map(|(name, value)| format!("-c {name}='{value}'")).collect::<Vec<_>>().join(" ")
}

pub(crate) fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', "'\\''"))
}

pub(crate) fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

/// The same URL for another database.
fn with_database(url: &str, database: &str) -> String {
    let (base, query) = url.split_once('?').map_or((url, None), |(base, query)| (base, Some(query)));
    let authority = base.find("://").map_or(0, |scheme| scheme + 3);
    let end = base[authority..].find('/').map_or(base.len(), |slash| authority + slash);
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}/{database}{query}", &base[..end])
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn the_database_of_a_url_is_replaced() {
        assert_eq!(with_database("postgres://u:p@h:1/a?x=y", "b"), "postgres://u:p@h:1/b?x=y");
        assert_eq!(with_database("postgres://u@h", "b"), "postgres://u@h/b");
    }
}
