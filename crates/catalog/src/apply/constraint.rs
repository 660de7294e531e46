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
            comment: None,
            index: index.map(|()| name.clone()),
            name,
            kind: definition.kind,
            columns: definition.columns.clone(),
            definition: definition.printed(),
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

impl Constraint {
    /// All rows are known to satisfy it.
    pub(super) fn prove(&mut self) {
        self.validated = true;
        let text = self.definition.trim_end();
        self.definition = text.strip_suffix("NOT VALID").unwrap_or(text).trim_end().to_owned();
    }
}

impl ConstraintDefinition {
    /// The definition as the server prints it (`pg_get_constraintdef`), with what follows the demand itself.
    fn printed(&self) -> String {
        let no_inherit = if self.no_inherit { " NO INHERIT" } else { "" };
        let open = match (self.not_enforced, self.not_valid) {
            (true, _) => " NOT ENFORCED",
            (false, true) => " NOT VALID",
            (false, false) => "",
        };
        format!("{}{no_inherit}{open}", self.sql)
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
        comment: None,
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
            let other_name =
                |c: &&Constraint| c.kind == ConstraintKind::NotNull && c.columns == constraint.columns;
            let given =
                t.constraints.iter().find(other_name).filter(|c| Some(&c.name) != constraint.name.as_ref());
            // The server keeps the one there is, unless another name is asked for.
            return match given {
                Some(there) => refused(format!("{table} has that NOT NULL already, as {}", there.name)),
                None => Ok(()),
            };
        }
        let unproved = |c: &&Constraint| {
            c.kind == ConstraintKind::NotNull
                && !c.validated
                && c.columns.iter().any(|c| constraint.columns.contains(c))
        };
        if let Some(open) =
            t.constraints.iter().find(unproved).filter(|_| constraint.kind == ConstraintKind::PrimaryKey)
        {
            return refused(format!("a primary key needs {} to be validated first", open.name));
        }
        let partitioned = t.partition_key.is_some();
        let inherits = !constraint.no_inherit
            && match constraint.kind {
                ConstraintKind::Check | ConstraintKind::NotNull => true,
                _ => partitioned,
            };
        if !recurse
            && matches!(constraint.kind, ConstraintKind::Check | ConstraintKind::NotNull)
            && inherits
            && self.heirs_of(table).next().is_some()
        {
            return refused(format!("the constraint must be added to the tables below {table}, too"));
        }
        let children: Vec<Name> = self.descendants_of(table).iter().map(|t| t.name.clone()).collect();
        self.table_mut(table).into_iter().for_each(|t| t.take_constraint(constraint, false));
        if partitioned && !recurse && !children.is_empty() {
            // An index of the parent alone waits for those of its partitions to be attached.
            let own = |i: &&mut Index| i.constraint.is_some() && i.constraint == constraint.name;
            let indexes = self.table_mut(table).into_iter().flat_map(|t| &mut t.indexes);
            indexes.filter(own).for_each(|i| i.valid = false);
        }
        if constraint.kind == ConstraintKind::PrimaryKey {
            constraint.columns.iter().for_each(|c| self.name_not_null(table, c));
        }
        for child in children.iter().filter(|_| inherits && recurse) {
            self.add_inherited_constraint(table, child, constraint);
        }
        if constraint.kind == ConstraintKind::PrimaryKey && recurse {
            // NOT NULL reaches all tables below, heirs that the key itself does not reach, too.
            for child in &children {
                self.each(std::slice::from_ref(child), |t| {
                    let keys = t.columns.iter_mut().filter(|c| constraint.columns.contains(&c.name));
                    keys.for_each(|c| c.not_null = true);
                });
                constraint.columns.iter().for_each(|c| self.name_not_null(child, c));
            }
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
                let served = t.constraints.iter_mut().filter(|c| c.index.as_ref() == Some(&name));
                served.for_each(|c| c.inherited = true);
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
                constraint.prove();
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
        if let (ConstraintKind::NotNull, [column]) = (constraint.kind, constraint.columns.as_slice())
            && let Some(reason) = self.must_stay_not_null(t, column)
        {
            return refused(reason);
        }
        // Version 18 leaves them to the partitions.
        let all_or_none = t.partition_key.is_some() && !self.server.names_not_null();
        if !recurse && all_or_none && self.heirs_of(table).next().is_some() {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Change, Column, ForeignKey, TableKind};

    fn table(name: &str, partition_of: Option<&str>) -> Table {
        let column =
            |name: &str| Column { name: name.into(), inherited: partition_of.is_some(), ..Column::default() };
        Table {
            name: Name::new("public", name),
            kind: if partition_of.is_none() { TableKind::PartitionedTable } else { TableKind::Table },
            columns: vec![column("a"), column("b")],
            partition_of: partition_of.map(|p| Name::new("public", p)),
            partition_key: partition_of.is_none().then(|| "RANGE (a)".to_owned()),
            ..Table::default()
        }
    }

    fn definition(kind: ConstraintKind, name: &str) -> ConstraintDefinition {
        ConstraintDefinition {
            name: Some(name.to_owned()),
            columns: vec!["a".to_owned()],
            not_valid: kind == ConstraintKind::Check,
            ..ConstraintDefinition::new(kind, "")
        }
    }

    #[test]
    fn constraints_reach_partitions_with_their_indexes_and_leave_with_them() {
        let mut catalog = Catalog {
            tables: vec![table("pt", None), table("pt_1", Some("pt"))].into(),
            ..Catalog::default()
        };
        let (parent, part) = (Name::new("public", "pt"), Name::new("public", "pt_1"));
        let add =
            |kind, name| Change::AddConstraint { table: parent.clone(), constraint: definition(kind, name) };
        catalog.apply(&add(ConstraintKind::PrimaryKey, "pt_pkey")).unwrap();
        catalog.apply(&add(ConstraintKind::Check, "ck")).unwrap();
        let of_part = catalog.table(&part).unwrap();
        assert_eq!(of_part.indexes[0].definition.name, "pt_1_pkey");
        assert_eq!(of_part.indexes[0].part_of.as_deref(), Some("pt_pkey"));
        assert!(of_part.column("a").unwrap().not_null);
        assert!(of_part.constraints.iter().any(|c| c.name == "ck" && c.inherited && !c.validated));
        assert!(catalog.apply(&add(ConstraintKind::PrimaryKey, "other")).is_err());
        let validate = Change::ValidateConstraint { table: parent.clone(), name: "ck".into() };
        catalog.apply(&validate).unwrap();
        assert!(catalog.table(&part).unwrap().constraints.iter().all(|c| c.validated));
        let drop = |table: &Name, name: &str| Change::DropConstraint {
            table: table.clone(),
            name: name.into(),
            if_exists: false,
            cascade: false,
        };
        assert!(catalog.apply(&drop(&part, "ck")).is_err());
        catalog.apply(&drop(&parent, "pt_pkey")).unwrap();
        catalog.apply(&drop(&parent, "ck")).unwrap();
        let of_part = catalog.table(&part).unwrap();
        assert!(of_part.indexes.is_empty() && of_part.constraints.is_empty());
    }

    #[test]
    fn a_primary_key_makes_heirs_not_null_and_what_is_not_valid_says_so() {
        let heir = Table {
            kind: TableKind::Table,
            partition_key: None,
            inherits: vec![Name::new("public", "p")],
            ..table("h", None)
        };
        let above = Table { kind: TableKind::Table, partition_key: None, ..table("p", None) };
        let mut catalog = Catalog { tables: vec![above, heir].into(), ..Catalog::default() };
        catalog.server.version_num = 180_000;
        let parent = Name::new("public", "p");
        let add = |constraint| Change::AddConstraint { table: parent.clone(), constraint };
        catalog.apply(&add(definition(ConstraintKind::PrimaryKey, "p_pkey"))).unwrap();
        let heir = catalog.table(&Name::new("public", "h")).unwrap();
        assert!(heir.column("a").unwrap().not_null && heir.indexes.is_empty());
        assert!(heir.constraints.iter().any(|c| c.name == "p_a_not_null" && c.inherited));
        let check = ConstraintDefinition {
            no_inherit: true,
            not_valid: true,
            sql: "CHECK (a > 0)".into(),
            ..definition(ConstraintKind::Check, "ck")
        };
        catalog.apply(&add(check)).unwrap();
        let printed = |catalog: &Catalog| {
            let t = catalog.table(&parent).unwrap();
            t.constraints.iter().find(|c| c.name == "ck").map(|c| c.definition.clone())
        };
        assert_eq!(printed(&catalog).as_deref(), Some("CHECK (a > 0) NO INHERIT NOT VALID"));
        let validate = Change::ValidateConstraint { table: parent.clone(), name: "ck".into() };
        catalog.apply(&validate).unwrap();
        assert_eq!(printed(&catalog).as_deref(), Some("CHECK (a > 0) NO INHERIT"));
    }

    #[test]
    fn a_foreign_key_keeps_what_it_needs() {
        let plain = |name: &str| Table { kind: TableKind::Table, partition_key: None, ..table(name, None) };
        let mut catalog = Catalog { tables: vec![plain("c"), plain("p")].into(), ..Catalog::default() };
        let (child, parent) = (Name::new("public", "c"), Name::new("public", "p"));
        let key = definition(ConstraintKind::PrimaryKey, "p_pkey");
        catalog.apply(&Change::AddConstraint { table: parent.clone(), constraint: key }).unwrap();
        let foreign = ForeignKey { table: parent.clone(), columns: vec!["a".to_owned()] };
        let fk =
            ConstraintDefinition { foreign: Some(foreign), ..definition(ConstraintKind::ForeignKey, "fk") };
        catalog.apply(&Change::AddConstraint { table: child.clone(), constraint: fk }).unwrap();
        let drop = |cascade| Change::DropConstraint {
            table: parent.clone(),
            name: "p_pkey".into(),
            if_exists: false,
            cascade,
        };
        assert!(matches!(catalog.apply(&drop(false)), Err(ApplyError::Needed { .. })));
        catalog.apply(&drop(true)).unwrap();
        assert!(catalog.table(&child).unwrap().constraints.is_empty());
    }
}
