//! Precedence of the sources, lists of hosts, defaults, and that a password is never shown.

use std::path::PathBuf;
use std::time::Duration;

use altimeter_catalog::InspectErrorKind;

use super::{Address, Target};
use crate::connect::Environment;
use crate::connect::choices::{Roots, SessionAttributes, SslMode};

fn environment(variables: &[(&str, &str)]) -> Environment {
    Environment {
        variables: variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        home: None,
        user: Some("me".to_owned()),
    }
}

fn resolve(url: &str, variables: &[(&str, &str)]) -> Target {
    Target::resolve(Some(url), &environment(variables)).unwrap_or_else(|error| panic!("{url}: {error}"))
}

#[test]
fn the_url_beats_database_url_beats_variables() {
    let variables = [
        ("DATABASE_URL", "postgresql://b@url:2/two"),
        ("PGHOST", "variable"),
        ("PGUSER", "c"),
        ("PGPASSWORD", "hunter2"),
        ("PGDATABASE", "three"),
        ("PGAPPNAME", "ignored"),
    ];
    assert_eq!(resolve("postgresql://a@given:1/one", &variables).describe(), "a@given:1/one");
    let from = |variables: &[(&str, &str)]| Target::resolve(None, &environment(variables)).unwrap();
    assert_eq!(from(&variables).describe(), "b@url:2/two");
    assert_eq!(from(&variables[1..]).describe(), "c@variable:5432/three");
    let filled = resolve("postgresql://given", &variables);
    assert_eq!(filled.describe(), "c@given:5432/three");
    assert_eq!(filled.hosts[0].password.as_ref().map(|secret| secret.reveal()), Some("hunter2"));
}

#[test]
fn a_service_stands_between_the_url_and_the_variables() {
    let folder = std::env::temp_dir().join(format!("altimeter-service-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("pg_service.conf");
    std::fs::write(&file, "[shop]\nhost=served\nuser=s\nport=7\n").unwrap();
    let variables =
        [("PGSERVICEFILE", file.to_str().unwrap()), ("PGHOST", "variable"), ("PGDATABASE", "three")];
    let target = resolve("postgresql://u@/?service=shop", &variables).describe();
    let by_variable =
        Target::resolve(None, &environment(&[&variables[..], &[("PGSERVICE", "shop")]].concat())).unwrap();
    let by_folder = [("PGSYSCONFDIR", folder.to_str().unwrap())];
    let by_folder = Target::resolve(Some("service=shop"), &environment(&by_folder)).unwrap();
    let unknown = Target::resolve(Some("service=none"), &environment(&variables)).unwrap_err();
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(target, "u@served:7/three");
    assert_eq!(by_variable.describe(), "s@served:7/three");
    assert_eq!(by_folder.describe(), "s@served:7/s");
    assert_eq!(unknown.message, "there is no definition of the service \"none\"");
}

#[test]
fn with_nothing_given_it_does_not_guess() {
    let error =
        Target::resolve(None, &environment(&[("PGSSLMODE", "require"), ("DATABASE_URL", " ")])).unwrap_err();
    assert_eq!((error.kind, error.message.as_str()), (InspectErrorKind::Parameters, "no database is given"));
}

#[test]
fn lists_of_hosts() {
    for (url, expected) in [
        ("postgresql://a,b/d", "me@a:5432,b:5432/d"),
        ("postgresql://a:1,b:2/d", "me@a:1,b:2/d"),
        ("postgresql://[::1]:1,b/d", "me@[::1]:1,b:5432/d"),
        ("host=a,/s port=7 dbname=d", "me@a:7,/s:7/d"),
        ("host=a,b hostaddr=10.0.0.1,10.0.0.2 dbname=d", "me@a:5432,b:5432/d"),
        ("hostaddr=10.0.0.1 dbname=d", "me@10.0.0.1:5432/d"),
        ("postgresql://%2Fsock:9/d", "me@/sock:9/d"),
    ] {
        assert_eq!(resolve(url, &[]).describe(), expected, "{url}");
    }
    for url in [
        "host=a,b port=1,2,3",
        "host=a,b hostaddr=10.0.0.1",
        "host=a port=0",
        "host=a port=70000",
        "hostaddr=x",
    ] {
        let error = Target::resolve(Some(url), &environment(&[])).expect_err(url);
        assert_eq!(error.kind, InspectErrorKind::Parameters, "{url}");
    }
    let socket = resolve("postgresql:///d?host=/sock", &[]);
    assert_eq!(socket.hosts[0].address, Address::Socket(PathBuf::from("/sock")));
}

#[test]
fn one_host_is_taken_as_it_is_and_among_several_a_standby_is_preferred() {
    assert_eq!(resolve("postgresql://a/d", &[]).attributes, SessionAttributes::Any);
    assert_eq!(resolve("postgresql://a,b/d", &[]).attributes, SessionAttributes::PreferStandby);
    let variables = [("PGTARGETSESSIONATTRS", "primary")];
    assert_eq!(resolve("postgresql://a,b/d", &variables).attributes, SessionAttributes::Primary);
    let error = Target::resolve(Some("host=a target_session_attrs=standbye"), &environment(&[])).unwrap_err();
    assert!(error.hint.ends_with("the nearest is standby."), "{}", error.hint);
}

#[test]
fn tls_defaults_and_what_the_system_roots_demand() {
    assert_eq!(resolve("host=a", &[]).tls.mode, SslMode::Prefer);
    let system = resolve("host=a sslrootcert=system", &[]).tls;
    assert_eq!((system.mode, system.roots), (SslMode::VerifyFull, Roots::System));
    for text in
        ["host=a sslrootcert=system sslmode=require", "host=a sslmode=verify", "host=a sslnegotiation=direct"]
    {
        assert!(Target::resolve(Some(text), &environment(&[])).is_err(), "{text}");
    }
    let home = Environment { home: Some(PathBuf::from("/h")), ..environment(&[]) };
    let tls = Target::resolve(Some("host=a"), &home).unwrap().tls;
    assert_eq!(tls.roots, Roots::File(PathBuf::from("/h/.postgresql/root.crt")));
    assert_eq!(tls.client.unwrap().key, PathBuf::from("/h/.postgresql/postgresql.key"));
}

#[test]
fn the_connect_timeout_is_always_bounded() {
    for (text, seconds) in [("host=a", 10), ("host=a connect_timeout=3", 3), ("host=a connect_timeout=0", 10)]
    {
        assert_eq!(resolve(text, &[]).timeout, Duration::from_secs(seconds), "{text}");
    }
    assert!(Target::resolve(Some("host=a connect_timeout=soon"), &environment(&[])).is_err());
}

#[test]
fn a_password_is_shown_by_nothing() {
    for url in ["postgresql://u:hunter2@h/d", "host=h password=hunter2", "postgresql://h/d?password=hunter2"]
    {
        let target = resolve(url, &[]);
        assert_eq!(target.hosts[0].password.as_ref().map(|secret| secret.reveal()), Some("hunter2"));
        let printed = format!("{target:?} {}", target.describe());
        assert!(!printed.contains("hunter2"), "{printed}");
    }
    let environment = environment(&[("PGPASSWORD", "hunter2"), ("DATABASE_URL", "postgresql://u:hunter2@h")]);
    assert!(!format!("{environment:?}").contains("hunter2"));
}
