//! The tool itself, as a user runs it: the built binary, its exit code and what it wrote.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::{cache, run};

/// What a run of the tool left.
#[derive(Debug, Clone)]
pub struct Output {
    /// Its exit code; `None` when it was killed.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// How long it ran.
    pub took: Duration,
}

impl Output {
    /// Standard output as JSON.
    ///
    /// # Errors
    /// When it is not JSON, or the exit code is not 0.
    pub fn json(&self) -> Result<serde_json::Value> {
        if self.code != Some(0) {
            bail!("altimeter ended with {:?} and said: {}", self.code, self.stderr);
        }
        serde_json::from_str(&self.stdout).context("standard output is not JSON")
    }
}

/// The path of the tool, built once for this process with the profile the tests have.
///
/// # Errors
/// When it does not build; the compiler's words are in the message.
pub fn altimeter_bin() -> Result<PathBuf> {
    static BUILT: OnceLock<std::result::Result<PathBuf, String>> = OnceLock::new();
    BUILT.get_or_init(|| build().map_err(|error| format!("{error:#}"))).clone().map_err(anyhow::Error::msg)
}

fn build() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("ALTIMETER_BIN") {
        return Ok(PathBuf::from(path));
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args([
        "build",
        "--quiet",
        "--package",
        "altimeter",
        "--message-format",
        "json-render-diagnostics",
    ]);
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    let messages = run::run(command.current_dir(cache::workspace())).context("altimeter does not build")?;
    // Cargo says where it put the binary; the target directory may be anywhere.
    let mut executables = messages.lines().filter_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        let named = message["target"]["name"] == "altimeter";
        if named { message["executable"].as_str().map(PathBuf::from) } else { None }
    });
    executables.next_back().context("cargo built no binary named altimeter")
}

/// Runs the tool with exactly the environment a test means: no `DATABASE_URL` or `PG*` of ours is handed on.
///
/// # Errors
/// When it does not build, cannot be started, or has not ended after two minutes.
pub fn run_altimeter<S: AsRef<OsStr>>(arguments: &[S], environment: &[(&str, &str)]) -> Result<Output> {
    run_altimeter_with_input(arguments, environment, "")
}

/// The same, with `input` on standard input.
///
/// # Errors
/// As [`run_altimeter`].
pub fn run_altimeter_with_input<S: AsRef<OsStr>>(
    arguments: &[S],
    environment: &[(&str, &str)],
    input: &str,
) -> Result<Output> {
    let mut command = Command::new(altimeter_bin()?);
    command.args(arguments);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text == "DATABASE_URL" || text.starts_with("PG") || text.starts_with("ALTIMETER") {
            command.env_remove(&name);
        }
    }
    command.envs(environment.iter().copied());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let begin = Instant::now();
    let mut child = command.spawn().context("altimeter cannot be started")?;
    if let Some(mut pipe) = child.stdin.take() {
        // The tool may end without reading its input.
        pipe.write_all(input.as_bytes()).ok();
    }
    let stdout = drain(child.stdout.take());
    let stderr = drain(child.stderr.take());
    let deadline = Duration::from_secs(120);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if begin.elapsed() > deadline {
            child.kill()?;
            child.wait()?;
            bail!("altimeter had not ended after {deadline:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let took = begin.elapsed();
    Ok(Output { code: status.code(), stdout: text_of(stdout), stderr: text_of(stderr), took })
}

/// What `altimeter check` says of the last statement of a script on a database, whatever it finds there.
///
/// # Errors
/// As [`run_altimeter`]; when nothing could be said, or the statement is said to fail.
pub fn checked(url: &str, script: &str, options: &[&str]) -> Result<serde_json::Value> {
    let arguments = [&["check", "--quiet", "--format", "json", "--db", url, "-"], options].concat();
    let output = run_altimeter_with_input(&arguments, &[], script)?;
    if !matches!(output.code, Some(0 | 1)) {
        bail!("altimeter ended with {:?} and said: {}", output.code, output.stderr);
    }
    let mut answer: serde_json::Value = serde_json::from_str(&output.stdout)?;
    let last = answer["statements"].as_array_mut().and_then(Vec::pop).context("no statement")?;
    if last["fails"].is_null() { Ok(last) } else { bail!("{script} is said to fail: {}", last["fails"]) }
}

fn drain<R: Read + Send + 'static>(pipe: Option<R>) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            pipe.read_to_end(&mut bytes).ok();
        }
        bytes
    })
}

fn text_of(reader: JoinHandle<Vec<u8>>) -> String {
    String::from_utf8_lossy(&reader.join().unwrap_or_default()).into_owned()
}
