//! Reports of the rules, one file a format.

mod json;
mod kind;
mod markdown;
mod text;

pub use kind::RulesReport;
pub(crate) use markdown::page;

/// Every format, by the name `--format` knows it by.
pub static ALL: &[&dyn RulesReport] = &[&text::Text, &json::Json, &markdown::Markdown];

#[cfg(test)]
mod tests {
    use altimeter_analysis::rules;

    use super::*;
    use crate::format::schema_rules;
    use crate::{Layout, expected, wrap};

    #[test]
    fn every_format_shows_every_rule_and_its_examples() {
        for report in ALL {
            let list = report.render_rules(rules::ALL, Layout::default());
            assert!(list.ends_with('\n'));
            for rule in rules::ALL {
                assert!(list.contains(rule.name()), "{} without {}", report.name(), rule.name());
                let page = report.render_rule(rule, Layout::default());
                assert!(page.ends_with('\n'));
                for case in rule.page().cases {
                    let line = case.sql.lines().next().unwrap();
                    let line =
                        if report.name() == "json" { line.replace('"', "\\\"") } else { line.to_owned() };
                    assert!(page.contains(&line), "{}: {} without {line}", report.name(), rule.name());
                }
            }
        }
    }

    #[test]
    fn every_line_but_sql_fits_the_page() {
        for width in [60, 80, 120] {
            let layout = Layout { width, ..Layout::default() };
            let list = text::Text.render_rules(rules::ALL, layout);
            assert!(list.lines().all(|l| wrap::columns(l) <= width), "{list}");
            for rule in rules::ALL {
                let sql: Vec<String> = rule.page().cases.into_iter().map(|c| c.sql).collect();
                let made = text::Text.render_rule(rule, layout);
                for line in made.lines().filter(|l| !sql.iter().any(|s| s.contains(l.trim()))) {
                    assert!(wrap::columns(line) <= width, "over {width}: {line}");
                }
            }
        }
    }

    #[test]
    fn what_is_written_validates_against_its_schema() {
        let written = json::Json.render_rules(rules::ALL, Layout::default());
        expected::assert_valid(&schema_rules(), &serde_json::from_str(&written).unwrap());
    }
}
