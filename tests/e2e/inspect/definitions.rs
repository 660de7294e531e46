//! The texts of views, policies and statistics, comments and privileges: what is needed to make each of them again.

use std::time::{Duration, Instant};

use altimeter_catalog::{Grant, Name, PolicyDefinition};
use altimeter_tests::server::Server;
use anyhow::{Context as _, Result, ensure};

use super::{MAJORS, ensure_unknown, inspect};

const SETUP: &str = r#"
    CREATE TABLE t ("a b" int PRIMARY KEY, who text, n int);
    CREATE VIEW "V; 1" WITH (security_barrier) AS SELECT "a b", who FROM t WHERE n > 0 WITH LOCAL CHECK OPTION;
    COMMENT ON VIEW "V; 1" IS 'it''s a view'; COMMENT ON COLUMN "V; 1".who IS 'who';
    GRANT SELECT ON "V; 1" TO pg_monitor WITH GRANT OPTION; GRANT UPDATE (who) ON "V; 1" TO PUBLIC;
    ALTER VIEW "V; 1" ALTER who SET DEFAULT 'x';
    CREATE MATERIALIZED VIEW m WITH (fillfactor = 70) AS SELECT n FROM t; COMMENT ON MATERIALIZED VIEW m IS 'rows';
    CREATE POLICY p ON t FOR UPDATE TO pg_monitor, PUBLIC USING (n > 1) WITH CHECK (who = CURRENT_USER);
    COMMENT ON POLICY p ON t IS 'who may'; COMMENT ON CONSTRAINT t_pkey ON t IS 'key'; COMMENT ON INDEX t_pkey IS 'index';
    CREATE STATISTICS s (mcv) ON who, n FROM t; COMMENT ON STATISTICS s IS 'together'; COMMENT ON TABLE t IS 'table'"#;

#[test]
fn what_is_needed_to_make_them_again() -> Result<()> {
    for major in MAJORS {
        let database = Server::shared(major)?.database("definitions")?;
        let session = database.session()?;
        session.script(SETUP)?;
        let catalog = inspect(&database.url)?;
        let view = catalog.view(&Name::new("public", "V; 1")).context("the view")?;
        let query = view.definition.as_deref().context("its query")?;
        ensure!(query.contains("FROM public.t") && !query.ends_with(';'), "{query}");
        ensure!(view.options == ["security_barrier=true", "check_option=local"], "{:?}", view.options);
        ensure!(view.owner.as_ref() == Some(&catalog.server.user), "{:?}", view.owner);
        ensure!(view.comment.as_deref() == Some("it's a view"), "{:?}", view.comment);
        let reader =
            Grant { grantee: "pg_monitor".into(), privileges: vec!["SELECT".into()], grantable: true };
        ensure!(view.grants == [reader], "{:?}", view.grants);
        let who = view.details.iter().find(|d| d.name == "who").context("who")?;
        ensure!(who.type_name.as_deref() == Some("text") && who.comment.as_deref() == Some("who"), "{who:?}");
        ensure!(who.default.as_deref() == Some("'x'::text"), "{who:?}");
        ensure!(who.grants.len() == 1 && who.grants[0].grantee == "PUBLIC", "{who:?}");
        let rows = catalog.view(&Name::new("public", "m")).context("the materialized view")?;
        ensure!(rows.definition.is_some() && rows.options == ["fillfactor=70"], "{rows:?}");
        let table = catalog.table(&Name::new("public", "t")).context("the table")?;
        let policy = table.policies.first().context("the policy")?;
        let definition = PolicyDefinition {
            roles: vec!["PUBLIC".into()],
            using: Some("(n > 1)".into()),
            check: Some("(who = CURRENT_USER)".into()),
        };
        ensure!(policy.definition.as_ref() == Some(&definition), "{policy:?}");
        let statistics = table.statistics.first().context("the statistics")?;
        let counted = statistics.definition.as_ref().context("what is counted")?;
        ensure!(counted.kinds == ["mcv"] && counted.on == ["who", "n"], "{counted:?}");
        let comments = [
            table.comment.as_deref(),
            policy.comment.as_deref(),
            statistics.comment.as_deref(),
            table.constraints.iter().find(|c| c.name == "t_pkey").and_then(|c| c.comment.as_deref()),
            table.indexes.first().and_then(|i| i.comment.as_deref()),
            catalog.table(&Name::new("public", "m")).and_then(|m| m.comment.as_deref()),
        ];
        let wanted = ["table", "who may", "together", "key", "index", "rows"].map(Some);
        ensure!(comments == wanted, "{comments:?}");
        // What is locked is not waited for, and said.
        let locking = database.session()?;
        locking.script("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE")?;
        let began = Instant::now();
        let locked = inspect(&database.url)?;
        ensure!(began.elapsed() < Duration::from_secs(5), "took {:?}", began.elapsed());
        ensure!(locked.views.iter().all(|v| v.definition.is_none()), "nothing was opened");
        ensure_unknown(&locked, "the texts of views and policies", "inspect again")?;
        locking.script("ROLLBACK")?;
    }
    Ok(())
}
