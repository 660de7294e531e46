//! Standard output and standard error.

use std::io::{BufWriter, IsTerminal, Write};

use altimeter_render::{
    Layout, Report, ReviewReport, RulesReport, VerificationReport, report, review, rules, verification,
};

use crate::failure::Failure;
use crate::shared::{Color, Shared};

/// Bytes handed on at once.
const BUFFER: usize = 64 * 1024;

/// The report of a plan or a catalog that was asked for.
pub(crate) fn report(shared: &Shared) -> Result<&'static dyn Report, Failure> {
    chosen(shared, &report::ALL.iter().map(|r| (r.name(), *r)).collect::<Vec<_>>())
}

/// The report of a review that was asked for.
pub(crate) fn review_report(shared: &Shared) -> Result<&'static dyn ReviewReport, Failure> {
    chosen(shared, &review::ALL.iter().map(|r| (r.name(), *r)).collect::<Vec<_>>())
}

/// The report of the rules that was asked for.
pub(crate) fn rules_report(shared: &Shared) -> Result<&'static dyn RulesReport, Failure> {
    chosen(shared, &rules::ALL.iter().map(|r| (r.name(), *r)).collect::<Vec<_>>())
}

/// The report of a verification that was asked for.
pub(crate) fn verification_report(shared: &Shared) -> Result<&'static dyn VerificationReport, Failure> {
    chosen(shared, &verification::ALL.iter().map(|r| (r.name(), *r)).collect::<Vec<_>>())
}

/// The format of the command line; else the configuration's, if the command knows it; else the first.
fn chosen<T: Copy>(shared: &Shared, known: &[(&'static str, T)]) -> Result<T, Failure> {
    let find = |name: &str| known.iter().find(|(n, _)| *n == name).map(|(_, report)| *report);
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    let [(first, default), ..] = known else { return Err(Failure::usage("there are no formats", "")) };
    if let Some(name) = &shared.format {
        return find(name).ok_or_else(|| {
            let next = format!("this one can be shown as {}", names.join(", "));
            Failure::usage(format!("this command has no --format {name}"), next)
        });
    }
    let Some(name) = &shared.usual_format else { return Ok(*default) };
    Ok(find(name).unwrap_or_else(|| {
        note(shared, &format!("shown as {first}: the configuration's format {name} is for another command"));
        *default
    }))
}

/// The page it is written for: the terminal's width, 100 columns where there is none.
#[expect(clippy::disallowed_methods, reason = "the environment is read in this crate and handed down")]
pub(crate) fn layout(shared: &Shared) -> Layout {
    let terminal = std::io::stdout().is_terminal();
    let said = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    let measured = terminal_size::terminal_size().filter(|_| terminal).map(|(width, _)| usize::from(width.0));
    let color = match shared.color.unwrap_or_default() {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => terminal && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()),
    };
    Layout { width: said.or(measured).unwrap_or(100), color, live: shared.snapshot.is_none() }
}

/// Writes the result. Whoever reads it may have heard enough: a closed pipe is no error.
pub(crate) fn write(text: &str) -> Result<(), Failure> {
    write_with(|out| out.write_all(text.as_bytes()))
}

/// As [`write`](fn@write), piece by piece.
pub(crate) fn write_with(result: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), Failure> {
    let mut out = BufWriter::with_capacity(BUFFER, std::io::stdout().lock());
    match result(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::usage(format!("the result cannot be written: {error}"), ""))
        }
        _ => Ok(()),
    }
}

/// Writes a note for people, unless they want none.
pub(crate) fn note(shared: &Shared, text: &str) {
    if !shared.quiet {
        let _ = writeln!(std::io::stderr(), "{text}");
    }
}

/// Says why the command did not do its work, and what to do next.
pub(crate) fn complain(failure: &Failure) {
    let mut text = format!("altimeter: {}\n", failure.message);
    for line in failure.next.lines() {
        text.push_str(&format!("  → {line}\n"));
    }
    let _ = std::io::stderr().write_all(text.as_bytes());
}
