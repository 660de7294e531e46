//! Constraints made, validated, renamed and dropped, with the indexes behind them.

use super::{ApplyError, ObjectKind, exists, missing, refused};
use crate::{
    Catalog, Constraint, ConstraintDefinition, ConstraintKind, Index, IndexDefinition, IndexKey, IndexTarget,
    Name, NameParts, Table, joined,
};

impl Table {
    /// Adds a constraint with the index behind it, as a statement that defines it leaves it. One without a name gets
    /// the first of the names servers choose.
    pub fn take_constraint(&mut self, definition: &ConstraintDefinition, inherited: bool) {
        let name = definition.name.clone().unwrap_or_else(|| {
            let columns = joined(definition.columns.iter().map(String::as_str));
            format!("{}_{columns}_{}", self.name.name, label(definition.kind))
        });
        let index = match &definition.using_index {
            Some(taken_over) => {
                let index = self.indexes.iter_mut().find(|i| &i.definition.name == taken_over);
                index.map(|index| {
                    // The server renames the index to the constraint it now serves.
                    index.definition.name.clone_from(&name);
                    index.constraint = Some(name.clone());
                    index.primary = definition.kind == ConstraintKind::PrimaryKey;
                })
            }
            None if is_indexed(definition.kind) => {
                self.indexes.push(index_made(self, definition, &name));
                Some(())
            }
            None => None,
        };
        let validated = !definition.not_valid && !definition.not_enforced;
        let not_null = match definition.kind {
            ConstraintKind::PrimaryKey => true,
            ConstraintKind::NotNull => validated,
            _ => false,
        };
        for column in self.columns.iter_mut().filter(|c| not_null && definition.columns.contains(&c.name)) {
            column.not_null = true;
        }
        self.constraints.push(Constraint {
            index: index.map(|()| name.clone()),
            name,
            kind: definition.kind,
            columns: definition.columns.clone(),
            definition: definition.sql.clone(),
            validated,
            deferrable: definition.deferrable,
            deferred: definition.deferred,
            no_inherit: definition.no_inherit,
            inherited,
            not_enforced: definition.not_enforced,
            foreign: definition.foreign.clone(),
        });
    }
}

/// Whether the server builds an index for such a constraint.
fn is_indexed(kind: ConstraintKind) -> bool {
    matches!(kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique | ConstraintKind::Exclusion)
}

/// The word servers end the name of such a constraint with.
fn label(kind: ConstraintKind) -> &'static str {
    match kind {
        ConstraintKind::PrimaryKey => "pkey",
        ConstraintKind::Unique => "key",
        ConstraintKind::Exclusion => "excl",
        ConstraintKind::ForeignKey => "fkey",
        ConstraintKind::NotNull => "not_null",
        ConstraintKind::Check | ConstraintKind::Trigger => "check",
    }
}

fn index_made(table: &Table, constraint: &ConstraintDefinition, name: &str) -> Index {
    let definition = match &constraint.index {
        Some(index) => {
            IndexDefinition { name: name.to_owned(), table: table.name.clone(), ..index.as_ref().clone() }
        }
        None => IndexDefinition {
            name: name.to_owned(),
            table: table.name.clone(),
            method: "btree".to_owned(),
            unique: true,
            nulls_not_distinct: false,
            keys: constraint.columns.iter().map(IndexKey::column).collect(),
            include: Vec::new(),
            predicate: None,
            options: Default::default(),
            tablespace: None,
        },
    };
    let reads = super::index::reads(table, &definition);
    Index {
        definition,
        primary: constraint.kind == ConstraintKind::PrimaryKey,
        constraint: Some(name.to_owned()),
        valid: true,
        part_of: None,
        reads,
        bytes: None,
        scans: None,
        printed: None,
    }
}

impl Catalog {
    pub(super) fn add_constraint(
        &mut self,
        table: &Name,
        constraint: &ConstraintDefinition,
        recurse: bool,
    ) -> Result<(), ApplyError> {
        let t = self.table(table).ok_or_else(|| missing(ObjectKind::Table, table))?;
        let same_name = |t: &Table| t.constraints.iter().any(|c| Some(&c.name) == constraint.name.as_ref());
        if same_name(t) {
            return Err(exists(ObjectKind::Constraint, constraint.name.clone().unwrap_or_default()));
        }
        if constraint.kind == ConstraintKind::PrimaryKey && t.indexes.iter().any(|i| i.primary) {
            return refused(format!("{table} has a primary key already"));
        }
        if let Some(index) = &constraint.using_index
            && !t.indexes.iter().any(|i| &i.definition.name == index)
        {
            return Err(missing(ObjectKind::Index, table.sibling(index)));
        }
        if let Some(name) = &constraint.name
            && is_indexed(constraint.kind)
            && constraint.using_index.as_ref() != Some(name)
            && self.has_relation(&table.sibling(name))
        {
            return Err(exists(ObjectKind::Index, table.sibling(name)));
        }
        if constraint.kind == ConstraintKind::NotNull
            && t.constraints
                .iter()
                .any(|c| c.kind == ConstraintKind::NotNull && c.columns == constraint.columns)
        {
            // The server keeps the one there is.
            return Ok(());
        }
        let partitioned = t.partition_key.is_some();
        let inherits = !constraint.no_inherit
            && match constraint.kind {
                ConstraintKind::Check | ConstraintKind::NotNull => true,
                _ => partitioned,
            };
        if !recurse
            && matches!(constraint.kind, ConstraintKind::Check)
            && inherits
            && self.heirs_of(table).next().is_some()
        {
            return refused(format!("the constraint must be added to the tables below {table}, too"));
        }
        let children: Vec<Name> = self.descendants_of(table).iter().map(|t| t.name.clone()).collect();
        self.table_mut(table).into_iter().for_each(|t| t.take_constraint(constraint, false));
        if constraint.kind == ConstraintKind::PrimaryKey {
            constraint.columns.iter().for_each(|c| self.name_not_null(table, c));
        }
        for child in children.iter().filter(|_| inherits && recurse) {
            self.add_inherited_constraint(table, child, constraint);
        }
        Ok(())
    }

    /// The same on a table below: one it has already is taken for it.
    fn add_inherited_constraint(&mut self, parent: &Name, child: &Name, constraint: &ConstraintDefinition) {
        let Some(t) = self.table(child) else { return };
        if is_indexed(constraint.kind) {
            let columns = joined(key_names(constraint));
            let columns = if constraint.kind == ConstraintKind::PrimaryKey { String::new() } else { columns };
            let parts = NameParts { table: &child.name, columns: &columns, label: label(constraint.kind) };
            let same = |i: &&Index| {
                i.constraint.is_some()
                    && i.part_of.is_none()
                    && i.primary == (constraint.kind == ConstraintKind::PrimaryKey)
                    && i.definition.columns().is_some_and(|c| c == constraint.columns)
            };
            let existing = t.indexes.iter().find(same).map(|i| i.definition.name.clone());
            let name = existing
                .clone()
                .unwrap_or_else(|| self.default_index_constraint_name(&child.schema, parts, &[]));
            let own = ConstraintDefinition { name: Some(name.clone()), ..constraint.clone() };
            let above = constraint.name.clone().unwrap_or_default();
            // The index of a partition of a partition belongs to the one between.
            let between = t.partition_of.as_ref().filter(|p| *p != parent).and_then(|p| self.table(p));
            let above = between
                .and_then(|p| p.indexes.iter().find(|i| i.part_of.is_some() && same_keys(i, constraint)))
                .map_or(above, |i| i.definition.name.clone());
            if let Some(t) = self.table_mut(child) {
                if existing.is_none() {
                    t.take_constraint(&own, true);
                }
                let index = t.indexes.iter_mut().find(|i| i.definition.name == name);
                index.into_iter().for_each(|i| i.part_of = Some(above.clone()));
            }
            return;
        }
        let mut same = t.constraints.iter().filter(|c| match constraint.kind {
            ConstraintKind::Check => c.kind == constraint.kind && Some(&c.name) == constraint.name.as_ref(),
            _ => {
                c.kind == constraint.kind
                    && c.columns == constraint.columns
                    && c.foreign == constraint.foreign
            }
        });
        let name = same.next().map(|c| c.name.clone());
        let Some(t) = self.table_mut(child) else { return };
        match name {
            Some(name) => {
                let own = t.constraints.iter_mut().find(|c| c.name == name);
                own.into_iter().for_each(|c| c.inherited = true);
            }
            None => t.take_constraint(constraint, true),
        }
    }

    pub(super) fn validate_constraint(&mut self, table: &Name, name: &str) -> Result<(), ApplyError> {
        let t = self.need_table(table)?;
        if !t.constraints.iter().any(|c| c.name == name) {
            return Err(missing(ObjectKind::Constraint, name));
        }
        self.each(&self.with_heirs(table, true), |t| {
            let mut not_null = Vec::new();
            for constraint in t.constraints.iter_mut().filter(|c| c.name == name) {
                constraint.validated = true;
                let text = constraint.definition.trim_end();
                constraint.definition = text.strip_suffix("NOT VALID").unwrap_or(text).trim_end().to_owned();
                if constraint.kind == ConstraintKind::NotNull {
                    not_null.extend(constraint.columns.iter().cloned());
                }
            }
            let named = t.columns.iter_mut().filter(|c| not_null.contains(&c.name));
            named.for_each(|c| c.not_null = true);
        });
        Ok(())
    }

    pub(super) fn drop_constraint(
        &mut self,
        table: &Name,
        name: &str,
        if_exists: bool,
        cascade: bool,
        recurse: bool,
    ) -> Result<(), ApplyError> {
        let t = self.table(table).ok_or_else(|| missing(ObjectKind::Table, table))?;
        let Some(constraint) = t.constraints.iter().find(|c| c.name == name).cloned() else {
            return if if_exists { Ok(()) } else { Err(missing(ObjectKind::Constraint, name)) };
        };
        if constraint.inherited {
            return refused(format!(
                "constraint {name} of {table} is inherited, and can be dropped above only"
            ));
        }
        if !recurse && t.partition_key.is_some() && self.heirs_of(table).next().is_some() {
            return refused(format!(
                "constraint {name} cannot be dropped of {table} and kept by its partitions"
            ));
        }
        let dependants: Vec<(Name, String)> = self.foreign_keys_on(t, &constraint);
        if let Some((from, foreign_key)) = dependants.iter().find(|_| !cascade) {
            return Err(ApplyError::Needed {
                what: format!("constraint {name} of {table}"),
                by: format!("foreign key {foreign_key} of {from}"),
            });
        }
        for (from, foreign_key) in dependants {
            self.each(&self.with_heirs(&from, true), |t| t.constraints.retain(|c| c.name != foreign_key));
        }
        self.drop_with_heirs(table, &constraint, recurse);
        Ok(())
    }

    fn drop_with_heirs(&mut self, table: &Name, constraint: &Constraint, recurse: bool) {
        let below: Vec<Name> = self.descendants_of(table).iter().map(|t| t.name.clone()).collect();
        let mut parts = vec![constraint.index.clone().unwrap_or_default()];
        if let Some(t) = self.table_mut(table) {
            drop_from(t, &constraint.name);
        }
        for child in below {
            let Some(t) = self.table_mut(&child) else { continue };
            if constraint.index.is_some() {
                let attached = |i: &Index| i.part_of.as_ref().is_some_and(|p| parts.contains(p));
                let found: Vec<String> =
                    t.indexes.iter().filter(|i| attached(i)).map(|i| i.definition.name.clone()).collect();
                t.indexes.retain(|i| !found.contains(&i.definition.name));
                t.constraints.retain(|c| !c.index.as_ref().is_some_and(|i| found.contains(i)));
                parts.extend(found);
                continue;
            }
            let same = |c: &Constraint| {
                c.inherited
                    && c.kind == constraint.kind
                    && match c.kind {
                        ConstraintKind::Check => c.name == constraint.name,
                        _ => c.columns == constraint.columns && c.foreign == constraint.foreign,
                    }
            };
            if recurse {
                if let Some(name) = t.constraints.iter().find(|c| same(c)).map(|c| c.name.clone()) {
                    drop_from(t, &name);
                }
            } else {
                t.constraints.iter_mut().filter(|c| same(c)).for_each(|c| c.inherited = false);
            }
        }
    }

    /// Foreign keys that need a PRIMARY KEY or UNIQUE constraint: without its index nothing says that what they
    /// reference is one row.
    pub fn foreign_keys_on(&self, table: &Table, constraint: &Constraint) -> Vec<(Name, String)> {
        if !matches!(constraint.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique) {
            return Vec::new();
        }
        let serves = |columns: &[String]| same_set(columns, &constraint.columns);
        // Of several that would do, the server takes the primary key, else the one made first.
        let better = |columns: &[String]| {
            constraint.kind == ConstraintKind::Unique
                && table
                    .constraints
                    .iter()
                    .any(|c| c.kind == ConstraintKind::PrimaryKey && same_set(columns, &c.columns))
        };
        self.referencing(&table.name)
            .into_iter()
            .filter(|(_, c)| !c.inherited)
            .filter(|(_, c)| c.foreign.as_ref().is_some_and(|f| serves(&f.columns) && !better(&f.columns)))
            .map(|(from, c)| (from.name.clone(), c.name.clone()))
            .collect()
    }

    pub(super) fn rename_constraint(
        &mut self,
        table: &Name,
        from: &str,
        to: &str,
        recurse: bool,
    ) -> Result<(), ApplyError> {
        let t = self.table(table).ok_or_else(|| missing(ObjectKind::Table, table))?;
        let Some(constraint) = t.constraints.iter().find(|c| c.name == from).cloned() else {
            return Err(missing(ObjectKind::Constraint, from));
        };
        if constraint.inherited && constraint.index.is_none() {
            return refused(format!(
                "constraint {from} of {table} is inherited, and can be renamed above only"
            ));
        }
        let inherited = matches!(constraint.kind, ConstraintKind::Check | ConstraintKind::NotNull)
            && !constraint.no_inherit;
        if inherited && !recurse && self.heirs_of(table).next().is_some() {
            return refused(format!("constraint {from} must be renamed in the tables below {table}, too"));
        }
        if constraint.index.is_some() && self.has_relation(&table.sibling(to)) {
            return Err(exists(ObjectKind::Index, table.sibling(to)));
        }
        if t.constraints.iter().any(|c| c.name == to) {
            return Err(exists(ObjectKind::Constraint, to));
        }
        self.each(&self.with_heirs(table, inherited), |t| {
            for c in t.constraints.iter_mut().filter(|c| c.name == from) {
                c.name = to.to_owned();
                c.index.iter_mut().filter(|i| *i == from).for_each(|i| *i = to.to_owned());
            }
        });
        if let Some(index) = constraint.index {
            self.rename_index_in(table, &index, to);
        }
        Ok(())
    }

    /// Renames an index in everything of its table that names it.
    fn rename_index_in(&mut self, table: &Name, from: &str, to: &str) {
        if let Some(t) = self.table_mut(table) {
            for index in t.indexes.iter_mut().filter(|i| i.definition.name == from) {
                index.definition.name = to.to_owned();
                index.constraint.iter_mut().for_each(|c| *c = to.to_owned());
            }
            t.clustered_on.iter_mut().filter(|i| *i == from).for_each(|i| *i = to.to_owned());
            if t.replica_identity.strip_prefix("using index ") == Some(from) {
                t.replica_identity = format!("using index {to}");
            }
        }
        let below: Vec<Name> = self.descendants_of(table).iter().map(|t| t.name.clone()).collect();
        self.each(&below, |t| {
            let parts = t.indexes.iter_mut().filter_map(|i| i.part_of.as_mut());
            parts.filter(|p| *p == from).for_each(|p| *p = to.to_owned());
        });
    }

    pub(super) fn set_not_null(
        &mut self,
        table: &Name,
        column: &str,
        recurse: bool,
    ) -> Result<(), ApplyError> {
        self.need_column(table, column)?;
        let partitioned = self.table(table).is_some_and(|t| t.partition_key.is_some());
        let below = self.heirs_of(table).any(|t| t.column(column).is_some_and(|c| !c.not_null));
        if !recurse && partitioned && below {
            return refused(format!("NOT NULL must be set in the partitions of {table}, too"));
        }
        for name in self.with_heirs(table, recurse) {
            self.each(std::slice::from_ref(&name), |t| {
                t.column_mut(column).into_iter().for_each(|c| c.not_null = true);
                let same = |c: &&mut Constraint| {
                    c.kind == ConstraintKind::NotNull && c.columns.iter().any(|c| c == column)
                };
                t.constraints.iter_mut().filter(same).for_each(|c| c.validated = true);
            });
            self.name_not_null(&name, column);
        }
        Ok(())
    }

    /// Gives the NOT NULL of a column the name the server chooses, where it keeps one.
    pub(in crate::apply) fn name_not_null(&mut self, table: &Name, column: &str) {
        let Some(t) = self.table(table).filter(|_| self.server.names_not_null()) else { return };
        let same =
            |c: &Constraint| c.kind == ConstraintKind::NotNull && c.columns.iter().any(|c| c == column);
        if t.constraints.iter().any(same) {
            return;
        }
        let above = self
            .parents_of(t)
            .find_map(|p| p.constraints.iter().find(|c| same(c) && !c.no_inherit).map(|c| c.name.clone()));
        let parts = NameParts { table: &table.name, columns: column, label: "not_null" };
        let inherited = above.is_some();
        let name = above.unwrap_or_else(|| self.default_constraint_name(&table.schema, parts, &[]));
        let definition = ConstraintDefinition {
            name: Some(name),
            kind: ConstraintKind::NotNull,
            columns: vec![column.to_owned()],
            expression: None,
            using_index: None,
            index: None,
            sql: format!("NOT NULL {column}"),
            not_valid: false,
            foreign: None,
            deferrable: false,
            deferred: false,
            no_inherit: false,
            not_enforced: false,
            holds: false,
        };
        self.table_mut(table).into_iter().for_each(|t| t.take_constraint(&definition, inherited));
    }

    pub(super) fn drop_not_null(
        &mut self,
        table: &Name,
        column: &str,
        recurse: bool,
    ) -> Result<(), ApplyError> {
        self.need_column(table, column)?;
        let Some(t) = self.table(table) else { return Ok(()) };
        if t.column(column).is_some_and(|c| c.identity.is_some()) {
            return refused(format!("{column} of {table} is an identity column: it stays NOT NULL"));
        }
        let in_key = |i: &&crate::Index| {
            i.primary && i.definition.columns().is_some_and(|c| c.contains(&column.to_owned()))
        };
        if t.indexes.iter().any(|i| in_key(&i)) {
            return refused(format!("{column} is in the primary key of {table}: it stays NOT NULL"));
        }
        if t.replica_identity.strip_prefix("using index ").is_some_and(|name| {
            t.indexes.iter().any(|i| i.definition.name == name && i.reads.iter().any(|c| c == column))
        }) {
            return refused(format!("{column} is in the replica identity of {table}: it stays NOT NULL"));
        }
        let above = self.parents_of(t).any(|p| {
            (t.partition_of.is_some() || self.server.names_not_null())
                && p.column(column).is_some_and(|c| c.not_null)
        });
        if above {
            return refused(format!(
                "{column} of {table} is NOT NULL from above, and can be changed there only"
            ));
        }
        if !recurse && t.partition_key.is_some() && self.heirs_of(table).next().is_some() {
            return refused(format!("NOT NULL cannot be dropped of {table} and kept by its partitions"));
        }
        self.each(&self.with_heirs(table, recurse), |t| {
            t.column_mut(column).into_iter().for_each(|c| c.not_null = false);
            t.constraints
                .retain(|c| c.kind != ConstraintKind::NotNull || !c.columns.iter().any(|c| c == column));
        });
        Ok(())
    }
}

/// Takes a constraint out of a table, with the index behind it, and NOT NULL with a constraint that says so.
fn drop_from(t: &mut Table, name: &str) {
    for constraint in &t.constraints {
        if constraint.name == name && constraint.kind == ConstraintKind::NotNull {
            let named = t.columns.iter_mut().filter(|c| constraint.columns.contains(&c.name));
            named.for_each(|c| c.not_null = false);
        }
    }
    t.constraints.retain(|c| c.name != name);
    t.indexes.retain(|i| i.constraint.as_deref() != Some(name));
}

fn same_set(one: &[String], other: &[String]) -> bool {
    one.len() == other.len() && one.iter().all(|c| other.contains(c))
}

fn same_keys(index: &Index, constraint: &ConstraintDefinition) -> bool {
    index.definition.columns().is_some_and(|c| c == constraint.columns)
}

/// What the server makes an index constraint's name of.
fn key_names(constraint: &ConstraintDefinition) -> impl Iterator<Item = &str> {
    let keys = constraint.index.iter().flat_map(|i| &i.keys).map(|k| match &k.target {
        IndexTarget::Column(column) => column.as_str(),
        IndexTarget::Expression(_) => "expr",
    });
    let plain = constraint.columns.iter().map(String::as_str).filter(|_| constraint.index.is_none());
    keys.chain(plain)
}
