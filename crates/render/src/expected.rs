//! Files a test compares what it made with; `UPDATE=1 cargo test -p altimeter-render` rewrites them.

use std::path::Path;

/// Compares a text with a file, named from this package's folder.
#[expect(clippy::disallowed_methods, reason = "a test's own switch; nothing of the product reads it")]
pub(crate) fn assert_file(path: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE").is_some() {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).unwrap();
        }
        std::fs::write(&path, made).unwrap();
        return;
    }
    let there = std::fs::read_to_string(&path)
        .unwrap_or_else(|e| panic!("{}: {e}; UPDATE=1 writes it", path.display()));
    let differs = there.lines().zip(made.lines()).position(|(a, b)| a != b);
    let line = differs.unwrap_or(there.lines().count().min(made.lines().count()));
    assert!(
        there == made,
        "{} differs from line {} on; UPDATE=1 rewrites it\n  there: {:?}\n  made:  {:?}",
        path.display(),
        line + 1,
        there.lines().nth(line).unwrap_or_default(),
        made.lines().nth(line).unwrap_or_default(),
    );
}

/// Validates JSON against a schema and names what does not fit.
#[track_caller]
pub(crate) fn assert_valid(schema: &serde_json::Value, written: &serde_json::Value) {
    let validator = jsonschema::validator_for(schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(written).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{}: {errors:#?}", schema["title"]);
}
