//! One step of a plan, folded.

use altimeter_catalog::Catalog;
use altimeter_planner::{PlannedCheck, PlannedStatement, Step};

use crate::summary::{arithmetic, statement};
use crate::{escape, markup};

/// The step in a `<details>` element, its SQL in fenced blocks.
pub(super) fn write(out: &mut String, catalog: &Catalog, step: &Step) {
    let no_return = if step.lost_on_return.is_some() { " · no way back without loss" } else { "" };
    let title = escape::html(&format!("{} · {}{no_return}", step.id, step.title));
    out.push_str(&format!("<details>\n<summary>{title}</summary>\n\n{}\n\n", escape::markdown(&step.why)));
    if let Some(change) = &step.app_change {
        out.push_str(&format!("**Deploy**: {}\n\n", escape::markdown(change)));
    }
    write_checks(out, "Before", &step.before);
    write_statements(out, catalog, "Up", &step.up);
    if let Some(progress) = &step.progress {
        out.push_str(&format!("**Progress**\n\n{}\n", escape::fenced("sql", &statement::runnable(progress))));
    }
    write_checks(out, "After", &step.after);
    write_statements(out, catalog, "Down", &step.down);
    if let Some(lost) = &step.lost_on_return {
        out.push_str(&format!("**Lost on the way back**: {}\n\n", escape::markdown(lost)));
    }
    out.push_str("</details>\n\n");
}

fn write_checks(out: &mut String, title: &str, checks: &[PlannedCheck]) {
    if checks.is_empty() {
        return;
    }
    out.push_str(&format!("**{title}**\n\n"));
    for check in checks {
        let sql = escape::fenced("sql", &statement::runnable(&check.sql));
        out.push_str(&format!("{}\n\n{sql}\n", escape::markdown(&check.says)));
    }
}

fn write_statements(out: &mut String, catalog: &Catalog, title: &str, statements: &[PlannedStatement]) {
    if statements.is_empty() {
        return;
    }
    out.push_str(&format!("**{title}**\n\n"));
    for planned in statements {
        out.push_str(&escape::fenced("sql", &statement::runnable(&planned.judged.statement.sql)));
        out.push_str(&format!(
            "\n{}\n\n",
            escape::markdown(&statement::pieces(catalog, planned).join(" · "))
        ));
        markup::arithmetic(out, &arithmetic::sums(&planned.judged));
    }
}
