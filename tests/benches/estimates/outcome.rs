//! An outcome and the range it was to lie in.

use std::fmt::Write as _;

use anyhow::{Context, Result};

/// What is estimated.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Quantity {
    pub(crate) name: &'static str,
    field: &'static str,
    /// Less is nothing.
    floor: f64,
    /// What a unit of the table is divided by.
    unit: f64,
}

pub(crate) const QUANTITIES: [Quantity; 3] = [
    Quantity { name: "time, ms", field: "duration_ms", floor: 20.0, unit: 1.0 },
    Quantity { name: "log, MB", field: "wal_bytes", floor: 1e6, unit: 1e6 },
    Quantity { name: "disk, MB", field: "disk_after_bytes", floor: 1e6, unit: 1e6 },
];

/// One quantity of one operation.
pub(crate) struct Outcome {
    shape: &'static str,
    operation: &'static str,
    rows: u64,
    quantity: Quantity,
    range: [f64; 3],
    actual: f64,
}

impl Outcome {
    pub(crate) fn new(
        (shape, operation): (&'static str, &'static str),
        rows: u64,
        quantity: Quantity,
        estimate: &serde_json::Value,
        actual: f64,
    ) -> Result<Self> {
        let of = |end: &str| estimate[quantity.field][end].as_f64();
        let range = of("low").zip(of("likely")).zip(of("high"));
        let ((low, likely), high) =
            range.with_context(|| format!("{operation}: no {}: {estimate}", quantity.name))?;
        Ok(Self { shape, operation, rows, quantity, range: [low, likely, high], actual })
    }

    fn is_nothing(&self) -> bool {
        self.actual < self.quantity.floor
    }

    fn is_inside(&self) -> bool {
        let [low, likely, high] = self.range;
        if self.is_nothing() {
            likely < 5.0 * self.quantity.floor
        } else {
            low <= self.actual && self.actual <= high
        }
    }

    /// How far the likely value is off.
    fn factor(&self) -> f64 {
        let off = self.actual / self.range[1].max(1e-9);
        off.max(1.0 / off)
    }

    fn cells(&self) -> Vec<String> {
        let one = |value: f64| {
            let value = value / self.quantity.unit;
            if value.abs() < 10.0 { format!("{value:.1}") } else { format!("{value:.0}") }
        };
        let mut cells = vec![
            self.shape.to_owned(),
            self.operation.to_owned(),
            self.rows.to_string(),
            self.quantity.name.to_owned(),
        ];
        cells.extend(self.range.iter().map(|v| one(*v)));
        cells.push(one(self.actual));
        cells.push(if self.is_inside() { String::new() } else { "outside".to_owned() });
        cells
    }

    pub(crate) fn line(&self) -> String {
        self.cells().join("  ")
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Coverage, factor and width of each quantity.
pub(crate) fn summary(outcomes: &[Outcome]) -> String {
    let mut text = "| quantity | outcomes | inside | factor | width |\n|---|--:|--:|--:|--:|\n".to_owned();
    for quantity in QUANTITIES {
        let all: Vec<&Outcome> = outcomes.iter().filter(|o| o.quantity == quantity).collect();
        let inside = all.iter().filter(|o| o.is_inside()).count();
        let some = || all.iter().filter(|o| !o.is_nothing());
        let _ = writeln!(
            text,
            "| {} | {} | {:.0} % | {:.2} | {:.1} |",
            quantity.name,
            all.len(),
            100.0 * inside as f64 / all.len() as f64,
            median(some().map(|o| o.factor()).collect()),
            median(some().map(|o| o.range[2] / o.range[0].max(1e-9)).collect()),
        );
    }
    text
}

/// Every outcome that is something.
pub(crate) fn table(outcomes: &[Outcome]) -> String {
    let mut text =
        "| table | operation | rows | quantity | low | likely | high | was | |\n|---|---|--:|---|--:|--:|--:|--:|---|\n"
            .to_owned();
    for outcome in outcomes.iter().filter(|o| !(o.is_nothing() && o.is_inside())) {
        let _ = writeln!(text, "| {} |", outcome.cells().join(" | "));
    }
    text
}
