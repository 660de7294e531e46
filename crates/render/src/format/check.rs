//! The judgement of existing migrations as JSON.

use std::collections::HashSet;

use altimeter_analysis::review::{Review, ReviewedFile};
use altimeter_catalog::EngineName;
use schemars::JsonSchema;
use serde::Serialize;

use super::effect::HeldJson;
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
    /// What is to be said about all files, or about one as a whole.
    pub notes: Vec<NoteJson>,
    /// What could not be known, each once.
    pub unknowns: Vec<String>,
    /// The worst of the statements.
    pub risk: RiskJson,
}

/// A note about the files.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct NoteJson {
    /// The file it is about; null for all of them.
    pub file: Option<String>,
    /// The note.
    pub note: String,
}

fn notes(review: &Review) -> Vec<NoteJson> {
    let of_all = review.notes.iter().map(|note| NoteJson { file: None, note: note.clone() });
    let of_file = |file: &ReviewedFile| {
        let path = file.path.clone();
        file.notes.clone().into_iter().map(move |note| NoteJson { file: Some(path.clone()), note })
    };
    of_all.chain(review.files.iter().flat_map(of_file)).collect()
}

impl CheckJson {
    /// The shape of a review.
    pub fn new(review: &Review) -> Self {
        let mut check = Self {
            format: CHECK_FORMAT.to_owned(),
            engine: review.engine,
            server_version: review.server_version.clone(),
            source: review.source.clone(),
            statements: Vec::new(),
            files: review.files.iter().map(|f| f.path.clone()).collect(),
            notes: notes(review),
            unknowns: review.unknowns.clone(),
            risk: review.risk().into(),
        };
        let mut known: HashSet<String> = check.unknowns.iter().cloned().collect();
        for (file, reviewed) in review.statements() {
            for unknown in &reviewed.judged.estimate.unknowns {
                if known.insert(unknown.clone()) {
                    check.unknowns.push(unknown.clone());
                }
            }
            let mut effect = EffectJson::new(&reviewed.judged, Some(&file.path));
            effect.held = reviewed.held.iter().map(HeldJson::from).collect();
            effect.remarks = reviewed.remarks.clone();
            effect.in_transaction = reviewed.in_transaction;
            check.statements.push(effect);
        }
        check
    }
}
