//! Sequences made and changed.

use super::super::{ObjectKind, exists, missing, refused};
use crate::{ApplyError, Catalog, Dependency, Name, RelationWord, Sequence, SequenceAction};

impl Catalog {
    pub(super) fn create_sequence(
        &mut self,
        sequence: &Sequence,
        if_not_exists: bool,
    ) -> Result<(), ApplyError> {
        if self.has_relation(&sequence.name) {
            return if if_not_exists { Ok(()) } else { Err(exists(ObjectKind::Sequence, &sequence.name)) };
        }
        self.need_schema(&sequence.name.schema)?;
        if let Some(owner) = &sequence.owned_by {
            self.need_owner(&sequence.name, owner)?;
        }
        self.sequences.insert(sequence.clone());
        Ok(())
    }

    fn need_owner(&self, sequence: &Name, owner: &Dependency) -> Result<(), ApplyError> {
        if self.table(&owner.on).is_none() {
            return Err(missing(ObjectKind::Table, &owner.on));
        }
        // Its column may be missing: the sequence of a serial column that is added comes first.
        if owner.on.schema != sequence.schema {
            return refused(format!("the sequence {sequence} must be in the schema of {}", owner.on));
        }
        Ok(())
    }

    pub(super) fn alter_sequence(
        &mut self,
        name: &Name,
        if_exists: bool,
        action: &SequenceAction,
    ) -> Result<(), ApplyError> {
        if !self.has_relation(name) && if_exists {
            return Ok(());
        }
        if !self.is_called(RelationWord::Sequence, name) {
            return self.wrong_kind(RelationWord::Sequence, name);
        }
        let owner = self.sequences.get(name).and_then(|s| s.owned_by.clone());
        match action {
            SequenceAction::Owner if owner.is_some() => {
                return refused(format!("the sequence {name} has the owner of the table it belongs to"));
            }
            SequenceAction::Options { owned_by: Some(Some(new)), .. } => self.need_owner(name, new)?,
            _ => {}
        }
        if let Some(sequence) = self.sequences.get_mut(name)
            && let SequenceAction::Options { owned_by, type_name } = action
        {
            sequence.owned_by = owned_by.clone().unwrap_or_else(|| sequence.owned_by.clone());
            sequence.type_name = type_name.clone().unwrap_or_else(|| sequence.type_name.clone());
        }
        Ok(())
    }
}
