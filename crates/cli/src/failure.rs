//! Why a command did not do its work, and the exit code that says so.

use altimeter_catalog::{InspectError, InspectErrorKind};
use altimeter_planner::{PlanError, RequestError};

/// Findings at or above `--fail-on`, or a check that does not hold.
pub(crate) const FINDINGS: u8 = 1;
/// Usage or configuration.
pub(crate) const USAGE: u8 = 2;
/// The database could not be reached or read.
const DATABASE: u8 = 3;
/// No plan can be made for this request.
const NO_PLAN: u8 = 5;

/// What happened and what to do next.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    /// What happened and why.
    pub(crate) message: String,
    /// What to do next; may be empty.
    pub(crate) next: String,
}

impl Failure {
    /// A wrong argument, configuration or file.
    pub(crate) fn usage(message: impl Into<String>, next: impl Into<String>) -> Self {
        Self { code: USAGE, message: message.into(), next: next.into() }
    }

    /// The process's exit code.
    pub(crate) fn code(&self) -> u8 {
        self.code
    }
}

impl From<InspectError> for Failure {
    fn from(error: InspectError) -> Self {
        let code = if error.kind == InspectErrorKind::Parameters { USAGE } else { DATABASE };
        let mut message = error.message;
        let mut cause: Option<&(dyn std::error::Error + 'static)> =
            error.source.as_deref().map(|e| e as &(dyn std::error::Error + 'static));
        while let Some(error) = cause {
            let text = error.to_string();
            // Some drivers print their cause and give it too.
            if !message.contains(&text) {
                message.push_str(&format!("\n  because {text}"));
            }
            cause = error.source();
        }
        Self { code, message, next: error.hint }
    }
}

impl From<altimeter_migrations::Error> for Failure {
    fn from(error: altimeter_migrations::Error) -> Self {
        let mut message = error.to_string();
        if let Some(cause) = std::error::Error::source(&error) {
            message.push_str(&format!("\n  because {cause}"));
        }
        Self { code: USAGE, message, next: error.next() }
    }
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        Self { code: NO_PLAN, message: error.message, next: error.instead }
    }
}

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        let message = format!("no plan: {error}");
        let next = match error {
            PlanError::Refused { instead, .. } => instead,
            PlanError::Unproved { .. } => String::new(),
        };
        Self { code: NO_PLAN, message, next }
    }
}
