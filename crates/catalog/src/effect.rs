//! What a server does to carry one statement out.

use std::fmt;

use crate::{IndexDefinition, Name, WriteCommand};

/// The effect of one statement on the catalog it is judged against.
///
/// The field names are those of `docs/contract.md`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Effect {
    /// For every relation that existed before, the strongest lock taken on it.
    pub locks: Vec<Lock>,
    /// Tables written anew.
    pub rewrites: Vec<Name>,
    /// Existing indexes built anew.
    pub index_builds: Vec<Name>,
    /// Existing tables read from end to end.
    pub scans: Vec<Name>,
    /// New relations.
    pub creates: Vec<Created>,
    /// Relations that are gone afterwards.
    pub drops: Vec<Name>,
    /// Rows inserted, updated and deleted.
    pub updates: Vec<RowUpdate>,
    /// MySQL and MariaDB: `INSTANT`, `NOCOPY`, `INPLACE`, `COPY`.
    pub algorithm: Option<String>,
    /// MySQL and MariaDB: `NONE`, `SHARED`, `EXCLUSIVE`.
    pub lock: Option<String>,
    /// MySQL and MariaDB: whether the table is rebuilt.
    pub rebuild: Option<bool>,
    /// Whether it may run inside a transaction block.
    pub transaction: TransactionUse,
    /// Who waits while the statement's transaction is open.
    pub blocks: Blocks,
    /// It waits for transactions that were open before it, while holding nothing that stops reads or writes.
    pub waits_for_transactions: bool,
    /// Why the statement could not be analysed; it is then judged at the highest lock.
    pub not_analysed: Option<String>,
    /// The server refuses it on this catalog, and why.
    pub fails: Option<String>,
    /// What this rests on where the text and the catalog alone do not tell: `runs only if …`, in whole sentences.
    pub remarks: Vec<String>,
}

impl Effect {
    /// The locks that somebody may have to wait for. What is made or dropped concurrently has its index to itself at the
    /// end, when it has waited until no transaction can use it any more: nobody waits for that (`index_drop` and
    /// `ReindexRelationConcurrently` in PostgreSQL's source; measured on 13 to 18).
    pub fn stopping_locks(&self) -> impl Iterator<Item = &Lock> {
        let at_the_end = |l: &Lock| self.waits_for_transactions && l.kind == RelationKind::Index;
        let stops = |l: &Lock| l.mode.blocks_reads() || l.mode.blocks_writes();
        self.locks.iter().filter(move |l| stops(l) && !at_the_end(l))
    }

    /// Adds a lock, keeping the strongest per relation.
    pub fn take(&mut self, object: &Name, kind: RelationKind, mode: LockMode) {
        self.add(Lock { object: object.clone(), kind, mode, through: None });
    }

    /// Adds a lock on a relation the statement does not name, see [`Lock::through`].
    pub fn take_through(&mut self, object: &Name, kind: RelationKind, mode: LockMode, through: &str) {
        self.add(Lock { object: object.clone(), kind, mode, through: Some(through.to_owned()) });
    }

    fn add(&mut self, lock: Lock) {
        match self.locks.iter_mut().find(|l| l.object == lock.object) {
            Some(held) if held.mode >= lock.mode => {}
            Some(held) => *held = lock,
            None => self.locks.push(lock),
        }
    }

    /// The strongest lock on that relation.
    pub fn lock_on(&self, object: &Name) -> Option<LockMode> {
        self.locks.iter().find(|l| &l.object == object).map(|l| l.mode)
    }

    /// Adds another effect of the same transaction to this one.
    pub fn merge(&mut self, other: Effect) {
        for lock in other.locks {
            self.add(lock);
        }
        for (mine, theirs) in [
            (&mut self.rewrites, other.rewrites),
            (&mut self.index_builds, other.index_builds),
            (&mut self.scans, other.scans),
            (&mut self.drops, other.drops),
        ] {
            for name in theirs {
                if !mine.contains(&name) {
                    mine.push(name);
                }
            }
        }
        self.creates.extend(other.creates);
        self.updates.extend(other.updates);
        if other.transaction == TransactionUse::Forbidden {
            self.transaction = TransactionUse::Forbidden;
        }
        self.blocks.reads |= other.blocks.reads;
        self.blocks.writes |= other.blocks.writes;
        self.waits_for_transactions |= other.waits_for_transactions;
        self.not_analysed = self.not_analysed.take().or(other.not_analysed);
        self.fails = self.fails.take().or(other.fails);
        other.remarks.into_iter().for_each(|remark| self.remark(remark));
    }

    /// Adds a remark, once.
    pub fn remark(&mut self, remark: impl Into<String>) {
        let remark = remark.into();
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }
}

/// One lock on one relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// The relation.
    pub object: Name,
    /// What kind of relation it is.
    pub kind: RelationKind,
    /// The mode, in the words of the server's manual.
    pub mode: LockMode,
    /// How the statement comes to it, where it does not name the relation: `foreign key orders_user_id_fkey`,
    /// `partition of public.events`, `trigger audit on public.users`.
    pub through: Option<String>,
}

/// PostgreSQL's table-level lock modes, weakest first
/// (<https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LockMode {
    /// What a SELECT takes.
    AccessShare,
    /// What SELECT FOR UPDATE takes.
    RowShare,
    /// What INSERT, UPDATE and DELETE take.
    RowExclusive,
    /// What VACUUM, ANALYZE and CREATE INDEX CONCURRENTLY take: reads and writes go on.
    ShareUpdateExclusive,
    /// What CREATE INDEX takes: writes wait.
    Share,
    /// What CREATE TRIGGER takes: writes wait, and no two at a time.
    ShareRowExclusive,
    /// What REFRESH MATERIALIZED VIEW CONCURRENTLY takes.
    Exclusive,
    /// What most of ALTER TABLE takes: everything waits.
    AccessExclusive,
}

impl LockMode {
    /// All of them, weakest first.
    pub const ALL: [LockMode; 8] = [
        LockMode::AccessShare,
        LockMode::RowShare,
        LockMode::RowExclusive,
        LockMode::ShareUpdateExclusive,
        LockMode::Share,
        LockMode::ShareRowExclusive,
        LockMode::Exclusive,
        LockMode::AccessExclusive,
    ];

    /// The mode the manual writes that way: `ROW EXCLUSIVE`.
    pub fn named(words: &str) -> Option<LockMode> {
        Self::ALL.into_iter().find(|mode| mode.to_string() == words)
    }

    /// Whether two transactions cannot hold these modes on one relation at a time (manual, "Explicit Locking", table
    /// "Conflicting Lock Modes").
    pub fn conflicts_with(self, other: LockMode) -> bool {
        let (weaker, stronger) = (self.min(other), self.max(other));
        let enough_against = match weaker {
            LockMode::AccessShare => LockMode::AccessExclusive,
            LockMode::RowShare => LockMode::Exclusive,
            LockMode::RowExclusive => LockMode::Share,
            LockMode::ShareUpdateExclusive => LockMode::ShareUpdateExclusive,
            // The only mode that two may hold although it is stronger than one that two may not.
            LockMode::Share => LockMode::ShareRowExclusive,
            LockMode::ShareRowExclusive | LockMode::Exclusive | LockMode::AccessExclusive => weaker,
        };
        stronger >= enough_against
    }

    /// A plain SELECT on the relation has to wait.
    pub fn blocks_reads(self) -> bool {
        self == LockMode::AccessExclusive
    }

    /// A plain INSERT, UPDATE or DELETE on the relation has to wait.
    pub fn blocks_writes(self) -> bool {
        self >= LockMode::Share
    }
}

impl fmt::Display for LockMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LockMode::AccessShare => "ACCESS SHARE",
            LockMode::RowShare => "ROW SHARE",
            LockMode::RowExclusive => "ROW EXCLUSIVE",
            LockMode::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            LockMode::Share => "SHARE",
            LockMode::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            LockMode::Exclusive => "EXCLUSIVE",
            LockMode::AccessExclusive => "ACCESS EXCLUSIVE",
        })
    }
}

/// The kind of a relation, in the contract's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelationKind {
    /// A plain or foreign table.
    Table,
    /// A partitioned parent.
    PartitionedTable,
    /// An index.
    Index,
    /// A sequence.
    Sequence,
    /// A view.
    View,
    /// A materialized view.
    MaterializedView,
}

/// A relation that a statement makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created {
    /// Its name.
    pub object: Name,
    /// What it is.
    pub kind: RelationKind,
    /// For an index: what it is made of, so that its cost can be told.
    pub index: Option<IndexDefinition>,
    /// For an index: built while writers go on.
    pub concurrently: bool,
    /// For an index: each row is looked up in it once it is built, to see that no other excludes it.
    pub excludes: bool,
}

/// Rows that a statement writes in a table.
#[derive(Clone, Debug, PartialEq)]
pub struct RowUpdate {
    /// The table.
    pub object: Name,
    /// What is done to them.
    pub command: WriteCommand,
    /// The columns that are set.
    pub columns: Vec<String>,
    /// How many, as far as that can be told; none if it cannot.
    pub rows: Option<f64>,
    /// That number is what the server's planner assumes where statistics do not tell: there may be any number of rows.
    pub assumed: bool,
    /// Rows in one transaction; none if all in one.
    pub batch_rows: Option<u32>,
    /// Pause between transactions, in milliseconds.
    pub pause_ms: u32,
}

/// Whether a statement may run inside a transaction block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TransactionUse {
    /// It may.
    #[default]
    Allowed,
    /// The server refuses it there, or it commits by itself.
    Forbidden,
}

/// Who waits while the statement's transaction is open, on the table the statement is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Blocks {
    /// A plain SELECT.
    pub reads: bool,
    /// An INSERT.
    pub writes: bool,
}

#[cfg(test)]
mod tests {
    use super::LockMode;

    /// The manual's table, a line for each mode, `X` where two conflict
    /// (<https://www.postgresql.org/docs/current/explicit-locking.html#TABLE-LOCK-COMPATIBILITY>).
    const CONFLICTS: [&str; 8] =
        [".......X", "......XX", "....XXXX", "...XXXXX", "..XX.XXX", "..XXXXXX", ".XXXXXXX", "XXXXXXXX"];

    #[test]
    fn modes_conflict_as_the_manual_says() {
        for (mode, line) in LockMode::ALL.into_iter().zip(CONFLICTS) {
            let row: String = LockMode::ALL
                .map(|other| if mode.conflicts_with(other) { 'X' } else { '.' })
                .into_iter()
                .collect();
            assert_eq!(row, line, "{mode}");
            assert_eq!(LockMode::named(&mode.to_string()), Some(mode));
        }
        assert_eq!(LockMode::named("SHARED"), None);
    }
}
