//! What every row must hold: what the writers wrote last, and in all other rows what was there at first.
//!
//! A million rows are too many to carry to the client for every comparison, so the server sums up a hash of each
//! row; only the rows that were written are compared one by one.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use anyhow::Result;

use super::Application;
use crate::session::Session;

/// Key to value; a value that is null is none.
type Rows = BTreeMap<i64, Option<String>>;

/// The rows of one table.
pub(super) struct Ledger {
    rows: Mutex<Written>,
    /// How many rows there were at first, and the sum of their hashes.
    at_first: (i64, i128),
    /// The largest key there was at first: writers pick rows up to it.
    pub(super) largest: i64,
}

#[derive(Default)]
struct Written {
    /// What was written last.
    last: Rows,
    /// What rows held that were there at first and are overwritten.
    overwritten: Rows,
}

impl Ledger {
    pub(super) fn read(session: &Session, select_all: &str) -> Result<Ledger> {
        let rows =
            session.rows(&format!("SELECT coalesce(max(k), 0) FROM ({select_all}) AS r (k, v)"), &[])?;
        let at_first = sum_of_others(session, select_all, &[])?;
        Ok(Ledger { rows: Mutex::default(), at_first, largest: rows[0].try_get(0)? })
    }

    /// A ledger for rows nobody will compare.
    pub(super) fn unread(largest: i64) -> Ledger {
        Ledger { rows: Mutex::default(), at_first: (0, 0), largest }
    }

    /// Whether that row was written already.
    pub(super) fn knows(&self, key: i64) -> bool {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner).last.contains_key(&key)
    }

    /// Notes what a row held before it is written for the first time.
    pub(super) fn note_first(&self, key: i64, value: Option<String>) {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner).overwritten.insert(key, value);
    }

    /// Notes what was committed.
    pub(super) fn note(&self, key: i64, value: String) {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner).last.insert(key, Some(value));
    }

    /// What `application` reads otherwise than it has to be, at most five rows of it.
    pub(super) fn compare(&self, session: &Session, application: &Application) -> Result<Vec<String>> {
        let (name, select_all) = (application.name, &application.select_all);
        let written = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let keys: Vec<i64> = written.last.keys().copied().collect();
        let sql = format!(
            "SELECT k, v FROM ({select_all}) AS r (k, v) JOIN unnest($1::bigint[]) AS w (k) USING (k)"
        );
        let rows = session.rows(&sql, &[&keys])?;
        let there: Rows =
            rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect::<Result<_>>()?;
        let mut faults: Vec<String> = written
            .last
            .iter()
            .filter_map(|(key, wanted)| match there.get(key) {
                None => Some(format!("{name}: row {key} is lost")),
                Some(read) if read != wanted => {
                    Some(format!("{name}: row {key} is stale: holds {read:?}, last written was {wanted:?}"))
                }
                Some(_) => None,
            })
            .take(5)
            .collect();
        let (count, hashes) = sum_of_others(session, select_all, &keys)?;
        let (overwritten, their_hashes) = sum_of(session, &written.overwritten)?;
        let wanted = self.at_first.0 - overwritten;
        if count != wanted {
            faults.push(format!("{name}: of the rows nobody wrote there are {count}, there were {wanted}"));
        } else if hashes != self.at_first.1 - their_hashes {
            faults.push(format!("{name}: rows nobody wrote do not hold what they held"));
        }
        Ok(faults)
    }
}

/// A null is hashed as a text no application writes.
const HASHES: &str = "count(*), coalesce(sum(hashtextextended(coalesce(v, '(null)'), k)), 0)::text";

/// How many rows there are besides those with `keys`, and the sum of their hashes.
fn sum_of_others(session: &Session, select_all: &str, keys: &[i64]) -> Result<(i64, i128)> {
    let sql = format!(
        "SELECT {HASHES} FROM ({select_all}) AS r (k, v) LEFT JOIN unnest($1::bigint[]) AS w (written) ON w.written = k \
         WHERE w.written IS NULL"
    );
    counted(&session.rows(&sql, &[&keys])?)
}

fn sum_of(session: &Session, rows: &Rows) -> Result<(i64, i128)> {
    let (keys, values): (Vec<i64>, Vec<Option<&str>>) =
        rows.iter().map(|(&key, value)| (key, value.as_deref())).unzip();
    let sql = format!("SELECT {HASHES} FROM unnest($1::bigint[], $2::text[]) AS r (k, v)");
    counted(&session.rows(&sql, &[&keys, &values])?)
}

fn counted(rows: &[tokio_postgres::Row]) -> Result<(i64, i128)> {
    Ok((rows[0].try_get(0)?, rows[0].try_get::<_, String>(1)?.parse()?))
}
