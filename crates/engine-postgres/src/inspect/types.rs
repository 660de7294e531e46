//! Enums, domains, extensions and schemas.

use altimeter_catalog::{Extension, InspectError, TypeKind, UserType};

use super::answers::Answers;
use crate::queries;

/// Enums and domains by name.
pub(super) fn types(answers: &Answers) -> Result<Vec<UserType>, InspectError> {
    let mut types = Vec::new();
    for row in answers.of(&queries::TYPES) {
        let kind = if row.get("is_enum")? {
            TypeKind::Enum { labels: row.list("labels")? }
        } else {
            TypeKind::Domain {
                base: row.get::<Option<String>>("base")?.unwrap_or_default(),
                not_null: row.get("not_null")?,
                default: row.get("default_expression")?,
                checks: row.list("checks")?,
                constraints: Vec::new(),
            }
        };
        types.push(UserType { name: row.name("schema", "name")?, kind });
    }
    types.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(types)
}

/// Extensions by name.
pub(super) fn extensions(answers: &Answers) -> Result<Vec<Extension>, InspectError> {
    let mut extensions = Vec::new();
    for row in answers.of(&queries::EXTENSIONS) {
        extensions.push(Extension {
            name: row.get("name")?,
            version: row.get("version")?,
            schema: row.get("schema")?,
        });
    }
    extensions.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(extensions)
}

/// Schemas by name.
pub(super) fn schemas(answers: &Answers) -> Result<Vec<String>, InspectError> {
    let mut schemas =
        answers.of(&queries::SCHEMAS).map(|row| row.get("name")).collect::<Result<Vec<String>, _>>()?;
    schemas.sort();
    Ok(schemas)
}
