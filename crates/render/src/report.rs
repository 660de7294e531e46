//! Reports of a plan and of a catalog, one file a format.

mod json;
mod kind;
mod markdown;
mod terminal;

pub use kind::Report;

/// Every format, by the name `--format` knows it by.
pub static ALL: &[&dyn Report] = &[&terminal::Terminal, &json::Json, &markdown::Markdown];

/// The format of that name.
pub fn by_name(name: &str) -> Option<&'static dyn Report> {
    ALL.iter().copied().find(|r| r.name() == name)
}

#[cfg(test)]
mod tests;
