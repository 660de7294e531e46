//! Two schemas without what changes by itself.

use crate::apply::in_order;
use crate::{Catalog, Policy, Sequence, Table, View};

impl Catalog {
    /// The two schemas where they may differ: statistics, sizes, activity and everything else that changes by itself
    /// is taken out, and so are tables that both share, and texts of which one of the two does not know how the server
    /// prints them. Equal results mean schemas no migration has changed.
    pub fn schema_difference(&self, other: &Catalog) -> (Catalog, Catalog) {
        let (own, others) = self.tables.differing(&other.tables);
        let (own_views, others_views) = self.views.differing(&other.views);
        let (mut own, mut others) =
            (self.schema_only(own, own_views), other.schema_only(others, others_views));
        forget_unknown_texts(&mut own, &others);
        forget_unknown_texts(&mut others, &own);
        (own, others)
    }

    fn schema_only(&self, tables: Vec<&Table>, views: Vec<&View>) -> Catalog {
        let mut schema = Catalog {
            schemas: self.schemas.clone(),
            tables: tables.into_iter().map(|t| table_only(t, self)).collect(),
            views: views.into_iter().cloned().map(view_only).collect(),
            sequences: self.sequences.clone(),
            functions: self.functions.clone(),
            types: self.types.clone(),
            publications: self.publications.clone(),
            extensions: self.extensions.clone(),
            ..Catalog::default()
        };
        // How a sequence counts is not simulated.
        let known = |s: &Sequence| s.used.is_some() || s.options.is_some();
        schema.sequences.change(known, |s| (s.used, s.options) = (None, None));
        schema.functions.change(|f| !f.mentions.is_empty(), |f| f.mentions.clear());
        schema
    }
}

fn table_only(of: &Table, catalog: &Catalog) -> Table {
    let mut table = of.clone();
    // Before version 15 the triggers partitions have from their parent are the server's own affair.
    table.triggers.retain(|t| catalog.cloned_from(&of.name, &t.name).is_none());
    table.size = Default::default();
    table.activity = None;
    table.rates = None;
    table.comment = None;
    in_order(&mut table.grants);
    for column in &mut table.columns {
        column.statistics = None;
        // A plan sees to comments by itself; the others are not simulated.
        (column.comment, column.statistics_target) = (None, None);
        column.options.clear();
        in_order(&mut column.grants);
    }
    for index in &mut table.indexes {
        index.bytes = None;
        index.scans = None;
        index.printed = None;
        index.comment = None;
    }
    table.indexes.sort_by(|a, b| a.definition.name.cmp(&b.definition.name));
    table.constraints.iter_mut().for_each(|c| c.comment = None);
    table.constraints.sort_by(|a, b| a.name.cmp(&b.name));
    table.triggers.iter_mut().for_each(|t| (t.definition, t.comment) = (None, None));
    table.triggers.sort_by(|a, b| a.name.cmp(&b.name));
    for statistics in &mut table.statistics {
        statistics.comment = None;
        statistics.columns.sort();
    }
    table.statistics.sort_by(|a, b| a.name.cmp(&b.name));
    for policy in &mut table.policies {
        policy.comment = None;
        policy.needs.iter_mut().for_each(|d| d.columns.sort());
        policy.needs.sort();
        policy.functions.sort();
        policy.functions.dedup();
    }
    table
}

fn view_only(mut view: View) -> View {
    view.bytes = None;
    view.comment = None;
    view.options.sort();
    in_order(&mut view.grants);
    for detail in &mut view.details {
        // What a query gives is not simulated in every case.
        (detail.comment, detail.type_name) = (None, None);
        in_order(&mut detail.grants);
    }
    view.details.retain(|d| d.default.is_some() || !d.grants.is_empty());
    view.details.sort_by(|a, b| a.name.cmp(&b.name));
    view.triggers.iter_mut().for_each(|t| (t.definition, t.comment) = (None, None));
    view.triggers.sort_by(|a, b| a.name.cmp(&b.name));
    view.needs.iter_mut().for_each(|d| d.columns.sort());
    view.needs.sort();
    for names in [&mut view.functions, &mut view.types] {
        names.sort();
        names.dedup();
    }
    view
}

/// Takes out of the first what the second does not know of the same object.
fn forget_unknown_texts(schema: &mut Catalog, other: &Catalog) {
    let unknown = |view: &View| {
        other.views.get(&view.name).filter(|o| {
            o.definition.is_none() && view.definition.is_some()
                || o.owner.is_none() && view.owner.is_some()
                || o.rules.iter().any(|r| r.definition.is_none())
        })
    };
    schema.views.change(
        |view| unknown(view).is_some(),
        |view| {
            let Some(other) = unknown(view) else { return };
            if other.definition.is_none() {
                view.definition = None;
            }
            if other.owner.is_none() {
                view.owner = None;
            }
            forget_rules(&mut view.rules, &other.rules);
        },
    );
    schema.tables.change_all(|table| {
        let Some(other) = other.tables.get(&table.name) else { return };
        let same = |p: &Policy| other.policies.iter().find(|o| o.name == p.name);
        for policy in &mut table.policies {
            if same(policy).is_some_and(|o| o.definition.is_none()) {
                policy.definition = None;
            }
        }
        for statistics in &mut table.statistics {
            let same = other.statistics.iter().find(|o| o.name == statistics.name);
            if same.is_some_and(|o| o.definition.is_none()) {
                statistics.definition = None;
            }
        }
        forget_rules(&mut table.rules, &other.rules);
    });
}

fn forget_rules(rules: &mut [crate::Rule], others: &[crate::Rule]) {
    for rule in rules {
        if others.iter().any(|o| o.name == rule.name && o.definition.is_none()) {
            rule.definition = None;
        }
    }
}
