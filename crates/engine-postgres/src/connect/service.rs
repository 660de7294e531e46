//! The connection service file: named groups of connection parameters.
//!
//! As the manual has it ("The Connection Service File"): the user's file is `PGSERVICEFILE` or
//! `~/.pg_service.conf`, then `pg_service.conf` in `PGSYSCONFDIR` is looked into; the first section of that name
//! counts; a line is `keyword=value`, `#` starts a comment line.

use std::path::{Path, PathBuf};

use altimeter_catalog::InspectError;

use super::Environment;
use super::failure::{bad_parameters, shown};
use super::settings::Settings;

/// Reads the settings of a service from the first file that has it.
///
/// # Errors
/// No file has it, or its section is not readable.
pub(super) fn read_service(
    name: &str,
    file: Option<&str>,
    env: &Environment,
) -> Result<Settings, InspectError> {
    let users =
        file.map(PathBuf::from).or_else(|| env.home.as_ref().map(|home| home.join(".pg_service.conf")));
    let systems = env.variables.get("PGSYSCONFDIR").map(|folder| Path::new(folder).join("pg_service.conf"));
    let candidates: Vec<PathBuf> = users.into_iter().chain(systems).collect();
    for path in &candidates {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        if let Some(settings) = parse_section(&text, name, path)? {
            return Ok(settings);
        }
    }
    let looked: Vec<String> = candidates.iter().map(|path| shown(&path.to_string_lossy())).collect();
    Err(bad_parameters(
        format!("there is no definition of the service \"{}\"", shown(name)),
        match looked.is_empty() {
            true => "Set PGSERVICEFILE to the service file.".to_owned(),
            false => format!("Add a section [{}] to {}.", shown(name), looked.join(" or ")),
        },
    ))
}

fn parse_section(text: &str, name: &str, path: &Path) -> Result<Option<Settings>, InspectError> {
    let mut found: Option<Settings> = None;
    for (index, line) in text.lines().map(str::trim).enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(section) = line.strip_prefix('[') {
            if found.is_some() {
                break;
            }
            if section.strip_suffix(']') == Some(name) {
                found = Some(Settings::default());
            }
            continue;
        }
        let Some(settings) = &mut found else { continue };
        let place = || format!("line {} of the service file {}", index + 1, shown(&path.to_string_lossy()));
        let Some((keyword, value)) = line.split_once('=') else {
            let next = "A line there is keyword=value, for example host=db.example.com.";
            return Err(bad_parameters(format!("{} has no =", place()), next));
        };
        if matches!(keyword, "service" | "servicefile") {
            let next = "Copy the other service's lines instead.";
            return Err(bad_parameters(format!("{} names another service", place()), next));
        }
        settings
            .set(keyword, value.to_owned())
            .map_err(|error| InspectError { message: format!("{}: {}", place(), error.message), ..error })?;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::parse_section;

    const FILE: &str = "# services\n[other]\nhost=x\n\n[shop]\nhost=db\nport=5433 \n# password=no\npassword=a=b\n[shop]\nhost=y\n";

    #[test]
    fn the_first_section_of_that_name_counts() {
        let settings = parse_section(FILE, "shop", Path::new("f")).unwrap().unwrap();
        let values = ["host", "port", "password"].map(|keyword| settings.get(keyword));
        assert_eq!(values, [Some("db"), Some("5433"), Some("a=b")]);
        assert_eq!(parse_section(FILE, "none", Path::new("f")).unwrap(), None);
    }

    #[test]
    fn a_wrong_line_is_told_by_its_number() {
        for (text, message) in [
            ("[s]\nhost\n", "line 2 of the service file f has no ="),
            ("[s]\n\nservice=t\n", "line 3 of the service file f names another service"),
            ("[s]\nhots=t\n", "line 2 of the service file f: \"hots\" is not a connection parameter"),
        ] {
            assert_eq!(parse_section(text, "s", Path::new("f")).unwrap_err().message, message);
        }
    }
}
