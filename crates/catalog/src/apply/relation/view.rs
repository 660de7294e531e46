//! Views and materialized views made and changed.

use super::super::{ObjectKind, exists, missing, refused};
use crate::{ApplyError, Catalog, View, ViewDefinition};

impl Catalog {
    pub(super) fn create_view(&mut self, it: &ViewDefinition) -> Result<(), ApplyError> {
        let name = &it.view.name;
        if let Some(old) = self.view(name).filter(|v| it.or_replace && !v.materialized) {
            let kept = old.columns.iter().zip(&it.view.columns).all(|(old, new)| old == new);
            if !it.view.columns.is_empty() && (!kept || old.columns.len() > it.view.columns.len()) {
                return refused(format!("CREATE OR REPLACE VIEW can only add columns at the end of {name}"));
            }
        } else if self.has_relation(name) {
            return if it.if_not_exists { Ok(()) } else { Err(exists(kind_of(&it.view), name)) };
        }
        if let Some(why) = &it.refused {
            return refused(why.clone());
        }
        self.need_schema(&name.schema)?;
        if let Some(missed) = it.view.needs.iter().find(|d| !self.has_relation(&d.on)) {
            return Err(missing(ObjectKind::Table, &missed.on));
        }
        let mut view = it.view.clone();
        // What hangs on a view stays when its query is replaced; its options are those said anew.
        if let Some(old) = self.view(name).filter(|_| it.or_replace) {
            view.owner.clone_from(&old.owner);
            view.grants.clone_from(&old.grants);
            view.comment.clone_from(&old.comment);
            for detail in &old.details {
                let new = view.detail_mut(&detail.name);
                new.default.clone_from(&detail.default);
                new.comment.clone_from(&detail.comment);
                new.grants.clone_from(&detail.grants);
            }
            view.triggers.clone_from(&old.triggers);
            view.rules.clone_from(&old.rules);
        }
        self.views.insert(view);
        if let Some((table, _)) = &it.rows {
            self.tables.insert(table.clone());
        }
        Ok(())
    }
}

fn kind_of(view: &View) -> ObjectKind {
    if view.materialized { ObjectKind::MaterializedView } else { ObjectKind::View }
}
