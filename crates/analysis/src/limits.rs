//! What a change takes, held against what the server has: where it comes close, and what would have to be true.

mod kept;

use std::collections::BTreeMap;

use altimeter_catalog::{Catalog, Role};

use crate::rule::words;
use crate::{Capacity, Range};

/// What the server has only so much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// Free space where the tables, indexes and the log are.
    Disk,
    /// `max_wal_size`: log between two checkpoints.
    Log,
    /// How far a standby may fall behind.
    Lag,
    /// `max_connections`.
    Connections,
    /// `max_slot_wal_keep_size`: log kept for replication slots.
    Slots,
    /// Log that is to be archived.
    Archive,
    /// Transaction numbers left before the oldest table has to be frozen.
    Transactions,
}

impl Room {
    /// Its word in JSON.
    pub fn key(self) -> &'static str {
        match self {
            Room::Disk => "disk",
            Room::Log => "log",
            Room::Lag => "lag",
            Room::Connections => "connections",
            Room::Slots => "slots",
            Room::Archive => "archive",
            Room::Transactions => "transactions",
        }
    }
}

/// How what is needed compares with what there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Even the high end leaves a fifth.
    Fits,
    /// Some of the range does not fit, or leaves little.
    Close,
    /// Not even the low end fits.
    Exceeded,
    /// It is not known how much there is, or how much is needed.
    Unknown,
}

impl Verdict {
    /// Its word in JSON.
    pub fn key(self) -> &'static str {
        match self {
            Verdict::Fits => "fits",
            Verdict::Close => "close",
            Verdict::Exceeded => "exceeded",
            Verdict::Unknown => "unknown",
        }
    }
}

/// One thing the server has only so much of.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// What.
    pub room: Room,
    /// What is needed: bytes, ms, or connections; none if that is not known.
    pub needs: Option<Range>,
    /// What there is; none if nobody knows.
    pub has: Option<f64>,
    /// How the two compare.
    pub verdict: Verdict,
    /// The comparison in words, and what would have to be true if it is close.
    pub says: String,
}

/// What people say the server has, because it does not say so itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Budget {
    /// Bytes free on the disk of the data directory.
    pub disk_free: Option<f64>,
    /// Bytes free in other tablespaces, by name.
    pub tablespaces: BTreeMap<String, f64>,
    /// How far standbys may fall behind, in ms.
    pub lag_ms: Option<f64>,
    /// Bytes of the log a second that changes in batches may write: what an archive or a link takes.
    pub log_per_second: Option<f64>,
}

/// Every limit, the same ones in the same order whatever the answer; then the disk of each other tablespace that is
/// written in.
pub fn limits(catalog: &Catalog, demand: &Capacity, budget: &Budget) -> Vec<Limit> {
    let mut limits = vec![
        disk(demand, budget),
        log(catalog, demand),
        lag(catalog, demand, budget),
        connections(catalog, demand),
        kept::slots(catalog, demand),
        kept::archive(catalog, demand),
        transactions(catalog),
    ];
    limits.extend(demand.elsewhere.iter().map(|(name, needs)| tablespace(name, needs, budget)));
    limits
}

/// Where a limit counts as close: beyond this share of what there is.
const COMFORTABLE: f64 = 0.8;

fn compare(needs: Option<&Range>, has: Option<f64>) -> Verdict {
    match (needs, has) {
        (Some(needs), _) if needs.high <= 0.0 => Verdict::Fits,
        (Some(needs), Some(has)) if needs.low > has => Verdict::Exceeded,
        (Some(needs), Some(has)) if needs.high > has * COMFORTABLE => Verdict::Close,
        (Some(_), Some(_)) => Verdict::Fits,
        _ => Verdict::Unknown,
    }
}

/// Less than this nobody looks for.
const LITTLE_BYTES: f64 = 100e6;

fn disk(demand: &Capacity, budget: &Budget) -> Limit {
    let own = demand.disk_peak_bytes.as_ref().map(|disk| {
        demand.elsewhere.values().fold(disk.clone(), |own, part| {
            let less = own.plus(&part.times(-1.0));
            Range { low: less.low.max(0.0), likely: less.likely.max(0.0), high: less.high.max(0.0), ..less }
        })
    });
    // The log may be kept on the same disk, for a slot or an archive that is slow.
    let needs = own.zip(demand.wal_bytes.as_ref()).map(|(disk, log)| disk.plus(log));
    room_for(needs, budget.disk_free, ("disk", " with its log", "--disk-free SIZE"))
}

fn tablespace(name: &str, needs: &Range, budget: &Budget) -> Limit {
    let option = format!("--disk-free {name}=SIZE");
    let has = budget.tablespaces.get(name).copied();
    room_for(Some(needs.clone()), has, (&format!("disk of the tablespace {name}"), "", &option))
}

/// `whose` disk, what else the need has in it, and how to say what is free.
fn room_for(needs: Option<Range>, has: Option<f64>, (whose, with, option): (&str, &str, &str)) -> Limit {
    let mut verdict = compare(needs.as_ref(), has);
    if verdict == Verdict::Unknown && needs.as_ref().is_some_and(|n| n.high < LITTLE_BYTES) {
        verdict = Verdict::Fits;
    }
    let needed = needs.as_ref().map_or("an unknown amount".to_owned(), in_bytes);
    let says = match (verdict, has) {
        (Verdict::Fits, None) => format!("{whose}: {needed}{with}, which any disk has room for"),
        (_, None) => format!(
            "{whose}: {needed}{with}; how much is free the server does not say: look with df, and say it with {option}"
        ),
        (Verdict::Fits, Some(has)) => format!("{whose}: {needed}{with}, of {} free", size(has)),
        (_, Some(has)) => format!(
            "{whose}: {needed}{with}, and {} are free: a full disk stops the whole server; {} more would do",
            size(has),
            size(needs.as_ref().map_or(0.0, |n| (n.high / COMFORTABLE - has).max(0.0)))
        ),
    };
    Limit { room: Room::Disk, needs, has, verdict, says }
}

/// Of `max_wal_size`, what is written from one checkpoint to the next one it forces (manual, "WAL Configuration": the
/// limit is for the log of two).
const BETWEEN_CHECKPOINTS: f64 = 0.5;

fn log(catalog: &Catalog, demand: &Capacity) -> Limit {
    let needs = demand.wal_bytes.clone();
    let most = catalog.server.setting_number("max_wal_size");
    let timed = catalog.server.setting_number("checkpoint_timeout").zip(demand.total_duration_ms.as_ref());
    let forced = needs.as_ref().zip(most).map(|(n, most)| (n.likely / (most * BETWEEN_CHECKPOINTS)).floor());
    let by_time = timed.map_or(0.0, |(every, takes)| (takes.likely / every.max(1.0)).floor());
    let needed = needs.as_ref().map_or("an unknown amount".to_owned(), in_bytes);
    let (verdict, says) = match (forced, most) {
        (Some(forced), Some(most)) if forced > by_time + 1.0 => (
            Verdict::Close,
            format!(
                "log: {needed}, with max_wal_size {}: about {} checkpoints come early, and after each of them pages are \
                 logged whole again; {} would avoid it{}",
                size(most),
                words::count(forced - by_time),
                size(needs.as_ref().map_or(0.0, |n| n.likely) / (by_time + 1.0) / BETWEEN_CHECKPOINTS),
                slower(most, catalog),
            ),
        ),
        (Some(_), Some(most)) => (
            Verdict::Fits,
            format!("log: {needed}, with max_wal_size {}: no checkpoint comes early", size(most)),
        ),
        _ => (Verdict::Unknown, format!("log: {needed}; max_wal_size is not known")),
    };
    Limit { room: Room::Log, needs, has: most, verdict, says }
}

/// What batches may write so that checkpoints come by time alone.
fn slower(most: f64, catalog: &Catalog) -> String {
    let every_s = catalog.server.setting_number("checkpoint_timeout").map(|ms| ms / 1_000.0);
    every_s.filter(|s| *s > 0.0).map_or_else(String::new, |every_s| {
        let rate = size(most * BETWEEN_CHECKPOINTS / every_s).replace(' ', "");
        format!(", or batches at {rate} a second (plan --wal-rate), which takes longer")
    })
}

fn lag(catalog: &Catalog, demand: &Capacity, budget: &Budget) -> Limit {
    let needs = demand.replica_lag_ms.clone();
    let alone = catalog.activity.standbys.is_empty()
        && catalog.activity.slots.is_empty()
        && catalog.server.role == Role::Primary;
    // What a standby's own queries are given before replay cancels them is what its users have agreed to.
    let delay = catalog.server.setting_number("max_standby_streaming_delay").filter(|ms| *ms > 0.0);
    let has = budget.lag_ms.or(delay);
    let verdict = if alone { Verdict::Fits } else { compare(needs.as_ref(), has) };
    let needed = needs.as_ref().map_or("an unknown time".to_owned(), words::time_range);
    let says = match (alone, budget.lag_ms, has) {
        (true, ..) => "lag: no standby is connected, and no slot waits for one".to_owned(),
        (_, Some(has), _) => format!("lag: {needed} behind, of {} allowed", words::time(has)),
        (_, None, Some(has)) => format!(
            "lag: {needed} behind; max_standby_streaming_delay is {}; a budget of your own: --lag-budget SECONDS",
            words::time(has)
        ),
        _ => format!("lag: {needed} behind; how much is allowed nobody has said: --lag-budget SECONDS"),
    };
    Limit { room: Room::Lag, needs, has, verdict, says }
}

fn connections(catalog: &Catalog, demand: &Capacity) -> Limit {
    let needs = demand.queries_queued.clone();
    let most = catalog.server.setting_number("max_connections");
    let open = catalog.activity.connections.map(f64::from);
    let has = most.zip(open).map(|(most, open)| (most - open).max(0.0));
    let verdict = compare(needs.as_ref(), has);
    let needed = needs
        .as_ref()
        .map_or("an unknown number of".to_owned(), |n| format!("up to {}", words::count(n.high)));
    let says = match (has, most) {
        (Some(has), Some(most)) => format!(
            "connections: {needed} statements pile up at the worst moment; {} of {} are free{}",
            words::count(has),
            words::count(most),
            if verdict == Verdict::Fits { "" } else { ": a shorter lock_timeout, or a quieter hour" }
        ),
        _ => format!(
            "connections: {needed} statements pile up at the worst moment; how many are free is not known"
        ),
    };
    Limit { room: Room::Connections, needs, has, verdict, says }
}

/// The server refuses new transactions when so many numbers are left (manual, "Preventing Transaction ID Wraparound
/// Failures"): of 2^31, three million.
const TRANSACTIONS: f64 = 2_147_483_648.0 - 3_000_000.0;

fn transactions(catalog: &Catalog) -> Limit {
    let oldest = catalog.tables.iter().max_by_key(|t| t.size.frozen_age);
    let oldest = oldest.and_then(|t| Some((&t.name, t.size.frozen_age? as f64)));
    let needs = oldest.map(|(_, age)| Range::new(age, age, age, &["age of relfrozenxid"]));
    let verdict = compare(needs.as_ref(), Some(TRANSACTIONS));
    let says = match oldest {
        Some((name, age)) => format!(
            "transactions: the oldest rows of {name} are {} transactions old, of {} there can be{}",
            words::count(age),
            words::count(TRANSACTIONS),
            if verdict == Verdict::Fits {
                ""
            } else {
                ": VACUUM (FREEZE) it first, a long change holds vacuum back"
            }
        ),
        None => "transactions: how old the oldest rows are is not known".to_owned(),
    };
    Limit { room: Room::Transactions, needs, has: Some(TRANSACTIONS), verdict, says }
}

/// A size in the units that reports of capacity have.
fn size(bytes: f64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    let mut value = bytes / 1024.0;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        (value, unit) = (value / 1024.0, unit + 1);
    }
    let name = UNITS.get(unit).copied().unwrap_or_default();
    if value < 10.0 { format!("{value:.1} {name}") } else { format!("{value:.0} {name}") }
}

fn in_bytes(range: &Range) -> String {
    match (size(range.low), size(range.high)) {
        (low, high) if low == high => high,
        (low, high) => format!("{low} to {high}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog() -> Catalog {
        let mut catalog = Catalog::default();
        for (name, value) in [
            ("max_wal_size", "1e9"),
            ("checkpoint_timeout", "300000"),
            ("max_connections", "100"),
            ("archive_mode", "off"),
        ] {
            catalog.server.settings.insert(name.to_owned(), value.to_owned());
        }
        catalog.activity.connections = Some(60);
        catalog.server.role = Role::Primary;
        catalog
    }

    fn range(low: f64, likely: f64, high: f64) -> Range {
        Range::new(low, likely, high, &["a test"])
    }

    fn verdicts(catalog: &Catalog, gigabytes: f64, queued: f64, budget: Budget) -> [Verdict; 7] {
        let (disk, wal) = (range(1e9, 1e9, gigabytes * 1e9), range(1e8, gigabytes * 1e9, gigabytes * 1e9));
        let (time, lag) = (range(1e3, 1e4, 1e5), range(0.0, 100.0, 5_000.0));
        let queued = range(0.0, 1.0, queued);
        let demand = Capacity {
            disk_peak_bytes: Some(disk),
            wal_bytes: Some(wal),
            total_duration_ms: Some(time),
            replica_lag_ms: Some(lag),
            queries_queued: Some(queued),
            ..Capacity::default()
        };
        let found = limits(catalog, &demand, &budget);
        assert!(found.iter().all(|l| l.says.starts_with(l.room.key())), "{found:?}");
        found.iter().map(|l| l.verdict).collect::<Vec<_>>().try_into().unwrap()
    }

    #[test]
    fn what_does_not_fit_is_said() {
        use Verdict::{Close, Exceeded, Fits, Unknown};
        let mut catalog = catalog();
        assert_eq!(
            verdicts(&catalog, 3.0, 5.0, Budget::default()),
            [Unknown, Close, Fits, Fits, Fits, Fits, Unknown]
        );
        let told = |free: f64| Budget { disk_free: Some(free), lag_ms: Some(4_000.0), ..Budget::default() };
        assert_eq!(
            verdicts(&catalog, 3.0, 35.0, told(1e8)),
            [Exceeded, Close, Fits, Close, Fits, Fits, Unknown]
        );
        assert_eq!(verdicts(&catalog, 0.2, 35.0, told(5e9))[..2], [Fits, Fits]);
        catalog.server.role = Role::Standby { lag_s: Some(0.0), feedback: None };
        assert_eq!(verdicts(&catalog, 3.0, 5.0, told(5e9))[2], Close);
    }

    #[test]
    fn log_that_nobody_takes_is_said() {
        let mut catalog = catalog();
        let kept = |catalog: &Catalog| verdicts(catalog, 3.0, 5.0, Budget::default())[4..].to_vec();
        catalog.activity.slots.push(altimeter_catalog::ReplicationSlot {
            name: "gone".to_owned(),
            logical: true,
            active: false,
            retained_bytes: Some(5_000_000_000),
        });
        assert_eq!(kept(&catalog)[0], Verdict::Close);
        for (allowed, verdict) in
            [("4e9", Verdict::Exceeded), ("9e9", Verdict::Close), ("9e10", Verdict::Fits)]
        {
            catalog.server.settings.insert("max_slot_wal_keep_size".to_owned(), allowed.to_owned());
            assert_eq!(kept(&catalog)[0], verdict, "{allowed}");
        }
        catalog.server.settings.insert("archive_mode".to_owned(), "on".to_owned());
        let mut archiver =
            altimeter_catalog::Archiver { archived: 10, failed: 3, failing: false, counted_s: Some(60.0) };
        catalog.activity.archiver = Some(archiver.clone());
        assert_eq!(kept(&catalog)[1], Verdict::Unknown);
        archiver.failing = true;
        catalog.activity.archiver = Some(archiver);
        assert_eq!(kept(&catalog)[1], Verdict::Exceeded);
        let mut table = altimeter_catalog::Table::default();
        table.size.frozen_age = Some(1_900_000_000);
        catalog.tables.insert(table);
        assert_eq!(kept(&catalog)[2], Verdict::Close);
    }
}
