//! Comments.

use crate::{Catalog, Commented, Key, Name};

impl Catalog {
    /// Puts a comment on a relation or a part of it. What the catalog does not keep comments of is passed over.
    pub(super) fn comment(&mut self, on: &Commented, relation: &Name, text: Option<&str>) {
        let text = text.filter(|t| !t.is_empty()).map(str::to_owned);
        if let Commented::Statistics(name) = on {
            return self.comment_on_statistics(name, text.as_deref());
        }
        if let Some(view) = self.views.get_mut(relation).filter(|v| !v.materialized) {
            match on {
                Commented::Relation => view.comment = text,
                Commented::Column(column) => view.detail_mut(column).comment = text,
                Commented::Trigger(name) => {
                    let found = view.triggers.iter_mut().filter(|t| &t.name == name);
                    found.for_each(|t| t.comment.clone_from(&text));
                }
                _ => {}
            }
            return;
        }
        let Some(table) = self.tables.get_mut(relation) else {
            return self.comment_on_index(relation, text.as_deref());
        };
        match on {
            Commented::Relation => table.comment = text,
            Commented::Column(name) => {
                table.column_mut(name).into_iter().for_each(|c| c.comment.clone_from(&text))
            }
            Commented::Constraint(name) => {
                let found = table.constraints.iter_mut().filter(|c| &c.name == name);
                found.for_each(|c| c.comment.clone_from(&text));
            }
            Commented::Trigger(name) => {
                let found = table.triggers.iter_mut().filter(|t| &t.name == name);
                found.for_each(|t| t.comment.clone_from(&text));
            }
            Commented::Policy(name) => {
                let found = table.policies.iter_mut().filter(|p| &p.name == name);
                found.for_each(|p| p.comment.clone_from(&text));
            }
            Commented::Rule(_) | Commented::Statistics(_) | Commented::Other => {}
        }
    }

    fn comment_on_index(&mut self, index: &Name, text: Option<&str>) {
        let Some(table) = self.index(index).map(|(t, _)| t.name.clone()) else { return };
        let indexes = self.table_mut(&table).into_iter().flat_map(|t| &mut t.indexes);
        let found = indexes.filter(|i| i.definition.name == index.name);
        found.for_each(|i| i.comment = text.map(str::to_owned));
    }

    /// Puts a comment on extended statistics.
    pub(super) fn comment_on_statistics(&mut self, name: &Name, text: Option<&str>) {
        self.tables.change(
            |t| t.statistics.iter().any(|s| &s.name == name),
            |t| {
                let found = t.statistics.iter_mut().filter(|s| &s.name == name);
                found.for_each(|s| s.comment = text.map(str::to_owned));
            },
        );
    }

    /// All comments of relations and their parts that the catalog keeps, of the relations named and those that need
    /// them: what each is about, and its text.
    pub fn comments_of(&self, relations: &[Name]) -> Vec<(Name, Commented, String)> {
        let mut found = Vec::new();
        for name in relations {
            let mut note = |of: &Name, on: Commented, text: &Option<String>| {
                found.extend(text.iter().map(|text| (of.clone(), on.clone(), text.clone())));
            };
            if let Some(table) = self.table(name) {
                note(name, Commented::Relation, &table.comment);
                table.columns.iter().for_each(|c| note(name, Commented::Column(c.name.clone()), &c.comment));
                table
                    .constraints
                    .iter()
                    .for_each(|c| note(name, Commented::Constraint(c.name.clone()), &c.comment));
                table
                    .triggers
                    .iter()
                    .for_each(|t| note(name, Commented::Trigger(t.name.clone()), &t.comment));
                table.policies.iter().for_each(|p| note(name, Commented::Policy(p.name.clone()), &p.comment));
                for statistics in &table.statistics {
                    note(name, Commented::Statistics(statistics.name.clone()), &statistics.comment);
                }
                for index in &table.indexes {
                    note(&name.sibling(&index.definition.name), Commented::Relation, &index.comment);
                }
            }
            if let Some(view) = self.view(name).filter(|v| !v.materialized) {
                note(name, Commented::Relation, &view.comment);
                view.details.iter().for_each(|d| note(name, Commented::Column(d.name.clone()), &d.comment));
                view.triggers.iter().for_each(|t| note(name, Commented::Trigger(t.name.clone()), &t.comment));
            }
        }
        found
    }

    /// Whether what a comment is about is there, and has no comment.
    pub fn lacks_comment(&self, relation: &Name, on: &Commented) -> bool {
        if let Some(view) = self.view(relation).filter(|v| !v.materialized) {
            return match on {
                Commented::Relation => view.comment.is_none(),
                Commented::Column(c) => {
                    view.columns.contains(c)
                        && view.details.iter().all(|d| &d.name != c || d.comment.is_none())
                }
                Commented::Trigger(name) => {
                    view.triggers.iter().any(|t| &t.name == name && t.comment.is_none())
                }
                _ => false,
            };
        }
        let Some(table) = self.table(relation) else {
            return self.index(relation).is_some_and(|(_, i)| i.comment.is_none())
                && *on == Commented::Relation;
        };
        match on {
            Commented::Relation => table.comment.is_none(),
            Commented::Column(name) => table.column(name).is_some_and(|c| c.comment.is_none()),
            Commented::Constraint(name) => {
                table.constraints.iter().any(|c| &c.name == name && c.comment.is_none())
            }
            Commented::Trigger(name) => table.triggers.iter().any(|t| &t.name == name && t.comment.is_none()),
            Commented::Policy(name) => table.policies.iter().any(|p| &p.name == name && p.comment.is_none()),
            Commented::Statistics(name) => {
                let tables = self.tables.with(Key::named(relation));
                let mut all = tables.flat_map(|t| &t.statistics);
                all.any(|s| &s.name == name && s.comment.is_none())
            }
            Commented::Rule(_) | Commented::Other => false,
        }
    }
}
