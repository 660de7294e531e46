//! Connection strings of the other kind: `host=localhost dbname='my db' user=app`.
//!
//! As the manual has it ("Keyword/Value Connection Strings"): pairs separated by white space, spaces allowed
//! around `=`, values in single quotes if empty or with white space, `\'` and `\\` as escapes. No message
//! repeats any of it except a keyword.

use std::iter::Peekable;
use std::str::Chars;

use altimeter_catalog::InspectError;

use super::failure::bad_parameters;
use super::settings::Settings;

/// Reads a string of keywords and values.
///
/// # Errors
/// It does not have that form, or it has a keyword that is not known or not supported.
pub(super) fn parse_conninfo(text: &str) -> Result<Settings, InspectError> {
    let mut settings = Settings::default();
    let mut rest = text.chars().peekable();
    loop {
        skip_space(&mut rest);
        if rest.peek().is_none() {
            return Ok(settings);
        }
        let keyword = parse_keyword(&mut rest)?;
        let value = parse_value(&mut rest)?;
        if value.contains('\0') {
            return Err(malformed("contains a zero byte"));
        }
        settings.set(&keyword, value)?;
    }
}

fn skip_space(rest: &mut Peekable<Chars<'_>>) {
    while rest.next_if(|character| character.is_ascii_whitespace()).is_some() {}
}

fn parse_keyword(rest: &mut Peekable<Chars<'_>>) -> Result<String, InspectError> {
    let mut keyword = String::new();
    while let Some(character) = rest.next_if(|c| *c != '=' && !c.is_ascii_whitespace()) {
        keyword.push(character);
    }
    skip_space(rest);
    let is_word = !keyword.is_empty() && keyword.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    match rest.next() {
        Some('=') if is_word => Ok(keyword),
        // What stands here may be the second half of a password with a space in it.
        _ => Err(malformed("has a word that is not followed by =")),
    }
}

fn parse_value(rest: &mut Peekable<Chars<'_>>) -> Result<String, InspectError> {
    skip_space(rest);
    let quoted = rest.next_if_eq(&'\'').is_some();
    let mut value = String::new();
    loop {
        match rest.next() {
            Some('\\') => value.extend(rest.next()),
            Some('\'') if quoted => return Ok(value),
            Some(character) if !quoted && character.is_ascii_whitespace() => return Ok(value),
            Some(character) => value.push(character),
            None if quoted => return Err(malformed("has a quoted value without closing quote")),
            None => return Ok(value),
        }
    }
}

fn malformed(what: &str) -> InspectError {
    bad_parameters(
        format!("the connection string {what}"),
        "Write host=localhost port=5432 dbname=shop user=app; a value with spaces goes into single quotes, in which \
         \\' is a quote and \\\\ a backslash.",
    )
}

#[cfg(test)]
mod tests {
    use super::parse_conninfo;

    #[test]
    fn quotes_escapes_and_spaces() {
        let settings =
            parse_conninfo(" host = a  dbname='my \\'db\\\\' password=a\\ b\\'c user='' port=1 port=2\n")
                .unwrap();
        let values = ["host", "dbname", "password", "user", "port"].map(|keyword| settings.get(keyword));
        assert_eq!(values, [Some("a"), Some("my 'db\\"), Some("a b'c"), None, Some("2")]);
    }

    #[test]
    fn a_malformed_string_is_refused_without_showing_a_value() {
        for text in
            ["password=a hunter2", "password='hunter2", "hunter2", "=hunter2", "password=x hunter2@=1"]
        {
            let error = parse_conninfo(text).expect_err(text);
            let printed = format!("{error} {error:?}");
            assert!(!printed.contains("hunter2"), "{text}: {printed}");
        }
    }
}
