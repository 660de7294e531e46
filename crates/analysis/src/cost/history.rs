//! The server's own history: what kinds of work took here before, held against what the model says of them.
//!
//! Logarithms of times are taken to be normal. Before anything is known, the host's own deviation from what its probes
//! tell and the one of a table's rows from the usual are those of `docs/accuracy.md`; each statement that ran moves the
//! middle and narrows what is left of the first, and one on the same table of the second.

use std::collections::BTreeMap;

use altimeter_catalog::{Catalog, Name, Pace, PastKind, PastWork, RowUpdate, WriteCommand};

use super::host::Host;
use super::rewrite::Manner;
use super::{index, rewrite, scan, update};
use crate::Estimate;

/// Standard deviation of a host from what its probes tell, by kind of work: servers slowed down by their settings were
/// 0.3 to 0.5 above the others of `docs/accuracy.md`.
const OF_PROBED_HOST: f64 = 0.28;
/// The same where no probe was run: what the wide range there stands for.
const OF_HOST: f64 = 0.67;
/// Standard deviation of one statement from others of its kind on the same server (`docs/accuracy.md`: 0.20 to 0.43).
const OF_TABLE: f64 = 0.32;
/// The same on the same table (0.26 to 0.29).
const OF_SAME_TABLE: f64 = 0.27;
/// How far what was measured lies from what a statement takes when nothing is in its way: waits for locks are in it.
const OF_MEASURING: f64 = 0.2;
/// What is added where the table's size of then is not known.
const OF_GROWTH: f64 = 0.35;
/// A table that had this share of its present size, or so many times as much, is another one.
const SAME_SIZE: std::ops::Range<f64> = 0.02..20.0;
/// Who is this far from the middle of the others was held up by something else, in standard deviations.
const HELD_UP: f64 = 2.5;

/// Works out how long kinds of work take here from what ran before. Costs are estimated by it from then on.
pub fn calibrate(catalog: &mut Catalog) {
    catalog.server.paces = Vec::new();
    let paces = paces(catalog);
    catalog.server.paces = paces;
}

/// One statement that ran, held against the model.
struct Observation<'a> {
    past: &'a PastWork,
    /// Natural logarithm of how many times as long as the model says it took.
    log_ratio: f64,
    /// Its standard deviation, what its table is like left out.
    deviation: f64,
}

fn paces(catalog: &Catalog) -> Vec<Pace> {
    let Some(history) = catalog.activity.history.as_ref().filter(|h| !h.is_empty()) else {
        return Vec::new();
    };
    let mut by_kind: BTreeMap<PastKind, Vec<Observation<'_>>> = BTreeMap::new();
    for past in history {
        if let Some(seen) = observe(catalog, past) {
            by_kind.entry(family(past.kind)).or_default().push(seen);
        }
    }
    let prior = if catalog.server.speed.is_some() { OF_PROBED_HOST } else { OF_HOST };
    let mut paces = Vec::new();
    for (kind, mut seen) in by_kind {
        leave_out_held_up(&mut seen);
        let (middle, host) =
            posterior((0.0, prior), seen.iter().map(|o| (o.log_ratio, o.deviation.hypot(OF_TABLE))));
        paces.push(Pace {
            kind,
            table: None,
            factor: middle.exp(),
            deviation: host.hypot(OF_TABLE),
            basis: basis(kind, &seen, None),
        });
        let mut tables: Vec<&Name> = seen.iter().map(|o| &o.past.table).collect();
        tables.sort();
        tables.dedup();
        for table in tables {
            let own: Vec<&Observation<'_>> = seen.iter().filter(|o| &o.past.table == table).collect();
            let others = seen.iter().filter(|o| &o.past.table != table);
            // What others tell of the host, then what this table tells of itself.
            let (middle, host) =
                posterior((0.0, prior), others.map(|o| (o.log_ratio, o.deviation.hypot(OF_TABLE))));
            let (middle, left) =
                posterior((middle, host.hypot(OF_TABLE)), own.iter().map(|o| (o.log_ratio, o.deviation)));
            paces.push(Pace {
                kind,
                table: Some(table.clone()),
                factor: middle.exp(),
                deviation: left.hypot(OF_SAME_TABLE),
                basis: basis(kind, &seen, Some(table)),
            });
        }
    }
    paces
}

/// Kinds that are the same work: what one tells is told of all.
pub(super) fn family(kind: PastKind) -> PastKind {
    match kind {
        PastKind::Build | PastKind::BuildConcurrently | PastKind::Reindex => PastKind::Build,
        PastKind::Rewrite | PastKind::RewritePages => PastKind::Rewrite,
        PastKind::Scan => PastKind::Scan,
        PastKind::Update | PastKind::Delete => PastKind::Update,
    }
}

/// What is known after observations, each with its standard deviation: middle and standard deviation.
fn posterior((middle, deviation): (f64, f64), seen: impl Iterator<Item = (f64, f64)>) -> (f64, f64) {
    let weight = |deviation: f64| deviation.powi(-2);
    let start = (middle * weight(deviation), weight(deviation));
    let (sum, weights) = seen.fold(start, |(sum, weights), (value, deviation)| {
        (sum + value * weight(deviation), weights + weight(deviation))
    });
    (sum / weights, weights.powf(-0.5))
}

/// Without those that are far from the middle of three and more.
fn leave_out_held_up(seen: &mut Vec<Observation<'_>>) {
    if seen.len() < 3 {
        return;
    }
    let mut ratios: Vec<f64> = seen.iter().map(|o| o.log_ratio).collect();
    ratios.sort_by(f64::total_cmp);
    let middle = ratios[ratios.len() / 2];
    seen.retain(|o| (o.log_ratio - middle).abs() < HELD_UP * o.deviation.hypot(OF_TABLE));
}

/// A past statement against the model: none if the model says nothing of it, or of another size of table.
fn observe<'a>(catalog: &Catalog, past: &'a PastWork) -> Option<Observation<'a>> {
    let calls = past.calls as f64;
    let host = Host::new(catalog, false);
    let estimate = predicted(host, past)?;
    let (time, log) = (estimate.duration_ms?.likely, estimate.wal_bytes?.likely);
    let heap = catalog.table(&past.table)?.size.heap_bytes? as f64;
    // How large the table was then, by what was read or logged; a write's rows are counted.
    let blocks = || Some(past.blocks? as f64 * super::layout::PAGE / calls / heap.max(1.0));
    let logged = || Some(past.wal_bytes.filter(|b| *b > 0)? as f64 / calls / log.max(1.0));
    let scale = match past.kind {
        PastKind::Update | PastKind::Delete => Some(1.0),
        PastKind::Scan => blocks(),
        // Without a log like that of a rewrite it was none: a type that has the same bytes, a constant default.
        PastKind::Rewrite => Some(logged()?),
        PastKind::Build | PastKind::BuildConcurrently | PastKind::Reindex | PastKind::RewritePages => {
            logged()
        }
    };
    if scale.is_some_and(|s| !SAME_SIZE.contains(&s)) {
        return None;
    }
    let expected = time * scale.unwrap_or(1.0);
    let took = past.total_ms / calls;
    let log_ratio = (took / expected).ln();
    let growth = if scale.is_some() { 0.0 } else { OF_GROWTH };
    (expected > 0.0 && log_ratio.is_finite()).then_some(Observation {
        past,
        log_ratio,
        deviation: OF_MEASURING.hypot(growth),
    })
}

/// What the model says of it on the sizes as they are now.
fn predicted(host: Host<'_>, past: &PastWork) -> Option<Estimate> {
    let table = host.catalog().table(&past.table)?;
    let built = |concurrently| index::build(host, table, past.index.as_ref()?, concurrently);
    let written = |command: WriteCommand| {
        let update = RowUpdate {
            object: past.table.clone(),
            command,
            columns: Vec::new(),
            rows: Some(past.rows as f64 / past.calls as f64),
            assumed: false,
            batch_rows: None,
            pause_ms: 0,
        };
        update::rows(host, table, &update, true)
    };
    match past.kind {
        PastKind::Build => built(false),
        PastKind::BuildConcurrently => built(true),
        PastKind::Reindex => {
            let mut all = Estimate::nothing();
            for index in &table.indexes {
                super::add(&mut all, index::build(host, table, &index.definition, false)?);
            }
            Some(all)
        }
        PastKind::Rewrite => rewrite::rewrite(host, (table, table), Manner::Rows),
        PastKind::RewritePages => rewrite::rewrite(host, (table, table), Manner::Pages),
        PastKind::Scan => scan(host, table),
        PastKind::Update => written(WriteCommand::Update),
        PastKind::Delete => written(WriteCommand::Delete),
    }
}

/// `pg_stat_statements: index builds ran 3 times here, 12 s, one of them on this table`.
fn basis(kind: PastKind, seen: &[Observation<'_>], table: Option<&Name>) -> String {
    let calls = |of: &dyn Fn(&&Observation<'_>) -> bool| {
        seen.iter().filter(|o| of(o)).map(|o| o.past.calls).sum::<u64>()
    };
    let times = |n: u64| if n == 1 { "once".to_owned() } else { format!("{n} times") };
    let seconds = seen.iter().map(|o| o.past.total_ms).sum::<f64>() / 1000.0;
    let source = match (seen.iter().all(|o| o.past.recorded), seen.iter().any(|o| o.past.recorded)) {
        (true, _) => "recorded outcomes",
        (_, true) => "pg_stat_statements and recorded outcomes",
        _ => "pg_stat_statements",
    };
    let all = times(calls(&|_| true));
    let here = format!("{source}: {} ran {all} here, {seconds:.1} s", kind.says());
    match table {
        Some(table) => format!("{here}, {} of it on this table", times(calls(&|o| &o.past.table == table))),
        None => here,
    }
}

#[cfg(test)]
mod tests {
    use altimeter_catalog::{Column, ColumnStatistics, Index, IndexDefinition, IndexKey, Size, Speed, Table};

    use super::*;
    use crate::cost::{Work, estimate};

    fn definition(table: &Name) -> IndexDefinition {
        IndexDefinition {
            name: format!("{}_i", table.name),
            table: table.clone(),
            method: "btree".into(),
            keys: vec![IndexKey::column("a")],
            ..IndexDefinition::default()
        }
    }

    /// Three tables of a million rows on a host that was probed.
    fn catalog() -> Catalog {
        let mut catalog = Catalog::default();
        catalog.server.speed = Some(Speed { count_row_ns: 45.0, sort_row_ns: 225.0 });
        catalog.server.settings.insert("effective_cache_size".into(), "4e9".into());
        let tables = ["t", "u", "v"].map(|name| {
            let name = Name::new("public", name);
            let statistics = Some(ColumnStatistics {
                null_fraction: 0.0,
                average_width: 4.0,
                distinct: -1.0,
                correlation: Some(0.0),
            });
            let column =
                Column { name: "a".into(), type_name: "integer".into(), statistics, ..Column::default() };
            let index = Index {
                definition: definition(&name),
                primary: false,
                constraint: None,
                valid: true,
                part_of: None,
                reads: vec!["a".into()],
                bytes: Some(22_487_040),
                scans: None,
                printed: None,
                comment: None,
            };
            Table {
                columns: vec![column],
                indexes: vec![index],
                size: Size {
                    rows: Some(1e6),
                    pages: Some(4425.0),
                    heap_bytes: Some(36_249_600),
                    toast_bytes: Some(0),
                    index_bytes: Some(22_487_040),
                    ..Size::default()
                },
                name,
                ..Table::default()
            }
        });
        catalog.tables = Vec::from(tables).into();
        catalog
    }

    fn built(table: &str, calls: u64, ms: f64, size: f64) -> PastWork {
        let table = Name::new("public", table);
        PastWork {
            kind: PastKind::Build,
            index: Some(definition(&table)),
            table,
            calls,
            total_ms: ms * calls as f64,
            rows: 0,
            recorded: false,
            blocks: Some((7000.0 * size) as u64 * calls),
            wal_bytes: Some((20_700_000.0 * size) as u64 * calls),
        }
    }

    fn build_ms(catalog: &mut Catalog, history: Vec<PastWork>) -> crate::Range {
        catalog.activity.history = Some(history);
        calibrate(catalog);
        let table = Name::new("public", "t");
        let effect = altimeter_catalog::Effect {
            index_builds: vec![table.sibling("t_i")],
            ..altimeter_catalog::Effect::default()
        };
        estimate(&Work::new(catalog, &effect, Some(1))).duration_ms.unwrap()
    }

    #[test]
    fn what_ran_before_moves_the_middle_and_narrows_the_range() {
        let mut catalog = catalog();
        let unknown = build_ms(&mut catalog, Vec::new());
        let slow = unknown.likely * 3.0;
        let other = build_ms(&mut catalog, vec![built("u", 1, slow, 1.0)]);
        assert!(other.likely > unknown.likely * 1.2 && other.likely < slow, "{unknown:?} {other:?}");
        assert!(other.basis.iter().any(|b| b.contains("index builds ran once here")), "{:?}", other.basis);
        let same = build_ms(&mut catalog, vec![built("t", 3, slow, 1.0)]);
        assert!(same.likely > other.likely, "{other:?} {same:?}");
        let both = build_ms(&mut catalog, ["t", "u", "v"].map(|t| built(t, 3, slow, 1.0)).into());
        assert!((2.2..3.2).contains(&(both.likely / unknown.likely)), "{unknown:?} {both:?}");
        assert!(both.high / both.low < unknown.high / unknown.low, "{unknown:?} {both:?}");
        assert!(
            both.basis
                .iter()
                .any(|b| b.contains("9 times here") && b.contains("3 times of it on this table"))
        );
    }

    #[test]
    fn a_table_that_has_grown_is_seen_by_the_log_of_then() {
        let mut catalog = catalog();
        let unknown = build_ms(&mut catalog, Vec::new()).likely;
        // A tenth of the rows, a tenth of the time: nothing new.
        let grown = build_ms(&mut catalog, vec![built("t", 1, unknown / 10.0, 0.1)]).likely;
        assert!((0.8..1.25).contains(&(grown / unknown)), "{grown} {unknown}");
        // Another table had its name.
        let another = build_ms(&mut catalog, vec![built("t", 1, 1.0, 0.001)]).likely;
        assert_eq!(another, unknown);
    }

    #[test]
    fn who_waited_for_a_lock_does_not_count_among_several() {
        let mut catalog = catalog();
        let unknown = build_ms(&mut catalog, Vec::new()).likely;
        let usual = ["t", "u", "v"].map(|t| built(t, 1, unknown, 1.0));
        let held_up =
            PastWork { total_ms: 600_000.0, kind: PastKind::BuildConcurrently, ..built("u", 1, 1.0, 1.0) };
        let history = usual.into_iter().chain([held_up]).collect();
        let likely = build_ms(&mut catalog, history).likely;
        assert!((0.9..1.1).contains(&(likely / unknown)), "{likely} {unknown}");
    }

    #[test]
    fn nonsense_is_left_out() {
        let mut catalog = catalog();
        let unknown = build_ms(&mut catalog, Vec::new());
        let gone = PastWork { table: Name::new("public", "gone"), ..built("t", 1, 5.0, 1.0) };
        let never = PastWork { calls: 0, ..built("t", 1, 5.0, 1.0) };
        let empty = PastWork { total_ms: 0.0, ..built("t", 1, 5.0, 1.0) };
        let unlogged = PastWork { kind: PastKind::Rewrite, wal_bytes: Some(300), ..built("t", 1, 5.0, 1.0) };
        assert_eq!(build_ms(&mut catalog, vec![gone, never, empty, unlogged]), unknown);
    }
}
