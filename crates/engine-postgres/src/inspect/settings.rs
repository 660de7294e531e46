//! Settings, in base units.

use std::collections::BTreeMap;

use altimeter_catalog::InspectError;

use super::answers::Answers;
use crate::queries;

/// The settings by name.
pub(super) fn settings(answers: &Answers) -> Result<BTreeMap<String, String>, InspectError> {
    let mut settings = BTreeMap::new();
    for row in answers.of(&queries::SETTINGS) {
        // NULL where the role may not see it.
        if let Some(value) = row.get::<Option<&str>>("value")? {
            settings.insert(row.get("name")?, in_base_unit(value, row.get("unit")?));
        }
    }
    Ok(settings)
}

/// A value in bytes or milliseconds, from the unit the server counts it in: `16384` of `8kB` is 134217728. Values
/// below zero mean "default" or "off" and stay.
fn in_base_unit(value: &str, unit: Option<&str>) -> String {
    match (value.parse::<f64>(), unit.and_then(factor)) {
        (Ok(number), Some(factor)) if number > 0.0 => (number * factor).to_string(),
        _ => value.to_owned(),
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
    }
}
