//! The partitioned table made beside the old one, and what changes hands between the two.

use altimeter_catalog::{
    Catalog, Change, Column, ColumnAction, Commented, Constraint, ConstraintDefinition, ConstraintKind,
    Dependency, ExtendedStatistics, Identity, IndexDefinition, IndexKey, Name, ObjectChange, Policy,
    RelationChange, RelationWord, SequenceAction, SequenceOptions, TableAction,
};

use super::{Layout, Sequence};
use crate::plan::PlanError;
use crate::recipe::refuse;

/// An identity column's kind, and the sequence behind it.
struct Counted<'a> {
    column: &'a str,
    kind: Identity,
    sequence: &'a Name,
    options: SequenceOptions,
}

impl Layout<'_> {
    /// Makes the partitioned table like the old one, which is called `like` by then, with its partitions and without its
    /// triggers. Of each index `index_name` tells what the old table's is called by then, and what the new one's is to be
    /// called; of extended statistics, too.
    pub(crate) fn make_parent(
        &self,
        all: &mut Sequence,
        (like, parent): (&Name, &Name),
        index_name: &dyn Fn(&str) -> (String, String),
    ) -> Result<(), PlanError> {
        let engine = self.context.engine;
        let unclear = |what: &str| refuse(format!("{what} of {} is not understood", self.table.name), "");
        let made = engine.partitioned_beside(&all.schema, like, parent, (self.by, self.column));
        all.extend(made.ok_or_else(|| unclear("the definition"))?)?;
        if let Some(counted) = self.counted() {
            all.push(self.add_identity(&counted, parent, &self.sequence_beside(&counted)))?;
        }
        let Some(old) = all.schema.table(like).cloned() else { return Err(unclear("the definition")) };
        for index in self.indexes() {
            let own = &index.definition.name;
            let (of_old, name) = index_name(own);
            let index = old.indexes.iter().find(|i| i.definition.name == of_old);
            let index = index.ok_or_else(|| unclear("an index"))?;
            let lacks = !index.definition.keys.contains(&IndexKey::column(self.column));
            let key = self.keys.iter().find(|k| lacks && k.narrow.definition.name == *own);
            if let Some(key) = key {
                all.push(key.made_wide_on(parent, name))?;
                continue;
            }
            let constraint = old.constraints.iter().find(|c| Some(&c.name) == index.constraint.as_ref());
            let definition = IndexDefinition { table: parent.clone(), name, ..index.definition.clone() };
            all.push(match constraint {
                Some(constraint) => Change::AddConstraint {
                    table: parent.clone(),
                    constraint: ConstraintDefinition {
                        name: Some(definition.name.clone()),
                        index: Some(Box::new(IndexDefinition { name: String::new(), ..definition })),
                        ..self.context.definition_of(&old, constraint)
                    },
                },
                None => Change::CreateIndex { index: definition, concurrently: false, if_not_exists: false },
            })?;
        }
        let to_itself = |c: &Constraint| c.foreign.as_ref().is_some_and(|f| &f.table == like);
        let keys = old.constraints.iter().filter(|c| c.kind == ConstraintKind::ForeignKey);
        for constraint in keys.filter(|c| !to_itself(c)) {
            all.push(Change::AddConstraint {
                table: parent.clone(),
                constraint: self.context.definition_of(&old, constraint),
            })?;
        }
        for policy in &self.table.policies {
            let bare = Policy { comment: None, ..policy.clone() };
            all.push(Change::Object(ObjectChange::CreatePolicy { table: parent.clone(), policy: bare }))?;
        }
        for (name, bound) in self.all_parts() {
            let made = engine.partition_beside(&all.schema, like, (parent, name), bound);
            all.extend(made.ok_or_else(|| unclear("a partition"))?)?;
        }
        // Partitions do not inherit it.
        if ["full", "nothing"].contains(&self.table.replica_identity.as_str()) {
            for table in self.all_parts().map(|(name, _)| name).chain([parent]) {
                let action = TableAction::ReplicaIdentity(self.table.replica_identity.clone());
                all.push(Change::AlterWhole { table: table.clone(), action })?;
            }
        }
        if self.copied {
            self.make_settings(all, parent, index_name)?;
        }
        Ok(())
    }

    /// What a table has that `LIKE` does not give and partitions do not inherit.
    fn make_settings(
        &self,
        all: &mut Sequence,
        parent: &Name,
        name_of: &dyn Fn(&str) -> (String, String),
    ) -> Result<(), PlanError> {
        for column in &self.table.columns {
            let bare = Column { comment: None, ..column.clone() };
            all.extend(self.context.engine.column_settings(parent, &bare, &column.name))?;
        }
        for of in &self.table.statistics {
            let name = parent.sibling(name_of(&of.name.name).1);
            let statistics = ExtendedStatistics { name, comment: None, ..of.clone() };
            let table = parent.clone();
            all.push(Change::Object(ObjectChange::CreateStatistics {
                table,
                statistics,
                if_not_exists: false,
            }))?;
        }
        Ok(())
    }

    /// What somebody wrote about the old table and its parts.
    pub(crate) fn comment(
        &self,
        all: &mut Sequence,
        parent: &Name,
        index_name: &dyn Fn(&str) -> (String, String),
    ) -> Result<(), PlanError> {
        let own = &self.table.name;
        for (of, on, text) in self.context.catalog.comments_of(std::slice::from_ref(own)) {
            let index = |name: &String| self.indexes().any(|i| i.definition.name == *name);
            let (relation, on) = match on {
                Commented::Statistics(name) if self.copied => {
                    let on = Commented::Statistics(parent.sibling(index_name(&name.name).1));
                    all.push(Change::Object(ObjectChange::Comment {
                        on,
                        relation: None,
                        text: Some(text),
                        label: false,
                    }))?;
                    continue;
                }
                Commented::Statistics(_) => continue,
                Commented::Constraint(name) if index(&name) => {
                    (parent.clone(), Commented::Constraint(index_name(&name).1))
                }
                on if of == *own => (parent.clone(), on),
                on => (parent.sibling(index_name(&of.name).1), on),
            };
            if all.schema.lacks_comment(&relation, &on) {
                let (relation, text) = (Some(relation), Some(text));
                all.push(Change::Object(ObjectChange::Comment { on, relation, text, label: false }))?;
            }
        }
        Ok(())
    }

    /// Dropping the old table's triggers: those of the partitioned table fire for all.
    pub(crate) fn drop_triggers(&self) -> Vec<Change> {
        let triggers = self.table.triggers.iter();
        let gone = |t: &altimeter_catalog::Trigger| Change::DropTrigger {
            table: self.table.name.clone(),
            name: t.name.clone(),
            if_exists: false,
        };
        triggers.map(gone).collect()
    }

    /// Making them again.
    pub(crate) fn make_triggers(&self, schema: &Catalog, on: &Name) -> Result<Vec<Change>, PlanError> {
        let made = self.context.engine.triggers_on(schema, &self.table.triggers, on);
        made.ok_or_else(|| refuse(format!("a trigger of {} is not understood", self.table.name), ""))
    }

    /// What counts goes from one table to the other: the identity's sequence goes on where it stands, and serial
    /// columns' sequences change owners.
    pub(crate) fn hand_over(&self, schema: &Catalog, from: &Name, to: &Name) -> Vec<Change> {
        let mut all: Vec<Change> = self.owned_by(schema, to).collect();
        if let Some(counted) = self.counted() {
            let next = self.sequence_beside(&counted);
            all.extend(self.go_on(&next, counted.sequence));
            all.push(Change::AlterColumn {
                table: from.clone(),
                column: counted.column.to_owned(),
                action: ColumnAction::DropIdentity { if_exists: false },
            });
            all.push(Change::rename_relation(RelationWord::Sequence, &next, &counted.sequence.name));
        }
        all
    }

    /// The way back: the partitioned table keeps its identity, the old one gets one of its own again.
    pub(crate) fn hand_back(&self, schema: &Catalog, to: &Name) -> Vec<Change> {
        let mut all: Vec<Change> = self.owned_by(schema, to).collect();
        if let Some(counted) = self.counted() {
            let beside = self.sequence_beside(&counted);
            all.push(Change::rename_relation(RelationWord::Sequence, counted.sequence, &beside.name));
            all.push(self.add_identity(&counted, to, counted.sequence));
            all.extend(self.go_on(counted.sequence, &beside));
        }
        all
    }

    /// Serial columns' sequences, whose owner goes with them if it is dropped.
    fn owned_by<'s>(&'s self, schema: &'s Catalog, to: &'s Name) -> impl Iterator<Item = Change> + 's {
        let serial = |column: &str| self.table.column(column).is_some_and(|c| c.identity.is_none());
        let sequences = self.context.catalog.sequences_owned_by(&self.table.name);
        sequences.filter(|s| schema.sequences.contains(&s.name)).filter_map(move |sequence| {
            let column = sequence.owned_by.as_ref()?.columns.first()?;
            serial(column).then(|| {
                Change::Relation(RelationChange::AlterSequence {
                    sequence: sequence.name.clone(),
                    if_exists: false,
                    action: SequenceAction::Options {
                        owned_by: Some(Some(Dependency { on: to.clone(), columns: vec![column.clone()] })),
                        type_name: None,
                    },
                })
            })
        })
    }

    fn counted(&self) -> Option<Counted<'_>> {
        let column = self.table.columns.iter().find(|c| c.identity.is_some())?;
        let owned = |s: &&altimeter_catalog::Sequence| {
            s.owned_by.as_ref().is_some_and(|o| o.needs(&self.table.name, &column.name))
        };
        let sequence = self.context.catalog.sequences_owned_by(&self.table.name).find(owned)?;
        Some(Counted {
            column: &column.name,
            kind: column.identity?,
            sequence: &sequence.name,
            options: sequence.options?,
        })
    }

    /// Whether there is an identity column whose sequence is not known well enough to be made again.
    pub(super) fn counts_unknown(&self) -> bool {
        self.table.columns.iter().any(|c| c.identity.is_some()) && self.counted().is_none()
    }

    fn sequence_beside(&self, counted: &Counted<'_>) -> Name {
        let name = format!("altimeter_{}", counted.sequence.name);
        counted.sequence.sibling(self.context.name(&name))
    }

    fn add_identity(&self, counted: &Counted<'_>, table: &Name, sequence: &Name) -> Change {
        let Counted { column, kind, options, .. } = counted;
        Change::Written {
            sql: self.context.engine.print_identity((table, column), *kind, (sequence, options)),
            changes: vec![Change::AlterColumn {
                table: table.clone(),
                column: (*column).to_owned(),
                action: ColumnAction::AddIdentity { kind: *kind, sequence: Some(sequence.clone()) },
            }],
        }
    }

    /// A statement inside a block, read where both sequences are there.
    fn go_on(&self, sequence: &Name, from: &Name) -> Option<Change> {
        let engine = self.context.engine;
        let sql = engine.print_go_on(sequence, from);
        let mut schema = self.context.catalog.clone();
        let known = schema.sequences.iter().next().cloned()?;
        for name in [sequence, from] {
            if !schema.has_relation(name) {
                let other =
                    altimeter_catalog::Sequence { name: name.clone(), owned_by: None, ..known.clone() };
                let made = RelationChange::CreateSequence { sequence: other, if_not_exists: false };
                schema.apply(&Change::Relation(made)).ok()?;
            }
        }
        let read = engine.parse(&schema, &format!("DO $$ BEGIN {sql}; END $$")).statements.pop()?;
        let means = read.changes.into_iter().flat_map(|c| match c {
            Change::Together(parts) => parts,
            one => vec![one],
        });
        Some(Change::Written { sql, changes: means.collect() })
    }
}
