//! What depends on a column goes with it, planned offline for the snapshot of a shop with fifty million users.

use altimeter_catalog::{
    Catalog, ExtendedStatistics, Grant, Name, PolicyDefinition, StatisticsDefinition, Table, View, ViewColumn,
};
use altimeter_planner::Plan;

use crate::common::{self, plan, planned};

const QUERY: &str = "SELECT id, email, country, last_seen FROM public.users WHERE (status = 'active'::text)";

/// The shop, as a server is read whose views and policies can be printed.
fn shop() -> Catalog {
    let mut catalog = common::shop();
    let user = catalog.server.user.clone();
    let typed = |name: &str, type_name: &str| ViewColumn {
        name: name.to_owned(),
        type_name: Some(type_name.to_owned()),
        ..ViewColumn::default()
    };
    catalog.views.change_all(|view: &mut View| {
        view.definition = Some(QUERY.to_owned());
        view.owner = Some(user.clone());
        view.comment = Some("it's who is there".to_owned());
        view.options = vec!["security_barrier=true".to_owned()];
        view.grants = vec![Grant {
            grantee: "Odd; reader".to_owned(),
            privileges: vec!["SELECT".to_owned()],
            grantable: true,
        }];
        view.details = vec![
            typed("id", "bigint"),
            typed("email", "text"),
            typed("country", "character(2)"),
            typed("last_seen", "timestamp with time zone"),
        ];
    });
    let policy = &mut users(&mut catalog).policies[0];
    policy.definition = Some(PolicyDefinition {
        roles: vec!["PUBLIC".to_owned()],
        using: Some("((country)::text = current_setting('shop.country'::text, true))".to_owned()),
        check: None,
    });
    policy.comment = Some("for later".to_owned());
    catalog
}

fn users(catalog: &mut Catalog) -> &mut Table {
    catalog.table_mut(&Name::new("public", "users")).unwrap()
}

fn statement(plan: &Plan, beginning: &str) -> String {
    let mut up = plan.steps().flat_map(|s| &s.up).map(|s| s.judged.statement.sql.clone());
    up.find(|sql| sql.contains(beginning)).unwrap_or_else(|| panic!("{beginning}"))
}

#[test]
fn a_view_and_a_policy_are_made_again_where_the_columns_change_names() {
    let plan = planned(&shop(), "make users.country text");
    let swap = statement(&plan, "RENAME COLUMN altimeter_country TO country");
    let places: Vec<usize> = [
        "DROP POLICY users_by_country ON public.users",
        "DROP VIEW public.active_users",
        "RENAME COLUMN country TO altimeter_country_old",
        "CREATE VIEW public.active_users WITH (security_barrier=true) AS SELECT id, email",
        "GRANT SELECT ON TABLE public.active_users TO \"Odd; reader\" WITH GRANT OPTION",
        "COMMENT ON VIEW public.active_users IS 'it''s who is there'",
        "CREATE POLICY users_by_country ON public.users AS PERMISSIVE FOR ALL TO PUBLIC USING",
        "COMMENT ON POLICY users_by_country ON public.users IS 'for later'",
    ]
    .iter()
    .map(|part| swap.find(part).unwrap_or_else(|| panic!("{part} in {swap}")))
    .collect();
    assert!(places.is_sorted(), "{swap}");
    // By hand it is the same, around the plain statement.
    let direct: Vec<&str> = plan.direct.iter().map(|j| j.statement.sql.as_str()).collect();
    assert!(direct.iter().any(|sql| sql.starts_with("DROP VIEW")), "{direct:?}");
    assert!(direct.iter().any(|sql| sql.starts_with("CREATE POLICY")), "{direct:?}");
}

#[test]
fn statistics_are_built_aside_before_they_are_needed() {
    let mut catalog = shop();
    let statistics = ExtendedStatistics {
        name: Name::new("public", "together"),
        columns: vec!["bio".to_owned(), "status".to_owned()],
        definition: Some(StatisticsDefinition {
            kinds: vec!["mcv".to_owned()],
            on: vec!["status".to_owned(), "bio".to_owned()],
        }),
        comment: Some("counted".to_owned()),
    };
    users(&mut catalog).statistics.push(statistics);
    let plan = planned(&catalog, "alter table users alter column bio type jsonb using bio::jsonb");
    let aside = statement(&plan, "CREATE STATISTICS");
    assert_eq!(
        aside,
        "CREATE STATISTICS public.altimeter_together (mcv) ON status, altimeter_bio FROM public.users"
    );
    assert!(statement(&plan, "ALTER STATISTICS").contains("RENAME TO together"));
    assert_eq!(
        statement(&plan, "COMMENT ON STATISTICS"),
        "COMMENT ON STATISTICS public.together IS 'counted'"
    );
}

#[test]
fn a_column_that_is_needed_is_refused_with_the_texts() {
    let refused = plan(&shop(), "drop column country from users").unwrap_err().to_string();
    assert!(refused.contains(QUERY), "{refused}");
    assert!(refused.contains("FOR ALL USING ((country)::text = "), "{refused}");
}

#[test]
fn a_view_loses_a_column_and_gets_it_back() {
    let catalog = shop();
    let plan = planned(
        &catalog,
        "CREATE OR REPLACE VIEW active_users AS SELECT id, email, last_seen FROM users WHERE status = 'active'",
    );
    let step = plan.steps().find(|s| !s.up.is_empty()).unwrap();
    let (up, down) = (&step.up[0].judged.statement.sql, &step.down[0].judged.statement.sql);
    assert!(up.contains("CREATE VIEW public.active_users AS SELECT id, email, last_seen FROM users"), "{up}");
    assert!(up.contains("TO \"Odd; reader\" WITH GRANT OPTION"), "{up}");
    assert!(down.contains(QUERY), "{down}");
    assert!(plan.steps().all(|s| s.lost_on_return.is_none()));
    // What only gets a column more stays where it is.
    let more =
        format!("CREATE OR REPLACE VIEW active_users AS {}", QUERY.replace("last_seen", "last_seen, status"));
    let plan = planned(&catalog, &more);
    assert!(statement(&plan, "CREATE").starts_with("CREATE OR REPLACE VIEW public.active_users AS"));
}
