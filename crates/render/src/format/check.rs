//! The judgement of existing migrations as JSON.

use std::collections::HashSet;

use altimeter_analysis::review::{Review, ReviewedFile};
use altimeter_catalog::EngineName;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::effect::HeldJson;
use super::{EffectJson, LimitJson, PreflightJson, RiskJson};

/// The format this version writes.
pub const CHECK_FORMAT: &str = "altimeter-check/1";

/// What each statement of some files will do to one database.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(title = "altimeter-check/1")]
pub struct CheckJson<'a> {
    /// `altimeter-check/1`.
    pub format: String,
    /// Whose rules hold.
    pub engine: EngineName,
    /// The server's version.
    pub server_version: String,
    /// Where the schema and the statistics come from.
    pub source: String,
    /// The statements in order, each judged on the schema the ones before it leave behind.
    pub statements: Judgements<'a>,
    /// The files in order.
    pub files: Vec<String>,
    /// What is to be said about all files, and about each as a whole.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What is in the way on the server now.
    pub preflight: PreflightJson,
    /// What they take, held against what the server has; only with `--capacity`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<LimitJson>,
    /// What could not be known, each once.
    pub unknowns: Vec<String>,
    /// The worst of the statements.
    pub risk: RiskJson,
}

impl<'a> CheckJson<'a> {
    /// The shape of a review.
    pub fn new(review: &'a Review) -> Self {
        Self { statements: Judgements(&review.files), ..Self::without_statements(review) }
    }

    /// The shape of a review, the list of statements left empty.
    pub fn without_statements(review: &Review) -> Self {
        let mut check = Self {
            format: CHECK_FORMAT.to_owned(),
            engine: review.engine,
            server_version: review.server_version.clone(),
            source: review.source.clone(),
            statements: Judgements(&[]),
            files: review.files.iter().map(|f| f.path.clone()).collect(),
            notes: notes(review),
            preflight: PreflightJson::from(&review.preflight),
            limits: review.limits.iter().map(LimitJson::from).collect(),
            unknowns: review.unknowns.clone(),
            risk: review.risk().into(),
        };
        let mut known: HashSet<String> = check.unknowns.iter().cloned().collect();
        for (_, reviewed) in review.statements() {
            for unknown in &reviewed.judged.estimate.unknowns {
                if known.insert(unknown.clone()) {
                    check.unknowns.push(unknown.clone());
                }
            }
        }
        check
    }
}

/// The statements of files, each given its shape when it is written: there may be many thousands.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgements<'a>(&'a [ReviewedFile]);

impl<'a> Judgements<'a> {
    /// Those of one file.
    pub fn of(file: &'a ReviewedFile) -> Self {
        Self(std::slice::from_ref(file))
    }
}

impl Serialize for Judgements<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let statements = self.0.iter().flat_map(|f| f.statements.iter().map(move |s| (f, s)));
        serializer.collect_seq(statements.map(|(file, reviewed)| {
            let mut effect = EffectJson::new(&reviewed.judged, Some(&file.path));
            effect.held = reviewed.held.iter().map(HeldJson::from).collect();
            effect.remarks = reviewed.remarks.clone();
            effect.in_transaction = reviewed.in_transaction;
            effect
        }))
    }
}

impl JsonSchema for Judgements<'_> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        Vec::<EffectJson>::schema_name()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Vec::<EffectJson>::json_schema(generator)
    }
}

/// What is said of all files, and of each with its name.
fn notes(review: &Review) -> Vec<String> {
    let of_files = review.files.iter().flat_map(|f| f.notes.iter().map(move |n| format!("{}: {n}", f.path)));
    review.notes.iter().cloned().chain(of_files).collect()
}
