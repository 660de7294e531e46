//! A catalog as a file, so that production statistics can be used without production credentials.

use std::io::Write;

use serde::{Deserialize, Serialize};

use crate::Catalog;

/// The format this version writes. Readers refuse a newer major number and accept unknown keys within one.
pub const SNAPSHOT_FORMAT: &str = "altimeter-snapshot/1";

/// Why a snapshot could not be read. The message is the whole story; nothing lies beneath it.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// There is nothing in it.
    #[error("the snapshot is empty")]
    Empty,
    /// It ends before its end.
    #[error("the snapshot is cut off at line {line}: it was not written to its end")]
    Truncated {
        /// Where it ends.
        line: usize,
    },
    /// It is something else.
    #[error("this is not a snapshot: {reason}")]
    NotASnapshot {
        /// What is wrong with it.
        reason: String,
    },
    /// It was written by a newer version.
    #[error("the snapshot has the format {found}; this version reads up to {SNAPSHOT_FORMAT}")]
    Newer {
        /// The format it says it has.
        found: String,
    },
}

#[derive(Serialize)]
struct Written<'a> {
    format: &'static str,
    #[serde(flatten)]
    catalog: &'a Catalog,
}

#[derive(Deserialize)]
struct Header {
    format: Option<String>,
}

/// Reads a snapshot from its text.
pub fn read_snapshot(text: &str) -> Result<Catalog, SnapshotError> {
    if text.trim().is_empty() {
        return Err(SnapshotError::Empty);
    }
    let broken = |e: serde_json::Error| {
        if e.is_eof() {
            SnapshotError::Truncated { line: e.line() }
        } else {
            SnapshotError::NotASnapshot { reason: e.to_string() }
        }
    };
    // The header first: a newer format must be called newer, not malformed.
    let header: Header = serde_json::from_str(text).map_err(broken)?;
    let Some(format) = header.format else {
        return Err(SnapshotError::NotASnapshot { reason: "it has no \"format\"".to_owned() });
    };
    match format.strip_prefix("altimeter-snapshot/").map(str::parse::<u32>) {
        Some(Ok(1)) => {}
        Some(Ok(_)) => return Err(SnapshotError::Newer { found: format }),
        _ => return Err(SnapshotError::NotASnapshot { reason: format!("its format is \"{format}\"") }),
    }
    serde_json::from_str(text).map_err(broken)
}

/// Writes a snapshot, one key a line, so that two of them can be compared with diff.
pub fn write_snapshot(catalog: &Catalog, to: impl Write) -> std::io::Result<()> {
    serde_json::to_writer_pretty(to, &Written { format: SNAPSHOT_FORMAT, catalog })
        .map_err(std::io::Error::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let mut bytes = Vec::new();
        write_snapshot(&Catalog::default(), &mut bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(read_snapshot(&text).unwrap(), Catalog::default());
    }

    #[test]
    fn broken_files_are_told_apart() {
        let whole = r#"{"format": "altimeter-snapshot/1", "tables": []}"#;
        assert!(read_snapshot(whole).is_ok());
        assert!(matches!(read_snapshot(" \n"), Err(SnapshotError::Empty)));
        for cut in 1..whole.len() {
            assert!(
                matches!(read_snapshot(&whole[..cut]), Err(SnapshotError::Truncated { .. })),
                "cut at {cut}"
            );
        }
        assert!(matches!(read_snapshot("select 1"), Err(SnapshotError::NotASnapshot { .. })));
        assert!(matches!(read_snapshot("{}"), Err(SnapshotError::NotASnapshot { .. })));
        let newer = read_snapshot(r#"{"format": "altimeter-snapshot/2", "tables": {"a": 1}}"#).unwrap_err();
        assert!(matches!(&newer, SnapshotError::Newer { found } if found == "altimeter-snapshot/2"));
    }
}
