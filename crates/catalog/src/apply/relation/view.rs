//! Views and materialized views made and changed.

use super::super::{ObjectKind, exists, missing, refused};
use crate::{ApplyError, Catalog, Name, RelationWord, Table, View, ViewDefinition};

impl Catalog {
    pub(super) fn create_view(&mut self, it: &ViewDefinition) -> Result<(), ApplyError> {
        let name = &it.view.name;
        if let Some(old) = self.view(name).filter(|v| it.or_replace && !v.materialized) {
            let kept = old.columns.iter().zip(&it.view.columns).all(|(old, new)| old == new);
            if !kept || old.columns.len() > it.view.columns.len() {
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
        self.views.retain(|v| &v.name != name);
        self.views.push(it.view.clone());
        self.views.sort_by(|a, b| a.name.cmp(&b.name));
        if let Some((table, _)) = &it.rows {
            self.push_table(table.clone());
        }
        Ok(())
    }

    pub(super) fn push_table(&mut self, table: Table) {
        self.tables.push(table.into());
        self.tables.sort_by(|a, b| a.name.cmp(&b.name));
    }

    pub(super) fn alter_view(
        &mut self,
        name: &Name,
        if_exists: bool,
        rename_column: Option<&(String, String)>,
    ) -> Result<(), ApplyError> {
        if !self.has_relation(name) && if_exists {
            return Ok(());
        }
        if !self.is_called(RelationWord::View, name) {
            return self.wrong_kind(RelationWord::View, name);
        }
        let Some((from, to)) = rename_column else { return Ok(()) };
        let view = self.views.iter_mut().find(|v| &v.name == name);
        let columns = view.map(|v| &mut v.columns).ok_or_else(|| missing(ObjectKind::View, name))?;
        if columns.contains(to) {
            return Err(exists(ObjectKind::Column, format!("{name}.{to}")));
        }
        let column = columns.iter_mut().find(|c| *c == from);
        *column.ok_or_else(|| missing(ObjectKind::Column, format!("{name}.{from}")))? = to.clone();
        let needs = self.views.iter_mut().flat_map(|v| &mut v.needs).filter(|d| &d.on == name);
        needs.flat_map(|d| &mut d.columns).filter(|c| *c == from).for_each(|c| *c = to.clone());
        Ok(())
    }
}

fn kind_of(view: &View) -> ObjectKind {
    if view.materialized { ObjectKind::MaterializedView } else { ObjectKind::View }
}
