//! One connection of the load: a writer or a reader.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Row, Statement};

use super::{Shared, WRITERS};
use crate::session::{Session, block_on};

/// The pause after each statement: a load that uses all of a small machine would measure the machine.
const PAUSE: Duration = Duration::from_millis(10);

pub(super) struct Worker {
    shared: Arc<Shared>,
    number: usize,
    session: Session,
    /// As most drivers do, a statement is prepared once for each connection and then used by its name.
    prepared: HashMap<String, Statement>,
    random: u64,
    count: u64,
}

impl Worker {
    pub(super) fn connect(shared: Arc<Shared>, number: usize) -> Result<Worker> {
        let session = Session::connect(&shared.url)?;
        let random = 0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(number as u64 + 1);
        Ok(Worker { shared, number, session, prepared: HashMap::new(), random, count: 0 })
    }

    pub(super) fn run(&mut self) {
        let shared = Arc::clone(&self.shared);
        while !shared.stopped.load(Ordering::Relaxed) {
            {
                let live = shared.live.read().unwrap_or_else(PoisonError::into_inner);
                let place = live[(self.count as usize) % live.len()];
                self.count += 1;
                if self.number < WRITERS { self.write(place, &live) } else { self.read(place) }
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Writes one row with the application at `place`, then reads it back with each that is live.
    fn write(&mut self, place: usize, live: &[usize]) {
        let shared = Arc::clone(&self.shared);
        let application = &shared.applications[place];
        let value = format!("w{}.{}", self.number, self.count);
        let key = if self.next().is_multiple_of(4) || shared.ledger.largest < WRITERS as i64 {
            let other = format!("{}-{value}@example.org", application.name);
            let rows = self.run_statement(place, &application.insert, &[&value, &other]);
            rows.and_then(|rows| rows.first().and_then(|row| row.try_get::<_, i64>(0).ok()))
        } else {
            let key = self.own_key();
            if !shared.ledger.knows(key)
                && let Some(rows) = self.run_statement(place, &application.select, &[&key])
                && let Some(row) = rows.first()
            {
                shared.ledger.note_first(key, row.try_get(0).ok().flatten());
            }
            self.run_statement(place, &application.update, &[&key, &value]).map(|_| key)
        };
        let Some(key) = key else { return };
        shared.ledger.note(key, value.clone());
        for &reading in live {
            let reader = &shared.applications[reading];
            let Some(rows) = self.run_statement(reading, &reader.select, &[&key]) else { continue };
            let read: Option<String> = rows.first().and_then(|row| row.try_get(0).ok()).flatten();
            if read.as_ref() != Some(&value) {
                self.fault(format!(
                    "{} wrote {value:?} to row {key}, {} read {read:?}",
                    application.name, reader.name
                ));
            }
        }
    }

    fn read(&mut self, place: usize) {
        let shared = Arc::clone(&self.shared);
        let application = &shared.applications[place];
        let key = self.own_key();
        if self.next().is_multiple_of(4) {
            let value = format!("w0.{}", key % 1000);
            self.run_statement(place, &application.find, &[&value]);
        } else {
            self.run_statement(place, &application.select, &[&key]);
        }
    }

    /// A key of the rows that only this writer changes.
    fn own_key(&mut self) -> i64 {
        let writers = WRITERS as u64;
        let slots = (self.shared.ledger.largest as u64 / writers).max(1);
        ((self.next() % slots) * writers + (self.number as u64 % writers) + 1) as i64
    }

    fn run_statement(
        &mut self,
        place: usize,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Option<Vec<Row>> {
        let begin = Instant::now();
        let result = self.prepare_and_run(sql, parameters);
        let took = begin.elapsed();
        let mut record = self.shared.record.lock().unwrap_or_else(PoisonError::into_inner);
        record.statements[place] += 1;
        let since = record.begun.map_or(Duration::ZERO, |start| begin.duration_since(start));
        if took > record.longest {
            record.longest = took;
            record.longest_was = format!("{sql}, begun {since:.1?} after the start");
        }
        match result {
            Ok(rows) => Some(rows),
            Err(error) => {
                let said = error.as_db_error().map_or_else(
                    || error.to_string(),
                    |said| format!("{} {}", said.code().code(), said.message()),
                );
                record.fault(format!(
                    "{} failed {since:.1?} after the start: {said}, in {sql}",
                    self.shared.applications[place].name
                ));
                None
            }
        }
    }

    fn prepare_and_run(
        &mut self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, tokio_postgres::Error> {
        let client = self.session.client();
        let statement = match self.prepared.get(sql) {
            Some(statement) => statement.clone(),
            None => {
                let statement = block_on(client.prepare(sql))?;
                self.prepared.insert(sql.to_owned(), statement.clone());
                statement
            }
        };
        block_on(client.query(&statement, parameters))
    }

    fn fault(&self, fault: String) {
        self.shared.record.lock().unwrap_or_else(PoisonError::into_inner).fault(fault);
    }

    /// Xorshift: the same keys in the same order on every run.
    fn next(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }
}
