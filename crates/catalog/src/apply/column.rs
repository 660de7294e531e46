//! Columns made, dropped, renamed and changed: what goes with them, what stands in the way, and what follows.

use super::{ApplyError, ObjectKind, exists, missing, refused};
use crate::expression::rename_in;
use crate::{
    Catalog, Column, Dependency, Function, IndexTarget, Key, Name, NameParts, Policy, Sequence, Table, View,
};

impl Catalog {
    pub(super) fn add_column(
        &mut self,
        table: &Name,
        column: &Column,
        if_not_exists: bool,
        recurse: bool,
    ) -> Result<(), ApplyError> {
        let t = self.table(table).ok_or_else(|| missing(ObjectKind::Table, table))?;
        if t.partition_of.is_some() {
            return refused(format!("a column cannot be added to the partition {table} alone"));
        }
        if t.of_type.is_some() {
            return refused(format!("{table} has the columns of its type, and no others"));
        }
        if t.column(&column.name).is_some() {
            let full = format!("{table}.{}", column.name);
            return if if_not_exists { Ok(()) } else { Err(exists(ObjectKind::Column, full)) };
        }
        if !recurse && self.heirs_of(table).next().is_some() {
            return refused(format!("a column of {table} must be added to the tables below it, too"));
        }
        let followed = t.partition_key.is_some() && self.server.major() >= 17;
        if column.identity.is_some() && !followed && self.heirs_of(table).next().is_some() {
            return refused(format!("an identity column of {table} cannot be one of the tables below it"));
        }
        self.push_column(table, column.clone());
        if column.identity.is_some() {
            self.make_identity_sequence(table, &column.name, None);
        }
        let inherited = Column { inherited: true, identity: None, grants: Vec::new(), ..column.clone() };
        self.add_to_heirs(table, &inherited)
    }

    /// A table below that has such a column already keeps it, and so do those below it.
    fn add_to_heirs(&mut self, table: &Name, column: &Column) -> Result<(), ApplyError> {
        let heirs: Vec<Name> = self.heirs_of(table).map(|t| t.name.clone()).collect();
        for heir in heirs {
            match self.table(&heir).and_then(|t| t.column(&column.name)) {
                Some(own) if own.type_name != column.type_name => {
                    return refused(format!("{heir} has a column {} of another type", column.name));
                }
                Some(_) => {}
                None => {
                    self.push_column(&heir, column.clone());
                    self.add_to_heirs(&heir, column)?;
                }
            }
        }
        Ok(())
    }

    fn push_column(&mut self, table: &Name, column: Column) {
        let (name, not_null) = (column.name.clone(), column.not_null);
        self.table_mut(table).into_iter().for_each(|t| t.columns.push(column.clone()));
        if not_null {
            self.name_not_null(table, &name);
        }
    }

    /// The sequence behind an identity column.
    pub(super) fn make_identity_sequence(&mut self, table: &Name, column: &str, name: Option<Name>) {
        let parts = NameParts { table: &table.name, columns: column, label: "seq" };
        let name =
            name.unwrap_or_else(|| table.sibling(self.default_relation_name(&table.schema, parts, &[])));
        let type_name = self.table(table).and_then(|t| t.column(column)).map(|c| c.type_name.clone());
        let owned = self
            .sequences_owned_by(table)
            .any(|s| s.owned_by.as_ref().is_some_and(|o| o.needs(table, column)));
        if !owned {
            self.sequences.insert(Sequence {
                name,
                owned_by: Some(Dependency { on: table.clone(), columns: vec![column.to_owned()] }),
                type_name: type_name.unwrap_or_default(),
                used: None,
                options: None,
            });
        }
    }

    pub(super) fn drop_owned_sequences(&mut self, table: &Name, column: &str) {
        let owned = self.sequences_owned_by(table);
        let owned = owned.filter(|s| s.owned_by.as_ref().is_some_and(|o| o.needs(table, column)));
        let names: Vec<Name> = owned.map(|s| s.name.clone()).collect();
        names.iter().for_each(|name| self.sequences.remove(name));
    }

    pub(super) fn drop_column(
        &mut self,
        table: &Name,
        column: &str,
        if_exists: bool,
        cascade: bool,
        recurse: bool,
    ) -> Result<(), ApplyError> {
        let t = self.table(table).ok_or_else(|| missing(ObjectKind::Table, table))?;
        if t.column(column).is_none() {
            let full = format!("{table}.{column}");
            return if if_exists { Ok(()) } else { Err(missing(ObjectKind::Column, full)) };
        }
        if t.of_type.is_some() {
            return refused(format!("{table} has the columns of its type, and no fewer"));
        }
        if self.is_inherited(table, column) {
            return refused(format!("{column} of {table} is inherited, and can be dropped above only"));
        }
        if !recurse && t.partition_key.is_some() && self.heirs_of(table).next().is_some() {
            return refused(format!("{column} cannot be dropped of {table} and kept by its partitions"));
        }
        let names = self.dropped_with(table, column, recurse);
        for name in &names {
            if let Some(by) = self.needs_column(name, column).into_iter().find(|_| !cascade) {
                return Err(ApplyError::Needed { what: format!("{name}.{column}"), by });
            }
            if self.table(name).is_some_and(|t| t.partition_columns.iter().any(|c| c == column)) {
                let by = format!("the partition key of {name}");
                return Err(ApplyError::Needed { what: format!("{name}.{column}"), by });
            }
        }
        for heir in self.with_heirs(table, true).iter().filter(|n| !names.contains(n)) {
            self.each(std::slice::from_ref(heir), |t| {
                t.column_mut(column).into_iter().for_each(|c| c.inherited = false);
            });
        }
        names.iter().for_each(|name| self.take_column_out(name, column));
        Ok(())
    }

    /// The table, and those below it that have the column from nowhere else.
    fn dropped_with(&self, table: &Name, column: &str, recurse: bool) -> Vec<Name> {
        let mut names = vec![table.clone()];
        let mut next = 0;
        while let Some(parent) = names.get(next).cloned() {
            next += 1;
            for heir in self.heirs_of(&parent).filter(|_| recurse) {
                let only_from_above = heir.column(column).is_some_and(|c| c.inherited);
                let elsewhere =
                    self.parents_of(heir).any(|p| !names.contains(&p.name) && p.column(column).is_some());
                if only_from_above && !elsewhere && !names.contains(&heir.name) {
                    names.push(heir.name.clone());
                }
            }
        }
        names
    }

    /// Takes a column out with all that cannot be without it.
    fn take_column_out(&mut self, table: &Name, column: &str) {
        for publication in &mut self.publications {
            // The whole table goes from a publication that names the column (measured on 15 and 18).
            publication.tables.retain(|t| &t.on != table || !t.holds(column));
        }
        let views: Vec<Name> = self.views_on(table, Some(column)).iter().map(|v| v.name.clone()).collect();
        for view in &views {
            self.views.remove(view);
            self.tables.remove(view);
        }
        let names = |columns: &[String]| columns.iter().any(|c| c == column);
        self.each(std::slice::from_ref(table), |t| {
            let word = |e: &str| mentions(e, column);
            t.columns
                .retain(|c| c.name != column && !c.generated.as_ref().is_some_and(|g| word(&g.expression)));
            t.indexes.retain(|i| !names(&i.reads));
            t.constraints.retain(|c| !names(&c.columns));
            t.statistics.retain(|s| !names(&s.columns));
            t.triggers.retain(|g| !names(&g.columns));
            t.policies.retain(|p| !names(&p.columns));
        });
        self.drop_owned_sequences(table, column);
        let references = |t: &Table| {
            let mut foreign = t.constraints.iter().filter_map(|c| c.foreign.as_ref());
            foreign.any(|f| &f.table == table && names(&f.columns))
        };
        self.tables.change_with(Key::references(table), references, |other| {
            other
                .constraints
                .retain(|c| !c.foreign.as_ref().is_some_and(|f| &f.table == table && names(&f.columns)));
        });
    }

    /// Whether a table has the column from one above it.
    pub fn is_inherited(&self, table: &Name, column: &str) -> bool {
        self.table(table).is_some_and(|t| self.parents_of(t).any(|p| p.column(column).is_some()))
    }

    /// What would stop `DROP COLUMN` without CASCADE, in words: views, other tables' foreign keys, policies,
    /// triggers and generated columns that name the column, and its place in a partition key.
    pub fn needs_column(&self, table: &Name, column: &str) -> Vec<String> {
        let mut needed = Vec::new();
        needed.extend(
            self.views_needing(table)
                .filter(|v| v.needs.iter().any(|d| d.needs(table, column)))
                .map(|v| format!("{} {}", if v.materialized { "materialized view" } else { "view" }, v.name)),
        );
        let publications =
            self.publications.iter().filter(|p| p.named(table).is_some_and(|t| t.holds(column)));
        needed.extend(publications.map(|p| format!("publication {}", p.name)));
        let functions = self.functions.with(Key::needs(table));
        let functions = functions.filter(|f| f.needs.iter().any(|d| d.needs(table, column)));
        needed.extend(functions.map(|f| format!("function {}({})", f.name, f.arguments)));
        for (from, constraint) in self.referencing(table) {
            let names = constraint.foreign.as_ref().is_some_and(|f| f.columns.iter().any(|c| c == column));
            if names && from.name != *table {
                needed.push(format!("foreign key {} of {}", constraint.name, from.name));
            }
        }
        if let Some(t) = self.table(table) {
            let names = |columns: &[String]| columns.iter().any(|c| c == column);
            needed.extend(
                t.policies.iter().filter(|p| names(&p.columns)).map(|p| format!("policy {}", p.name)),
            );
            needed.extend(
                t.triggers.iter().filter(|g| names(&g.columns)).map(|g| format!("trigger {}", g.name)),
            );
            needed.extend(t.rules.iter().filter(|r| names(&r.columns)).map(|r| format!("rule {}", r.name)));
            if names(&t.partition_columns) {
                needed.push(format!("the partition key of {}", t.name));
            }
            // Before version 15 a generated column went with the column it is made of, unasked.
            let silently = self.server.version_num != 0 && self.server.major() < 15;
            let of = |c: &&Column| c.generated.as_ref().is_some_and(|g| mentions(&g.expression, column));
            needed.extend(
                t.columns
                    .iter()
                    .filter(|c| c.name != column && !silently)
                    .filter(of)
                    .map(|c| format!("generated column {}", c.name)),
            );
            needed.extend(self.default_on_owned_sequence(t, column));
        }
        needed
    }

    /// Another column whose default takes values from a sequence this column owns.
    fn default_on_owned_sequence(&self, table: &Table, column: &str) -> Option<String> {
        let owned = |s: &&Sequence| s.owned_by.as_ref().is_some_and(|o| o.needs(&table.name, column));
        self.sequences_owned_by(&table.name).filter(owned).find_map(|sequence| {
            let takes = |c: &Column| {
                c.default
                    .as_deref()
                    .is_some_and(|d| d.contains("nextval") && mentions(d, &sequence.name.name))
            };
            self.tables.iter().find_map(|t| {
                let other = |c: &&Column| t.name != table.name || c.name != column;
                let found = t.columns.iter().filter(other).find(|c| takes(c))?;
                Some(format!("the default of {}.{}", t.name, found.name))
            })
        })
    }

    pub(super) fn set_default(
        &mut self,
        table: &Name,
        column: &str,
        expression: Option<&str>,
        recurse: bool,
    ) -> Result<(), ApplyError> {
        let found = self.table(table).and_then(|t| t.column(column));
        if found.is_some_and(|c| c.identity.is_some()) {
            return refused(format!("{column} of {table} is an identity column: it has no other default"));
        }
        if found.is_some_and(|c| c.generated.is_some()) {
            return refused(format!("{column} of {table} is a generated column: it has no default"));
        }
        if let Some(view) = self.views.get_mut(table).filter(|v| !v.materialized) {
            view.detail_mut(column).default = expression.map(str::to_owned);
        }
        self.with_column(table, column, recurse, |c| c.default = expression.map(str::to_owned))
    }

    /// The type of a column, here and below. What was known of its values no longer holds.
    pub(super) fn retype_column(
        &mut self,
        table: &Name,
        column: &str,
        type_name: &str,
        collation: Option<&str>,
    ) -> Result<(), ApplyError> {
        self.with_column(table, column, true, |c| {
            c.type_name = type_name.to_owned();
            c.collation = collation.map(str::to_owned);
            c.statistics = None;
        })?;
        let identity = self.table(table).and_then(|t| t.column(column)).is_some_and(|c| c.identity.is_some());
        let owned = |s: &Sequence| identity && s.owned_by.as_ref().is_some_and(|o| o.needs(table, column));
        let retype = |s: &mut Sequence| s.type_name = type_name.to_owned();
        self.sequences.change_with(Key::needs(table), owned, retype);
        Ok(())
    }

    pub(super) fn rename_column(
        &mut self,
        table: &Name,
        from: &str,
        to: &str,
        recurse: bool,
    ) -> Result<(), ApplyError> {
        let Some(t) = self.table(table) else { return self.rename_view_column(table, from, to) };
        if t.column(from).is_none() {
            return Err(missing(ObjectKind::Column, format!("{table}.{from}")));
        }
        if t.of_type.is_some() {
            return refused(format!("the columns of {table} are named by its type"));
        }
        if self.is_inherited(table, from) {
            return refused(format!("{from} of {table} is inherited, and can be renamed above only"));
        }
        let heirs = self.descendants_of(table);
        if !recurse && !heirs.is_empty() {
            return refused(format!("{from} must be renamed in the tables below {table}, too"));
        }
        let taken = std::iter::once(t).chain(heirs.iter().copied()).find(|t| t.column(to).is_some());
        if let Some(taken) = taken {
            return Err(exists(ObjectKind::Column, format!("{}.{to}", taken.name)));
        }
        for name in self.with_heirs(table, true) {
            self.each(std::slice::from_ref(&name), |t| rename_in_table(t, from, to));
            self.follow_rename(&name, from, to);
        }
        Ok(())
    }

    /// What names the column elsewhere: views, publications, sequences, foreign keys.
    fn follow_rename(&mut self, table: &Name, from: &str, to: &str) {
        let follow = |d: &mut Dependency| {
            if &d.on == table {
                swap(&mut d.columns, from, to);
            }
        };
        let needs = |v: &View| v.needs.iter().any(|d| &d.on == table);
        self.views.change_with(Key::needs(table), needs, |v| {
            // How the server prints the query from here on is not known.
            if v.needs.iter().any(|d| d.needs(table, from)) {
                v.definition = None;
            }
            v.needs.iter_mut().for_each(follow);
        });
        // A materialized view is a relation with columns of its own as well as a query.
        if let Some(view) = self.views.get_mut(table) {
            swap(&mut view.columns, from, to);
            view.details.iter_mut().filter(|d| d.name == from).for_each(|d| d.name = to.to_owned());
            view.definition = None;
        }
        let named = |f: &Function| f.needs.iter().any(|d| d.needs(table, from));
        self.functions.change_with(Key::needs(table), named, |f| f.needs.iter_mut().for_each(follow));
        let reads = |p: &Policy| p.needs.iter().any(|d| d.needs(table, from));
        self.tables.change_with(
            Key::needs(table),
            |t| t.policies.iter().any(reads),
            |t| {
                for policy in t.policies.iter_mut().filter(|p| reads(p)) {
                    policy.definition = None;
                    policy.needs.iter_mut().for_each(follow);
                }
            },
        );
        for published in self.publications.iter_mut().flat_map(|p| &mut p.tables).filter(|t| &t.on == table) {
            swap(&mut published.columns, from, to);
            if let Some(filter) = &mut published.filter {
                swap(&mut filter.reads, from, to);
                filter.condition = filter.condition.as_ref().map(|c| rename_in(c, from, to));
            }
        }
        let owned = |s: &Sequence| s.owned_by.as_ref().is_some_and(|o| &o.on == table);
        self.sequences.change_with(Key::needs(table), owned, |s| s.owned_by.iter_mut().for_each(follow));
        let references =
            |t: &Table| t.constraints.iter().any(|c| c.foreign.as_ref().is_some_and(|f| &f.table == table));
        self.tables.change_with(Key::references(table), references, |other| {
            for constraint in &mut other.constraints {
                let Some(foreign) = constraint.foreign.as_mut().filter(|f| &f.table == table) else {
                    continue;
                };
                swap(&mut foreign.columns, from, to);
                if let Some((own, others, rest)) = foreign_parts(&constraint.definition) {
                    constraint.definition = format!("{own}{}{rest}", rename_in(others, from, to));
                }
            }
        });
    }

    fn rename_view_column(&mut self, view: &Name, from: &str, to: &str) -> Result<(), ApplyError> {
        let Some(found) = self.views.get_mut(view) else {
            return if self.has_relation(view) { Ok(()) } else { Err(missing(ObjectKind::Table, view)) };
        };
        if found.columns.iter().any(|c| c == to) {
            return Err(exists(ObjectKind::Column, format!("{view}.{to}")));
        }
        if !found.columns.iter().any(|c| c == from) {
            return Err(missing(ObjectKind::Column, format!("{view}.{from}")));
        }
        swap(&mut found.columns, from, to);
        self.follow_rename(view, from, to);
        Ok(())
    }
}

/// Whether an expression has that word in it: reason enough to take it for a mention of the column.
pub(super) fn mentions(expression: &str, word: &str) -> bool {
    expression.split(|c: char| !c.is_alphanumeric() && c != '_').any(|w| w == word)
}

/// A foreign key's definition in three: its own columns, the table and columns it references, what else it says (which
/// may name its own columns again: `SET NULL (a)`).
fn foreign_parts(definition: &str) -> Option<(&str, &str, &str)> {
    let (own, behind) = definition.split_at(definition.find(" REFERENCES ")?);
    let mut quoted = false;
    let end = behind.find(|c: char| {
        quoted ^= c == '"';
        c == ')' && !quoted
    })?;
    let (others, rest) = behind.split_at(end + 1);
    Some((own, others, rest))
}

fn swap(names: &mut [String], from: &str, to: &str) {
    names.iter_mut().filter(|n| *n == from).for_each(|n| *n = to.to_owned());
}

pub(super) fn rename_in_table(t: &mut Table, from: &str, to: &str) {
    let in_text = |text: &mut String| *text = rename_in(text, from, to);
    for column in &mut t.columns {
        column.generated.iter_mut().for_each(|g| in_text(&mut g.expression));
        if column.name == from {
            column.name = to.to_owned();
        }
    }
    for index in &mut t.indexes {
        swap(&mut index.reads, from, to);
        index.reads.sort();
        swap(&mut index.definition.include, from, to);
        index.definition.predicate.iter_mut().for_each(in_text);
        for key in &mut index.definition.keys {
            match &mut key.target {
                IndexTarget::Column(column) if column == from => *column = to.to_owned(),
                IndexTarget::Column(_) => {}
                IndexTarget::Expression(expression) => in_text(expression),
            }
        }
    }
    for constraint in &mut t.constraints {
        swap(&mut constraint.columns, from, to);
        // A foreign key's definition names the other side's columns too, which this does not rename.
        match foreign_parts(&constraint.definition).filter(|_| constraint.foreign.is_some()) {
            Some((own, others, rest)) => {
                let renamed = |text: &str| rename_in(text, from, to);
                constraint.definition = format!("{}{others}{}", renamed(own), renamed(rest));
            }
            None => in_text(&mut constraint.definition),
        }
    }
    for statistics in t.statistics.iter_mut().filter(|s| s.columns.iter().any(|c| c == from)) {
        swap(&mut statistics.columns, from, to);
        let on = statistics.definition.iter_mut().flat_map(|d| &mut d.on);
        on.for_each(|item| *item = rename_in(item, from, to));
    }
    for trigger in t.triggers.iter_mut().filter(|g| g.columns.iter().any(|c| c == from)) {
        swap(&mut trigger.columns, from, to);
        trigger.definition = None;
    }
    for policy in t.policies.iter_mut().filter(|p| p.columns.iter().any(|c| c == from)) {
        swap(&mut policy.columns, from, to);
        // How the server prints the expressions from here on is not known.
        policy.definition = None;
    }
    for rule in t.rules.iter_mut().filter(|r| r.columns.iter().any(|c| c == from)) {
        swap(&mut rule.columns, from, to);
        rule.definition = None;
    }
    swap(&mut t.partition_columns, from, to);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Change;

    fn family() -> Catalog {
        let column = |name: &str, inherited| Column { name: name.into(), inherited, ..Column::default() };
        let table = |name: &str, columns, inherits: &[&str]| Table {
            name: Name::new("public", name),
            columns,
            inherits: inherits.iter().map(|p| Name::new("public", *p)).collect(),
            ..Table::default()
        };
        let parent = table("parent", vec![column("a", false)], &[]);
        let heir = table("heir", vec![column("a", true), column("own", false)], &["parent"]);
        Catalog { tables: vec![heir, parent].into(), ..Catalog::default() }
    }

    #[test]
    fn heirs_follow_and_keep_what_is_their_own() {
        let mut catalog = family();
        let (parent, heir) = (Name::new("public", "parent"), Name::new("public", "heir"));
        let add = |name: &str| Change::AddColumn {
            table: parent.clone(),
            column: Column { name: name.into(), ..Column::default() },
            if_not_exists: false,
        };
        catalog.apply(&add("b")).unwrap();
        catalog.apply(&add("own")).unwrap();
        let inherited = |c: &Catalog, n: &str| c.table(&heir).unwrap().column(n).map(|c| c.inherited);
        assert_eq!((inherited(&catalog, "b"), inherited(&catalog, "own")), (Some(true), Some(false)));
        let drop = |table: &Name, column: &str| Change::DropColumn {
            table: table.clone(),
            column: column.into(),
            if_exists: false,
            cascade: false,
        };
        assert!(catalog.apply(&drop(&heir, "b")).is_err());
        catalog.apply(&drop(&parent, "b")).unwrap();
        catalog.apply(&drop(&parent, "own")).unwrap();
        assert_eq!((inherited(&catalog, "b"), inherited(&catalog, "own")), (None, Some(false)));
        let rename = Change::RenameColumn { table: parent.clone(), from: "a".into(), to: "z".into() };
        catalog.apply(&rename).unwrap();
        assert_eq!(inherited(&catalog, "z"), Some(true));
    }

    #[test]
    fn a_foreign_key_names_the_columns_of_both_sides() {
        let key = "FOREIGN KEY (a, \"b)\") REFERENCES p(a, \"x)\") ON DELETE SET NULL (a)";
        let (own, others, rest) = foreign_parts(key).unwrap();
        assert_eq!(own, "FOREIGN KEY (a, \"b)\")");
        assert_eq!(others, " REFERENCES p(a, \"x)\")");
        assert_eq!(rest, " ON DELETE SET NULL (a)");
        assert_eq!(foreign_parts("CHECK (a > 0)"), None);
    }

    #[test]
    fn an_identity_column_has_a_sequence() {
        let mut catalog = family();
        let heir = Name::new("public", "heir");
        let identity = Column {
            name: "id".into(),
            type_name: "bigint".into(),
            identity: Some(crate::Identity::Always),
            ..Column::default()
        };
        let add = Change::AddColumn { table: heir.clone(), column: identity, if_not_exists: false };
        catalog.apply(&add).unwrap();
        assert_eq!(catalog.sequences.first().unwrap().name.name, "heir_id_seq");
        let drop = Change::DropColumn { table: heir, column: "id".into(), if_exists: false, cascade: false };
        catalog.apply(&drop).unwrap();
        assert!(catalog.sequences.is_empty());
    }
}
