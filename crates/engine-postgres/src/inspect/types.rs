//! Types, casts, extensions and schemas.

use altimeter_catalog::{Cast, DomainConstraint, Extension, InspectError, TypeKind, UserType};

use super::answers::{Answers, Cells};
use crate::queries;

/// Types by name.
pub(super) fn types(answers: &Answers) -> Result<Vec<UserType>, InspectError> {
    let mut types = Vec::new();
    for row in answers.of(&queries::TYPES) {
        types.push(UserType {
            name: row.name("schema", "name")?,
            kind: kind(row)?,
            extension: row.get("extension")?,
        });
    }
    types.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(types)
}

fn kind(row: Cells<'_>) -> Result<TypeKind, InspectError> {
    Ok(match row.get::<&str>("kind")? {
        "e" => TypeKind::Enum { labels: row.list("labels")? },
        "d" => TypeKind::Domain {
            base: row.get::<Option<String>>("base")?.unwrap_or_default(),
            not_null: row.get("not_null")?,
            default: row.get("default_expression")?,
            collation: row.get("collation")?,
            checks: row.list("checks")?,
            constraints: std::iter::zip(row.list("check_names")?, row.list("checks_validated")?)
                .map(|(name, validated)| DomainConstraint { name, validated })
                .collect(),
        },
        "c" => TypeKind::Composite {
            attributes: std::iter::zip(row.list("attribute_names")?, row.list("attribute_types")?).collect(),
        },
        "r" => TypeKind::Range { subtype: row.get::<Option<String>>("subtype")?.unwrap_or_default() },
        _ => TypeKind::Base,
    })
}

/// Casts by their types.
pub(super) fn casts(answers: &Answers) -> Result<Vec<Cast>, InspectError> {
    let mut casts = Vec::new();
    for row in answers.of(&queries::CASTS) {
        casts.push(Cast {
            source: row.get("source")?,
            target: row.get("target")?,
            binary: row.get("is_binary")?,
            context: match row.get::<&str>("context")? {
                "i" => "implicit",
                "a" => "assignment",
                _ => "explicit",
            }
            .to_owned(),
        });
    }
    casts.sort_by(|a, b| (&a.source, &a.target).cmp(&(&b.source, &b.target)));
    Ok(casts)
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
