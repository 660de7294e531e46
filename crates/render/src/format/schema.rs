//! JSON Schemas of everything that is written, made from the types that write it.

use altimeter_catalog::{Catalog, SNAPSHOT_FORMAT};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::{
    CHECK_FORMAT, CheckJson, INSPECT_FORMAT, InspectJson, OUTCOMES_FORMAT, OutcomesJson, PLAN_FORMAT,
    PlanJson, RULES_FORMAT, RulesJson, VERIFY_FORMAT, VerifyJson,
};

/// The schema of `altimeter plan --format json`.
pub fn schema_plan() -> Value {
    written::<PlanJson>(PLAN_FORMAT)
}

/// The schema of `altimeter check --format json`.
pub fn schema_check() -> Value {
    written::<CheckJson>(CHECK_FORMAT)
}

/// The schema of `altimeter inspect --format json`.
pub fn schema_inspect() -> Value {
    written::<InspectJson>(INSPECT_FORMAT)
}

/// The schema of the file `altimeter verify --record` writes.
pub fn schema_outcomes() -> Value {
    written::<OutcomesJson>(OUTCOMES_FORMAT)
}

/// The schema of `altimeter rules --format json`.
pub fn schema_rules() -> Value {
    written::<RulesJson>(RULES_FORMAT)
}

/// The schema of `altimeter verify --format json`.
pub fn schema_verify() -> Value {
    written::<VerifyJson>(VERIFY_FORMAT)
}

/// The schema of the file `altimeter snapshot` writes and every command reads: keys that a reader can do without
/// are not required.
pub fn schema_snapshot() -> Value {
    of_format::<Catalog>(SchemaSettings::draft2020_12().for_deserialize(), SNAPSHOT_FORMAT)
}

fn written<T: JsonSchema>(format: &str) -> Value {
    of_format::<T>(SchemaSettings::draft2020_12().for_serialize(), format)
}

/// The schema of a type, named after its format, with the format pinned.
fn of_format<T: JsonSchema>(settings: SchemaSettings, format: &str) -> Value {
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    schema["title"] = json!(format);
    schema["properties"]["format"] = json!({"const": format, "description": "The format and its number."});
    match schema["required"].as_array_mut() {
        Some(required) if required.iter().any(|r| r == "format") => {}
        Some(required) => required.insert(0, json!("format")),
        None => schema["required"] = json!(["format"]),
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expected;

    #[test]
    fn the_published_schemas_are_those_of_the_types() {
        for (name, schema) in [
            ("plan", schema_plan()),
            ("check", schema_check()),
            ("inspect", schema_inspect()),
            ("rules", schema_rules()),
            ("outcomes", schema_outcomes()),
            ("verify", schema_verify()),
            ("snapshot", schema_snapshot()),
        ] {
            let mut text = serde_json::to_string_pretty(&schema).unwrap();
            text.push('\n');
            expected::assert_file(&format!("../../docs/formats/{name}.schema.json"), &text);
        }
    }
}
