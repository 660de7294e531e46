//! The arithmetic that estimates keep where it is asked for: it is that of the numbers they print.

use altimeter_analysis::review::{Passage, Reviewer, Sending};
use altimeter_analysis::{Estimate, Range};
use altimeter_catalog::{Catalog, Engine};
use altimeter_engine_postgres::PostgresEngine;
use altimeter_planner::PlanOptions;

use crate::common::{plan_with, shop};

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
}

fn adds_up(whose: &str, name: &str, range: &Range) {
    let sum: f64 = range.terms.iter().map(|t| t.likely).sum();
    assert!(close(sum, range.likely), "{whose}: {name} is {}, its terms {sum}: {range:#?}", range.likely);
    for term in &range.terms {
        assert!(close(term.product(), term.likely), "{whose}: {name}: {term:#?}");
        assert!(term.low <= term.likely && term.likely <= term.high, "{whose}: {name}: {term:#?}");
        assert!(term.factors.iter().all(|f| !f.of.is_empty()), "{whose}: {name}: {term:#?}");
    }
}

/// How many quantities had terms.
fn all_add_up(whose: &str, estimate: &Estimate) -> usize {
    let quantities = estimate.quantities();
    let known = quantities.iter().filter_map(|(name, range)| Some((*name, (*range)?)));
    known.clone().for_each(|(name, range)| adds_up(whose, name, range));
    known.filter(|(_, range)| !range.terms.is_empty()).count()
}

/// Statements of every kind that has a model of its own.
const STATEMENTS: &str = "
    ALTER TABLE users ADD COLUMN token uuid DEFAULT gen_random_uuid();
    ALTER TABLE users ALTER COLUMN login_count TYPE bigint;
    ALTER TABLE users ALTER COLUMN bio TYPE jsonb USING bio::jsonb;
    ALTER TABLE users ALTER COLUMN email SET NOT NULL;
    ALTER TABLE users ADD CONSTRAINT positive CHECK (login_count >= 0);
    ALTER TABLE orders ADD CONSTRAINT of_user FOREIGN KEY (user_id) REFERENCES users (id);
    CREATE INDEX ON users (last_seen);
    CREATE UNIQUE INDEX CONCURRENTLY twice ON users (lower(email), id) WHERE status = 'active';
    CREATE INDEX ON users USING gin (to_tsvector('simple', bio));
    CREATE INDEX ON users USING brin (created_at);
    CREATE INDEX ON users USING hash (email);
    CREATE INDEX ON users USING gist (tsrange(created_at, last_seen));
    REINDEX TABLE users;
    REINDEX TABLE CONCURRENTLY orders;
    DROP INDEX users_created_at_idx;
    VACUUM FULL users;
    CLUSTER users USING users_pkey;
    UPDATE users SET status = 'old';
    UPDATE users SET status = 'old' WHERE id < 1000;
    DELETE FROM orders WHERE total < 0;
    DELETE FROM orders;
    INSERT INTO orders SELECT * FROM orders;
    ALTER TABLE users RENAME COLUMN user_name TO username;
    ALTER TABLE users SET UNLOGGED;
    TRUNCATE orders;
    DROP TABLE orders;
";

fn reviewed(catalog: Catalog, explain: bool) -> Vec<(String, Estimate)> {
    let text = PostgresEngine.read(STATEMENTS);
    let mut reviewer = Reviewer::new(&PostgresEngine, catalog, true).explaining(explain);
    let passage = Passage { text: text.as_ref(), offset: 0, lines_before: 0, sending: Sending::Each };
    let statements = reviewer.passage(&passage);
    statements.iter().map(|s| (s.judged.statement.sql.clone(), s.judged.estimate.clone())).collect()
}

#[test]
fn terms_add_up_to_what_is_printed() {
    let mut catalogs = vec![shop()];
    let mut changed = shop();
    changed.server.speed = None;
    changed.server.settings.insert("data_checksums".into(), "on".into());
    changed.server.settings.insert("effective_cache_size".into(), "1000000".into());
    for table in changed.tables.iter().map(|t| t.name.clone()).collect::<Vec<_>>() {
        let table = changed.table_mut(&table).unwrap();
        table.size.toast_bytes = Some(5_000_000_000);
        table.activity.iter_mut().for_each(|a| a.dead_rows = 900_000);
    }
    catalogs.push(changed);
    for catalog in catalogs {
        let statements = reviewed(catalog.clone(), true);
        assert!(statements.len() > 20);
        let explained = statements.iter().filter(|(sql, estimate)| all_add_up(sql, estimate) > 1).count();
        assert!(explained + 4 > statements.len(), "{explained} of {}", statements.len());
        // What is kept changes no number.
        for ((sql, with), (_, without)) in statements.iter().zip(reviewed(catalog, false)) {
            let mut with = with.clone();
            with.forget_arithmetic();
            assert_eq!(with, without, "{sql}");
        }
    }
}

#[test]
fn plans_explain_every_statement_or_none() {
    let catalog = shop();
    for request in [
        "rename users.user_name to username",
        "change the type of users.login_count from integer to bigint",
        "add an index on users(last_seen)",
        "drop the column bio from users",
        "alter table users alter column bio set not null",
        "delete from orders where total < 0",
    ] {
        let explained = |explain| {
            let options = PlanOptions { explain, ..PlanOptions::default() };
            let plan = plan_with(&catalog, request, options).unwrap();
            let statements = plan.steps().flat_map(|s| s.up.iter().chain(&s.down)).map(|s| &s.judged);
            let counts = statements.chain(&plan.direct).map(|j| all_of(&j.estimate, explain, request));
            counts.collect::<Vec<usize>>()
        };
        assert!(explained(true).iter().all(|n| *n > 0), "{request}");
        assert!(explained(false).iter().all(|n| *n == 0), "{request}");
    }
}

fn all_of(estimate: &Estimate, explain: bool, request: &str) -> usize {
    match explain {
        true => all_add_up(request, estimate),
        false => estimate.quantities().iter().filter_map(|(_, r)| *r).map(|r| r.terms.len()).sum(),
    }
}
