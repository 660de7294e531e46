//! Objects that hang on relations, and the few others a catalog knows.

mod publication;

use super::{ObjectKind, exists, missing, refused};
use crate::{
    ApplyError, Catalog, Commented, Dependency, Function, FunctionDefinition, Key, Name, ObjectChange,
    Policy, Table, TriggerDefinition, TypeKind, UserType,
};

impl Catalog {
    pub(super) fn apply_object(&mut self, change: &ObjectChange) -> Result<(), ApplyError> {
        match change {
            ObjectChange::Comment { relation: Some(relation), on, text, label } => {
                self.need_relation(relation)?;
                if !label {
                    self.comment(on, relation, text.as_deref());
                }
                Ok(())
            }
            ObjectChange::Comment { on: Commented::Statistics(name), text, label: false, .. } => {
                self.comment_on_statistics(name, text.as_deref());
                Ok(())
            }
            ObjectChange::Grant { relations, revoke, privileges } => relations.iter().try_for_each(|r| {
                self.need_relation(r)?;
                privileges.iter().try_for_each(|p| self.grant(r, p, *revoke))
            }),
            ObjectChange::CreatePolicy { table, policy } => {
                if let Some(lost) = policy.needs.iter().find(|d| !self.has_relation(&d.on)) {
                    return Err(missing(ObjectKind::Table, &lost.on));
                }
                let t = self.need_table(table)?;
                if t.policies.iter().any(|p| p.name == policy.name) {
                    return Err(exists(ObjectKind::Policy, format!("{} of {table}", policy.name)));
                }
                t.policies.push(policy.clone());
                t.policies.sort_by(|a, b| a.name.cmp(&b.name));
                Ok(())
            }
            ObjectChange::AlterPolicy { table, name, to } => {
                let policies = &mut self.need_table(table)?.policies;
                let policy = policies.iter_mut().find(|p| &p.name == name);
                let policy =
                    policy.ok_or_else(|| missing(ObjectKind::Policy, format!("{name} of {table}")))?;
                alter_policy(policy, to);
                Ok(())
            }
            ObjectChange::RenamePolicy { table, from, to } => {
                let names = self.need_table(table)?.policies.iter_mut().map(|p| &mut p.name);
                rename(ObjectKind::Policy, table, names.collect(), from, to)
            }
            ObjectChange::CreateRule { relation, rule, or_replace } => {
                let rules = self.rules_of(relation)?;
                match rules.iter_mut().find(|r| r.name == rule.name) {
                    Some(old) if *or_replace => *old = rule.clone(),
                    Some(_) => {
                        return Err(exists(ObjectKind::Rule, format!("{} of {relation}", rule.name)));
                    }
                    None => rules.push(rule.clone()),
                }
                rules.sort_by(|a, b| a.name.cmp(&b.name));
                Ok(())
            }
            ObjectChange::RenameRule { relation, from, to } => {
                let rules = self.rules_of(relation)?;
                rules.iter_mut().filter(|r| &r.name == from).for_each(|r| r.definition = None);
                let names = rules.iter_mut().map(|r| &mut r.name).collect();
                rename(ObjectKind::Rule, relation, names, from, to)
            }
            ObjectChange::RenameTrigger { table, from, to } => self.rename_trigger(table, from, to),
            ObjectChange::TriggerDepends { table } => self.need_relation(table),
            ObjectChange::CreateStatistics { table, statistics, if_not_exists } => {
                let taken = self.tables.iter().flat_map(|t| &t.statistics).any(|s| s.name == statistics.name);
                if taken {
                    let clash = exists(ObjectKind::Statistics, &statistics.name);
                    return if *if_not_exists { Ok(()) } else { Err(clash) };
                }
                let t = self.need_table(table)?;
                t.statistics.push(statistics.clone());
                t.statistics.sort_by(|a, b| a.name.cmp(&b.name));
                Ok(())
            }
            ObjectChange::RenameStatistics { from, to } => self.rename_statistics(from, to),
            ObjectChange::CreatePublication { name, objects, via_root } => {
                self.create_publication(name, objects, *via_root)
            }
            ObjectChange::PublishViaRoot { name, on } => self.publish_via_root(name, *on),
            ObjectChange::AlterPublication { name, verb, objects } => {
                self.alter_publication(name, *verb, objects)
            }
            ObjectChange::CreateExtension { extension, if_not_exists } => {
                if self.extensions.iter().any(|e| e.name == extension.name) {
                    let clash = exists(ObjectKind::Extension, &extension.name);
                    return if *if_not_exists { Ok(()) } else { Err(clash) };
                }
                self.extensions.push(extension.clone());
                self.extensions.sort_by(|a, b| a.name.cmp(&b.name));
                for name in types_of(&extension.name) {
                    let name = Name::new(&extension.schema, *name);
                    let extension = Some(extension.name.clone());
                    self.types.push(UserType { name, kind: TypeKind::Base, extension });
                }
                self.types.sort_by(|a, b| a.name.cmp(&b.name));
                Ok(())
            }
            ObjectChange::RenameRoutine { from, arguments, to } => {
                self.rename_routine(from, arguments.as_deref(), to)
            }
            ObjectChange::AlterRoutine { name, arguments, volatility } => {
                let arguments = self.one_routine(name, arguments.as_deref())?.arguments.clone();
                self.change_routine(name, &arguments, |function| {
                    function.volatility = volatility.clone().unwrap_or_else(|| function.volatility.clone());
                });
                Ok(())
            }
            ObjectChange::CreateEventTrigger { name } => {
                if !self.event_triggers.contains(name) {
                    self.event_triggers.push(name.clone());
                    self.event_triggers.sort();
                }
                Ok(())
            }
            ObjectChange::DropEventTrigger { name } => {
                self.event_triggers.retain(|n| n != name);
                Ok(())
            }
            ObjectChange::CreateCast(cast) => {
                self.casts.push(cast.clone());
                Ok(())
            }
            ObjectChange::Comment { relation: None, .. } | ObjectChange::Elsewhere { .. } => Ok(()),
        }
    }

    fn need_relation(&self, name: &Name) -> Result<(), ApplyError> {
        let composite = self.user_type(name).is_some();
        if self.has_relation(name) || composite { Ok(()) } else { Err(missing(ObjectKind::Table, name)) }
    }

    fn rules_of(&mut self, relation: &Name) -> Result<&mut Vec<crate::Rule>, ApplyError> {
        if self.table(relation).is_some() {
            return self.need_table(relation).map(|t| &mut t.rules);
        }
        let view = self.views.get_mut(relation);
        view.map(|v| &mut v.rules).ok_or_else(|| missing(ObjectKind::Table, relation))
    }

    fn rename_trigger(&mut self, table: &Name, from: &str, to: &str) -> Result<(), ApplyError> {
        if let Some(view) = self.views.get_mut(table).filter(|v| !v.materialized) {
            view.triggers.iter_mut().filter(|t| t.name == from).for_each(|t| t.definition = None);
            let names = view.triggers.iter_mut().map(|t| &mut t.name).collect();
            return rename(ObjectKind::Trigger, table, names, from, to);
        }
        let triggers = &mut self.need_table(table)?.triggers;
        triggers.iter_mut().filter(|t| t.name == from).for_each(|t| t.definition = None);
        let names = triggers.iter_mut().map(|t| &mut t.name).collect();
        rename(ObjectKind::Trigger, table, names, from, to)?;
        // Before version 15 the clones on partitions kept their names.
        if self.server.major() >= 15 || self.server.version_num == 0 {
            let swap = |t: &mut Table| {
                t.triggers.iter_mut().filter(|g| g.name == from).for_each(|g| g.name = to.to_owned());
            };
            self.each_partition(table, swap);
        }
        Ok(())
    }

    fn rename_statistics(&mut self, from: &Name, to: &Name) -> Result<(), ApplyError> {
        let has = |t: &Table, name: &Name| t.statistics.iter().any(|s| &s.name == name);
        if self.tables.iter().any(|t| has(t, to)) {
            return Err(exists(ObjectKind::Statistics, to));
        }
        let table = self.tables.iter().find(|t| has(t, from)).map(|t| t.name.clone());
        let table = table.ok_or_else(|| missing(ObjectKind::Statistics, from))?;
        let statistics = self.need_table(&table)?.statistics.iter_mut();
        statistics.filter(|s| &s.name == from).for_each(|s| s.name = to.clone());
        Ok(())
    }

    /// The one routine a name means, with arguments where several share it.
    fn one_routine(&self, name: &Name, arguments: Option<&str>) -> Result<&Function, ApplyError> {
        let mut found = self.functions_named(name).filter(|f| arguments.is_none_or(|a| f.arguments == a));
        let first = found.next().ok_or_else(|| missing(ObjectKind::Function, name))?;
        match found.next() {
            Some(_) => refused(format!("there is more than one function {name}: its arguments must be said")),
            None => Ok(first),
        }
    }

    fn change_routine(&mut self, name: &Name, arguments: &str, change: impl FnMut(&mut Function)) {
        let is = |f: &Function| &f.name == name && f.arguments == arguments;
        self.functions.change_with(Key::named(name), is, change);
    }

    fn rename_routine(&mut self, from: &Name, arguments: Option<&str>, to: &Name) -> Result<(), ApplyError> {
        let arguments = self.one_routine(from, arguments)?.arguments.clone();
        if self.functions_named(to).any(|f| f.arguments == arguments) {
            return Err(exists(ObjectKind::Function, to));
        }
        self.change_routine(from, &arguments, |f| f.name = to.clone());
        self.forget_texts();
        self.tables.change(
            |t| t.triggers.iter().any(|g| &g.function == from),
            |t| {
                let triggers = t.triggers.iter_mut().filter(|g| &g.function == from);
                triggers.for_each(|g| g.function = to.clone());
            },
        );
        Ok(())
    }

    pub(super) fn create_function(&mut self, function: &FunctionDefinition) -> Result<(), ApplyError> {
        let made = function.function();
        let there = self.functions_named(&made.name).any(|f| f.arguments == made.arguments);
        if there && !function.or_replace {
            return Err(exists(ObjectKind::Function, &function.name));
        }
        if !there {
            self.need_schema(&made.name.schema)?;
        }
        self.functions.insert(made);
        Ok(())
    }

    pub(super) fn create_trigger(&mut self, it: &TriggerDefinition) -> Result<(), ApplyError> {
        let made = it.trigger();
        if let Some(view) = self.views.get_mut(&it.table).filter(|v| !v.materialized) {
            if view.triggers.iter().any(|g| g.name == it.name) && !it.or_replace {
                return Err(exists(ObjectKind::Trigger, &it.name));
            }
            view.triggers.retain(|g| g.name != it.name);
            view.triggers.push(made);
            return Ok(());
        }
        let t = self.need_table(&it.table)?;
        if t.triggers.iter().any(|g| g.name == it.name) && !it.or_replace {
            return Err(exists(ObjectKind::Trigger, &it.name));
        }
        let put = |t: &mut Table| {
            t.triggers.retain(|g| g.name != made.name);
            t.triggers.push(made.clone());
            t.triggers.sort_by(|a, b| a.name.cmp(&b.name));
        };
        put(t);
        // A row trigger on a partitioned table is cloned to its partitions.
        if it.per_row {
            self.each_partition(&it.table, put);
        }
        Ok(())
    }
}

/// Puts what a policy says anew in the place of what it said. What only the part that stays reads cannot be told
/// from what the other read: then nothing is taken away.
fn alter_policy(policy: &mut Policy, to: &Policy) {
    let new = to.definition.clone().unwrap_or_default();
    let whole = match &policy.definition {
        Some(old) => {
            (new.using.is_some() || old.using.is_none()) && (new.check.is_some() || old.check.is_none())
        }
        None => new.using.is_some() && new.check.is_some(),
    };
    if let Some(old) = &mut policy.definition {
        if !new.roles.is_empty() {
            old.roles.clone_from(&new.roles);
        }
        old.using = new.using.clone().or(old.using.take());
        old.check = new.check.clone().or(old.check.take());
    }
    if new.using.is_none() && new.check.is_none() {
        return;
    }
    if whole {
        (policy.columns, policy.needs) = (Vec::new(), Vec::new());
        policy.functions = Vec::new();
    }
    let union = |old: &mut Vec<String>, new: &[String]| {
        old.extend_from_slice(new);
        old.sort();
        old.dedup();
    };
    union(&mut policy.columns, &to.columns);
    policy.functions.extend(to.functions.iter().cloned());
    policy.functions.sort();
    policy.functions.dedup();
    for Dependency { on, columns } in &to.needs {
        match policy.needs.iter_mut().find(|d| &d.on == on) {
            Some(known) => union(&mut known.columns, columns),
            None => policy.needs.push(Dependency { on: on.clone(), columns: columns.clone() }),
        }
    }
}

/// Types that people declare columns with, of extensions they use most (documentation of each).
fn types_of(extension: &str) -> &'static [&'static str] {
    match extension {
        "citext" => &["citext"],
        "cube" => &["cube"],
        "hstore" => &["hstore"],
        "intarray" => &["query_int"],
        "ltree" => &["lquery", "ltree", "ltxtquery"],
        "postgis" => &["box2d", "box3d", "geography", "geometry"],
        "vector" => &["halfvec", "sparsevec", "vector"],
        _ => &[],
    }
}

fn rename(
    kind: ObjectKind,
    of: &Name,
    names: Vec<&mut String>,
    from: &str,
    to: &str,
) -> Result<(), ApplyError> {
    if names.iter().any(|n| n.as_str() == to) {
        return Err(exists(kind, format!("{to} of {of}")));
    }
    match names.into_iter().find(|n| n.as_str() == from) {
        Some(name) => *name = to.to_owned(),
        None => return Err(missing(kind, format!("{from} of {of}"))),
    }
    Ok(())
}
