//! Where the parameters come from.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use altimeter_catalog::InspectErrorKind;
use altimeter_tests::server::{PASSWORD, Server};
use anyhow::{Context as _, Result, ensure};

use super::{environment, open, open_url};

/// A home directory that is removed with this value.
struct Home(PathBuf);

impl Home {
    fn new(name: &str) -> Result<Home> {
        let path = std::env::temp_dir().join(format!("altimeter-home-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        Ok(Home(path))
    }

    fn write(&self, name: &str, text: &str, mode: u32) -> Result<String> {
        let path = self.0.join(name);
        std::fs::write(&path, text)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode))?;
        Ok(path.display().to_string())
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

#[test]
fn urls_strings_and_variables() -> Result<()> {
    let server = Server::shared(18)?;
    let database = server.database("sources")?;
    let port = server.port.to_string();
    let (name, host) = (database.name.as_str(), server.host.as_str());

    let by_url = open_url(&database.url)?;
    ensure!(by_url.database == name && by_url.user == "postgres", "{by_url:?}");
    let string = format!("host={host} port={port} dbname='{name}' user=postgres password={PASSWORD}");
    ensure!(open_url(&string)?.database == name, "a keyword=value string");
    let by_stand_in =
        open(None, &environment(&[("DATABASE_URL", &database.url), ("PGDATABASE", "nowhere")]))?;
    ensure!(by_stand_in.database == name, "{by_stand_in:?}");
    let variables = [
        ("PGHOST", host),
        ("PGPORT", &port),
        ("PGDATABASE", name),
        ("PGUSER", "postgres"),
        ("PGPASSWORD", PASSWORD),
    ];
    let by_variables = open(None, &environment(&variables))?;
    ensure!(by_variables.database == name && by_variables.user == "postgres", "{by_variables:?}");
    let filled = open(Some("postgresql:///postgres"), &environment(&variables))?;
    ensure!(filled.database == "postgres", "the URL's database beats PGDATABASE: {filled:?}");
    Ok(())
}

#[test]
fn a_name_and_password_that_need_escapes() -> Result<()> {
    let server = Server::shared(18)?;
    let database = server.database("escapes")?;
    let session = server.session()?;
    session.script("DROP ROLE IF EXISTS \"a@b:c/d\"; CREATE ROLE \"a@b:c/d\" LOGIN PASSWORD 'p@:/?#%&='")?;
    let (host, port, name) = (&server.host, server.port, &database.name);
    let opened =
        open_url(&format!("postgresql://a%40b%3Ac%2Fd:p%40%3A%2F%3F%23%25%26%3D@{host}:{port}/{name}"));
    session.script("DROP ROLE \"a@b:c/d\"")?;
    ensure!(opened?.user == "a@b:c/d", "the role of that name");
    Ok(())
}

#[test]
fn the_password_file() -> Result<()> {
    let server = Server::shared(18)?;
    let database = server.database("pgpass")?;
    let (host, port, name) = (&server.host, server.port, &database.name);
    let url = format!("postgresql://postgres@{host}:{port}/{name}");
    let home = Home::new("pgpass")?;
    let mut given = environment(&[]);
    given.home = Some(home.0.clone());

    let line = format!("{host}:{port}:other:*:wrong\n*:{port}:{name}:postgres:{PASSWORD}\n");
    home.write(".pgpass", &line, 0o600)?;
    ensure!(open(Some(&url), &given)?.user == "postgres", "~/.pgpass");

    home.write(".pgpass", &line, 0o644)?;
    let error = open(Some(&url), &given).err().context("a file others may read is not used")?;
    ensure!(
        error.kind == InspectErrorKind::Refused && error.hint.contains("chmod 0600"),
        "{error}: {}",
        error.hint
    );

    let elsewhere = home.write("passwords", &line, 0o600)?;
    ensure!(open(Some(&url), &environment(&[("PGPASSFILE", &elsewhere)]))?.user == "postgres", "PGPASSFILE");
    Ok(())
}

#[test]
fn the_service_file() -> Result<()> {
    let server = Server::shared(18)?;
    let database = server.database("service")?;
    let home = Home::new("service")?;
    let section = format!(
        "[other]\nhost=nowhere.invalid\n[shop]\nhost={}\nport={}\nuser=postgres\ndbname={}\npassword={PASSWORD}\n",
        server.host, server.port, database.name
    );
    let file = home.write(".pg_service.conf", &section, 0o644)?;
    let mut given = environment(&[]);
    given.home = Some(home.0.clone());
    ensure!(open(Some("service=shop"), &given)?.database == database.name, "~/.pg_service.conf");
    let by_variable =
        environment(&[("PGSERVICE", "shop"), ("PGSERVICEFILE", &file), ("PGHOST", "nowhere.invalid")]);
    ensure!(open(None, &by_variable)?.database == database.name, "PGSERVICE");
    let by_url = open(Some("postgresql:///postgres?service=shop"), &given)?;
    ensure!(by_url.database == "postgres", "the URL's database beats the service's: {by_url:?}");
    Ok(())
}

#[test]
fn the_unix_socket() -> Result<()> {
    for major in [13, 18] {
        let server = Server::start(major, &altimeter_tests::server::Options::default())?;
        let folder =
            server.socket_directory.as_ref().context("a server started here has a socket")?.display();
        let port = server.port;
        let escaped = folder.to_string().replace('/', "%2F");
        for url in [
            format!("postgresql://postgres:{PASSWORD}@{escaped}:{port}/postgres"),
            format!("postgresql:///postgres?host={folder}&port={port}&user=postgres&password={PASSWORD}"),
            // TLS is never used on a socket, whatever the mode.
            format!(
                "host={folder} port={port} user=postgres password={PASSWORD} dbname=postgres sslmode=require"
            ),
        ] {
            let opened = open_url(&url)?;
            ensure!(!opened.encrypted && opened.described.starts_with("postgres@/"), "{opened:?}");
        }
    }
    Ok(())
}
