//! Connection keywords and their values, before anything is made of them.

use std::collections::BTreeMap;
use std::fmt;

use altimeter_catalog::InspectError;

use super::keyword;

/// Values by keyword. The first source to give a value keeps it, so sources are read in order of precedence.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Settings(BTreeMap<&'static str, String>);

impl Settings {
    /// Sets a value, replacing an earlier one of the same source, as libpq does with a repeated keyword.
    pub(super) fn set(&mut self, keyword: &str, value: String) -> Result<(), InspectError> {
        if let Some(known) = keyword::check(keyword, &value)? {
            self.0.insert(known, value);
        }
        Ok(())
    }

    /// Takes from a source of lower precedence what is still open.
    pub(super) fn fill(&mut self, lower: Settings) {
        for (keyword, value) in lower.0 {
            self.0.entry(keyword).or_insert(value);
        }
    }

    /// Takes from the environment what is still open. An empty variable counts as absent, as with libpq's use of
    /// most of them.
    pub(super) fn fill_from_environment(&mut self, variables: &BTreeMap<String, String>) {
        for (keyword, variable) in keyword::all_read() {
            let value = variable.and_then(|variable| variables.get(variable));
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                self.0.entry(keyword).or_insert_with(|| value.clone());
            }
        }
    }

    /// A value that is there and not empty: an empty one means the default everywhere in libpq.
    pub(super) fn get(&self, keyword: &str) -> Option<&str> {
        self.0.get(keyword).map(String::as_str).filter(|value| !value.is_empty())
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.iter().map(|(keyword, value)| match *keyword {
            "password" => (keyword, "***"),
            _ => (keyword, value.as_str()),
        });
        f.debug_map().entries(shown).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::Settings;

    #[test]
    fn the_first_source_keeps_its_value() {
        let mut first = Settings::default();
        first.set("host", "a".to_owned()).unwrap();
        let mut second = Settings::default();
        second.set("host", "b".to_owned()).unwrap();
        second.set("port", "1".to_owned()).unwrap();
        first.fill(second);
        assert_eq!((first.get("host"), first.get("port")), (Some("a"), Some("1")));
    }

    #[test]
    fn a_password_is_not_printed() {
        let mut settings = Settings::default();
        settings.set("password", "hunter2".to_owned()).unwrap();
        let printed = format!("{settings:?}");
        assert!(printed.contains("***") && !printed.contains("hunter2"), "{printed}");
    }
}
