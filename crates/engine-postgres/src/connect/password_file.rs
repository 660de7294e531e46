//! The password file: `PGPASSFILE`, or `~/.pgpass`.
//!
//! As the manual has it ("The Password File"): lines of `host:port:database:user:password`, `*` for any, `\` before
//! a `:` or `\` of a field, the first line that fits counts, and a file that others may read is ignored.

use std::path::{Path, PathBuf};

use super::Environment;
use super::secret::Secret;

/// What a password is looked up by.
pub(super) struct Entry<'a> {
    /// The host as written, `localhost` for the usual socket folders.
    pub(super) host: &'a str,
    /// Its port.
    pub(super) port: u16,
    /// The database.
    pub(super) database: &'a str,
    /// The user.
    pub(super) user: &'a str,
}

/// A password file's text, or why there is none.
pub(super) struct PasswordFile {
    text: String,
    /// Why a file that is there was not used, for the user.
    pub(super) ignored: Option<String>,
}

impl PasswordFile {
    /// Reads the file named, else the one in the home directory. A file that is not there is no error.
    pub(super) fn read(named: Option<&str>, env: &Environment) -> PasswordFile {
        let path = named.map(PathBuf::from).or_else(|| env.home.as_ref().map(|home| home.join(".pgpass")));
        let Some(path) = path else { return PasswordFile { text: String::new(), ignored: None } };
        let Ok(metadata) = std::fs::metadata(&path) else {
            return PasswordFile { text: String::new(), ignored: None };
        };
        if let Some(reason) = why_unsafe(&metadata) {
            let ignored = Some(format!("The password file {} was ignored: {reason}.", path.display()));
            return PasswordFile { text: String::new(), ignored };
        }
        match read_lossy(&path) {
            Ok(text) => PasswordFile { text, ignored: None },
            Err(error) => PasswordFile {
                text: String::new(),
                ignored: Some(format!("The password file {} was ignored: {error}.", path.display())),
            },
        }
    }

    /// The password of the first line that fits.
    pub(super) fn find(&self, entry: &Entry<'_>) -> Option<Secret> {
        let port = entry.port.to_string();
        let wanted = [entry.host, &port, entry.database, entry.user];
        self.text.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
            let mut rest = line.trim_end_matches('\r');
            for wanted in wanted {
                let (field, after) = split_field(rest)?;
                if rest.starts_with("*:") || field == wanted {
                    rest = after;
                } else {
                    return None;
                }
            }
            let password = unescape(rest);
            (!password.is_empty()).then(|| Secret::new(password))
        })
    }
}

/// A byte that is no UTF-8 spoils its own line only.
fn read_lossy(path: &Path) -> std::io::Result<String> {
    Ok(String::from_utf8_lossy(&std::fs::read(path)?).into_owned())
}

#[cfg(unix)]
fn why_unsafe(metadata: &std::fs::Metadata) -> Option<&'static str> {
    use std::os::unix::fs::PermissionsExt as _;
    if !metadata.is_file() {
        return Some("it is not a plain file");
    }
    (metadata.permissions().mode() & 0o077 != 0)
        .then_some("its group or others may read it; run chmod 0600 on it")
}

#[cfg(not(unix))]
fn why_unsafe(metadata: &std::fs::Metadata) -> Option<&'static str> {
    (!metadata.is_file()).then_some("it is not a plain file")
}

/// The text up to the next `:` that is not escaped, without its escapes, and what follows the `:`.
fn split_field(text: &str) -> Option<(String, &str)> {
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        match character {
            ':' if !escaped => return Some((unescape(&text[..at]), &text[at + 1..])),
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    None
}

fn unescape(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        match character {
            '\\' => plain.extend(rest.next()),
            _ => plain.push(character),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::{Entry, PasswordFile};

    fn find(text: &str, host: &str, user: &str) -> Option<String> {
        let file = PasswordFile { text: text.to_owned(), ignored: None };
        let entry = Entry { host, port: 5432, database: "shop", user };
        file.find(&entry).map(|secret| secret.reveal().to_owned())
    }

    #[test]
    fn the_first_line_that_fits_counts() {
        let text =
            "#db:5432:shop:app:no\nother:5432:shop:app:no\ndb:5433:*:*:no\ndb:*:shop:app:yes\n*:*:*:*:any\n";
        assert_eq!(find(text, "db", "app").as_deref(), Some("yes"));
        assert_eq!(find(text, "elsewhere", "app").as_deref(), Some("any"));
    }

    #[test]
    fn escapes_in_fields_and_passwords() {
        assert_eq!(find("\\:\\:1:*:*:app:a\\:b\\\\c\n", "::1", "app").as_deref(), Some("a:b\\c"));
        assert_eq!(find("db:*:*:app:a:b\n", "db", "app").as_deref(), Some("a:b"));
        // An escaped star is a star, not any host.
        assert_eq!(find("\\*:*:*:app:x\n", "db", "app"), None);
    }

    #[test]
    fn incomplete_lines_and_empty_passwords_are_no_match() {
        assert_eq!(find("db\n\n:\ndb:5432:shop:app\ndb:5432:shop:app:\n", "db", "app"), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_others_may_read_is_ignored_with_a_reason() {
        use std::os::unix::fs::PermissionsExt as _;
        let path = std::env::temp_dir().join(format!("altimeter-pgpass-{}", std::process::id()));
        std::fs::write(&path, "*:*:*:*:x\n").unwrap();
        let environment = crate::connect::Environment::default();
        let entry = Entry { host: "db", port: 5432, database: "shop", user: "app" };
        let read = |mode| {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            PasswordFile::read(path.to_str(), &environment)
        };
        let (open, closed) = (read(0o640), read(0o600));
        std::fs::remove_file(&path).unwrap();
        assert!(open.find(&entry).is_none() && open.ignored.unwrap().contains("chmod 0600"));
        assert!(closed.find(&entry).is_some() && closed.ignored.is_none());
    }
}
