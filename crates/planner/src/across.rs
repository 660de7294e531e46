//! Columns that two tables have for the same key, kept in step by triggers on both while old and new code run.

use altimeter_catalog::{
    Across, AcrossPart, Change, Check, Column, FunctionBody, FunctionDefinition, InBoth, Name, Sweep,
    SweepWork, Table, TriggerDefinition,
};

use crate::draft::DraftStep;
use crate::plan::PhaseKind;
use crate::recipe::{RecipeContext, batch_of};

/// The two tables, and what keeps them in step.
pub(crate) struct Halves<'a> {
    pub(crate) context: &'a RecipeContext<'a>,
    /// The table with one row for each key, as the catalog has it.
    pub(crate) parent: &'a Table,
    /// The table that references it.
    pub(crate) child: Name,
    /// The key's columns: the parent's, each with the child's.
    pub(crate) key: Vec<(String, String)>,
    /// The columns both have, with what the parent holds where the child has no row.
    pub(crate) columns: Vec<InBoth>,
    /// Every new row of the parent has one of the child at once.
    pub(crate) always: bool,
    /// A row of the parent that holds nothing any more has none in the child.
    pub(crate) void_goes: bool,
}

/// A literal default, cast or not: what a new row holds can be told from the row.
pub(crate) fn is_literal(default: &str) -> bool {
    let mut quoted = false;
    let colon = default.char_indices().find(|(at, c)| {
        quoted ^= *c == '\'';
        !quoted && default[*at..].starts_with("::")
    });
    let (value, types) = default.split_at(colon.map_or(default.len(), |(at, _)| at));
    let of_types = |c: char| c.is_alphanumeric() || "_ .,:()[]\"".contains(c);
    let value = value.strip_prefix('(').and_then(|v| v.strip_suffix(')')).unwrap_or(value);
    let number = !value.is_empty() && value.chars().all(|c| c.is_ascii_digit() || "-+.e".contains(c));
    let text = value.len() > 1 && value.starts_with('\'') && value.ends_with('\'');
    let one_text = text && value[1..value.len() - 1].replace("''", "").chars().all(|c| c != '\'');
    types.chars().all(of_types) && (number || one_text || ["true", "false", "NULL"].contains(&value))
}

/// A column both tables have, where the parent's is like this.
pub(crate) fn in_both(parents: &Column) -> InBoth {
    InBoth { name: parents.name.clone(), type_name: parents.type_name.clone(), void: parents.default.clone() }
}

impl Halves<'_> {
    /// The names of the columns both have.
    pub(crate) fn names(&self) -> Vec<String> {
        self.columns.iter().map(|c| c.name.clone()).collect()
    }

    fn parts(&self) -> Vec<(AcrossPart, &'static str)> {
        let of_parent = AcrossPart::OfParent { always: self.always, void_goes: self.void_goes };
        let mut parts = vec![(of_parent, "forth"), (AcrossPart::OfChild, "back")];
        if self.always {
            parts.push((AcrossPart::BeforeChild, "first"));
        }
        parts
    }

    fn object(&self, label: &str) -> String {
        let (parent, child) = (&self.parent.name.name, &self.child.name);
        // Behind the names of others, to have as little as possible to do again.
        self.context.name(&format!("zz_altimeter_{parent}_{child}_{label}"))
    }

    fn function(&self, label: &str) -> Name {
        self.parent.name.sibling(self.object(label))
    }

    /// The trigger functions.
    pub(crate) fn create_functions(&self) -> Vec<Change> {
        let one = |(part, label): (AcrossPart, &str)| {
            Change::CreateFunction(FunctionDefinition {
                name: self.function(label),
                body: FunctionBody::Across(Across {
                    parent: self.parent.name.clone(),
                    child: self.child.clone(),
                    key: self.key.clone(),
                    columns: self.columns.clone(),
                    part,
                }),
                or_replace: false,
            })
        };
        self.parts().into_iter().map(one).collect()
    }

    /// Dropping them, once the triggers are gone.
    pub(crate) fn drop_functions(&self, if_exists: bool) -> Vec<Change> {
        let one =
            |(_, label): (AcrossPart, &str)| Change::DropFunction { name: self.function(label), if_exists };
        self.parts().into_iter().map(one).collect()
    }

    fn triggers(&self) -> Vec<TriggerDefinition> {
        let mut triggers = Vec::new();
        for (part, label) in self.parts() {
            let (table, before, events): (_, _, &[&str]) = match part {
                AcrossPart::OfParent { .. } => (&self.parent.name, false, &["INSERT", "UPDATE"]),
                AcrossPart::OfChild => (&self.child, false, &["INSERT", "UPDATE", "DELETE"]),
                AcrossPart::BeforeChild => (&self.child, true, &["INSERT"]),
            };
            let rows = TriggerDefinition {
                name: self.object(label),
                table: table.clone(),
                function: self.function(label),
                before,
                per_row: true,
                events: events.iter().map(|e| (*e).to_owned()).collect(),
                ..TriggerDefinition::default()
            };
            if part == AcrossPart::OfChild {
                triggers.push(TriggerDefinition {
                    name: self.object("back_all"),
                    per_row: false,
                    events: vec!["TRUNCATE".to_owned()],
                    ..rows.clone()
                });
            }
            triggers.push(rows);
        }
        triggers
    }

    /// Making the triggers, each for itself: none of them needs another.
    pub(crate) fn create_triggers(&self) -> Vec<Change> {
        self.triggers().into_iter().map(Change::CreateTrigger).collect()
    }

    /// Dropping those of one of the two tables.
    pub(crate) fn drop_triggers_of(&self, table: &Name, if_exists: bool) -> Vec<Change> {
        let own = self.triggers().into_iter().filter(|t| t.table == *table);
        own.map(|t| Change::DropTrigger { table: t.table, name: t.name, if_exists }).collect()
    }

    /// Dropping all of them.
    pub(crate) fn drop_triggers(&self, if_exists: bool) -> Vec<Change> {
        let mut all = self.drop_triggers_of(&self.child, if_exists);
        all.extend(self.drop_triggers_of(&self.parent.name, if_exists));
        all
    }

    /// That they fire.
    pub(crate) fn enabled(&self) -> Vec<Check> {
        let one = |t: TriggerDefinition| Check::TriggerEnabled { table: t.table, trigger: t.name };
        self.triggers().into_iter().map(one).collect()
    }

    /// That none of them is there.
    pub(crate) fn missing(&self) -> Vec<Check> {
        let one = |t: TriggerDefinition| Check::TriggerMissing { table: t.table, trigger: t.name };
        self.triggers().into_iter().filter(|t| t.table == self.parent.name).map(one).collect()
    }

    /// The step that makes the triggers.
    pub(crate) fn kept_in_step(&self) -> DraftStep {
        let why = "whoever writes the one table writes the other in the same transaction; rows that are there already follow \
                   in the next step";
        let mut step = DraftStep::sql(PhaseKind::Expand, "keep both in step (triggers)", why);
        step.before = self.missing();
        step.up = self.create_functions();
        step.up.extend(self.create_triggers());
        step.down = self.drop_triggers(true);
        step.down.extend(self.drop_functions(true));
        step.after = self.enabled();
        step
    }

    /// When to go back: they do not fire any more.
    pub(crate) fn watched(&self) -> Vec<(String, Check, String)> {
        let each = self.enabled().into_iter().map(|check| {
            (
                format!("{} and {} are no longer kept in step", self.parent.name, self.child),
                check,
                "the trigger is gone or disabled before the last step".to_owned(),
            )
        });
        each.collect()
    }

    fn parents_key(&self) -> Vec<String> {
        self.key.iter().map(|(p, _)| p.clone()).collect()
    }

    fn childs_key(&self) -> Vec<String> {
        self.key.iter().map(|(_, c)| c.clone()).collect()
    }

    /// The key and the columns, of the parent and of the child.
    pub(crate) fn pairs(&self) -> Vec<(String, String)> {
        let both = self.columns.iter().map(|c| (c.name.clone(), c.name.clone()));
        self.key.iter().cloned().chain(both).collect()
    }

    /// Each row that is written fires triggers on both tables and is held against the foreign key: on 18, 10,000 rows of
    /// three columns took four times as long as they do alone. A writer of the same rows shall not wait longer for that.
    fn batch(&self) -> (u32, u32) {
        let (rows, pause_ms) = batch_of(self.parent);
        ((rows / 4).max(500), pause_ms)
    }

    /// Rows of the child for the parent's; where it need not have one for each, for those that hold something.
    pub(crate) fn copy(&self, each: bool) -> Sweep {
        let (batch_rows, pause_ms) = self.batch();
        let void = |c: &InBoth| {
            let value = c.void.as_deref().unwrap_or("NULL");
            (c.name.clone(), self.context.engine.cast(value, &c.type_name))
        };
        let unless = if each { Vec::new() } else { self.columns.iter().map(void).collect() };
        Sweep {
            table: self.parent.name.clone(),
            work: SweepWork::Copy { into: self.child.clone(), columns: self.pairs(), unless },
            key: self.parents_key(),
            batch_rows,
            pause_ms,
        }
    }

    /// The parent's columns, of the child's rows.
    pub(crate) fn give(&self) -> Sweep {
        let (batch_rows, pause_ms) = self.batch();
        Sweep {
            table: self.child.clone(),
            work: SweepWork::Give {
                into: self.parent.name.clone(),
                key: self.parents_key(),
                columns: self.names(),
            },
            key: self.childs_key(),
            batch_rows,
            pause_ms,
        }
    }

    /// That both hold the same, each row of the one in a row of the other.
    pub(crate) fn same(&self) -> Check {
        Check::SameRows {
            table: self.parent.name.clone(),
            copy: self.child.clone(),
            key: self.parents_key(),
            columns: self.names(),
            copy_key: self.childs_key(),
        }
    }

    /// That no row of the child holds anything else than the parent's.
    pub(crate) fn given(&self) -> Check {
        let condition = self.context.engine.still_to_do(self.context.catalog, &self.give());
        Check::RowsWhere { table: self.child.clone(), condition, at_most: Some(0) }
    }

    /// What both kinds of plans warn of.
    pub(crate) fn cautions(&self) -> Vec<String> {
        let (parent, child) = (&self.parent.name, &self.child);
        let mut cautions = vec![
            format!(
                "while both are kept in step, whoever writes a row of {child} writes the row of {parent} too, and the other \
                 way round. Old and new code that write the same row at the same moment can each wait for the other: the \
                 server then ends one of the two (deadlock detected), which has to be tried again"
            ),
            format!("a row of {parent} is updated when its row of {child} is written: triggers of both fire"),
        ];
        let mentions = |f: &&altimeter_catalog::Function| {
            f.mentions.contains(&parent.name) && self.columns.iter().any(|c| f.mentions.contains(&c.name))
        };
        for function in self.context.catalog.functions.iter().filter(mentions) {
            cautions.push(format!(
                "the body of {} speaks of {parent} and {}: look at it",
                function.name,
                self.names().join(", ")
            ));
        }
        cautions
    }
}

#[cfg(test)]
mod tests {
    use super::is_literal;

    #[test]
    fn literals_are_told_from_what_is_worked_out() {
        for literal in [
            "0",
            "-1.50",
            "'DE'::bpchar",
            "'it''s'::character varying(20)",
            "(0)::numeric(10,2)",
            "true",
            "'{}'::text[]",
            "'a::b'::text",
            "'(x)'",
            "'-1'::integer",
            "NULL::character varying",
            "''",
        ] {
            assert!(is_literal(literal), "{literal}");
        }
        for other in [
            "now()",
            "CURRENT_DATE",
            "nextval('s'::regclass)",
            "'a'::text || 'b'::text",
            "('now'::text)::date",
            "1 + 1",
            "'a' || 'b'",
            "f('x')",
            "(CURRENT_USER)::text",
            "",
            "'a'::text || f(1)",
        ] {
            assert!(!is_literal(other), "{other}");
        }
    }
}
