//! Who still uses what a plan takes away, as JSON.

use altimeter_catalog::StatementCalls;
use altimeter_planner::uses::{Certainty, How, Reference, Uses, UsingObject, UsingStatement};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who still uses what the plan takes away or renames.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UsesJson {
    /// What is looked for: `public.users.user_name`.
    pub of: Vec<String>,
    /// Statements that ran on the server; null if they are not counted.
    pub statements: Option<Vec<UsingStatementJson>>,
    /// Since when they are counted, RFC 3339; null if that is not known.
    pub since: Option<String>,
    /// Objects of the database.
    pub objects: Vec<UsingObjectJson>,
    /// References in the application's source; null if no folder was named.
    pub application: Option<Vec<ReferenceJson>>,
    /// What was not looked at.
    pub unknowns: Vec<String>,
}

/// A statement that uses it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UsingStatementJson {
    /// The statement, its literals taken out.
    pub statement: String,
    /// How it uses it.
    pub how: HowJson,
    /// How often it ran.
    pub calls: u64,
    /// Calls a second between two samples; null if not known.
    pub calls_per_second: Option<f64>,
    /// What the server knows it by.
    pub ids: Vec<StatementCalls>,
}

/// How a statement uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum HowJson {
    /// It names it, and fails without it.
    Named,
    /// It takes it with `*` or by position.
    Taken,
    /// It could not be read, but has the word.
    Word,
}

/// An object of the database that uses it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UsingObjectJson {
    /// What it is: `view public.active_users`.
    pub object: String,
    /// Resolved; else only its text has the word.
    pub certain: bool,
}

/// A place in the application's source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReferenceJson {
    /// The file, from the folder named.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The line's text.
    pub excerpt: String,
    /// How sure it is.
    pub certainty: CertaintyJson,
    /// What told.
    pub by: String,
}

/// How sure it is that a place means the column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CertaintyJson {
    /// The table and the column, resolved.
    Exact,
    /// The column's name where something stands for its table: a model, a migration.
    Model,
    /// The word alone.
    Word,
}

impl From<&Uses> for UsesJson {
    fn from(uses: &Uses) -> Self {
        let statements = |all: &Vec<UsingStatement>| all.iter().map(UsingStatementJson::from).collect();
        let object = |o: &UsingObject| UsingObjectJson { object: o.object.clone(), certain: o.certain };
        let references = |all: &Vec<Reference>| all.iter().map(ReferenceJson::from).collect();
        Self {
            of: uses.of.iter().map(ToString::to_string).collect(),
            statements: uses.statements.as_ref().map(statements),
            since: uses.since.clone(),
            objects: uses.objects.iter().map(object).collect(),
            application: uses.application.as_ref().map(references),
            unknowns: uses.unknowns.clone(),
        }
    }
}

impl From<&UsingStatement> for UsingStatementJson {
    fn from(statement: &UsingStatement) -> Self {
        Self {
            statement: statement.statement.clone(),
            how: match statement.how {
                How::Named => HowJson::Named,
                How::Taken => HowJson::Taken,
                How::Word => HowJson::Word,
            },
            calls: statement.calls,
            calls_per_second: statement.calls_per_second,
            ids: statement.ids.clone(),
        }
    }
}

impl From<&Reference> for ReferenceJson {
    fn from(reference: &Reference) -> Self {
        Self {
            file: reference.file.clone(),
            line: reference.line,
            excerpt: reference.excerpt.clone(),
            certainty: match reference.certainty {
                Certainty::Exact => CertaintyJson::Exact,
                Certainty::Model => CertaintyJson::Model,
                Certainty::Word => CertaintyJson::Word,
            },
            by: reference.by.clone(),
        }
    }
}
