//! What stands around the files: configuration that tells which tool a team uses, and how.

use std::collections::BTreeMap;
use std::path::Path;

/// Files that tell, in the folder asked for or above it.
const TELLING: &[&str] = &[
    "Cargo.toml",
    "diesel.toml",
    "refinery.toml",
    "go.mod",
    "flyway.conf",
    "flyway.toml",
    "flyway.user.toml",
    "atlas.sum",
    "migration_lock.toml",
];

/// Configuration files by name, the nearest of each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place {
    files: BTreeMap<&'static str, String>,
}

impl Place {
    /// Looks around a path, up to the folder that holds the repository.
    pub(crate) fn around(path: &Path) -> Self {
        let mut place = Self::default();
        let Ok(path) = std::path::absolute(path) else { return place };
        for folder in path.ancestors().filter(|f| f.is_dir()) {
            for name in TELLING {
                if !place.files.contains_key(name)
                    && let Ok(bytes) = std::fs::read(folder.join(name))
                {
                    place.files.insert(name, String::from_utf8_lossy(&bytes).into_owned());
                }
            }
            if folder.join(".sqlx").is_dir() {
                place.files.insert(".sqlx", String::new());
            }
            if folder.join(".git").exists() {
                break;
            }
        }
        place
    }

    /// Whether there is such a file.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    /// Whether such a file mentions a word.
    pub(crate) fn mentions(&self, name: &str, word: &str) -> bool {
        self.files.get(name).is_some_and(|text| text.contains(word))
    }

    /// A setting of Flyway's, from any of its files.
    pub(crate) fn flyway(&self, setting: &str) -> Option<String> {
        let files = ["flyway.conf", "flyway.user.toml", "flyway.toml"];
        files.iter().find_map(|name| property(self.files.get(name)?, setting))
    }
}

#[cfg(test)]
impl Place {
    /// With one file in it.
    pub(crate) fn with(name: &'static str, text: &str) -> Self {
        Self { files: BTreeMap::from([(name, text.to_owned())]) }
    }
}

/// A value from lines `key=value`, as both Java's properties and simple TOML have them; `flyway.` before the key may
/// be there or not.
pub(crate) fn property(text: &str, key: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        let name = name.trim().trim_start_matches("flyway.");
        (name == key).then(|| value.trim().trim_matches(['"', '\'']).to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_either_kind() {
        assert_eq!(property("# x\nflyway.mixed = true\n", "mixed").as_deref(), Some("true"));
        assert_eq!(property("[flyway]\nmixed = \"true\"", "mixed").as_deref(), Some("true"));
        assert_eq!(property("notmixed=true", "mixed"), None);
    }
}
