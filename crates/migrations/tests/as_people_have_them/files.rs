//! Files as they come: encodings, links, folders with nothing in them, revisions.

use std::path::{Path, PathBuf};
use std::process::Command;

use altimeter_migrations::{Direction, Error, Tool};

use crate::gathered;

/// A folder of its own for a test, gone when it ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("altimeter-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path.canonicalize().unwrap())
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    fn git(&self, arguments: &[&str]) {
        let identity =
            ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"];
        let done =
            Command::new("git").arg("-C").arg(&self.0).args(identity).args(arguments).output().unwrap();
        assert!(done.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn encodings() {
    let file = |name: &str| gathered::all(&gathered::fixtures().join("encodings").join(name));
    let bytes = std::fs::read(gathered::fixtures().join("encodings/bom_crlf.sql")).unwrap();
    let kept = file("bom_crlf.sql").unwrap();
    assert_eq!(kept.migrations[0].text.as_bytes(), bytes);
    let utf16 = file("utf16.sql").unwrap();
    assert_eq!(utf16.migrations[0].text.as_bytes(), &bytes[3..]);
    assert!(utf16.migrations[0].notes[0].contains("UTF-16"));
    let old = file("carriage_returns.sql").unwrap();
    assert_eq!(old.migrations[0].text.lines().count(), 2);
    assert_eq!(old.migrations[0].text.len(), bytes.len() - 3 - 2);
    assert_eq!(file("empty.sql").unwrap().migrations[0].notes, ["it is empty"]);
    match file("latin1.sql") {
        Err(Error::Encoding { offset: 7, line: 1, byte: 0xDF, .. }) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn paths_with_nothing_to_check() {
    let folder = Folder::new("nothing");
    let said = |path: &Path| {
        let error = gathered::all(path).unwrap_err();
        format!("{error}; {}", error.next())
    };
    assert!(said(&folder.0.join("none.sql")).contains("does not exist"));
    assert!(said(&folder.0).contains("found nothing"));
    folder.write("versions/1_a.py", "import alembic");
    let python = said(&folder.0);
    assert!(python.contains("files that end in .py") && python.contains("alembic upgrade --sql"), "{python}");
}

#[test]
#[cfg(unix)]
fn links_in_a_circle_and_files_nobody_may_read() {
    let folder = Folder::new("links");
    folder.write("a/1.sql", "SELECT 1;");
    std::os::unix::fs::symlink(&folder.0, folder.0.join("a/up")).unwrap();
    assert_eq!(gathered::all(&folder.0).unwrap().migrations.len(), 1);
    std::os::unix::fs::symlink(folder.0.join("loop.sql"), folder.0.join("loop.sql")).unwrap();
    assert!(matches!(gathered::all(&folder.0), Err(Error::Unreadable { .. })));
}

#[test]
fn a_file_given_twice_counts_once() {
    let folder = Folder::new("twice");
    let file = folder.write("1.sql", "SELECT 1;");
    let both = gathered::gathered(&[folder.0.clone(), file], None, Direction::Up, None).unwrap();
    assert_eq!(both.migrations.len(), 1);
}

#[test]
fn a_large_file_takes_no_time() {
    let folder = Folder::new("large");
    let rows = "INSERT INTO t VALUES (1, 'some text; with a semicolon', $$and a body$$);\n".repeat(300_000);
    let text = format!("--liquibase formatted sql\n--changeset a:1 endDelimiter://\n{rows}//\n");
    let file = folder.write("1.sql", &text);
    let before = std::time::Instant::now();
    for tool in Tool::ALL {
        let _ = gathered::gathered(std::slice::from_ref(&file), Some(*tool), Direction::Up, None);
    }
    // Unoptimised and on a busy machine; what takes time with the square takes hours.
    assert!(before.elapsed().as_secs() < 120, "{:?}", before.elapsed());
}

#[test]
fn what_changed_since_a_revision() {
    let folder = Folder::new("git");
    let since = |revision: &str| {
        let paths = [folder.0.join("migrations")];
        gathered::gathered(&paths, None, Direction::Up, Some(revision))
    };
    folder.write("migrations/V1__a.sql", "CREATE TABLE a ();");
    assert!(matches!(since("main"), Err(Error::NoRepository { .. })), "{:?}", since("main"));
    folder.git(&["init", "-q"]);
    for name in ["V2__b.sql", "V3__gone.sql"] {
        folder.write(&format!("migrations/{name}"), "SELECT 1;");
    }
    folder.git(&["add", "-A"]);
    folder.git(&["commit", "-qm", "first"]);
    folder.git(&["checkout", "-qb", "topic"]);
    folder.write("migrations/V1__a.sql", "CREATE TABLE a (x int);");
    folder.write("migrations/V4__ümlaut new.sql", "SELECT 4;");
    std::fs::remove_file(folder.0.join("migrations/V3__gone.sql")).unwrap();
    folder.git(&["add", "-A"]);
    folder.git(&["commit", "-qm", "second"]);
    folder.write("migrations/V5__untracked.sql", "SELECT 5;");
    // What happened on main since the branch left it is none of this branch's changes.
    folder.git(&["stash", "-qu"]);
    folder.git(&["checkout", "-q", "main"]);
    folder.write("migrations/V2__b.sql", "SELECT 22;");
    folder.git(&["commit", "-qam", "on main"]);
    folder.git(&["checkout", "-q", "topic"]);
    folder.git(&["stash", "pop", "-q"]);

    let found = since("main").unwrap();
    let changed: Vec<_> =
        found.migrations.iter().map(|m| (m.path.rsplit('/').next().unwrap(), m.changed)).collect();
    assert_eq!(
        changed,
        [
            ("V1__a.sql", true),
            ("V2__b.sql", false),
            ("V4__ümlaut new.sql", true),
            ("V5__untracked.sql", true)
        ]
    );
    assert!(found.migrations[0].notes[0].contains("Flyway refuses it"), "{:?}", found.migrations[0].notes);
    assert!(found.notes.iter().any(|n| n.contains("V3__gone.sql is gone")), "{:?}", found.notes);
    for unknown in ["nonsense", "--all", "HEAD:migrations"] {
        assert!(
            matches!(since(unknown), Err(Error::UnknownRevision { .. })),
            "{unknown}: {:?}",
            since(unknown)
        );
    }
}
