//! Relations and schemas under another name: everything that refers to them follows, except what is kept as text
//! (bodies of functions).

use super::super::{ObjectKind, exists, missing, refused};
use crate::expression::rename_relation_in;
use crate::{ApplyError, Catalog, Dependency, Key, Name, RelationWord, Sequence, Table, View};

impl Catalog {
    pub(super) fn rename_relation(
        &mut self,
        word: RelationWord,
        relation: &Name,
        to: &str,
        if_exists: bool,
    ) -> Result<(), ApplyError> {
        if !self.has_relation(relation) {
            return if if_exists { Ok(()) } else { Err(missing(word.kind(), relation)) };
        }
        // ALTER TABLE and ALTER INDEX rename a relation of any kind.
        if !matches!(word, RelationWord::Table | RelationWord::Index) && !self.is_called(word, relation) {
            return self.wrong_kind(word, relation);
        }
        let new = relation.sibling(to);
        if self.has_relation(&new) {
            return Err(exists(word.kind(), &new));
        }
        if self.index(relation).is_some() {
            self.rename_index(relation, to);
        } else {
            self.put_name(relation, &new);
        }
        Ok(())
    }

    pub(super) fn move_relation(
        &mut self,
        word: RelationWord,
        relation: &Name,
        schema: &str,
        if_exists: bool,
    ) -> Result<(), ApplyError> {
        if !self.has_relation(relation) {
            return if if_exists { Ok(()) } else { Err(missing(word.kind(), relation)) };
        }
        if word != RelationWord::Table && !self.is_called(word, relation) {
            return self.wrong_kind(word, relation);
        }
        if self.index(relation).is_some() {
            return refused(format!("the index {relation} goes where its table goes"));
        }
        let owner = self.sequences.get(relation).and_then(|s| s.owned_by.as_ref());
        if let Some(owner) = owner {
            return refused(format!(
                "the sequence {relation} belongs to {}, and goes where that goes",
                owner.on
            ));
        }
        self.need_schema(schema)?;
        if relation.schema == schema {
            return Ok(());
        }
        let new = Name::new(schema, &relation.name);
        self.need_free(word.kind(), &new)?;
        let owned: Vec<Name> = self.sequences_owned_by(relation).map(|s| s.name.clone()).collect();
        self.put_name(relation, &new);
        for sequence in owned {
            self.put_name(&sequence, &Name::new(schema, &sequence.name));
        }
        Ok(())
    }

    pub(super) fn rename_schema(&mut self, from: &str, to: &str) -> Result<(), ApplyError> {
        if self.schemas.iter().any(|s| s == to) {
            return Err(exists(ObjectKind::Schema, to));
        }
        if !self.schemas.iter().any(|s| s == from) && from != "public" {
            return Err(missing(ObjectKind::Schema, from));
        }
        let relations = self.tables.iter().map(|t| &t.name).chain(self.views.iter().map(|v| &v.name));
        let relations = relations.chain(self.sequences.iter().map(|s| &s.name));
        let here: Vec<Name> = relations.filter(|n| n.schema == from).cloned().collect();
        for name in here {
            self.put_name(&name, &Name::new(to, &name.name));
        }
        let moved = |name: &mut Name| {
            if name.schema == from {
                name.schema = to.to_owned();
            }
        };
        self.types.iter_mut().for_each(|t| moved(&mut t.name));
        self.functions.change(|f| f.name.schema == from, |f| moved(&mut f.name));
        self.extensions.iter_mut().filter(|e| e.schema == from).for_each(|e| e.schema = to.to_owned());
        let concerned = |table: &Table| {
            table.triggers.iter().any(|t| t.function.schema == from)
                || table.statistics.iter().any(|s| s.name.schema == from)
                || table.of_type.as_ref().is_some_and(|t| t.schema == from)
        };
        self.forget_texts();
        self.tables.change(concerned, |table| {
            table.triggers.iter_mut().for_each(|t| moved(&mut t.function));
            table.statistics.iter_mut().for_each(|s| moved(&mut s.name));
            table.of_type.iter_mut().for_each(moved);
        });
        self.views.change_all(|view| {
            view.triggers.iter_mut().for_each(|t| moved(&mut t.function));
            view.functions.iter_mut().for_each(moved);
            view.types.iter_mut().for_each(moved);
        });
        self.schemas.retain(|s| s != from);
        self.schemas.push(to.to_owned());
        self.schemas.sort();
        let published = self.publications.iter_mut().flat_map(|p| &mut p.schemas);
        published.filter(|s| *s == from).for_each(|s| *s = to.to_owned());
        // The search path names schemas: what it named is no longer found.
        self.server.search_path.retain(|s| s != from);
        Ok(())
    }

    /// Forgets how the server prints what can name functions and types: one of them has another name.
    pub(in crate::apply) fn forget_texts(&mut self) {
        let has = |t: &Table| !(t.policies.is_empty() && t.triggers.is_empty() && t.rules.is_empty());
        self.tables.change(has, |t| {
            t.policies.iter_mut().for_each(|p| p.definition = None);
            t.triggers.iter_mut().for_each(|g| g.definition = None);
            t.rules.iter_mut().for_each(|r| r.definition = None);
        });
        self.views.change_all(|view| {
            view.definition = None;
            view.triggers.iter_mut().for_each(|g| g.definition = None);
            view.rules.iter_mut().for_each(|r| r.definition = None);
        });
    }

    /// An index under another name; the constraint it serves is renamed with it.
    fn rename_index(&mut self, index: &Name, to: &str) {
        let Some(table) = self.index(index).map(|(t, _)| t.name.clone()) else { return };
        let Some(t) = self.table_mut(&table) else { return };
        let swap = |name: &mut String| {
            if *name == index.name {
                *name = to.to_owned();
            }
        };
        for i in &mut t.indexes {
            swap(&mut i.definition.name);
            i.constraint.iter_mut().for_each(swap);
        }
        for constraint in t.constraints.iter_mut().filter(|c| c.index.as_ref() == Some(&index.name)) {
            if constraint.foreign.is_none() {
                swap(&mut constraint.name);
            }
            constraint.index.iter_mut().for_each(swap);
        }
        t.clustered_on.iter_mut().for_each(swap);
        if t.replica_identity == format!("using index {}", index.name) {
            t.replica_identity = format!("using index {to}");
        }
        let partitions: Vec<Name> = self.direct_partitions_of(&table).map(|p| p.name.clone()).collect();
        for partition in partitions {
            let parts = self.table_mut(&partition).into_iter().flat_map(|p| &mut p.indexes);
            parts.filter_map(|i| i.part_of.as_mut()).for_each(swap);
        }
        let to_it = |c: &crate::Constraint| c.foreign.as_ref().is_some_and(|f| f.table == table);
        let names =
            |t: &Table| t.constraints.iter().any(|c| c.index.as_ref() == Some(&index.name) && to_it(c));
        self.tables.change_with(Key::references(&table), names, |other| {
            let foreign = other.constraints.iter_mut().filter(|c| to_it(c));
            foreign.filter_map(|c| c.index.as_mut()).for_each(swap);
        });
    }

    /// Puts another name in the place of a relation's, wherever it stands.
    pub(super) fn put_name(&mut self, from: &Name, to: &Name) {
        let swap = |name: &mut Name| {
            if name == from {
                *name = to.clone();
            }
        };
        let in_needs = |needs: &mut Vec<Dependency>| needs.iter_mut().for_each(|d| swap(&mut d.on));
        let is_sequence = self.sequences.contains(from);
        self.tables.change(
            |t| mentions(t, from, is_sequence),
            |t| {
                swap(&mut t.name);
                t.indexes.iter_mut().for_each(|i| swap(&mut i.definition.table));
                t.partition_of.iter_mut().for_each(swap);
                t.inherits.iter_mut().for_each(swap);
                t.constraints.iter_mut().filter_map(|c| c.foreign.as_mut()).for_each(|f| swap(&mut f.table));
                for policy in t.policies.iter_mut().filter(|p| p.needs.iter().any(|d| &d.on == from)) {
                    policy.definition = None;
                    in_needs(&mut policy.needs);
                }
                // Rules are printed with the name of their own relation, too.
                let named = &t.name == to;
                let reads = |r: &crate::Rule| r.statements.iter().any(|s| &s.relation == from);
                t.rules.iter_mut().filter(|r| named || reads(r)).for_each(|r| r.definition = None);
                t.triggers.iter_mut().filter(|_| named).for_each(|g| g.definition = None);
                t.rules.iter_mut().flat_map(|r| &mut r.statements).for_each(|s| swap(&mut s.relation));
                t.of_type.iter_mut().for_each(swap);
                if is_sequence {
                    let defaults = t.columns.iter_mut().filter_map(|c| c.default.as_mut());
                    defaults.for_each(|d| *d = rename_relation_in(d, from, to));
                }
            },
        );
        let change_view = |view: &mut View| {
            swap(&mut view.name);
            if view.needs.iter().any(|d| &d.on == from) {
                view.definition = None;
            }
            in_needs(&mut view.needs);
            view.rules.iter_mut().for_each(|r| r.definition = None);
            view.triggers.iter_mut().for_each(|g| g.definition = None);
            view.rules.iter_mut().flat_map(|r| &mut r.statements).for_each(|s| swap(&mut s.relation));
        };
        self.views.change_with(Key::needs(from), |v| &v.name != from, change_view);
        self.views.change_with(Key::named(from), |v| &v.name == from, change_view);
        let owned = |s: &Sequence| s.owned_by.as_ref().is_some_and(|o| &o.on == from);
        self.sequences.change_with(Key::needs(from), owned, |s| {
            s.owned_by.iter_mut().for_each(|o| swap(&mut o.on));
        });
        let reads = |f: &crate::Function| f.needs.iter().any(|d| &d.on == from);
        self.functions.change_with(Key::needs(from), reads, |f| in_needs(&mut f.needs));
        self.sequences.change_with(Key::named(from), |s| &s.name == from, |s| swap(&mut s.name));
        self.publications.iter_mut().flat_map(|p| &mut p.tables).for_each(|t| swap(&mut t.on));
    }
}

/// Whether a table has to be changed where a relation gets another name: tables are shared, and most stay as they are.
fn mentions(table: &Table, name: &Name, is_sequence: bool) -> bool {
    &table.name == name
        || table.partition_of.as_ref() == Some(name)
        || table.of_type.as_ref() == Some(name)
        || table.inherits.contains(name)
        || table.constraints.iter().any(|c| c.foreign.as_ref().is_some_and(|f| &f.table == name))
        || table.policies.iter().any(|p| p.needs.iter().any(|d| &d.on == name))
        || table.rules.iter().any(|r| r.statements.iter().any(|s| &s.relation == name))
        || (is_sequence
            && table.columns.iter().any(|c| c.default.as_ref().is_some_and(|d| d.contains(&name.name))))
}
