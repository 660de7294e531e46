//! The judgement of existing migrations as JSON.

use altimeter_analysis::{Judged, Severity};
use altimeter_catalog::EngineName;
use schemars::JsonSchema;
use serde::Serialize;

use super::{EffectJson, RiskJson};

/// The format this version writes.
pub const CHECK_FORMAT: &str = "altimeter-check/1";

/// What each statement of some files will do to one database.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(title = "altimeter-check/1")]
pub struct CheckJson {
    /// `altimeter-check/1`.
    pub format: String,
    /// Whose rules hold.
    pub engine: EngineName,
    /// The server's version.
    pub server_version: String,
    /// Where the schema and the statistics come from.
    pub source: String,
    /// The statements in order, each judged on the schema the ones before it leave behind.
    pub statements: Vec<EffectJson>,
    /// The files in order.
    pub files: Vec<String>,
    /// What could not be known, each once.
    pub unknowns: Vec<String>,
    /// The worst of the statements.
    pub risk: RiskJson,
}

impl CheckJson {
    /// Statements with the file each was read from, in order. `source` says where the schema comes from;
    /// `unknowns` holds what was unknown besides what the statements' own estimates lack.
    pub fn new<'a>(
        engine: EngineName,
        server_version: &str,
        source: &str,
        statements: impl IntoIterator<Item = (Option<&'a str>, &'a Judged)>,
        unknowns: &[String],
    ) -> Self {
        let mut check = Self {
            format: CHECK_FORMAT.to_owned(),
            engine,
            server_version: server_version.to_owned(),
            source: source.to_owned(),
            statements: Vec::new(),
            files: Vec::new(),
            unknowns: unknowns.to_vec(),
            risk: RiskJson::Low,
        };
        let mut worst = Severity::Low;
        for (file, judged) in statements {
            worst = worst.max(judged.risk);
            if let Some(file) = file.filter(|f| !check.files.iter().any(|known| known == f)) {
                check.files.push(file.to_owned());
            }
            for unknown in &judged.estimate.unknowns {
                if !check.unknowns.contains(unknown) {
                    check.unknowns.push(unknown.clone());
                }
            }
            check.statements.push(EffectJson::new(judged, file));
        }
        check.risk = worst.into();
        check
    }
}
