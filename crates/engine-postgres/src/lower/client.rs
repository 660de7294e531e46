//! What a command for the client means for the database: most mean nothing, some are not told by the text.

use altimeter_catalog::{Change, SessionChange};

use super::Lowered;
use crate::split::Command;

/// Commands of `psql` that change nothing at the server: they print, describe, set what `psql` itself does, or say
/// how the statement before them is shown (manual, "psql", "Meta-Commands").
const HARMLESS: &[&str] = &[
    "?",
    "a",
    "bind",
    "C",
    "cd",
    "close_prepared",
    "conninfo",
    "copyright",
    "crosstabview",
    "echo",
    "else",
    "encoding",
    "endif",
    "errverbose",
    "f",
    "g",
    "gdesc",
    "getenv",
    "gset",
    "gx",
    "h",
    "H",
    "help",
    "html",
    "l",
    "l+",
    "list",
    "p",
    "print",
    "prompt",
    "pset",
    "qecho",
    "r",
    "reset",
    "restrict",
    "s",
    "set",
    "setenv",
    "sf",
    "sf+",
    "sv",
    "sv+",
    "t",
    "T",
    "timing",
    "unrestrict",
    "unset",
    "w",
    "warn",
    "write",
    "x",
    "z",
];

/// Commands that do something the text does not tell, and what.
const NOT_TOLD: &[(&[&str], &str)] = &[
    (&["c", "connect"], "what follows runs in another session, maybe in another database"),
    (&["i", "include", "ir", "include_relative"], "it runs the statements of another file"),
    (&["gexec"], "it runs what the query before it gives, as statements"),
    (&["watch"], "it runs the statement before it again and again"),
    (&["if", "elif"], "which branch psql takes is not known here, so all of them are judged"),
    (&["q", "quit"], "psql stops here; what follows is judged all the same"),
    (&["!"], "it runs a command of the operating system"),
    (&["o", "out"], "it sends results to a file or a command of the operating system"),
    (&["password"], "it changes the password of a role"),
    (&["lo_import", "lo_unlink", "lo_export"], "it works on large objects"),
    (&["e", "edit", "ef", "ev"], "it opens an editor"),
    (&["copy"], "its arguments cannot be read"),
    (
        &["startpipeline", "endpipeline", "syncpipeline", "sendpipeline"],
        "statements of a pipeline share a transaction",
    ),
    (&["bind_named"], "it runs a statement that was prepared"),
    (&["parse"], "it prepares the statement before it and does not run it"),
];

/// What a command means that no statement stands for.
pub(crate) fn lower(text: &str) -> Result<Lowered, String> {
    if !text.starts_with('\\') {
        return Err(separator(text));
    }
    let command = Command::read(text, 0);
    let name = command.name;
    let arguments = text.get(name.len() + 1..).unwrap_or_default();
    if name == "set" && sets(arguments, "AUTOCOMMIT") {
        return Ok(Lowered::unknown(
            "from here on psql opens a transaction before each statement where none is open",
        ));
    }
    if name == "set" && sets(arguments, "SINGLELINE") {
        return Ok(Lowered::unknown("from here on the end of a line ends a statement"));
    }
    if let Some((_, reason)) = NOT_TOLD.iter().find(|(names, _)| names.contains(&name)) {
        return Ok(Lowered::unknown(*reason));
    }
    // `\d`, `\dt+` and all their kin only read the catalog.
    if HARMLESS.contains(&name) || name.starts_with('d') {
        let what = format!("\\{name}");
        return Ok(Lowered::one(Change::Session(SessionChange::Other { what })));
    }
    Err(format!("psql knows no command \\{name}"))
}

/// Whether `\set` gives that variable another value than psql begins with.
fn sets(arguments: &str, variable: &str) -> bool {
    let mut words = arguments.split_whitespace();
    let is_it = words.next() == Some(variable);
    let value = words.next().unwrap_or_default().trim_matches('\'').to_ascii_lowercase();
    is_it
        && matches!(
            (variable, value.as_str()),
            ("AUTOCOMMIT", "off" | "false" | "0") | ("SINGLELINE", "on" | "true" | "1" | "")
        )
}

/// Lines that separate statements in the clients of other databases.
fn separator(text: &str) -> String {
    let whose = match text.split_whitespace().next().unwrap_or_default() {
        "/" => "a line with only / runs the statement before it in Oracle's client",
        word if word.eq_ignore_ascii_case("go") => "GO separates batches in SQL Server's clients",
        _ => "DELIMITER is a command of MySQL's client",
    };
    format!("{whose}; PostgreSQL and psql know no such thing")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmless_unknown_and_foreign_commands() {
        let harmless = [
            "\\echo hello",
            "\\set ON_ERROR_STOP on",
            "\\dt+ public.*",
            "\\restrict abc",
            "\\set AUTOCOMMIT on",
        ];
        for text in harmless {
            assert!(lower(text).unwrap().not_analysed.is_none(), "{text}");
        }
        for text in ["\\c other", "\\i more.sql", "\\set AUTOCOMMIT off", "\\copy t", "\\if :x"] {
            assert!(lower(text).unwrap().not_analysed.is_some(), "{text}");
        }
        for text in ["\\nonsense", "GO", "/", "DELIMITER //"] {
            assert!(lower(text).is_err(), "{text}");
        }
    }
}
