//! Other sessions that have to wait for a statement, or must not.

use std::collections::{BTreeMap, BTreeSet};

use altimeter_catalog::{Blocks, LockMode, Name};
use altimeter_tests::session::Session;
use anyhow::{Result, bail};

use super::relations::{Relation, Relations};

/// What a reader and a writer of one table touch.
pub(super) struct Probe {
    name: Name,
    read: BTreeSet<u32>,
    /// None where a writer's way is not told by the table alone: views, partitioned tables.
    written: Option<BTreeSet<u32>>,
    /// An INSERT; that it may be refused for what it inserts comes after its locks.
    writer: String,
}

impl Probe {
    /// Looks up, before the statement runs, what reading and writing the table will touch.
    pub(super) fn of(session: &Session, table: &Relation, writer: Option<&String>) -> Result<Probe> {
        // Planning opens every index of a table; a view is replaced by what it selects from.
        let read = "WITH RECURSIVE r (oid) AS (
                        SELECT $1::oid UNION SELECT next.oid FROM r, LATERAL (
                            SELECT inhrelid AS oid FROM pg_inherits WHERE inhparent = r.oid
                            UNION ALL SELECT indexrelid FROM pg_index WHERE indrelid = r.oid AND indislive
                            UNION ALL SELECT d.refobjid FROM pg_rewrite w JOIN pg_class v ON v.oid = w.ev_class
                                JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
                                WHERE v.oid = r.oid AND v.relkind = 'v' AND w.rulename = '_RETURN'
                                  AND d.refclassid = 'pg_class'::regclass) next)
                    SELECT oid FROM r";
        // A row's defaults are computed, so their sequences move on.
        let written = "SELECT $1::oid UNION SELECT indexrelid FROM pg_index WHERE indrelid = $1 AND indislive
                       UNION SELECT d.refobjid FROM pg_attrdef a JOIN pg_depend d
                           ON d.classid = 'pg_attrdef'::regclass AND d.objid = a.oid
                           WHERE a.adrelid = $1 AND d.refclassid = 'pg_class'::regclass
                       UNION SELECT objid FROM pg_depend
                           WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass
                             AND refobjid = $1 AND deptype = 'i'";
        let oids = |sql: &str| -> Result<BTreeSet<u32>> {
            Ok(session.rows(sql, &[&table.oid])?.iter().map(|row| row.get(0)).collect())
        };
        // Before 14 a row put straight into a partition opens the parent too, to learn the bound.
        let beneath = "SELECT relispartition AND current_setting('server_version_num')::int < 140000
                       FROM pg_class WHERE oid = $1";
        let beneath: bool = session.rows(beneath, &[&table.oid])?.first().is_some_and(|row| row.get(0));
        let written = (table.kind == 'r' && !beneath).then(|| oids(written)).transpose()?;
        let usual = || format!("INSERT INTO {} DEFAULT VALUES", table.name);
        let writer = writer.cloned().unwrap_or_else(usual);
        Ok(Probe { name: table.name.clone(), read: oids(read)?, written, writer })
    }

    /// Who has to wait for the table now; what the locks would not have is noted in `wrong`.
    pub(super) fn waits(
        &self,
        session: &Session,
        relations: &Relations,
        locks: &BTreeMap<Name, LockMode>,
        wrong: &mut Vec<String>,
    ) -> Result<Blocks> {
        let mode = |oid: &u32| locks.get(&relations.0.get(oid)?.name).copied();
        let reads = waits(session, &format!("SELECT 1 FROM {} LIMIT 1", self.name))?;
        let expected = self.read.iter().filter_map(mode).any(LockMode::blocks_reads);
        if reads != expected {
            wrong.push(format!("a reader of {} waits: {reads}, by the locks {expected}", self.name));
        }
        let writes = waits(session, &self.writer)?;
        if let Some(written) = &self.written {
            let expected = written.iter().filter_map(mode).any(LockMode::blocks_writes);
            if writes != expected {
                wrong.push(format!("a writer of {} waits: {writes}, by the locks {expected}", self.name));
            }
        }
        Ok(Blocks { reads, writes })
    }
}

/// Whether a statement of somebody else has to wait. One that gets an error of another kind had its locks.
fn waits(session: &Session, sql: &str) -> Result<bool> {
    session.script("BEGIN; SET LOCAL lock_timeout = '20ms'")?;
    let outcome = session.execute(sql, &[]);
    session.script("ROLLBACK")?;
    let Err(error) = outcome else { return Ok(false) };
    match error.code().map(|code| code.code()) {
        Some("55P03") => Ok(true),
        Some("42601" | "42703") | None => bail!("the probe `{sql}`: {error:?}"),
        Some(_) => Ok(false),
    }
}
