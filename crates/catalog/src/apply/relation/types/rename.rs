//! A type under another name: columns, types built on it and expressions follow.

use super::super::super::{ObjectKind, exists};
use crate::expression::{print_type, rename_type_in};
use crate::{ApplyError, Catalog, IndexTarget, Name, Table, TypeKind, type_named};

impl Catalog {
    pub(super) fn rename_type(&mut self, from: &Name, to: Name) -> Result<(), ApplyError> {
        if from == &to {
            return Ok(());
        }
        if self.user_type(&to).is_some() || self.table(&to).is_some() || self.view(&to).is_some() {
            return Err(exists(ObjectKind::Type, &to));
        }
        let path = self.server.search_path.clone();
        let lookup = Catalog { server: self.server.clone(), ..Catalog::default() };
        let swap = |printed: &mut String| {
            if type_named(&lookup, printed, from) {
                // A column's own type is always printed with its schema.
                *printed = print_type(&[], &to, printed);
            }
        };
        // A cast can stand in any expression; looking is cheap, a copy of the table is not.
        let in_text = |text: &mut String| *text = rename_type_in(text, &path, from, &to);
        let concerned = |table: &Table| {
            table.columns.iter().any(|c| type_named(&lookup, &c.type_name, from))
                || expressions_of(table).any(|text| rename_type_in(text, &path, from, &to) != *text)
                || table.of_type.as_ref() == Some(from)
        };
        self.tables.change(concerned, |table| {
            table.columns.iter_mut().for_each(|c| swap(&mut c.type_name));
            table.of_type.iter_mut().filter(|t| *t == from).for_each(|t| *t = to.clone());
            in_expressions(table, in_text);
        });
        for other in &mut self.types {
            match &mut other.kind {
                TypeKind::Domain { base, default, checks, .. } => {
                    swap(base);
                    default.iter_mut().chain(checks).for_each(in_text);
                }
                TypeKind::Composite { attributes } => attributes.iter_mut().for_each(|(_, t)| swap(t)),
                TypeKind::Range { subtype } => swap(subtype),
                TypeKind::Enum { .. } | TypeKind::Base => {}
            }
            if &other.name == from {
                other.name = to.clone();
            }
        }
        self.views.change(
            |v| v.types.contains(from),
            |v| v.types.iter_mut().filter(|t| *t == from).for_each(|t| *t = to.clone()),
        );
        self.types.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(())
    }
}

/// Every expression of a table that can have a cast.
fn expressions_of(table: &Table) -> impl Iterator<Item = &String> {
    let columns = table.columns.iter();
    let columns = columns.flat_map(|c| c.default.iter().chain(c.generated.iter().map(|g| &g.expression)));
    let indexes = table.indexes.iter().flat_map(|i| {
        let keys = i.definition.keys.iter().filter_map(|k| match &k.target {
            IndexTarget::Expression(expression) => Some(expression),
            IndexTarget::Column(_) => None,
        });
        keys.chain(&i.definition.predicate)
    });
    columns.chain(indexes).chain(table.constraints.iter().map(|c| &c.definition))
}

fn in_expressions(table: &mut Table, in_text: impl Fn(&mut String)) {
    for column in &mut table.columns {
        column.default.iter_mut().for_each(&in_text);
        column.generated.iter_mut().for_each(|g| in_text(&mut g.expression));
    }
    for index in &mut table.indexes {
        index.definition.predicate.iter_mut().for_each(&in_text);
        for key in &mut index.definition.keys {
            if let IndexTarget::Expression(expression) = &mut key.target {
                in_text(expression);
            }
        }
    }
    table.constraints.iter_mut().for_each(|c| in_text(&mut c.definition));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Column, UserType};

    #[test]
    fn what_casts_to_the_type_follows() {
        let (old, new) = (Name::new("public", "mood"), Name::new("public", "Mood 2"));
        let column = Column {
            name: "m".to_owned(),
            type_name: "mood[]".to_owned(),
            default: Some("ARRAY['sad'::mood, 'mood'::text]".to_owned()),
            ..Column::default()
        };
        let table = Table { name: Name::new("public", "t"), columns: vec![column], ..Table::default() };
        let mut catalog = Catalog { tables: vec![table].into(), ..Catalog::default() };
        catalog.server.search_path = vec!["public".to_owned()];
        let kind = TypeKind::Enum { labels: vec!["sad".to_owned()] };
        catalog.types.push(UserType { name: old.clone(), kind, extension: None });
        catalog.rename_type(&old, new.clone()).expect("the name is free");
        let column = &catalog.tables.first().unwrap().columns[0];
        assert_eq!(column.type_name, "public.\"Mood 2\"[]");
        assert_eq!(column.default.as_deref(), Some("ARRAY['sad'::\"Mood 2\", 'mood'::text]"));
        assert!(catalog.user_type(&new).is_some() && catalog.user_type(&old).is_none());
    }
}
