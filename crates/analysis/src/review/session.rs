//! The settings of the session, and what becomes of them when a transaction ends.

use std::collections::BTreeMap;

use altimeter_catalog::Catalog;

/// Settings as the session began with, and those a `SET LOCAL` will give back. The present values are the catalog's,
/// where everybody looks for them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Settings {
    first: BTreeMap<String, String>,
    first_path: Vec<String>,
    given_back: Vec<(String, Option<String>)>,
    /// The search path as set, schemas that do not exist included; none while it is the first one.
    path: Option<Vec<String>>,
}

const PATH: &str = "search_path";

impl Settings {
    /// A session that begins with the catalog's settings.
    pub(super) fn of(catalog: &Catalog) -> Self {
        Self {
            first: catalog.server.settings.clone(),
            first_path: catalog.server.search_path.clone(),
            given_back: Vec::new(),
            path: None,
        }
    }

    /// The longest a statement waits for a lock, in ms; none for no limit.
    pub(super) fn lock_timeout_ms(&self, catalog: &Catalog) -> Option<u32> {
        catalog.server.setting_number("lock_timeout").filter(|ms| *ms > 0.0).map(|ms| ms as u32)
    }

    /// Sets a setting, none for its first value; `local` until the transaction ends.
    pub(super) fn set(&mut self, catalog: &mut Catalog, name: &str, value: Option<&str>, local: bool) {
        let name = name.to_ascii_lowercase();
        if local {
            let now = match name.as_str() {
                PATH => self.path.as_ref().map(|p| p.join(",")),
                _ => catalog.server.settings.get(&key(catalog, &name)).cloned(),
            };
            self.given_back.push((name.clone(), now));
        }
        self.put(catalog, &name, value);
    }

    fn put(&mut self, catalog: &mut Catalog, name: &str, value: Option<&str>) {
        if name == PATH {
            self.path = value.map(|v| v.split(',').map(|s| s.trim().to_owned()).collect());
            self.schemas_changed(catalog);
            if self.path.is_none() {
                catalog.server.search_path = self.first_path.clone();
            }
            return;
        }
        let key = key(catalog, name);
        match value.map(str::to_owned).or_else(|| self.first.get(&key).cloned()) {
            Some(value) => catalog.server.settings.insert(key, value),
            None => catalog.server.settings.remove(&key),
        };
    }

    /// Works the search path out anew: of the schemas it names, those that exist count.
    pub(super) fn schemas_changed(&self, catalog: &mut Catalog) {
        let Some(path) = &self.path else { return };
        let user = catalog.server.user.clone();
        let named = path.iter().map(|s| if s == "$user" { user.clone() } else { s.clone() });
        let exists = |s: &String| s.starts_with("pg_") || catalog.schemas.contains(s);
        let there: Vec<String> = named.filter(|s| !s.is_empty() && exists(s)).collect();
        if there != catalog.server.search_path {
            catalog.server.search_path = there;
        }
    }

    /// Gives back what was set until the end of the transaction.
    pub(super) fn end_transaction(&mut self, catalog: &mut Catalog) {
        for (name, value) in std::mem::take(&mut self.given_back).into_iter().rev() {
            self.put(catalog, &name, value.as_deref());
        }
    }

    /// As the session began.
    pub(super) fn reset(&mut self, catalog: &mut Catalog) {
        catalog.server.settings = self.first.clone();
        catalog.server.search_path = self.first_path.clone();
        self.given_back.clear();
        self.path = None;
    }
}

/// The setting's name as the catalog has it: the server ignores case, but shows `TimeZone`.
fn key(catalog: &Catalog, name: &str) -> String {
    let known = catalog.server.settings.keys().find(|k| k.eq_ignore_ascii_case(name));
    known.cloned().unwrap_or_else(|| if name == "timezone" { "TimeZone".to_owned() } else { name.to_owned() })
}
