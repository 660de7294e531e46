//! The relations of a database before and after a statement, and the counters of what was read.

use std::collections::{BTreeMap, BTreeSet};

use altimeter_catalog::Name;
use altimeter_tests::session::Session;
use anyhow::{Context, Result};

use super::facts::Facts;

/// The smallest table whose scan is told from a look at a few pages.
const PAGES: f64 = 5.0;

/// One relation that a user made. TOAST is a table's own affair.
#[derive(Debug, Clone)]
pub(crate) struct Relation {
    pub(super) oid: u32,
    pub(super) name: Name,
    /// As in `pg_class.relkind`.
    pub(super) kind: char,
    /// The table of an index.
    table: Option<u32>,
    /// The file, which changes when the relation is written anew.
    file: Option<u32>,
    bytes: i64,
    pages: f64,
    rows: f64,
}

impl Relation {
    pub(super) fn is_index(&self) -> bool {
        matches!(self.kind, 'i' | 'I')
    }

    /// It can be read by SELECT.
    pub(super) fn is_readable(&self) -> bool {
        matches!(self.kind, 'r' | 'p' | 'm' | 'v' | 'f')
    }

    /// Whether reading all of it can be told from reading some.
    pub(super) fn is_large(&self) -> bool {
        self.pages >= PAGES
    }
}

/// As the statement's own transaction sees it.
pub(crate) struct Relations(pub(super) BTreeMap<u32, Relation>);

impl Relations {
    pub(crate) fn of(session: &Session) -> Result<Relations> {
        let sql = "SELECT c.oid, n.nspname, c.relname, c.relkind, i.indrelid, pg_relation_filenode(c.oid),
                          coalesce(pg_relation_size(c.oid), 0), c.relpages::float8, c.reltuples::float8
                   FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                   LEFT JOIN pg_index i ON i.indexrelid = c.oid
                   WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
                     AND c.relkind IN ('r', 'p', 'i', 'I', 'S', 'v', 'm', 'f')";
        let relations = session.rows(sql, &[])?.into_iter().map(|row| {
            let relation = Relation {
                oid: row.get(0),
                name: Name::new(row.get::<_, String>(1), row.get::<_, String>(2)),
                kind: char::from(u8::try_from(row.get::<_, i8>(3)).unwrap_or(b'?')),
                table: row.get(4),
                file: row.get(5),
                bytes: row.get(6),
                pages: row.get(7),
                rows: row.get(8),
            };
            (relation.oid, relation)
        });
        Ok(Relations(relations.collect()))
    }

    pub(super) fn named(&self, name: &Name) -> Result<&Relation> {
        self.0.values().find(|r| &r.name == name).with_context(|| format!("{name} is claimed but not there"))
    }

    /// What became of each relation.
    pub(crate) fn compare(&self, after: &Relations, facts: &mut Facts) {
        let successor = |old: &Relation| {
            let same = after.0.get(&old.oid);
            // An index that is built anew may be another object of the same name.
            same.or_else(|| after.0.values().find(|r| r.name == old.name && r.kind == old.kind))
        };
        let mut new_tables = BTreeSet::new();
        for (old, new) in self.0.values().filter_map(|old| Some((old, successor(old)?))) {
            if old.file == new.file || old.is_index() || old.kind == 'S' {
                continue;
            }
            new_tables.insert(old.oid);
            let emptied = old.kind == 'r' && old.bytes > 0 && new.bytes == 0;
            if !emptied {
                facts.rewritten.insert(old.name.clone());
            }
        }
        for old in self.0.values() {
            match successor(old) {
                None => drop(facts.dropped.insert(old.name.clone())),
                Some(new) if old.is_index() && old.file != new.file => {
                    if !old.table.is_some_and(|table| new_tables.contains(&table)) {
                        facts.rebuilt.insert(old.name.clone());
                    }
                }
                Some(_) => {}
            }
        }
    }

    /// Relations that became shorter (manual, VACUUM, option TRUNCATE) or whose object is gone (`index_drop` in the
    /// server's `index.c`), which takes ACCESS EXCLUSIVE at the very end, when nobody is left to wait for: too short
    /// to be seen in `pg_locks`.
    pub(super) fn exclusively_at_the_end(&self, after: &Relations) -> Vec<Name> {
        let so = |old: &&Relation| {
            let new = after.0.get(&old.oid);
            old.kind != 'S' && new.is_none_or(|new| new.file == old.file && new.bytes < old.bytes)
        };
        self.0.values().filter(so).map(|r| r.name.clone()).collect()
    }

    /// Tables read from end to end, by counters: those of the running transaction, or of the whole database.
    pub(super) fn scanned(&self, session: &Session, counters: Counters) -> Result<BTreeSet<Name>> {
        let infix = match counters {
            Counters::Transaction => "xact_",
            Counters::Database => "",
        };
        let count = |what: &str| format!("pg_stat_get_{infix}{what}(oid)");
        let sql = format!(
            "SELECT oid, {}::float8, {}::float8, ({} + {} + {} + {}) = 0 FROM unnest($1::oid[]) oid",
            count("tuples_returned"),
            count("blocks_fetched"),
            count("tuples_fetched"),
            count("tuples_inserted"),
            count("tuples_updated"),
            count("tuples_deleted")
        );
        let tables: Vec<u32> =
            self.0.values().filter(|r| matches!(r.kind, 'r' | 'm')).map(|r| r.oid).collect();
        let mut found = BTreeSet::new();
        for row in session.rows(&sql, &[&tables])? {
            let (rows, blocks, by_page): (f64, f64, bool) = (row.get(1), row.get(2), row.get(3));
            let Some(table) = self.0.get(&row.get(0)) else { continue };
            // VACUUM and ANALYZE read pages, not rows.
            let whole =
                (rows > 0.0 && rows >= 0.9 * table.rows) || (rows == 0.0 && by_page && blocks >= table.pages);
            if table.is_large() && whole {
                found.insert(table.name.clone());
            }
        }
        Ok(found)
    }
}

/// Whose counters are asked.
#[derive(Clone, Copy)]
pub(super) enum Counters {
    /// This session's transaction.
    Transaction,
    /// Everybody's since the database was made.
    Database,
}
