//! Plans that move columns into a table of their own, and back, made offline.

use altimeter_engine_postgres::PostgresEngine;
use altimeter_planner::{Plan, StepKind, read_request};

use crate::common::{planned, refused, says, schema, titles};

const CUSTOMERS: &str = "CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL, street text, city text, zip text NOT NULL,
      country text NOT NULL DEFAULT 'DE', seen_at timestamptz DEFAULT now(), agent_id int, CHECK (name <> city));
    CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers);
    CREATE TABLE heap (a int, b text);
    CREATE TABLE agents (id int PRIMARY KEY);
    ALTER TABLE customers ADD FOREIGN KEY (agent_id) REFERENCES agents;
    CREATE VIEW streets AS SELECT id, street FROM customers WHERE street <> ''";

const BOTH: &str = "CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL);
    CREATE TABLE addresses (customer_id bigint PRIMARY KEY REFERENCES customers ON DELETE CASCADE, city text, zip text NOT NULL);
    CREATE TABLE notes (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers, note text);
    CREATE TABLE plain (customer_id bigint PRIMARY KEY REFERENCES customers, name text);
    CREATE TABLE times (customer_id bigint PRIMARY KEY REFERENCES customers, at timestamptz DEFAULT now());
    CREATE TABLE seen (customer_id bigint PRIMARY KEY REFERENCES customers, at timestamptz);
    CREATE VIEW last_seen AS SELECT at FROM seen";

fn lost(plan: &Plan) -> Vec<String> {
    plan.steps().filter(|s| s.lost_on_return.is_some()).map(|s| s.title.clone()).collect()
}

#[test]
fn a_split_is_asked_for_in_words() {
    let shop = schema(CUSTOMERS, 1e6);
    let wanted = says(&shop, "move city and zip of customers into a new table addresses");
    assert_eq!(
        wanted,
        "move public.customers.city, public.customers.zip into a new table public.addresses keyed by customer_id"
    );
    for text in [
        wanted.as_str(),
        "move columns city and zip of customers into a new table addresses",
        "move customers.city and customers.zip into a new table addresses",
        "move city, zip from customers to addresses",
        "please extract the columns city, zip from the customers table into a new table called addresses",
        "normalise city and zip of customers into the table addresses",
        "normalize customers.city, customers.zip into addresses",
        "split city and zip off customers into a new table addresses",
        "split the table customers: city and zip go into a new table addresses",
        "customers: move city and zip into a new table addresses",
        "create a new table addresses with city and zip from customers",
        "move city and zip of customers into public.addresses with key customer_id",
        "normalise city and zip of customers into a new table addresses with a foreign key",
        "normalise city and zip into a new table addresses on customers with a foreign key",
        "vertically split customers: move city and zip into a new table addresses",
        "move the columns city and zip from the table customers into the addresses table",
        "create a table addresses from customers with the columns city and zip",
    ] {
        assert_eq!(says(&shop, text), wanted, "{text}");
    }
    let named = says(&shop, "move city of customers into a new table addresses keyed by owner");
    assert!(named.ends_with("keyed by owner"), "{named}");
    let unread = |text: &str| read_request(&PostgresEngine, &shop, text).unwrap_err().to_string();
    let taken = unread("move city of customers into orders");
    assert!(taken.contains("orders already"), "{taken}");
    assert!(unread("move town of customers into a new table addresses").contains("no column town"));
}

#[test]
fn a_merge_is_asked_for_in_words() {
    let both = schema(BOTH, 1e6);
    let wanted = says(&both, "merge table addresses back into customers");
    assert_eq!(wanted, "merge table public.addresses back into public.customers");
    for text in [
        wanted.as_str(),
        "merge addresses into customers",
        "please merge the table addresses into the table customers",
        "fold addresses back into customers",
        "combine the addresses table with customers",
        "move everything in addresses back into customers",
        "move all columns of addresses back into customers",
        "merge table addresses back into customers and drop it",
        "move everything from addresses back into the customers table",
    ] {
        assert_eq!(says(&both, text), wanted, "{text}");
    }
    let unread = |text: &str| read_request(&PostgresEngine, &both, text).unwrap_err().to_string();
    assert!(unread("merge addresses into clients").contains("clients"));
}

#[test]
fn a_split_can_be_taken_back_until_the_columns_go() {
    let shop = schema(CUSTOMERS, 1e6);
    let plan = planned(&shop, "move zip of customers into a new table addresses");
    assert_eq!(
        titles(&plan).lines().collect::<Vec<_>>(),
        [
            "make public.addresses",
            "give zip a default",
            "keep both in step (triggers)",
            "copy rows into public.addresses, in batches",
            "statistics of public.addresses",
            "deploy: use public.addresses",
            "old code gone?",
            "drop zip from public.customers",
        ]
    );
    assert_eq!(lost(&plan), ["drop zip from public.customers"]);
    assert!(plan.steps().flat_map(|s| &s.after).any(|c| c.sql.contains("FULL JOIN")));
    let found = plan.coexistence.unwrap();
    assert!(found.new.unwrap().derived > found.old.derived, "{found:?}");
    // Every row has one of its own where none must be given a value.
    let plan = planned(&shop, "move country of customers into a new table addresses");
    assert!(plan.steps().any(|s| s.up.iter().any(|u| u.judged.statement.sql.contains("BEFORE INSERT"))));
    assert!(plan.steps().all(|s| !s.title.contains("default")));
}

#[test]
fn the_direct_way_of_a_split_is_plain_sql() {
    let shop = schema(CUSTOMERS, 1e6);
    let plan = planned(&shop, "move zip and country of customers into a new table addresses");
    let direct: Vec<&str> = plan.direct.iter().map(|j| j.statement.sql.as_str()).collect();
    assert_eq!(
        direct,
        [
            "CREATE TABLE public.addresses (customer_id bigint NOT NULL, zip text NOT NULL, country text NOT NULL DEFAULT 'DE'::text, \
             PRIMARY KEY (customer_id), FOREIGN KEY (customer_id) REFERENCES public.customers (id) ON UPDATE CASCADE ON DELETE CASCADE)",
            "INSERT INTO public.addresses (customer_id, zip, country) SELECT id, zip, country FROM public.customers",
            "ALTER TABLE public.customers DROP COLUMN zip",
            "ALTER TABLE public.customers DROP COLUMN country",
        ]
    );
}

#[test]
fn what_cannot_be_split_is_refused_with_what_would_be_needed() {
    let shop = schema(CUSTOMERS, 1e6);
    for (columns, why) in [
        ("id", "needed by"),
        ("street", "streets"),
        ("city", "stay, too"),
        ("seen_at", "no plain value"),
        ("agent_id", "foreign key"),
    ] {
        let said = refused(&shop, &format!("move {columns} of customers into a new table x"));
        assert!(said.contains(why), "{columns}: {said}");
    }
    assert!(refused(&shop, "move b of heap into a new table x").contains("no primary key"));
    let with =
        |more: &str| schema(&format!("CREATE TABLE t (id int PRIMARY KEY, x text, y text); {more}"), 1e6);
    for (more, why) in [
        ("ALTER TABLE t ENABLE ROW LEVEL SECURITY", "row security"),
        ("CREATE UNIQUE INDEX xy ON t (x, y)", "columns that stay"),
        ("ALTER TABLE t ADD COLUMN z text GENERATED ALWAYS AS (x || '!') STORED", "generated column z"),
        ("ALTER TABLE t ADD CONSTRAINT u UNIQUE (x) DEFERRABLE", "deferrable"),
        ("CREATE STATISTICS s ON x, y FROM t", "extended statistics"),
        (
            "CREATE TABLE o (x text); ALTER TABLE t ADD UNIQUE (x); ALTER TABLE o ADD FOREIGN KEY (x) REFERENCES t (x)",
            "foreign key o_x_fkey",
        ),
    ] {
        let said = refused(&with(more), "move x of t into a new table parts");
        assert!(said.contains(why), "{more}: {said}");
    }
    let parts = schema("CREATE TABLE p (id int, x text, PRIMARY KEY (id)) PARTITION BY RANGE (id)", 1e6);
    assert!(refused(&parts, "move x of p into a new table parts").contains("partitioned"));
}

#[test]
fn a_merge_lets_rows_follow_first_where_they_do_not() {
    let both = schema(BOTH, 1e6);
    let plan = planned(&both, "merge addresses into customers");
    assert!(!titles(&plan).contains("go with their parent"), "{}", titles(&plan));
    assert!(plan.cautions.iter().any(|c| c.contains("zip may be NULL")), "{:?}", plan.cautions);
    let seen = schema(&BOTH.replace("CREATE VIEW last_seen AS SELECT at FROM seen", ""), 1e6);
    let plan = planned(&seen, "merge seen into customers");
    assert!(titles(&plan).contains("go with their parent"), "{}", titles(&plan));
    assert_eq!(lost(&plan), ["drop public.seen"]);
    let last = plan.steps().last().unwrap();
    assert!(last.down.iter().any(|d| d.judged.statement.sql.starts_with("CREATE TABLE public.seen")));
    assert!(plan.steps().filter(|s| s.kind == StepKind::Backfill).all(|s| s.progress.is_some()));
}

#[test]
fn what_cannot_be_merged_is_refused_with_what_would_be_needed() {
    let both = schema(BOTH, 1e6);
    for (table, why) in [
        ("notes", "no foreign key on public.customers"),
        ("plain", "has a column name already"),
        ("times", "no plain value"),
        ("seen", "last_seen"),
    ] {
        let said = refused(&both, &format!("merge {table} into customers"));
        assert!(said.contains(why), "{table}: {said}");
    }
}
