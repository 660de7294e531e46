//! The list of servers to try: `host`, `hostaddr` and `port`, each of which may be a list.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use altimeter_catalog::InspectError;

use super::failure::{bad_parameters, shown};
use super::settings::Settings;
use super::target::{Address, Host};

const DEFAULT_PORT: u16 = 5432;

/// Where distributions put the socket: Debian and Red Hat in the first, PostgreSQL's own default is the second.
const SOCKET_FOLDERS: &[&str] = &["/var/run/postgresql", "/tmp"];

/// Whether a socket there counts as `localhost` for the password file.
pub(super) fn is_default_socket_folder(folder: &str) -> bool {
    SOCKET_FOLDERS.contains(&folder) || folder == "/run/postgresql"
}

/// Makes the list, at least one.
///
/// # Errors
/// The lists differ in length, or hold what is no port or address.
pub(super) fn resolve_hosts(settings: &Settings) -> Result<Vec<Host>, InspectError> {
    let names = list(settings.get("host"));
    let addresses = list(settings.get("hostaddr"));
    let ports = list(settings.get("port"));
    let count = names.len().max(addresses.len()).max(1);
    if !names.is_empty() && !addresses.is_empty() && names.len() != addresses.len() {
        return Err(uneven("hostaddr", addresses.len(), names.len()));
    }
    if ports.len() > 1 && ports.len() != count {
        return Err(uneven("port", ports.len(), count));
    }
    (0..count)
        .map(|at| {
            let written = ports.get(at).or(ports.first().filter(|_| ports.len() == 1)).copied();
            let port = parse_port(written.unwrap_or_default())?;
            let name = names.get(at).copied().unwrap_or_default();
            make_host(name, addresses.get(at).copied().unwrap_or_default(), port)
        })
        .collect()
}

fn list(text: Option<&str>) -> Vec<&str> {
    text.map(|text| text.split(',').map(str::trim).collect()).unwrap_or_default()
}

fn make_host(name: &str, address: &str, port: u16) -> Result<Host, InspectError> {
    let (name, address) = match (name, address) {
        ("", "") => default_host(port),
        (name, "") if name.starts_with('/') => (name.to_owned(), Address::Socket(PathBuf::from(name))),
        (name, "") if name.starts_with('@') => return Err(abstract_socket(name)),
        (name, "") => (name.to_owned(), name.parse().map_or(Address::Name, Address::Ip)),
        (name, address) => {
            let ip: IpAddr = address.parse().map_err(|error| InspectError {
                source: Some(Box::new(error)),
                ..bad_parameters(
                    format!("hostaddr \"{}\" is not an IP address", shown(address)),
                    "Put a name into host instead.",
                )
            })?;
            (if name.is_empty() { address.to_owned() } else { name.to_owned() }, Address::Ip(ip))
        }
    };
    Ok(Host { address, name, port, password: None })
}

/// Without a host, the local socket if there is one, else localhost.
fn default_host(port: u16) -> (String, Address) {
    let folder =
        SOCKET_FOLDERS.iter().find(|folder| Path::new(folder).join(format!(".s.PGSQL.{port}")).exists());
    match folder.filter(|_| cfg!(unix)) {
        Some(folder) => ((*folder).to_owned(), Address::Socket(PathBuf::from(folder))),
        None => ("localhost".to_owned(), Address::Name),
    }
}

fn parse_port(text: &str) -> Result<u16, InspectError> {
    if text.is_empty() {
        return Ok(DEFAULT_PORT);
    }
    text.parse().ok().filter(|port| *port > 0).ok_or_else(|| {
        // A piece of a password that was not escaped can stand here, so it is not shown.
        bad_parameters(
            "the port is not a number from 1 to 65535",
            "Write host:port, for example localhost:5432.",
        )
    })
}

fn uneven(what: &str, found: usize, hosts: usize) -> InspectError {
    bad_parameters(
        format!("{what} is a list of {found}, and there are {hosts} hosts"),
        format!(
            "Give one {what} for each host, in the same order{}.",
            if what == "port" { ", or one for all" } else { "" }
        ),
    )
}

fn abstract_socket(name: &str) -> InspectError {
    bad_parameters(
        format!("the abstract socket {} is not supported", shown(name)),
        "Use the folder of a socket file, which starts with /, or a host name.",
    )
}
