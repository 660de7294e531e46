//! Time and memory of another program.

use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// What one run took.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    /// Seconds on the clock.
    pub seconds: f64,
    /// Seconds of processors, all threads together.
    pub cpu_seconds: f64,
    /// The most memory it had, in MiB.
    pub peak_mib: f64,
}

/// Runs a program to its end, its output thrown away.
///
/// # Errors
/// When it cannot be started, or ends with another code than those in `codes`.
pub fn measured(command: &mut Command, codes: &[i32]) -> Result<Measured> {
    let cpu_before = children_seconds()?;
    let begin = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let status_file = format!("/proc/{}/status", child.id());
    let mut peak_kib = 0.0_f64;
    let status = loop {
        // The kernel keeps the high-water mark only while the process lives.
        let text = std::fs::read_to_string(&status_file).unwrap_or_default();
        let line = text.lines().find_map(|l| l.strip_prefix("VmHWM:"));
        let kib = line.and_then(|l| l.split_whitespace().next()).and_then(|n| n.parse().ok()).unwrap_or(0.0);
        peak_kib = peak_kib.max(kib);
        if let Some(status) = child.try_wait()? {
            break status;
        }
        thread::sleep(Duration::from_millis(5));
    };
    let seconds = begin.elapsed().as_secs_f64();
    if !status.code().is_some_and(|code| codes.contains(&code)) {
        bail!("{} ended with {status}", command.get_program().display());
    }
    Ok(Measured { seconds, cpu_seconds: children_seconds()? - cpu_before, peak_mib: peak_kib / 1024.0 })
}

/// The run with the median time of some.
///
/// # Errors
/// As [`measured`].
pub fn median(runs: usize, command: &mut Command, codes: &[i32]) -> Result<Measured> {
    let mut all: Vec<Measured> = (0..runs).map(|_| measured(command, codes)).collect::<Result<_>>()?;
    all.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    all.get(runs / 2).copied().context("there was no run")
}

/// Processor time of all children that have ended (`cutime` and `cstime` of proc(5), in hundredths of a second on
/// every Linux that is in use).
fn children_seconds() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(") ").context("/proc/self/stat")?;
    let ticks: Vec<f64> = fields.split(' ').skip(13).take(2).filter_map(|t| t.parse().ok()).collect();
    Ok(ticks.iter().sum::<f64>() / 100.0)
}
