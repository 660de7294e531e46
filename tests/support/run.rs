//! Running other programs: one place that turns a failed exit into an error with the program's own words.

use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, bail};

/// Runs `command` to its end without standard input and gives its standard output as text.
///
/// # Errors
/// When the program cannot be started or exits with another code than 0; the message has its last words.
pub fn run(command: &mut Command) -> Result<String> {
    let output = output(command)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    bail!("{} failed ({}): {}", program(command), output.status, last_words(&output))
}

/// Runs `command` without standard input and gives everything it left, whatever its exit code.
///
/// # Errors
/// When the program cannot be started.
pub fn output(command: &mut Command) -> Result<Output> {
    command.stdin(Stdio::null()).output().with_context(|| format!("{} cannot be started", program(command)))
}

/// Whether a program of this name is on the PATH.
#[must_use]
pub fn on_path(program: &str) -> bool {
    let mut command = Command::new("sh");
    command.args(["-c", "command -v \"$0\"", program]);
    output(&mut command).is_ok_and(|output| output.status.success())
}

fn program(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().take(4).map(|argument| argument.to_string_lossy().into_owned()));
    words.join(" ")
}

fn last_words(output: &Output) -> String {
    let mut text = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if text.is_empty() {
        text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    }
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(8)..].join("\n")
}
