//! Plans that delete and set rows, and split and merge columns, made offline.

use altimeter_catalog::Name;
use altimeter_engine_postgres::PostgresEngine;
use altimeter_planner::{PlanOptions, StepKind, read_request};

use crate::common::{plan_with, planned, refused, says, schema, titles};

const SHOP: &str = "CREATE TABLE users (id bigint PRIMARY KEY, full_name text NOT NULL, born date, city text, seen_at timestamptz);
    CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id bigint REFERENCES users, status text, placed_at timestamptz NOT NULL);
    CREATE TABLE lines (id bigint PRIMARY KEY, order_id bigint REFERENCES orders ON DELETE CASCADE);
    CREATE TABLE heap (a int, b text);
    CREATE VIEW cities AS SELECT id, city FROM users";

#[test]
fn english_and_sql_ask_for_the_same_rows() {
    let shop = schema(SHOP, 1e6);
    let old = "DELETE FROM public.orders WHERE placed_at < now() - interval '90 days'";
    for text in [
        "delete rows of orders older than 90 days",
        "purge orders older than 90 days",
        "please delete all rows from orders that are older than 90 days by placed_at",
        "delete orders rows more than 90 days old",
        "remove old records from the orders table older than 90 days",
    ] {
        assert_eq!(says(&shop, text), old, "{text}");
    }
    let null = "UPDATE public.orders SET status = 'new' WHERE status is null";
    for text in [
        "set status to 'new' where status is null in orders",
        "set orders.status to 'new' where status is null",
        "in orders, set status to 'new' where status is null",
        "fill the column status of orders with 'new' where status is null",
    ] {
        assert_eq!(says(&shop, text), null, "{text}");
    }
    assert_eq!(says(&shop, "delete from orders where status = 'x'"), "delete from orders where status = 'x'");
    let unread = |text: &str| read_request(&PostgresEngine, &shop, text).unwrap_err().to_string();
    assert!(unread("delete rows of orders where sttus = 'x'").contains("no column sttus"));
    assert!(unread("delete rows of users older than 9 days by city").contains("no date"));
    assert!(unread("SELECT 1 FROM orders").contains("does not change the schema"));
    assert!(unread("DELETE FROM orders o USING users u WHERE o.user_id = u.id").contains("in batches"));
}

#[test]
fn what_goes_along_goes_first_and_is_kept() {
    let shop = schema(SHOP, 1e6);
    let plan = planned(&shop, "delete from orders where status = 'old'");
    let order = titles(&plan);
    let place = |what: &str| order.find(what).unwrap_or_else(|| panic!("{what} is not in\n{order}"));
    assert!(place("index public.lines (order_id)") < place("of lines, in batches"));
    assert!(place("of lines, in batches") < place("of orders, in batches"));
    assert!(place("of orders, in batches") < place("drop what was kept"));
    let lost: Vec<&str> =
        plan.steps().filter(|s| s.lost_on_return.is_some()).map(|s| s.title.as_str()).collect();
    assert!(matches!(lost.as_slice(), [one] if one.starts_with("drop what was kept")), "{lost:?}");
    assert!(plan.steps().all(|s| s.kind != StepKind::Backfill || s.progress.is_some()));
}

#[test]
fn how_many_rows_is_told_where_statistics_tell() {
    let mut shop = schema(SHOP, 1e6);
    let unknown = planned(&shop, "delete from orders where status = 'old'");
    assert!(titles(&unknown).contains("up to 1000000 rows of orders"), "{}", titles(&unknown));
    let statistics = altimeter_catalog::ColumnStatistics {
        null_fraction: 0.25,
        average_width: 4.0,
        distinct: 5.0,
        correlation: None,
    };
    let orders = shop.table_mut(&Name::new("public", "orders")).unwrap();
    orders.column_mut("status").unwrap().statistics = Some(statistics);
    let known = planned(&shop, "set orders.status to 'new' where status is null");
    assert!(titles(&known).contains("about 250000 rows (200000 to 300000)"), "{}", titles(&known));
}

#[test]
fn what_cannot_be_done_in_batches_is_refused() {
    let shop = schema(SHOP, 1e6);
    for (text, why) in [
        ("DELETE FROM heap WHERE a = 1", "no key to walk"),
        ("UPDATE orders SET id = id + 1", "walked by"),
        ("DELETE FROM orders WHERE sttus = 'x'", "no column sttus"),
        ("DELETE FROM orders WHERE random() < 0.1", "other rows each time"),
    ] {
        let said = refused(&shop, text);
        assert!(said.contains(why), "{text}: {said}");
    }
    let tree =
        schema("CREATE TABLE t (id int PRIMARY KEY, up int NOT NULL REFERENCES t ON DELETE CASCADE)", 1e6);
    assert!(refused(&tree, "DELETE FROM t WHERE id > 5").contains("in a circle"));
}

#[test]
fn a_row_is_set_once_where_setting_it_twice_would_change_it() {
    let shop = schema(SHOP, 1e6);
    let sql = |text: &str| {
        let plan = planned(&shop, text);
        plan.steps().flat_map(|s| &s.up).map(|s| s.judged.statement.sql.clone()).collect::<String>()
    };
    assert!(sql("UPDATE orders SET status = status || '!'").contains("--   do     set once"));
    assert!(sql("UPDATE orders SET placed_at = now()").contains("--   do     set once"));
    assert!(!sql("UPDATE orders SET status = 'x'").contains("set once"));
}

#[test]
fn nothing_is_kept_where_that_is_asked_for() {
    let shop = schema(SHOP, 1e6);
    let discard = PlanOptions { prefer: Some(altimeter_planner::Road::Discard), ..PlanOptions::default() };
    let by = |text: &str, options| plan_with(&shop, text, options);
    let plan = by("DELETE FROM orders WHERE status = 'old'", discard.clone()).unwrap();
    assert!(!titles(&plan).contains("kept"), "{}", titles(&plan));
    assert_eq!(plan.steps().filter(|s| s.lost_on_return.is_some()).count(), 2);
    let kept = by("DELETE FROM orders WHERE status = 'old'", PlanOptions::default()).unwrap();
    assert!(kept.alternatives.iter().any(|a| a.road == discard.prefer));
    let error = by("UPDATE orders SET status = status || '!'", discard).unwrap_err().to_string();
    assert!(error.contains("a second time"), "{error}");
}

#[test]
fn columns_are_split_and_merged_in_words() {
    let shop = schema(SHOP, 1e6);
    let split = says(&shop, "split users.full_name into first_name and last_name at the first space");
    for text in [
        "split the column full_name of users into first_name, last_name by ' '",
        "split full_name into first_name and last_name on users by space",
        "please split users.full_name into first_name text and last_name text at the first space",
    ] {
        assert_eq!(says(&shop, text), split, "{text}");
    }
    assert!(split.starts_with("split public.users.full_name into first_name text as split_part("), "{split}");
    let merged = says(&shop, "merge users.full_name and users.city into label with a comma");
    assert_eq!(says(&shop, "combine full_name and city of users into label, separated by ','"), merged);
    let given = "split users.full_name into given text as split_part(full_name, ' ', 1), family varchar(20) as lower(full_name)";
    assert!(says(&shop, given).contains("family character varying(20) as lower(full_name)"));
    let unread = |text: &str| read_request(&PostgresEngine, &shop, text).unwrap_err().to_string();
    assert!(unread("split users.full_name into a and b").contains("at what it is split"));
    assert!(unread("split users.full_name into a text as lower(city), b text as 'x'").contains("reads city"));
    assert!(unread("split users.full_name into city and b by ','").contains("city already"));
}

#[test]
fn split_columns_are_in_step_until_the_old_one_goes() {
    let shop = schema(SHOP, 1e6);
    let plan = planned(&shop, "split users.full_name into first_name and last_name at the first space");
    let lost: Vec<&str> =
        plan.steps().filter(|s| s.lost_on_return.is_some()).map(|s| s.title.as_str()).collect();
    assert_eq!(lost, ["drop full_name"]);
    assert!(plan.steps().flat_map(|s| &s.after).any(|c| c.sql.contains("count(*) <= 0")));
    let said = refused(&shop, "split users.city into a and b by ','");
    assert!(said.contains("cities"), "{said}");
    // Nobody said how the old one is made of the new ones.
    let one_way = "split users.full_name into a text as lower(full_name), b text as upper(full_name)";
    let plan = planned(&shop, one_way);
    assert!(plan.steps().any(|s| s.kind == StepKind::Deploy && s.lost_on_return.is_some()));
}
