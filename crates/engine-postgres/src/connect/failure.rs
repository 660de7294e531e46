//! Makes and reads the errors of this part: parameters that make no sense, and text that is safe to show.

use altimeter_catalog::{InspectError, InspectErrorKind};
use tokio_postgres::error::{DbError, SqlState};

/// An error about the connection parameters.
pub(super) fn bad_parameters(message: impl Into<String>, next: impl Into<String>) -> InspectError {
    failure(InspectErrorKind::Parameters, message, next)
}

/// An error of any kind with no underlying one.
pub(super) fn failure(
    kind: InspectErrorKind,
    message: impl Into<String>,
    next: impl Into<String>,
) -> InspectError {
    InspectError { kind, message: message.into(), hint: next.into(), source: None }
}

/// The server's error code, if it was the server that refused.
pub(crate) fn code(error: &InspectError) -> Option<&SqlState> {
    let source = error.source.as_deref()?;
    let by_server = source.downcast_ref::<DbError>().map(DbError::code);
    by_server.or_else(|| source.downcast_ref::<tokio_postgres::Error>()?.code())
}

/// A name from outside as it may be shown on a terminal: control characters written as escapes.
pub(super) fn shown(text: &str) -> String {
    text.chars()
        .flat_map(|character| {
            let escaped: Vec<char> = match character.is_control() {
                true => character.escape_default().collect(),
                false => vec![character],
            };
            escaped
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn control_characters_do_not_reach_a_terminal() {
        assert_eq!(shown("a\u{1b}[31mb\n"), "a\\u{1b}[31mb\\n");
        assert_eq!(shown("Größe"), "Größe");
    }
}
