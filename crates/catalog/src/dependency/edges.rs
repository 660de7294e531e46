//! The edges: for each kind of object, what depends on it directly.

use super::{Dependent, Object, UsedBy};
use crate::expression::{calls, casts_to, names_sequence};
use crate::{Catalog, ConstraintKind, Index, IndexTarget, Key, Name, Table, TableKind, View};

impl Catalog {
    /// What depends directly on an object.
    pub(crate) fn dependents(&self, object: &Object) -> Vec<Dependent> {
        match object {
            Object::Schema(schema) => self.in_schema(schema),
            Object::Extension(extension) => self.of_extension(extension),
            Object::Table(name) => self.of_table(name),
            Object::View(name) => self.of_view(name),
            Object::Sequence(name) => self.of_sequence(name),
            Object::Index(name) => self.of_index(name),
            Object::Column(table, column) => self.of_column(table, column),
            Object::Constraint(table, name) => self.of_constraint(table, name),
            Object::Type(name) => self.of_type(name),
            Object::Function(name, _) => self.of_function(name),
            Object::Trigger(table, name) => self.clones(table, name),
            Object::Default(..)
            | Object::Policy(..)
            | Object::Rule(..)
            | Object::Statistics(_)
            | Object::Publication(_) => Vec::new(),
        }
    }

    fn in_schema(&self, schema: &str) -> Vec<Dependent> {
        let here = |name: &&Name| name.schema == schema;
        let tables = self.tables.iter().map(|t| &t.name).filter(here).cloned().map(Object::Table);
        let plain = self.views.iter().filter(|v| !v.materialized);
        let views = plain.map(|v| &v.name).filter(here).cloned().map(Object::View);
        let sequences = self.sequences.iter().map(|s| &s.name).filter(here).cloned().map(Object::Sequence);
        let types = self.types.iter().map(|t| &t.name).filter(here).cloned().map(Object::Type);
        let functions = self.functions.iter().filter(|f| f.name.schema == schema);
        let functions = functions.map(|f| Object::Function(f.name.clone(), f.arguments.clone()));
        let statistics =
            self.tables.iter().flat_map(|t| &t.statistics).map(|s| &s.name).filter(here).cloned();
        let all = tables.chain(views).chain(sequences).chain(types).chain(functions);
        let mut found: Vec<Dependent> =
            all.chain(statistics.map(Object::Statistics)).map(Dependent::held).collect();
        let extensions = self.extensions.iter().filter(|e| e.schema == schema);
        found.extend(extensions.map(|e| Dependent::held(Object::Extension(e.name.clone()))));
        found
    }

    fn of_extension(&self, extension: &str) -> Vec<Dependent> {
        let own = self.types.iter().filter(|t| t.extension.as_deref() == Some(extension));
        own.map(|t| Dependent::along(Object::Type(t.name.clone()))).collect()
    }

    fn of_table(&self, name: &Name) -> Vec<Dependent> {
        let mut found = Vec::new();
        if let Some(table) = self.table(name) {
            let own = |n: &String| name.sibling(n);
            let indexes = table.indexes.iter().map(|i| Object::Index(own(&i.definition.name)));
            let constraints =
                table.constraints.iter().map(|c| Object::Constraint(name.clone(), c.name.clone()));
            let triggers = table.triggers.iter().map(|t| Object::Trigger(name.clone(), t.name.clone()));
            let policies = table.policies.iter().map(|p| Object::Policy(name.clone(), p.name.clone()));
            let rules = table.rules.iter().map(|r| Object::Rule(name.clone(), r.name.clone()));
            let statistics = table.statistics.iter().map(|s| Object::Statistics(s.name.clone()));
            let all =
                indexes.chain(constraints).chain(triggers).chain(policies).chain(rules).chain(statistics);
            found.extend(all.map(Dependent::along));
        }
        let owned = self.sequences_owned_by(name);
        found.extend(owned.map(|s| Dependent::along(Object::Sequence(s.name.clone()))));
        let partitions = self.direct_partitions_of(name);
        found.extend(partitions.map(|t| Dependent::along(Object::Table(t.name.clone()))));
        let heirs = self.heirs_of(name).filter(|t| t.inherits.contains(name));
        found.extend(heirs.map(|t| Dependent::held(Object::Table(t.name.clone()))));
        for (from, constraint) in self.referencing(name) {
            found.push(Dependent::held(Object::Constraint(from.name.clone(), constraint.name.clone())));
        }
        found.extend(self.readers(name, None));
        found.extend(self.users_of_type(name));
        found
    }

    /// Views, policies, rules and statements of other relations that read a relation, or a column of it.
    fn readers(&self, name: &Name, column: Option<&str>) -> Vec<Dependent> {
        let reads = |needs: &[crate::Dependency]| {
            needs.iter().any(|d| &d.on == name && column.is_none_or(|c| d.columns.iter().any(|n| n == c)))
        };
        let mut found: Vec<Dependent> = self
            .views_needing(name)
            .filter(|v| reads(&v.needs))
            .map(|v| Dependent::held(view_object(v)))
            .collect();
        for table in self.tables.with(Key::needs(name)) {
            let policies = table.policies.iter().filter(|p| reads(&p.needs));
            found.extend(
                policies.map(|p| Dependent::held(Object::Policy(table.name.clone(), p.name.clone()))),
            );
            let rules = table.rules.iter().filter(|r| r.statements.iter().any(|s| &s.relation == name));
            found.extend(
                rules
                    .filter(|_| column.is_none() && &table.name != name)
                    .map(|r| Dependent::held(Object::Rule(table.name.clone(), r.name.clone()))),
            );
        }
        let functions = self.functions.with(Key::needs(name)).filter(|f| reads(&f.needs));
        found.extend(
            functions.map(|f| Dependent::held(Object::Function(f.name.clone(), f.arguments.clone()))),
        );
        for view in self.views.with(Key::needs(name)) {
            let rules = view.rules.iter().filter(|r| r.statements.iter().any(|s| &s.relation == name));
            found.extend(
                rules
                    .filter(|_| column.is_none() && &view.name != name)
                    .map(|r| Dependent::held(Object::Rule(view.name.clone(), r.name.clone()))),
            );
        }
        found
    }

    fn of_view(&self, name: &Name) -> Vec<Dependent> {
        let mut found = self.readers(name, None);
        if let Some(view) = self.view(name) {
            let triggers = view.triggers.iter().map(|t| Object::Trigger(name.clone(), t.name.clone()));
            let rules = view.rules.iter().map(|r| Object::Rule(name.clone(), r.name.clone()));
            found.extend(triggers.chain(rules).map(Dependent::along));
        }
        found.extend(self.users_of_type(name));
        found
    }

    fn of_sequence(&self, name: &Name) -> Vec<Dependent> {
        let mut found = Vec::new();
        for table in &self.tables {
            for column in &table.columns {
                if column.default.as_ref().is_some_and(|d| names_sequence(self, d, name)) {
                    found.push(Dependent::held(Object::Default(table.name.clone(), column.name.clone())));
                }
            }
        }
        found
    }

    fn of_index(&self, name: &Name) -> Vec<Dependent> {
        let Some((table, index)) = self.index(name) else { return Vec::new() };
        let mut found = Vec::new();
        for partition in self.direct_partitions_of(&table.name) {
            let parts =
                partition.indexes.iter().filter(|i| i.part_of.as_ref() == Some(&index.definition.name));
            found.extend(
                parts.map(|i| Dependent::along(Object::Index(partition.name.sibling(&i.definition.name)))),
            );
        }
        for (from, constraint) in self.referencing(&table.name) {
            if self.needs_index(table, index, constraint) {
                found.push(Dependent::held(Object::Constraint(from.name.clone(), constraint.name.clone())));
            }
        }
        found
    }

    /// Whether a foreign key rests on that index of the referenced table.
    fn needs_index(&self, table: &Table, index: &Index, constraint: &crate::Constraint) -> bool {
        let Some(foreign) = &constraint.foreign else { return false };
        let sorted = |mut names: Vec<String>| {
            names.sort();
            names
        };
        let covers = |i: &&Index| {
            i.definition.unique
                && i.definition.predicate.is_none()
                && i.definition.columns().is_some_and(|c| sorted(c) == sorted(foreign.columns.clone()))
        };
        match &constraint.index {
            Some(named) => named == &index.definition.name,
            // The server takes the first that fits, the primary key before others.
            None => {
                let first = table.indexes.iter().filter(covers).min_by_key(|i| (!i.primary, !i.valid));
                first.is_some_and(|i| i.definition.name == index.definition.name)
            }
        }
    }

    fn of_column(&self, table: &Name, column: &str) -> Vec<Dependent> {
        let Some(t) = self.table(table) else { return Vec::new() };
        let has = |names: &[String]| names.iter().any(|n| n == column);
        let mut found = Vec::new();
        let indexes = t.indexes.iter().filter(|i| has(&i.reads));
        found.extend(indexes.map(|i| Dependent::along(Object::Index(table.sibling(&i.definition.name)))));
        let constraints = t.constraints.iter().filter(|c| has(&c.columns));
        found
            .extend(constraints.map(|c| Dependent::along(Object::Constraint(table.clone(), c.name.clone()))));
        let statistics = t.statistics.iter().filter(|s| has(&s.columns));
        found.extend(statistics.map(|s| Dependent::along(Object::Statistics(s.name.clone()))));
        let owned = self
            .sequences_owned_by(table)
            .filter(|s| s.owned_by.as_ref().is_some_and(|o| o.needs(table, column)));
        found.extend(owned.map(|s| Dependent::along(Object::Sequence(s.name.clone()))));
        for (from, constraint) in self.referencing(table) {
            if constraint.foreign.as_ref().is_some_and(|f| has(&f.columns)) {
                found.push(Dependent::held(Object::Constraint(from.name.clone(), constraint.name.clone())));
            }
        }
        let policies = t.policies.iter().filter(|p| has(&p.columns));
        found.extend(policies.map(|p| Dependent::held(Object::Policy(table.clone(), p.name.clone()))));
        let triggers = t.triggers.iter().filter(|g| has(&g.columns));
        found.extend(triggers.map(|g| Dependent::held(Object::Trigger(table.clone(), g.name.clone()))));
        found.extend(self.readers(table, Some(column)));
        found
    }

    fn of_constraint(&self, table: &Name, name: &str) -> Vec<Dependent> {
        let mut found = Vec::new();
        let Some(t) = self.table(table) else { return found };
        let constraint = t.constraints.iter().find(|c| c.name == name);
        if let Some(constraint) = constraint.filter(|c| c.kind != ConstraintKind::ForeignKey) {
            let index = constraint.index.iter();
            found.extend(index.map(|i| Dependent::along(Object::Index(table.sibling(i)))));
        }
        for heir in self.heirs_of(table) {
            let inherited = heir.constraints.iter().filter(|c| c.inherited && c.name == name);
            found.extend(
                inherited.map(|c| Dependent::along(Object::Constraint(heir.name.clone(), c.name.clone()))),
            );
        }
        found
    }

    fn of_type(&self, name: &Name) -> Vec<Dependent> {
        let mut found = self.users_of_type(name);
        let uses = |e: &str| casts_to(self, e, name);
        for table in &self.tables {
            for column in table.columns.iter().filter(|c| c.default.as_deref().is_some_and(uses)) {
                found.push(Dependent::held(Object::Default(table.name.clone(), column.name.clone())));
            }
            let constraints =
                table.constraints.iter().filter(|c| c.kind == ConstraintKind::Check && uses(&c.definition));
            found.extend(
                constraints.map(|c| Dependent::held(Object::Constraint(table.name.clone(), c.name.clone()))),
            );
            found.extend(indexes_with(table, &uses));
        }
        found.extend(self.typed_tables(name).map(|t| Dependent::held(Object::Table(t.name.clone()))));
        found.extend(
            self.views.iter().filter(|v| v.types.contains(name)).map(|v| Dependent::held(view_object(v))),
        );
        found
    }

    fn users_of_type(&self, name: &Name) -> Vec<Dependent> {
        let mut found: Vec<Dependent> = self
            .uses_of_type(name)
            .into_iter()
            .map(|user| {
                Dependent::held(match user {
                    UsedBy::Column { table, column, .. } => Object::Column(table, column),
                    UsedBy::Type { name, attribute: Some(attribute), .. } => Object::Column(name, attribute),
                    UsedBy::Type { name, .. } => Object::Type(name),
                })
            })
            .collect();
        found.extend(self.functions_taking(name).into_iter().map(Dependent::held));
        found
    }

    fn of_function(&self, name: &Name) -> Vec<Dependent> {
        let mut found = Vec::new();
        let calls = |e: &str| calls(self, e, name);
        for table in &self.tables {
            let triggers = table.triggers.iter().filter(|t| &t.function == name);
            found.extend(
                triggers.map(|t| Dependent::held(Object::Trigger(table.name.clone(), t.name.clone()))),
            );
            for column in &table.columns {
                let default = column.default.as_deref().is_some_and(calls);
                let generated = column.generated.as_ref().is_some_and(|g| calls(&g.expression));
                if default {
                    found.push(Dependent::held(Object::Default(table.name.clone(), column.name.clone())));
                } else if generated {
                    found.push(Dependent::held(Object::Column(table.name.clone(), column.name.clone())));
                }
            }
            let checks =
                table.constraints.iter().filter(|c| c.kind == ConstraintKind::Check && calls(&c.definition));
            found.extend(
                checks.map(|c| Dependent::held(Object::Constraint(table.name.clone(), c.name.clone()))),
            );
            found.extend(indexes_with(table, &calls));
            let policies = table.policies.iter().filter(|p| p.functions.contains(name));
            found.extend(
                policies.map(|p| Dependent::held(Object::Policy(table.name.clone(), p.name.clone()))),
            );
        }
        for view in &self.views {
            if view.functions.contains(name) {
                found.push(Dependent::held(view_object(view)));
            }
            let triggers = view.triggers.iter().filter(|t| &t.function == name);
            found.extend(
                triggers.map(|t| Dependent::held(Object::Trigger(view.name.clone(), t.name.clone()))),
            );
        }
        found
    }

    /// The clones of a row trigger on partitions.
    fn clones(&self, table: &Name, name: &str) -> Vec<Dependent> {
        let cloned = self.direct_partitions_of(table).filter(|t| t.triggers.iter().any(|g| g.name == name));
        cloned.map(|t| Dependent::along(Object::Trigger(t.name.clone(), name.to_owned()))).collect()
    }

    /// Whether a relation is a materialized view.
    pub fn is_materialized(&self, name: &Name) -> bool {
        self.table(name).is_some_and(|t| t.kind == TableKind::MaterializedView)
    }
}

/// A materialized view has rows: it is among the tables.
fn view_object(view: &View) -> Object {
    if view.materialized { Object::Table(view.name.clone()) } else { Object::View(view.name.clone()) }
}

fn indexes_with(table: &Table, wanted: &dyn Fn(&str) -> bool) -> Vec<Dependent> {
    let has = |index: &&Index| {
        let keys = index.definition.keys.iter().any(|k| match &k.target {
            IndexTarget::Expression(e) => wanted(e),
            IndexTarget::Column(_) => false,
        });
        keys || index.definition.predicate.as_deref().is_some_and(wanted)
    };
    let found = table.indexes.iter().filter(has);
    found.map(|i| Dependent::held(Object::Index(table.name.sibling(&i.definition.name)))).collect()
}

impl Catalog {
    /// The tables that draw values from a sequence: by a default, or as an identity column.
    pub fn drawing_from<'a>(&'a self, sequence: &'a Name) -> impl Iterator<Item = &'a Table> {
        let owner = self.sequences.get(sequence).and_then(|s| s.owned_by.as_ref());
        self.tables.iter().filter(move |t| {
            t.columns.iter().any(|c| {
                let identity = c.identity.is_some() && owner.is_some_and(|o| o.needs(&t.name, &c.name));
                identity || c.default.as_ref().is_some_and(|d| names_sequence(self, d, sequence))
            })
        })
    }

    /// The functions an expression calls.
    pub fn functions_called(&self, expression: &str) -> Vec<&crate::Function> {
        self.functions.iter().filter(|f| calls(self, expression, &f.name)).collect()
    }
}
