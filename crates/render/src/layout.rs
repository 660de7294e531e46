//! How much room a report has and what it may use.

/// The page a report is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Columns of the terminal; reports use at least 60 and at most 120.
    pub width: usize,
    /// Whether colour may be used. It never carries meaning of its own.
    pub color: bool,
    /// Whether the catalog was just read from a server; else it came from a snapshot or from files.
    pub live: bool,
}

impl Layout {
    /// The columns actually used: beyond 120 the eye loses the line.
    pub(crate) fn columns(self) -> usize {
        self.width.clamp(60, 120)
    }
}

impl Default for Layout {
    /// 100 columns, no colour, a live server.
    fn default() -> Self {
        Self { width: 100, color: false, live: true }
    }
}
