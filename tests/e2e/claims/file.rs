//! The files under `tests/claims/postgres/`, in the format of `tests/claims/README.md`.

use std::collections::BTreeSet;
use std::path::Path;

use altimeter_catalog::{Engine as _, LockMode, Name};
use altimeter_engine_postgres::PostgresEngine;
use anyhow::{Context, Result, bail, ensure};

use super::facts::{Facts, mode_of};

/// One file: what is claimed, how it is set up, and the statement.
#[derive(Default)]
pub(super) struct Claim {
    pub(super) name: String,
    first: u32,
    last: u32,
    locks: Vec<(Name, Value)>,
    rewrites: Vec<(Name, Value)>,
    rebuilds: Vec<(Name, Value)>,
    scans: Vec<(Name, Value)>,
    drops: Vec<(Name, Value)>,
    transaction: Value,
    fails: Value,
    pub(super) writer: Option<String>,
    setup: String,
    session: String,
    pub(super) statement: String,
}

/// A word, and other words from later majors on: `none, ACCESS SHARE from 18`.
#[derive(Default)]
struct Value {
    first: String,
    later: Vec<(u32, String)>,
}

impl Value {
    fn parse(text: &str) -> Result<Value> {
        let mut parts = text.split(", ");
        let first = parts.next().unwrap_or_default().to_owned();
        let later = parts.map(|part| {
            let (word, since) =
                part.rsplit_once(" from ").context("a later value says `VALUE from MAJOR`")?;
            Ok((since.trim().parse()?, word.to_owned()))
        });
        Ok(Value { first, later: later.collect::<Result<_>>()? })
    }

    fn on(&self, major: u32) -> &str {
        self.later.iter().rev().find(|(since, _)| major >= *since).map_or(&self.first, |(_, word)| word)
    }
}

impl Claim {
    pub(super) fn read(file: &Path) -> Result<Claim> {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(file)?;
        Claim::parse(name, &text).with_context(|| format!("in {}", file.display()))
    }

    fn parse(name: String, text: &str) -> Result<Claim> {
        let mut claim = Claim { name, last: u32::MAX, ..Claim::default() };
        let (mut section, mut about) = ("", false);
        for line in text.lines() {
            match line.trim_end() {
                "-- setup" => section = "setup",
                "-- session" if section == "setup" => section = "session",
                "-- statement" if !section.is_empty() => section = "statement",
                line if section.is_empty() => about |= claim.says(line)?,
                line => {
                    let body = match section {
                        "setup" => &mut claim.setup,
                        "session" => &mut claim.session,
                        _ => &mut claim.statement,
                    };
                    body.push_str(line);
                    body.push('\n');
                }
            }
        }
        ensure!(about, "there is no `-- about: …`");
        ensure!(!claim.statement.trim().is_empty(), "there is no statement");
        ensure!(!claim.locks.is_empty() || !claim.fails.first.is_empty(), "no `lock on` is claimed");
        Ok(claim)
    }

    /// Takes one line of the head; whether it is the one that says what the file is about.
    fn says(&mut self, line: &str) -> Result<bool> {
        let said = line.strip_prefix("-- ").and_then(|l| l.split_once(": "));
        let (key, text) = said.with_context(|| format!("`{line}` is not `-- KEY: VALUE`"))?;
        let verb = ["lock on", "rewrites", "rebuilds", "scans", "drops"];
        let about_relation =
            verb.into_iter().find_map(|v| Some((v, key.strip_prefix(v)?.strip_prefix(' ')?)));
        let (verb, name) = about_relation.unwrap_or((key, ""));
        let about = |list: &mut Vec<(Name, Value)>| -> Result<()> {
            list.push((name_of(name)?, Value::parse(text)?));
            Ok(())
        };
        match (verb, name) {
            ("about", "") => return Ok(true),
            ("versions", "") => (self.first, self.last) = versions(text)?,
            ("transaction", "") => self.transaction = Value::parse(text)?,
            ("fails", "") => self.fails = Value::parse(text)?,
            ("writer", "") => self.writer = Some(text.to_owned()),
            ("lock on", _) => about(&mut self.locks)?,
            ("rewrites", _) => about(&mut self.rewrites)?,
            ("rebuilds", _) => about(&mut self.rebuilds)?,
            ("scans", _) => about(&mut self.scans)?,
            ("drops", _) => about(&mut self.drops)?,
            _ => bail!("`{line}`: nothing is known of `{key}`"),
        }
        Ok(false)
    }

    /// The statements of the set-up.
    pub(super) fn setup_statements(&self) -> Vec<String> {
        statements(&self.setup)
    }

    /// The settings the statement's session begins with.
    pub(super) fn session_statements(&self) -> Vec<String> {
        statements(&self.session)
    }

    pub(super) fn holds_on(&self, major: u32) -> bool {
        (self.first..=self.last).contains(&major)
    }

    /// The relations whose locks are claimed, in the file's order.
    pub(super) fn named(&self) -> impl Iterator<Item = &Name> {
        self.locks.iter().map(|(name, _)| name)
    }

    /// Everything claimed for a version; what is not named is not in it.
    pub(super) fn facts(&self, major: u32) -> Result<Facts> {
        let fails = self.fails.on(major);
        if !matches!(fails, "" | "no") {
            return Ok(Facts { fails: Some(fails.to_owned()), ..Facts::default() });
        }
        let mut facts = Facts::default();
        for (name, value) in &self.locks {
            if let Some(mode) = mode_or_none(value.on(major))? {
                facts.locks.insert(name.clone(), mode);
            }
        }
        for (claims, found) in [
            (&self.rewrites, &mut facts.rewritten),
            (&self.rebuilds, &mut facts.rebuilt),
            (&self.scans, &mut facts.scanned),
            (&self.drops, &mut facts.dropped),
        ] {
            *found = yes(claims, major)?;
        }
        facts.in_transaction = match self.transaction.on(major) {
            "" | "allowed" => true,
            "forbidden" => false,
            other => bail!("a transaction is `allowed` or `forbidden`, not `{other}`"),
        };
        Ok(facts)
    }
}

fn statements(sql: &str) -> Vec<String> {
    let text = PostgresEngine.read(sql);
    text.pieces().iter().filter_map(|piece| sql.get(piece.span.clone())).map(str::to_owned).collect()
}

fn yes(claims: &[(Name, Value)], major: u32) -> Result<BTreeSet<Name>> {
    let mut found = BTreeSet::new();
    for (name, value) in claims {
        match value.on(major) {
            "yes" => drop(found.insert(name.clone())),
            "no" => {}
            other => bail!("{name}: `{other}` is neither `yes` nor `no`"),
        }
    }
    Ok(found)
}

fn mode_or_none(text: &str) -> Result<Option<LockMode>> {
    if text == "none" {
        return Ok(None);
    }
    mode_of(text).map(Some).with_context(|| format!("`{text}` is no lock mode"))
}

/// `14..`, `..17`, `13..15` or `15`.
fn versions(text: &str) -> Result<(u32, u32)> {
    let number = |text: &str, open| if text.is_empty() { Ok(open) } else { text.parse() };
    match text.split_once("..") {
        Some((first, last)) => Ok((number(first, 0)?, number(last, u32::MAX)?)),
        None => Ok((text.parse()?, text.parse()?)),
    }
}

/// `t`, `s.t`, `"Odd.Name"`: without a schema it is in `public`.
fn name_of(text: &str) -> Result<Name> {
    let mut quoted = false;
    let dot = text.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        *c == '.' && !quoted
    });
    let part = |text: &str| match text.strip_prefix('"').and_then(|t| t.strip_suffix('"')) {
        Some(inner) => inner.replace("\"\"", "\""),
        None => text.to_owned(),
    };
    ensure!(!text.is_empty(), "a relation's name is missing");
    Ok(match dot {
        Some((at, _)) => Name::new(part(&text[..at]), part(&text[at + 1..])),
        None => Name::new("public", part(text)),
    })
}

#[test]
fn a_claim_is_read() -> Result<()> {
    let text = "-- about: x\n-- versions: 14..\n-- lock on t: none, ACCESS SHARE from 18\n-- scans s.\"A b\": yes\n\
                -- transaction: forbidden\n-- setup\nCREATE TABLE t ();\n-- statement\nVACUUM t;\n";
    let claim = Claim::parse("x".into(), text)?;
    assert!(!claim.holds_on(13) && claim.holds_on(18));
    assert_eq!(claim.facts(17)?.locks.len(), 0);
    let facts = claim.facts(18)?;
    assert_eq!(facts.locks[&Name::new("public", "t")], LockMode::AccessShare);
    assert!(facts.scanned.contains(&Name::new("s", "A b")) && !facts.in_transaction);
    assert_eq!((claim.setup.trim(), claim.statement.trim()), ("CREATE TABLE t ();", "VACUUM t;"));
    for wrong in ["-- lock in t: SHARE", "-- lock on t: SHARED", "-- rewrites t: maybe", "-- lock on: SHARE"]
    {
        let text = format!("-- about: x\n-- lock on u: SHARE\n{wrong}\n-- setup\n-- statement\nx\n");
        assert!(Claim::parse("x".into(), &text).and_then(|c| c.facts(18)).is_err(), "{wrong}");
    }
    Ok(())
}
