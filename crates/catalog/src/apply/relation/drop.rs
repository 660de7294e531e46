//! Objects dropped, with what goes along.

use std::collections::{BTreeSet, HashSet};

use super::super::{ObjectKind, missing, refused};
use crate::{ApplyError, Catalog, DropTarget, Key, Name, Object, RelationWord, Table, TypeKind};

impl Catalog {
    /// The objects that a `DROP` removes, those it names first; with `IF EXISTS` only those there are.
    ///
    /// # Errors
    /// What is missing, is of another kind, or is needed by something that does not go along.
    pub fn dropped(
        &self,
        targets: &[DropTarget],
        if_exists: bool,
        cascade: bool,
    ) -> Result<Vec<Object>, ApplyError> {
        let mut roots = Vec::new();
        for target in targets {
            match self.find(target) {
                Ok(objects) => roots.extend(objects),
                Err(ApplyError::Missing { .. }) if if_exists => {}
                Err(error) => return Err(error),
            }
        }
        self.going_with(&roots, cascade)
    }

    pub(in crate::apply) fn drop_objects(
        &mut self,
        targets: &[DropTarget],
        if_exists: bool,
        cascade: bool,
    ) -> Result<(), ApplyError> {
        let objects = self.dropped(targets, if_exists, cascade)?;
        self.remove(&objects);
        Ok(())
    }

    /// The objects a target names.
    fn find(&self, target: &DropTarget) -> Result<Vec<Object>, ApplyError> {
        let one = |object| Ok(vec![object]);
        match target {
            DropTarget::Relation { word, name } => self.find_relation(*word, name).map(|o| vec![o]),
            DropTarget::Type { name, domain } => match self.types.iter().find(|t| &t.name == name) {
                Some(found) if *domain && !found.is_domain() => refused(format!("{name} is not a domain")),
                Some(_) => one(Object::Type(name.clone())),
                None if self.table(name).is_some() || self.view(name).is_some() => {
                    refused(format!("the type {name} is that of a relation: drop the relation"))
                }
                None => Err(missing(ObjectKind::Type, name)),
            },
            DropTarget::Schema(name) => match self.schemas.contains(name) || name == "public" {
                true => one(Object::Schema(name.clone())),
                false => Err(missing(ObjectKind::Schema, name)),
            },
            DropTarget::Routine { name, arguments } => self.find_routine(name, arguments.as_deref()),
            DropTarget::Extension(name) => match self.extensions.iter().any(|e| &e.name == name) {
                true => one(Object::Extension(name.clone())),
                false => Err(missing(ObjectKind::Extension, name)),
            },
            DropTarget::Statistics(name) => {
                let all = self.tables.iter().flat_map(|t| &t.statistics);
                match all.map(|s| &s.name).any(|n| n == name) {
                    true => one(Object::Statistics(name.clone())),
                    false => Err(missing(ObjectKind::Statistics, name)),
                }
            }
            DropTarget::Publication(name) => match self.publications.iter().any(|p| &p.name == name) {
                true => one(Object::Publication(name.clone())),
                false => Err(missing(ObjectKind::Publication, name)),
            },
            DropTarget::Trigger { relation, name } => {
                let on_table =
                    self.table(relation).is_some_and(|t| t.triggers.iter().any(|g| &g.name == name));
                let on_view = self.view(relation).is_some_and(|v| v.triggers.iter().any(|g| &g.name == name));
                if !on_table && !on_view {
                    return Err(missing(ObjectKind::Trigger, format!("{name} of {relation}")));
                }
                if let Some(parent) = self.cloned_from(relation, name) {
                    return refused(format!("trigger {name} of {relation} belongs to that of {parent}"));
                }
                one(Object::Trigger(relation.clone(), name.clone()))
            }
            DropTarget::Policy { table, name } => {
                match self.table(table).is_some_and(|t| t.policies.iter().any(|p| &p.name == name)) {
                    true => one(Object::Policy(table.clone(), name.clone())),
                    false => Err(missing(ObjectKind::Policy, format!("{name} of {table}"))),
                }
            }
            DropTarget::Rule { relation, name } => {
                let on_table = self.table(relation).is_some_and(|t| t.rules.iter().any(|r| &r.name == name));
                let on_view = self.view(relation).is_some_and(|v| v.rules.iter().any(|r| &r.name == name));
                match on_table || on_view {
                    true => one(Object::Rule(relation.clone(), name.clone())),
                    false => Err(missing(ObjectKind::Rule, format!("{name} of {relation}"))),
                }
            }
        }
    }

    fn find_relation(&self, word: RelationWord, name: &Name) -> Result<Object, ApplyError> {
        if !self.is_called(word, name) {
            return self.wrong_kind(word, name);
        }
        match word {
            RelationWord::Table | RelationWord::ForeignTable | RelationWord::MaterializedView => {
                Ok(Object::Table(name.clone()))
            }
            RelationWord::View => Ok(Object::View(name.clone())),
            RelationWord::Sequence => {
                let sequence = self.sequences.get(name);
                let owner = sequence.and_then(|s| s.owned_by.as_ref());
                let column = owner.and_then(|o| self.table(&o.on)?.column(o.columns.first()?));
                if let (Some(owner), Some(column)) = (owner, column.filter(|c| c.identity.is_some())) {
                    let what = format!("sequence {name}");
                    return Err(ApplyError::Needed {
                        what,
                        by: format!("column {} of {}", column.name, owner.on),
                    });
                }
                Ok(Object::Sequence(name.clone()))
            }
            RelationWord::Index => {
                let Some((table, index)) = self.index(name) else { return self.wrong_kind(word, name) };
                let what = format!("index {name}");
                if let Some(constraint) = &index.constraint {
                    return Err(ApplyError::Needed {
                        what,
                        by: format!("constraint {constraint} of {}", table.name),
                    });
                }
                if let Some(parent) = &index.part_of {
                    return Err(ApplyError::Needed {
                        what,
                        by: format!("index {parent} of the partitioned table"),
                    });
                }
                Ok(Object::Index(name.clone()))
            }
        }
    }

    fn find_routine(&self, name: &Name, arguments: Option<&str>) -> Result<Vec<Object>, ApplyError> {
        let found: Vec<Object> = self
            .functions_named(name)
            .filter(|f| arguments.is_none_or(|a| f.arguments == a))
            .map(|f| Object::Function(f.name.clone(), f.arguments.clone()))
            .collect();
        match found.len() {
            0 => Err(missing(ObjectKind::Function, name)),
            1 => Ok(found),
            _ => refused(format!("there is more than one function {name}: its arguments must be said")),
        }
    }

    /// The partitioned table whose row trigger this one is a clone of.
    pub(crate) fn cloned_from(&self, table: &Name, trigger: &str) -> Option<&Name> {
        let parent = self.table(self.table(table)?.partition_of.as_ref()?)?;
        let cloned = parent.triggers.iter().any(|g| g.name == trigger && g.per_row);
        cloned.then_some(&parent.name)
    }

    /// Takes objects out of the catalog.
    pub(crate) fn remove(&mut self, objects: &[Object]) {
        let gone: HashSet<&Object> = objects.iter().collect();
        let is_gone = |object: Object| gone.contains(&object);
        for object in objects {
            match object {
                Object::Table(name) => {
                    self.tables.remove(name);
                    if self.views.get(name).is_some_and(|v| v.materialized) {
                        self.views.remove(name);
                    }
                }
                Object::View(name) => self.views.remove(name),
                Object::Sequence(name) => self.sequences.remove(name),
                _ => {}
            }
        }
        self.types.retain(|t| !is_gone(Object::Type(t.name.clone())));
        for of in &mut self.types {
            if let TypeKind::Composite { attributes } = &mut of.kind {
                attributes.retain(|(a, _)| !is_gone(Object::Column(of.name.clone(), a.clone())));
            }
        }
        if objects.iter().any(|o| matches!(o, Object::Function(..))) {
            self.functions.retain(|f| !is_gone(Object::Function(f.name.clone(), f.arguments.clone())));
        }
        self.publications.retain(|p| !is_gone(Object::Publication(p.name.clone())));
        self.extensions.retain(|e| !is_gone(Object::Extension(e.name.clone())));
        self.schemas.retain(|s| !is_gone(Object::Schema(s.clone())));
        for publication in &mut self.publications {
            publication.tables.retain(|t| !is_gone(Object::Table(t.on.clone())));
            publication.schemas.retain(|s| !is_gone(Object::Schema(s.clone())));
        }
        let touched: BTreeSet<&Name> = objects.iter().filter_map(Object::table).collect();
        for name in &touched {
            if let Some(view) = self.views.get_mut(name) {
                view.triggers.retain(|t| !is_gone(Object::Trigger((*name).clone(), t.name.clone())));
                view.rules.retain(|r| !is_gone(Object::Rule((*name).clone(), r.name.clone())));
            }
            if let Some(table) = self.tables.get_mut(name) {
                remove_parts(table, &gone);
            }
        }
        for object in objects {
            if let Object::Index(name) = object {
                let has = |t: &Table| {
                    name.schema == t.name.schema && t.indexes.iter().any(|i| i.definition.name == name.name)
                };
                let key = Key::index(&name.schema, &name.name);
                self.tables.change_with(key, has, |t| remove_parts(t, &gone));
            }
        }
        if objects.iter().any(|o| matches!(o, Object::Statistics(_))) {
            self.tables.change(|t| !t.statistics.is_empty(), |t| remove_parts(t, &gone));
        }
    }
}

/// Takes what is gone out of one table.
fn remove_parts(table: &mut Table, gone: &HashSet<&Object>) {
    let name = table.name.clone();
    let is_gone = |object: Object| gone.contains(&object);
    table.indexes.retain(|i| !is_gone(Object::Index(name.sibling(&i.definition.name))));
    table.constraints.retain(|c| !is_gone(Object::Constraint(name.clone(), c.name.clone())));
    table.triggers.retain(|t| !is_gone(Object::Trigger(name.clone(), t.name.clone())));
    table.policies.retain(|p| !is_gone(Object::Policy(name.clone(), p.name.clone())));
    table.rules.retain(|r| !is_gone(Object::Rule(name.clone(), r.name.clone())));
    table.statistics.retain(|s| !is_gone(Object::Statistics(s.name.clone())));
    table.columns.retain(|c| !is_gone(Object::Column(name.clone(), c.name.clone())));
    for column in &mut table.columns {
        if is_gone(Object::Default(name.clone(), column.name.clone())) {
            column.default = None;
        }
    }
}

impl Object {
    /// The table that an object is a part of.
    pub fn table(&self) -> Option<&Name> {
        match self {
            Object::Column(table, _)
            | Object::Default(table, _)
            | Object::Constraint(table, _)
            | Object::Trigger(table, _)
            | Object::Policy(table, _)
            | Object::Rule(table, _) => Some(table),
            _ => None,
        }
    }
}
