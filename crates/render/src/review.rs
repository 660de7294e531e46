//! Reports of a review of existing migrations, one file a format.

mod json;
mod kind;
mod place;
mod text;

pub use kind::ReviewReport;

/// Every format, by the name `--format` knows it by.
pub static ALL: &[&dyn ReviewReport] = &[&text::Text, &json::Json];

/// The format of that name.
pub fn by_name(name: &str) -> Option<&'static dyn ReviewReport> {
    ALL.iter().copied().find(|r| r.name() == name)
}

#[cfg(test)]
mod tests;
