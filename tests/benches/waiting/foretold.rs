//! What was foretold, and what was.

use anyhow::{Context, Result};
use serde_json::Value;

/// One quantity of one run.
pub(crate) struct Foretold {
    run: String,
    quantity: &'static str,
    range: [f64; 3],
    actual: f64,
}

impl Foretold {
    /// `estimate[field]` is the range, in the unit of the actual value times `unit`.
    pub(crate) fn new(
        run: impl Into<String>,
        (quantity, field, unit): (&'static str, &str, f64),
        estimate: &Value,
        actual: f64,
    ) -> Result<Self> {
        let run = run.into();
        let mut range = [0.0; 3];
        for (value, end) in range.iter_mut().zip(["low", "likely", "high"]) {
            let found = estimate[field][end].as_f64();
            *value = found.with_context(|| format!("{run}: no {field}: {estimate}"))? / unit;
        }
        Ok(Self { run, quantity, range, actual })
    }

    fn cells(&self) -> [String; 7] {
        let [low, likely, high] = self.range;
        // What nobody notices is neither inside nor outside.
        let inside = low <= self.actual && self.actual <= high.max(0.05);
        let one = |v: f64| if v.abs() < 10.0 { format!("{v:.2}") } else { format!("{v:.0}") };
        let verdict = if inside { "" } else { "outside" };
        [
            self.run.clone(),
            self.quantity.to_owned(),
            one(low),
            one(likely),
            one(high),
            one(self.actual),
            verdict.to_owned(),
        ]
    }
}

/// All of them as a table in Markdown.
pub(crate) fn table(all: &[Foretold]) -> String {
    let rows = all.iter().map(|f| format!("| {} |\n", f.cells().join(" | ")));
    format!(
        "| run | quantity | low | likely | high | was | |\n|---|---|--:|--:|--:|--:|---|\n{}",
        rows.collect::<String>()
    )
}
