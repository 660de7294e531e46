//! Relations, types and schemas made, renamed and moved; objects of any kind dropped.

mod create;
pub(super) mod drop;
mod index;
mod rename;
mod sequence;
mod types;
mod view;

use crate::{ApplyError, Catalog, Name, RelationChange, RelationWord, TableKind};

use super::{ObjectKind, exists, missing, refused};

impl Catalog {
    pub(super) fn apply_relation(&mut self, change: &RelationChange) -> Result<(), ApplyError> {
        match change {
            RelationChange::CreateTable(it) => self.create_table(it),
            RelationChange::Drop { targets, if_exists, cascade } => {
                self.drop_objects(targets, *if_exists, *cascade)
            }
            RelationChange::Rename { word, relation, to, if_exists } => {
                self.rename_relation(*word, relation, to, *if_exists)
            }
            RelationChange::SetSchema { word, relation, schema, if_exists } => {
                self.move_relation(*word, relation, schema, *if_exists)
            }
            RelationChange::CreateView(it) => self.create_view(it),
            RelationChange::RefreshView { view, .. } => self.refresh_view(change, view),
            RelationChange::CreateSequence { sequence, if_not_exists } => {
                self.create_sequence(sequence, *if_not_exists)
            }
            RelationChange::AlterSequence { sequence, if_exists, action } => {
                self.alter_sequence(sequence, *if_exists, action)
            }
            RelationChange::AlterIndex { index, if_exists, actions } => {
                self.alter_index(index, *if_exists, actions)
            }
            RelationChange::DependsOnExtension { relation } => match self.has_relation(relation) {
                true => Ok(()),
                false => Err(missing(ObjectKind::MaterializedView, relation)),
            },
            RelationChange::CreateIndexOnly(index) => self.create_index_only(index),
            RelationChange::CreateType(it) => self.create_type(it),
            RelationChange::AlterType { name, domain, action } => self.alter_type(name, *domain, action),
            RelationChange::CreateSchema { name, if_not_exists } => self.create_schema(name, *if_not_exists),
            RelationChange::RenameSchema { from, to } => self.rename_schema(from, to),
        }
    }

    /// Whether the relation of that name may be called so in a statement. `ALTER TABLE` may name any kind, and
    /// `ALTER INDEX … RENAME` a table too.
    pub fn is_called(&self, word: RelationWord, name: &Name) -> bool {
        let kind = self.table(name).map(|t| t.kind);
        match word {
            RelationWord::Table => matches!(kind, Some(TableKind::Table | TableKind::PartitionedTable)),
            RelationWord::ForeignTable => kind == Some(TableKind::ForeignTable),
            RelationWord::MaterializedView => kind == Some(TableKind::MaterializedView),
            RelationWord::View => self.view(name).is_some_and(|v| !v.materialized),
            RelationWord::Sequence => self.sequences.contains(name),
            RelationWord::Index => self.index(name).is_some(),
        }
    }

    /// An error where the name is taken: by any relation, and for one with rows by a type too.
    pub(super) fn need_free(&self, kind: ObjectKind, name: &Name) -> Result<(), ApplyError> {
        if self.has_relation(name) {
            return Err(exists(kind, name));
        }
        Ok(())
    }

    pub(super) fn need_schema(&self, schema: &str) -> Result<(), ApplyError> {
        // A catalog without a server has no schema but those its files made, and the ones every database has.
        let built_in = schema == "public" || schema.starts_with("pg_") || schema == "information_schema";
        if built_in || self.schemas.iter().any(|s| s == schema) {
            return Ok(());
        }
        Err(missing(ObjectKind::Schema, schema))
    }

    pub(super) fn wrong_kind<T>(&self, word: RelationWord, name: &Name) -> Result<T, ApplyError> {
        if self.has_relation(name) {
            refused(format!("{name} is not {}", called(word)))
        } else {
            Err(missing(word.kind(), name))
        }
    }

    fn refresh_view(&mut self, change: &RelationChange, view: &Name) -> Result<(), ApplyError> {
        let RelationChange::RefreshView { with_data, .. } = change else { return Ok(()) };
        match self.table_mut(view) {
            Some(table) if table.kind == TableKind::MaterializedView => {
                table.unpopulated = !with_data;
                Ok(())
            }
            _ => self.wrong_kind(RelationWord::MaterializedView, view),
        }
    }

    fn create_schema(&mut self, name: &str, if_not_exists: bool) -> Result<(), ApplyError> {
        if self.schemas.iter().any(|s| s == name) {
            return if if_not_exists { Ok(()) } else { Err(exists(ObjectKind::Schema, name)) };
        }
        self.schemas.push(name.to_owned());
        self.schemas.sort();
        Ok(())
    }
}

impl RelationWord {
    /// The kind, for messages.
    pub(super) fn kind(self) -> ObjectKind {
        match self {
            RelationWord::Table => ObjectKind::Table,
            RelationWord::ForeignTable => ObjectKind::ForeignTable,
            RelationWord::View => ObjectKind::View,
            RelationWord::MaterializedView => ObjectKind::MaterializedView,
            RelationWord::Sequence => ObjectKind::Sequence,
            RelationWord::Index => ObjectKind::Index,
        }
    }
}

fn called(word: RelationWord) -> &'static str {
    match word {
        RelationWord::Table => "a table",
        RelationWord::ForeignTable => "a foreign table",
        RelationWord::View => "a view",
        RelationWord::MaterializedView => "a materialized view",
        RelationWord::Sequence => "a sequence",
        RelationWord::Index => "an index",
    }
}
