//! Access methods other than B-trees: how large their indexes are and what building one takes.
//!
//! Measured on PostgreSQL 15 and 18, 100,000 and 700,000 rows: arrays, documents, words, trigrams, ranges, points, texts
//! and integers.

use altimeter_catalog::{IndexDefinition, IndexKey, IndexTarget, Table};

use super::host::Host;
use super::layout::{self, PAGE};
use crate::Range;

/// What a build of such an index does with each row.
pub(super) struct Work {
    /// Microseconds a row.
    pub(super) row_us: f64,
    /// In words.
    pub(super) says: &'static str,
    /// How much further both ways than other times it lies.
    pub(super) spread: f64,
}

/// Bytes of a key nobody has measured.
const UNKNOWN_KEY: f64 = 32.0;
/// Share of a page without its header and what the method keeps at its end.
const ROOM: f64 = PAGE - 24.0 - 16.0;

/// Bytes of the column, or of the only column an expression names; none if nobody has measured it.
fn key_bytes(host: Host<'_>, table: &Table, key: &IndexKey) -> Option<f64> {
    let column = match &key.target {
        IndexTarget::Column(name) => name,
        IndexTarget::Expression(expression) => super::index::as_wide_as(table, expression)?,
    };
    layout::average_bytes(host.catalog(), table, column)
}

fn type_of<'a>(table: &'a Table, key: &IndexKey) -> &'a str {
    match &key.target {
        IndexTarget::Column(name) => table.column(name).map_or("", |c| c.type_name.as_str()),
        IndexTarget::Expression(_) => "",
    }
}

fn has_class(key: &IndexKey, part: &str) -> bool {
    key.operator_class.as_ref().is_some_and(|c| c.contains(part))
}

fn is_words(key: &IndexKey) -> bool {
    matches!(&key.target, IndexTarget::Expression(e) if e.contains("tsvector"))
}

/// Elements a GIN index takes out of one row's key, and bytes of an element's own entry.
fn elements(host: Host<'_>, table: &Table, key: &IndexKey) -> (f64, &'static str) {
    let bytes = key_bytes(host, table, key).unwrap_or(UNKNOWN_KEY);
    let type_name = type_of(table, key);
    let (of_each, what) = if has_class(key, "trgm") {
        // As many as characters.
        (1.0, "trigrams, about one a character")
    } else if is_words(key) {
        (6.0, "words, about one in six bytes of text")
    } else if type_name == "tsvector" {
        // An entry, the word and its position.
        (14.0, "words, about one in fourteen bytes of tsvector")
    } else if type_name.ends_with(']') {
        // Behind a header of 21 bytes where it is short.
        let element = type_name.trim_end_matches("[]");
        let of_element = match element {
            "integer" | "date" | "real" => 4.0,
            "smallint" => 2.0,
            "bigint" | "double precision" => 8.0,
            "uuid" => 16.0,
            _ => 12.0,
        };
        return (((bytes - 21.0) / of_element).max(1.0), "elements, by the average width");
    } else {
        (8.0, "keys and values, about one in eight bytes")
    };
    ((bytes / of_each).max(1.0), what)
}

/// The size of an index of that method, in bytes; none for a method nothing is known of.
pub(super) fn size(host: Host<'_>, table: &Table, index: &IndexDefinition, rows: f64) -> Option<Range> {
    let heap = table.size.heap_bytes? as f64;
    let basis = ["reltuples", "pg_stats widths"];
    let of_pages = |pages: f64, low: f64, high: f64| {
        host.amount(
            "the index",
            &[(pages, "pages"), (PAGE, "bytes a page")],
            (pages * PAGE * low, pages * PAGE * high),
            &basis,
        )
    };
    // What is indexed of a partial index nobody knows.
    let (rows, none) = if index.predicate.is_some() { (rows * 0.5, true) } else { (rows, false) };
    let low = |share: f64| if none { 0.0 } else { share };
    let high = |share: f64| if none { share * 2.0 } else { share };
    match index.method.as_str() {
        "hash" => {
            let pages = hash_pages(rows, distinct(table, index, rows));
            let most = hash_pages(rows, (rows / 20_000.0).max(1.0));
            let known = index.columns().is_some();
            let size = of_pages(pages, low(0.97), high(if known { 1.05 } else { (most / pages).max(1.3) }));
            Some(host.detail(size, || {
                format!("{rows:.0} rows, {BUCKET_ROWS:.0} to a bucket, buckets doubled in quarters")
            }))
        }
        "brin" => {
            let every =
                index.options.get("pages_per_range").and_then(|p| p.parse::<f64>().ok()).unwrap_or(128.0);
            let ranges = (heap / PAGE / every.max(1.0)).ceil();
            let of_keys: f64 = index
                .keys
                .iter()
                .map(|k| 2.0 * (key_bytes(host, table, k).unwrap_or(UNKNOWN_KEY) / 4.0).ceil() * 4.0)
                .sum();
            let entry = ((8.0 + of_keys) / 8.0).ceil() * 8.0 + layout::LINE_POINTER;
            // One page about the index, those that say where a range's entry is (1360 to a page), the entries.
            let pages = 1.0 + (ranges / 1360.0).ceil() + (ranges / (ROOM / entry).floor().max(1.0)).ceil();
            Some(of_pages(pages, 0.7, 1.6))
        }
        "gin" => {
            let each: Vec<(f64, &'static str)> =
                index.keys.iter().map(|k| elements(host, table, k)).collect();
            let items: f64 = rows * each.iter().map(|(n, _)| n).sum::<f64>();
            let documents = index.keys.iter().any(|k| type_of(table, k).starts_with("json"));
            let trigrams = index.keys.iter().any(|k| has_class(k, "trgm"));
            // An element that many rows share takes 1 to 3 bytes a row, on pages that are half to two thirds full; one
            // of a row's own has an entry of 28 bytes on half-full pages, as most values in documents have.
            let (likely, ends) = if documents {
                (10.0, (3.0, 32.0))
            } else if trigrams {
                (2.3, (1.3, 5.0))
            } else {
                (4.8, (2.0, 20.0))
            };
            let factors =
                [(items, "elements"), (likely, "bytes each: delta-coded rows, and the element's own entry")];
            let ends = (items * ends.0 * low(1.0), items * ends.1 * high(1.0) + 2.0 * PAGE);
            let size = host.amount(
                "the index",
                &factors,
                ends,
                &["reltuples", "pg_stats widths", "elements of a row"],
            );
            Some(host.detail(size, || {
                let of: Vec<String> = each.iter().map(|(n, what)| format!("{n:.0} {what}")).collect();
                format!("{rows:.0} rows with {}", of.join(", "))
            }))
        }
        "gist" | "spgist" => {
            let data: f64 = index.keys.iter().map(|k| tree_key_bytes(host, table, k)).sum();
            let spatial = index.method == "spgist";
            // A leaf of SP-GiST has a header of 16 bytes, and its pages are three quarters full.
            let header = if spatial { 16.0 } else { 8.0 };
            let entry = ((header + data) / 8.0).ceil() * 8.0 + layout::LINE_POINTER;
            let sorted = !spatial && is_sorted(host, table, index);
            let fill = if spatial {
                0.76
            } else if sorted {
                0.9
            } else {
                0.62
            };
            let pages = 1.0 + (rows * entry / fill / ROOM).ceil();
            let size = of_pages(pages, low(0.65), high(1.6));
            Some(host.detail(size, || {
                format!("{rows:.0} rows, {entry:.0} bytes an entry, pages filled to {:.0} %", fill * 100.0)
            }))
        }
        _ => None,
    }
}

/// Bytes a GiST index keeps of a value: bounds of a number, the box around a shape, trigrams of three bytes, hashes of
/// words of four.
fn tree_key_bytes(host: Host<'_>, table: &Table, key: &IndexKey) -> f64 {
    let bytes = key_bytes(host, table, key).unwrap_or(UNKNOWN_KEY);
    match type_of(table, key) {
        "point" | "box" | "polygon" | "circle" => 32.0,
        "smallint" | "integer" | "date" | "real" | "bigint" | "double precision" | "uuid" => 2.0 * bytes,
        t if t.starts_with("time") => 2.0 * bytes,
        _ if has_class(key, "trgm") => 8.0 + 3.0 * bytes,
        _ if is_words(key) => 8.0 + 4.0 * bytes / 6.0,
        _ => bytes + 4.0,
    }
}

/// Whether the build sorts first: points from 14 on, most others from 18 on (release notes of 14 and 18).
fn is_sorted(host: Host<'_>, table: &Table, index: &IndexDefinition) -> bool {
    let major = host.server.major();
    index.keys.iter().all(|k| match type_of(table, k) {
        _ if has_class(k, "trgm") || is_words(k) => false,
        // Its pages are split as others' are all the same.
        "point" => false,
        "" | "tsvector" | "tsquery" | "box" | "polygon" | "circle" | "inet" | "cidr" => false,
        _ => major >= 18,
    })
}

/// Different keys, as the statistics say; as many as rows if they do not.
fn distinct(table: &Table, index: &IndexDefinition, rows: f64) -> f64 {
    let of_column = || {
        let [IndexKey { target: IndexTarget::Column(name), .. }] = index.keys.as_slice() else { return None };
        let distinct = table.column(name)?.statistics.as_ref()?.distinct;
        Some(if distinct < 0.0 { -distinct * rows } else { distinct })
    };
    of_column().unwrap_or(rows).clamp(1.0, rows.max(1.0))
}

/// Rows for which a bucket is made at first: three quarters of a page of entries of 20 bytes (`hashpage.c`).
const BUCKET_ROWS: f64 = 307.0;
/// Entries a page holds.
const PAGE_ROWS: f64 = 407.0;

/// Pages of a hash index: its buckets, pages of those that overflow, and two about itself. From 512 buckets on they are
/// doubled in four steps (`_hash_spareindex`).
fn hash_pages(rows: f64, keys: f64) -> f64 {
    let wanted = (rows / BUCKET_ROWS).max(2.0);
    let doubled = 2_f64.powf(wanted.log2().ceil());
    let buckets = if doubled <= 512.0 {
        doubled
    } else {
        let below = doubled / 2.0;
        below + ((wanted - below) / (below / 4.0)).ceil() * below / 4.0
    };
    // Keys fall into buckets at random (Poisson), each with its rows.
    let (expected, each) = (keys / buckets, rows / keys);
    let mut overflow = 0.0;
    let mut probability = (-expected).exp();
    let most = (expected + 10.0 * expected.sqrt() + 20.0).min(2_000.0);
    let mut n = 0.0;
    while n < most {
        n += 1.0;
        probability *= expected / n;
        overflow += probability * ((n * each / PAGE_ROWS).ceil() - 1.0).max(0.0);
    }
    2.0 + buckets + (buckets * overflow).round()
}

/// What the build does with each row; none for a method that sorts as a B-tree does.
pub(super) fn work(host: Host<'_>, table: &Table, index: &IndexDefinition) -> Option<Work> {
    match index.method.as_str() {
        // Nothing is sorted.
        "brin" => Some(Work { row_us: 0.075, says: "summarizing rows", spread: 1.0 }),
        // 1.2 to 3.8 with 100,000 rows, 6.3 with 700,000.
        "hash" => Some(Work { row_us: 2.6, says: "putting rows into buckets", spread: 1.5 }),
        // 18 sorts most types first: 1.1 to 4.4. Else 5 to 57, and 3 to 44 with other rows; SP-GiST 2.3 to 6.
        "gist" if is_sorted(host, table, index) => {
            Some(Work { row_us: 2.2, says: "sorting rows into it", spread: 1.5 })
        }
        "gist" => Some(Work { row_us: 12.0, says: "putting rows in", spread: 2.0 }),
        "spgist" => Some(Work { row_us: 3.5, says: "putting rows in", spread: 2.0 }),
        "gin" => {
            // 0.3 to 1.1 an element, 2 of a document; 2.8 to 4.5 where texts are taken apart for it.
            let us = |k: &IndexKey| {
                let (elements, _) = elements(host, table, k);
                elements
                    * if is_words(k) {
                        3.2
                    } else if type_of(table, k).starts_with("json") {
                        1.4
                    } else {
                        0.6
                    }
            };
            let row_us = index.keys.iter().map(us).sum();
            Some(Work { row_us, says: "taking elements out and sorting them", spread: 1.6 })
        }
        _ => None,
    }
}

/// Bytes of the log for a new index of that method: pages without their free space, of which there is as much as their
/// fill leaves; a hash index is logged entry by entry, 72 bytes each, beside its empty pages (measured).
pub(super) fn logged(host: Host<'_>, size: &Range, method: &str, rows: f64) -> Option<Range> {
    let of_size = |low: f64, likely: f64, high: f64| {
        Some(size.stretched_by((low, likely, high), "bytes of the log for each"))
    };
    match method {
        "gin" => of_size(0.44, 0.55, 0.78),
        "gist" => of_size(0.45, 0.7, 1.05),
        "spgist" => of_size(0.75, 0.85, 0.95),
        "hash" => {
            let factors = [(rows, "rows"), (72.6, "bytes of the log a row")];
            Some(host.share("entries in the log", &factors, (0.97, 1.05), &["reltuples"]))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use altimeter_catalog::{Catalog, Column, ColumnStatistics, Name, Size};

    use super::*;

    /// `pg_relation_size` in pages on 15 and 18.
    #[test]
    fn buckets_are_those_of_the_server() {
        assert_eq!(hash_pages(100_000.0, 100_000.0), 514.0);
        assert_eq!(hash_pages(700_000.0, 700_000.0), 2562.0);
        // Keys that many rows have overflow their buckets: 548 and 3734.
        let few = hash_pages(100_000.0, 1001.0);
        assert!((530.0..556.0).contains(&few), "{few}");
        let few = hash_pages(700_000.0, 1001.0);
        assert!((3650.0..3820.0).contains(&few), "{few}");
        assert!(hash_pages(0.0, 1.0).is_finite() && hash_pages(1e12, 1.0).is_finite());
    }

    fn measured(type_name: &str, width: f64) -> Table {
        let statistics = Some(ColumnStatistics {
            null_fraction: 0.0,
            average_width: width,
            distinct: -1.0,
            correlation: None,
        });
        let column =
            Column { name: "c".into(), type_name: type_name.into(), statistics, ..Column::default() };
        Table {
            name: Name::new("public", "a"),
            columns: vec![column],
            size: Size { rows: Some(100_000.0), heap_bytes: Some(40_525_824), ..Size::default() },
            ..Table::default()
        }
    }

    /// 100,000 rows on PostgreSQL 18: bytes of the index.
    #[test]
    fn sizes_hold_what_was_measured() {
        let mut catalog = Catalog::default();
        catalog.server.version_num = 180_004;
        for (method, class, type_name, width, bytes) in [
            ("gin", None, "integer[]", 33.0, 1_236_992.0),
            ("gin", None, "integer[]", 61.0, 5_971_968.0),
            ("gin", None, "jsonb", 47.0, 6_275_072.0),
            ("gin", Some("gin_trgm_ops"), "text", 21.0, 3_686_400.0),
            ("gin", Some("gin_trgm_ops"), "text", 33.0, 11_976_704.0),
            ("gin", Some("gin_trgm_ops"), "text", 111.0, 17_743_872.0),
            ("gist", None, "int4range", 14.0, 3_268_608.0),
            ("gist", None, "point", 16.0, 6_684_672.0),
            ("gist", None, "integer", 4.0, 2_023_424.0),
            ("gist", None, "text", 33.0, 5_332_992.0),
            ("gist", Some("gist_trgm_ops"), "text", 21.0, 11_649_024.0),
            ("spgist", None, "point", 16.0, 4_710_400.0),
            ("spgist", None, "text", 21.0, 4_784_128.0),
            ("brin", None, "integer", 4.0, 24_576.0),
            ("hash", None, "text", 33.0, 4_210_688.0),
        ] {
            let table = measured(type_name, width);
            let key = IndexKey { operator_class: class.map(str::to_owned), ..IndexKey::column("c") };
            let index =
                IndexDefinition { method: method.into(), keys: vec![key], ..IndexDefinition::default() };
            let size = size(Host::new(&catalog, false), &table, &index, 100_000.0).unwrap();
            let what = format!("{method} {class:?} {type_name} {width}: {bytes}, {size:?}");
            assert!(size.low <= bytes && bytes <= size.high, "{what}");
            assert!((0.45..2.2).contains(&(size.likely / bytes)), "{what}");
        }
    }
}
