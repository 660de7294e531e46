//! Reports of a review of existing migrations, one file a format.

mod github;
mod gitlab;
mod json;
mod kind;
mod located;
mod markdown;
mod place;
mod sarif;
mod text;

pub use kind::{Part, ReviewReport};

/// Every format, by the name `--format` knows it by.
pub static ALL: &[&dyn ReviewReport] =
    &[&text::Text, &json::Json, &markdown::Markdown, &sarif::Sarif, &github::Github, &gitlab::Gitlab];

/// The format of that name.
pub fn by_name(name: &str) -> Option<&'static dyn ReviewReport> {
    ALL.iter().copied().find(|r| r.name() == name)
}

#[cfg(test)]
mod tests;
