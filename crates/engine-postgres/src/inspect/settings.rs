//! Settings, in base units.

use altimeter_catalog::{InspectError, RoleSetting, Server};

use super::answers::Answers;
use crate::queries;

/// The settings of the server by name, as a session of this role begins with them. Those in `own`, which this
/// connection asked for itself, are what is kept for its role and the database, and else not known.
pub(super) fn add_settings(
    server: &mut Server,
    answers: &Answers,
    own: &[String],
) -> Result<Vec<String>, InspectError> {
    let mut hidden = Vec::new();
    for row in answers.of(&queries::SETTINGS) {
        let (name, unit): (String, Option<&str>) = (row.get("name")?, row.get("unit")?);
        let value = if own.contains(&name.to_lowercase()) {
            server.role_setting(&server.user, &name).map(|value| as_written_in_base_unit(value, unit))
        } else {
            // NULL where the role may not see it.
            row.get::<Option<&str>>("value")?.map(|value| in_base_unit(value, unit))
        };
        match value {
            Some(value) => drop(server.settings.insert(name, value)),
            None if own.contains(&name.to_lowercase()) => hidden.push(name),
            None => {}
        }
    }
    Ok(hidden)
}

/// Settings kept for roles and databases, as they were written.
pub(super) fn role_settings(answers: &Answers) -> Result<Vec<RoleSetting>, InspectError> {
    let rows = answers.of(&queries::ROLE_SETTINGS).map(|row| {
        Ok(RoleSetting {
            role: row.get("role")?,
            of_database: row.get("of_database")?,
            name: row.get("name")?,
            value: row.get("value")?,
        })
    });
    rows.collect()
}

/// A value in bytes or milliseconds, from the unit the server counts it in: `16384` of `8kB` is 134217728. Values
/// below zero mean "default" or "off" and stay.
fn in_base_unit(value: &str, unit: Option<&str>) -> String {
    match (value.parse::<f64>(), unit.and_then(factor)) {
        (Ok(number), Some(factor)) if number > 0.0 => (number * factor).to_string(),
        _ => value.to_owned(),
    }
}

/// The same of a value as people write it, which may bring its own unit: `5s`.
fn as_written_in_base_unit(value: &str, unit: Option<&str>) -> String {
    let digits = value.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    match value.get(digits.len()..).filter(|u| !u.is_empty() && factor(u).is_some()) {
        Some(own) => in_base_unit(digits.trim(), Some(own)),
        None => in_base_unit(value, unit),
    }
}

/// How many bytes or milliseconds a unit of `pg_settings` is.
fn factor(unit: &str) -> Option<f64> {
    let digits = unit.chars().take_while(char::is_ascii_digit).count();
    let (count, unit) = unit.split_at(digits);
    let count = if count.is_empty() { 1.0 } else { count.parse().ok()? };
    let one = match unit {
        "B" | "ms" => 1.0,
        "kB" => 1024.0,
        "MB" => 1024.0 * 1024.0,
        "GB" => 1024.0 * 1024.0 * 1024.0,
        "us" => 0.001,
        "s" => 1000.0,
        "min" => 60_000.0,
        "h" => 3_600_000.0,
        "d" => 86_400_000.0,
        _ => return None,
    };
    Some(count * one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_in_bytes_and_milliseconds() {
        assert_eq!(in_base_unit("16384", Some("8kB")), "134217728");
        assert_eq!(in_base_unit("1024", Some("MB")), "1073741824");
        assert_eq!(in_base_unit("300", Some("s")), "300000");
        assert_eq!(in_base_unit("0.5", Some("ms")), "0.5");
        assert_eq!(in_base_unit("-1", Some("kB")), "-1");
        assert_eq!(in_base_unit("0", Some("ms")), "0");
        assert_eq!(in_base_unit("on", None), "on");
        assert_eq!(in_base_unit("100", None), "100");
        assert_eq!(as_written_in_base_unit("5s", Some("ms")), "5000");
        assert_eq!(as_written_in_base_unit("64 MB", Some("kB")), "67108864");
        assert_eq!(as_written_in_base_unit("64", Some("kB")), "65536");
        assert_eq!(as_written_in_base_unit("Europe/London", None), "Europe/London");
        assert_eq!(as_written_in_base_unit("off", None), "off");
    }
}
