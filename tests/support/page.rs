//! Parts of documents that programs write: between a mark with the part's name and its end.

use anyhow::{Context, Result};

use crate::cache;

/// A document's text with one of its parts written anew.
///
/// # Errors
/// When the document has no such part.
pub fn with_part(text: &str, name: &str, part: &str) -> Result<String> {
    let end = format!("<!-- end of {name} -->");
    let found =
        text.find(&format!("<!-- {name}: ")).and_then(|at| Some(at + text.get(at..)?.find('\n')? + 1));
    let begin = found.with_context(|| format!("the document has no part {name}"))?;
    let (before, rest) = text.split_at(begin);
    let (_, after) = rest.split_once(&end).with_context(|| format!("the part {name} has no end"))?;
    Ok(format!("{before}{part}{end}{after}"))
}

/// Writes one part of a document of this repository anew.
///
/// # Errors
/// When it cannot be read or written, or has no such part.
pub fn write(document: &str, name: &str, part: &str) -> Result<()> {
    let file = cache::workspace().join(document);
    let text = with_part(&std::fs::read_to_string(&file)?, name, part)?;
    std::fs::write(&file, text).with_context(|| file.display().to_string())
}
