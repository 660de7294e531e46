//! Rows that follow `COPY … FROM stdin` in the same file.

/// Rows, and the bytes they fill with the line that ends them.
pub(super) struct Rows {
    pub(super) count: u64,
    pub(super) bytes: usize,
}

/// Counts lines up to one that is `\.` and nothing else, or to the end of the text (manual, "COPY", "File Formats").
/// A row in CSV with line breaks inside counts once for each line.
pub(super) fn rows(text: &str) -> Rows {
    let mut rows = Rows { count: 0, bytes: 0 };
    for line in text.split_inclusive('\n') {
        rows.bytes += line.len();
        if line.starts_with("\\.") && line.trim_end_matches(['\n', '\r']) == "\\." {
            break;
        }
        rows.count += 1;
    }
    rows
}
