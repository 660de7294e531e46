//! Changes of type, planned offline for the snapshot of a shop with fifty million users: the short road, the long one,
//! and what is refused.

use altimeter_catalog::{Catalog, ExtendedStatistics, Name, Table, TypeKind, UserType};
use altimeter_planner::StepKind;

use crate::common::{self, plan, planned};

fn shop() -> Catalog {
    let mut catalog = common::shop();
    let labels = ["open", "paid"].map(str::to_owned).to_vec();
    let name = Name::new("public", "order_state");
    catalog.types.push(UserType { name, kind: TypeKind::Enum { labels }, extension: None });
    catalog
}

fn users(catalog: &mut Catalog) -> &mut Table {
    catalog.table_mut(&Name::new("public", "users")).unwrap()
}

#[test]
fn what_is_only_noted_is_one_statement() {
    let mut catalog = shop();
    for column in &mut users(&mut catalog).columns {
        if column.name == "display_name" {
            column.type_name = "character varying(50)".to_owned();
        }
    }
    let plan = planned(&catalog, "widen users.display_name to text");
    let up: Vec<&str> = plan.steps().flat_map(|s| &s.up).map(|s| s.judged.statement.sql.as_str()).collect();
    assert_eq!(up, ["ALTER TABLE public.users ALTER COLUMN display_name TYPE text"]);
    // Going back would write the table anew: it goes the long way, and says what that costs.
    let step = plan.steps().find(|s| !s.up.is_empty()).unwrap();
    assert!(step.down.len() > 5, "{:?}", step.down.len());
    assert!(step.lost_on_return.as_ref().unwrap().contains("no room for"));
    assert!(plan.cautions.iter().all(|c| !c.contains("last column")));
}

#[test]
fn a_value_that_may_not_convert_is_looked_for_before_anything_depends_on_it() {
    let catalog = shop();
    let plan = planned(&catalog, "change the type of users.bio from text to integer");
    let first = plan.steps().next().unwrap();
    assert!(first.after[0].sql.starts_with("SELECT count(*) = 0 AS ok"), "{}", first.after[0].sql);
    let listed = plan.cautions.iter().find(|c| c.contains("do not become")).unwrap();
    assert!(listed.contains("SELECT * FROM public.users WHERE NOT "), "{listed}");
    let swap = plan.steps().find(|s| s.title == "bio becomes integer").unwrap();
    assert!(swap.before.iter().any(|c| c.sql == first.after[0].sql));
    assert!(swap.lost_on_return.is_none());
    assert!(
        plan.steps()
            .any(|s| s.kind == StepKind::Deploy && s.app_change.as_ref().unwrap().contains("cached plan"))
    );
    // All integers are bigints: nothing has to be looked for.
    let plan = planned(&catalog, "change the type of users.login_count to bigint");
    assert!(plan.steps().all(|s| s.after.iter().all(|c| !c.sql.contains("count(*) = 0 AS ok, "))));
}

#[test]
fn only_dropping_the_old_column_is_a_point_of_no_return() {
    let plan = planned(&shop(), "change the type of users.login_count to bigint");
    let lost: Vec<&str> =
        plan.steps().filter(|s| s.lost_on_return.is_some()).map(|s| s.id.as_str()).collect();
    assert_eq!(lost, ["contract-2"]);
    assert!(plan.cautions[0].contains("becomes the last column"));
}

#[test]
fn a_shorter_text_may_be_had_by_a_check() {
    let plan = planned(&shop(), "change users.user_name to varchar(20)");
    assert!(plan.alternatives.iter().any(|a| a.title.contains("CHECK on the length")));
}

#[test]
fn what_hangs_on_the_column_and_cannot_move_is_said() {
    let mut catalog = shop();
    let statistics = ExtendedStatistics {
        comment: None,
        definition: None,
        name: Name::new("public", "together"),
        columns: vec!["bio".to_owned(), "display_name".to_owned()],
    };
    users(&mut catalog).statistics.push(statistics);
    for (request, reason) in [
        (
            "make users.country text",
            "view public.active_users needs the column, and how to make it again is not known",
        ),
        (
            "alter table users alter column bio type jsonb using bio::jsonb",
            "what the statistics public.together count is not known",
        ),
        ("alter table users alter column user_name type integer", "does not become integer without USING"),
        ("alter table orders alter column user_id type text", "cannot compare text with bigint"),
        (
            "alter table users alter column user_name type integer using length(user_name || email)",
            "does not read user_name alone",
        ),
    ] {
        let refused = plan(&catalog, request).unwrap_err();
        assert!(refused.to_string().contains(reason), "{request}: {refused}");
    }
}

#[test]
fn an_enum_gets_a_value_and_keeps_it() {
    let catalog = shop();
    let plan = planned(&catalog, "add the value 'shipped' to the enum order_state after 'open'");
    let step = plan.steps().find(|s| !s.up.is_empty()).unwrap();
    assert_eq!(
        step.up[0].judged.statement.sql,
        "ALTER TYPE public.order_state ADD VALUE 'shipped' AFTER 'open'"
    );
    assert!(step.down.is_empty() && step.lost_on_return.is_some());
    let plan = planned(&catalog, "rename the value 'paid' to 'settled' of the enum order_state");
    assert!(plan.steps().all(|s| s.lost_on_return.is_none()));
}
