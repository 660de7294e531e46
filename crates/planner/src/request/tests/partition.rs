//! Requests to partition a table.

use altimeter_catalog::{Change, PartitionBy, PartitionChange, Width};

use super::fixture::{english, read, shop};

fn asked(text: &str) -> (String, String, PartitionBy, Option<String>) {
    let catalog = shop();
    match english(&catalog, text).changes.as_slice() {
        [Change::Partition(PartitionChange::Partition(s))] => {
            (s.table.to_string(), s.column.clone(), s.by.clone(), s.from.clone())
        }
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn partitioning_is_asked_for_in_many_ways() {
    let month = PartitionBy::Ranges(Width::Month);
    for text in [
        "partition sales.orders by month on created_at",
        "partition the table sales.orders by range (created_at), monthly",
        "partition sales.orders monthly by created_at",
        "partition the sales.orders table by created_at, one partition per month",
        "please partition sales.orders on created_at into monthly partitions",
        "split sales.orders by month on created_at",
        "make sales.orders a partitioned table by created_at, monthly",
        "convert sales.orders to a partitioned table by month on the column created_at",
        "ALTER TABLE sales.orders PARTITION BY RANGE (created_at) MONTHLY",
        "partition sales.orders by range on created_at every month",
    ] {
        let wanted = ("sales.orders".to_owned(), "created_at".to_owned(), month.clone(), None);
        assert_eq!(asked(text), wanted, "{text}");
    }
    for (text, by, from) in [
        (
            "partition sales.orders by day on created_at starting 2027-01-01",
            PartitionBy::Ranges(Width::Day),
            Some("2027-01-01"),
        ),
        (
            "partition sales.orders weekly on created_at starting with '2027-01-04'",
            PartitionBy::Ranges(Width::Week),
            Some("2027-01-04"),
        ),
        ("partition sales.orders yearly on created_at", PartitionBy::Ranges(Width::Year), None),
        ("partition sales.orders by quarter on created_at", PartitionBy::Ranges(Width::Quarter), None),
    ] {
        assert_eq!((asked(text).2, asked(text).3.as_deref()), (by, from), "{text}");
    }
    for (text, by, from) in [
        ("partition users by range (id) every 1000000", PartitionBy::Ranges(Width::Numbers(1_000_000)), None),
        (
            "partition users by id every 1_000 rows, starting at 5000",
            PartitionBy::Ranges(Width::Numbers(1_000)),
            Some("5000"),
        ),
        ("partition users by list (id)", PartitionBy::List(Vec::new()), None),
        ("partition users by hash (id) into 8 partitions", PartitionBy::Hash(Some(8)), None),
        ("partition users on id into 16 parts", PartitionBy::Hash(Some(16)), None),
    ] {
        assert_eq!((asked(text).2, asked(text).3.as_deref()), (by, from), "{text}");
    }
}

#[test]
fn lists_and_hashes_are_asked_for_in_many_ways() {
    let values = |all: &[&str]| PartitionBy::List(all.iter().map(|v| (*v).to_owned()).collect());
    for (text, by) in [
        ("partition users by list of email: eu, us, others in a default", values(&["eu", "us"])),
        ("partition users by list (email): 'EU', 'us'", values(&["EU", "us"])),
        ("partition users by list on email into partitions eu, us and a default one", values(&["eu", "us"])),
        (
            "partition users by list of email with values eu and us, rest in the default",
            values(&["eu", "us"]),
        ),
        ("partition users by list of id: 1, 2, 30", values(&["1", "2", "30"])),
        ("partition users by hash of id into 8 partitions", PartitionBy::Hash(Some(8))),
        ("split users into 4 partitions by hash on id", PartitionBy::Hash(Some(4))),
        ("partition users by hash over id in 16 parts", PartitionBy::Hash(Some(16))),
        ("partition users by hash (id)", PartitionBy::Hash(None)),
    ] {
        assert_eq!(asked(text).2, by, "{text}");
    }
    let said = english(&shop(), "partition users by list of email: 'EU', us, others in a default").says;
    assert!(said.contains("by list on email: "), "{said}");
}

#[test]
fn what_is_missing_is_asked_for() {
    let catalog = shop();
    let says = |text: &str| read(&catalog, text).unwrap_err().message;
    assert!(says("partition sales.orders by range (created_at)").contains("how much a partition shall hold"));
    assert!(says("partition sales.orders by month on made_at").contains("made_at"));
    let said = english(&catalog, "partition sales.orders monthly by created_at starting 2027-02-01").says;
    assert_eq!(said, "partition sales.orders by month on created_at starting 2027-02-01");
}
