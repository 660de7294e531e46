use altimeter_catalog::{Check, Name};
use altimeter_planner::verify::VerifiedTrigger;

use super::*;
use crate::format::schema_verify;
use crate::{Layout, expected, wrap};

fn check(check: Check, answer: Answer) -> VerifiedCheck {
    VerifiedCheck { check, sql: "SELECT true AS ok".into(), answer }
}

fn verification() -> Verification {
    let users = Name::new("public", "users");
    let missing = Check::ColumnMissing { table: users.clone(), column: "username".into() };
    let nulls = Check::NoNulls { table: users, column: "email".into() };
    let unknown = Answer::Unknown { why: "it took longer than 60 s".into(), next: "--timeout 600".into() };
    let lag = Answer::Holds { measured: Some("0.2 s".into()) };
    Verification {
        request: "rename public.users.user_name to username".into(),
        database: "shop on 17.5".into(),
        standby: false,
        standing: Standing::Between(0..=0),
        stands: "before the first step".into(),
        steps: vec![VerifiedStep {
            id: "expand-1".into(),
            title: "add column username".into(),
            when: Moment::Before,
            must_hold: true,
            checks: vec![check(missing, Answer::Fails { measured: None }), check(nulls, unknown)],
        }],
        triggers: vec![VerifiedTrigger {
            when: "a standby falls behind".into(),
            threshold: "more than 10 s".into(),
            check: check(Check::StandbyLagBelow { seconds: 10 }, lag),
        }],
    }
}

#[test]
fn every_format_says_what_holds_what_does_not_and_what_is_unknown() {
    let all = verification();
    assert_eq!(all.outcome(), Outcome::Fails);
    for report in ALL {
        let made = report.render(&all, Layout::default());
        assert!(made.ends_with('\n'));
        for words in
            ["public.users has no column username", "60 s", "--timeout 600", "0.2 s", "do not begin expand-1"]
        {
            let made = made.split_whitespace().collect::<Vec<_>>().join(" ").replace('\\', "");
            assert!(made.contains(words), "{}: no {words} in {made}", report.name());
        }
    }
    let json = json::Json.render(&all, Layout::default());
    expected::assert_valid(&schema_verify(), &serde_json::from_str(&json).unwrap());
}

#[test]
fn what_was_changed_by_others_is_said_and_stops_everything() {
    let mut changed = verification();
    changed.steps.clear();
    changed.standing =
        Standing::Changed { nearest: 0, differences: vec!["public.users: column a is gone".into()] };
    assert_eq!(changed.outcome(), Outcome::Fails);
    for report in ALL {
        let made = report.render(&changed, Layout::default());
        assert!(made.contains("column a is gone") && made.contains("run nothing of this plan"), "{made}");
    }
}

#[test]
fn lines_fit_the_page() {
    for width in [60, 100] {
        let made = text::Text.render(&verification(), Layout { width, ..Layout::default() });
        assert!(made.lines().all(|l| wrap::columns(l) <= width), "{made}");
    }
}
