//! Constraints that come and go with nobody waiting: first new rows are held to them, then old rows are proved while
//! everybody works on.

use altimeter_catalog::{
    Catalog, Change, Check, Constraint, ConstraintDefinition, ConstraintKind, Index, IndexDefinition, Name,
    NameParts, Table, TableKind,
};

use crate::plan::PlanError;
use crate::recipe::{RecipeContext, refuse};

/// The changes that bring a constraint, in two parts between which the application may run as long as it likes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stages {
    /// New rows are held to it; no row is read.
    pub(crate) first: Vec<Change>,
    /// Old rows are proved, or an index is built, while others read and write.
    pub(crate) proved: Vec<Change>,
    /// Takes it away again, whether it is there as a whole, in part or not at all.
    pub(crate) undone: Vec<Change>,
}

impl Stages {
    /// All that brings it, in order.
    pub(crate) fn all(self) -> Vec<Change> {
        let mut all = self.first;
        all.extend(self.proved);
        all
    }

    /// From the end of the second part back to the end of the first.
    pub(crate) fn back_to_first(&self) -> Vec<Change> {
        self.undone.iter().chain(&self.first).cloned().collect()
    }
}

impl RecipeContext<'_> {
    /// The schema after the plain change.
    ///
    /// # Errors
    /// If the server would refuse it.
    pub(crate) fn after(&self, change: &Change) -> Result<Catalog, PlanError> {
        let mut schema = self.catalog.clone();
        schema.apply(change).map_err(|e| refuse(e.to_string(), "correct the request"))?;
        Ok(schema)
    }

    /// How a constraint of that table comes without anybody waiting.
    ///
    /// # Errors
    /// If there is no such way.
    pub(crate) fn stages(
        &self,
        table: &Table,
        constraint: &ConstraintDefinition,
    ) -> Result<Stages, PlanError> {
        match constraint.kind {
            ConstraintKind::Check => Ok(not_valid_first(&table.name, constraint)),
            ConstraintKind::NotNull => {
                let column = constraint.columns.first().cloned().unwrap_or_default();
                Ok(self.not_null_stages(table, &column, constraint.name.as_deref()))
            }
            ConstraintKind::ForeignKey
                if table.kind == TableKind::PartitionedTable && self.catalog.server.major() < 18 =>
            {
                Ok(self.by_partition(table, constraint))
            }
            ConstraintKind::ForeignKey => Ok(not_valid_first(&table.name, constraint)),
            ConstraintKind::PrimaryKey | ConstraintKind::Unique => self.key_stages(table, constraint),
            ConstraintKind::Exclusion | ConstraintKind::Trigger => Err(refuse_exclusion(&table.name)),
        }
    }

    /// NOT NULL: since version 18 a constraint that can be NOT VALID, before that a CHECK that proves it, so that SET
    /// NOT NULL reads nothing (manual, ALTER TABLE, SET NOT NULL). `name` is that of the constraint, where it
    /// shall be another than the server's choice.
    pub(crate) fn not_null_stages(&self, table: &Table, column: &str, name: Option<&str>) -> Stages {
        let mut stages = if self.catalog.server.names_not_null() {
            self.not_null_constraint(table, column, name)
        } else {
            self.not_null_by_check(&table.name, column, self.proof_name(&table.name, column))
        };
        // The way back takes it from all tables below, those that had it on their own, too.
        for heir in self.catalog.descendants_of(&table.name) {
            let own = |c: &&Constraint| c.kind == ConstraintKind::NotNull && has_column(c, column);
            let named = heir.constraints.iter().find(own);
            if heir.column(column).is_some_and(|c| c.not_null) || named.is_some() {
                let own = self.not_null_of_one(heir, column, named);
                stages.undone.extend(own);
            }
        }
        stages
    }

    fn not_null_of_one(&self, table: &Table, column: &str, named: Option<&Constraint>) -> Vec<Change> {
        if !self.catalog.server.names_not_null() {
            let proof = self.proof_name(&table.name, column);
            return self.not_null_by_check(&table.name, column, proof).all();
        }
        let stages = self.not_null_constraint(table, column, named.map(|c| c.name.as_str()));
        if named.is_some_and(|c| !c.validated) { stages.first } else { stages.all() }
    }

    fn not_null_constraint(&self, table: &Table, column: &str, name: Option<&str>) -> Stages {
        let there =
            table.constraints.iter().find(|c| c.kind == ConstraintKind::NotNull && has_column(c, column));
        let parts = NameParts { table: &table.name.name, columns: column, label: "not_null" };
        let name = name
            .map(str::to_owned)
            .or_else(|| there.map(|c| c.name.clone()))
            .unwrap_or_else(|| self.catalog.default_constraint_name(&table.name.schema, parts, &[]));
        let definition = ConstraintDefinition {
            name: Some(name.clone()),
            columns: vec![column.to_owned()],
            no_inherit: there.is_some_and(|c| c.no_inherit),
            ..ConstraintDefinition::new(ConstraintKind::NotNull, format!("NOT NULL {}", self.quoted(column)))
        };
        let mut stages = not_valid_first(&table.name, &definition);
        if there.is_some_and(|c| !c.validated) {
            // Its first part is done: somebody made it NOT VALID.
            stages.undone.append(&mut stages.first);
        }
        stages
    }

    fn proof_name(&self, table: &Name, column: &str) -> String {
        self.name(&format!("altimeter_{table}_{column}_not_null"))
    }

    /// NOT NULL by way of a CHECK of that name, which goes again when it has proved it.
    pub(crate) fn not_null_by_check(&self, table: &Name, column: &str, name: String) -> Stages {
        let expression = self.engine.replace_column("x IS NOT NULL", "x", column);
        let check = ConstraintDefinition {
            name: Some(name.clone()),
            columns: vec![column.to_owned()],
            ..ConstraintDefinition::check(expression)
        };
        let mut stages = not_valid_first(table, &check);
        // Each a statement of its own: in one, the proof would be dropped before it is used.
        stages.proved.push(Change::SetNotNull { table: table.clone(), column: column.to_owned() });
        stages.proved.push(Change::DropConstraint {
            table: table.clone(),
            name,
            if_exists: false,
            cascade: false,
        });
        stages.undone.insert(0, Change::DropNotNull { table: table.clone(), column: column.to_owned() });
        stages
    }

    /// The column's name as it stands in SQL.
    fn quoted(&self, column: &str) -> String {
        self.engine.replace_column("x", "x", column)
    }

    /// A partitioned table's foreign key cannot be NOT VALID before version 18: its partitions get theirs one by one,
    /// and the parent's takes them over without reading them (server source, `tryAttachPartitionForeignKey`).
    fn by_partition(&self, table: &Table, constraint: &ConstraintDefinition) -> Stages {
        let mut stages = Stages::default();
        let gone = |table: &Name| Change::DropConstraint {
            table: table.clone(),
            name: constraint.name.clone().unwrap_or_default(),
            if_exists: true,
            cascade: false,
        };
        stages.undone.push(gone(&table.name));
        let has = |t: &Table| {
            let same = |c: &Constraint| {
                c.columns == constraint.columns && c.foreign == constraint.foreign && c.validated
            };
            t.constraints.iter().any(same)
        };
        for leaf in self.catalog.partitions_of(&table.name) {
            if leaf.kind != TableKind::Table || has(leaf) {
                continue;
            }
            let own = not_valid_first(&leaf.name, constraint);
            stages.first.extend(own.first);
            stages.proved.extend(own.proved);
            stages.undone.extend(own.undone);
        }
        stages.proved.push(Change::AddConstraint {
            table: table.name.clone(),
            constraint: ConstraintDefinition { not_valid: false, ..constraint.clone() },
        });
        stages
    }

    /// Whether a foreign key to that table cannot be validated as a whole: before version 18, VALIDATE leaves the parts
    /// that the server makes for each partition of the referenced table NOT VALID (measured on 13 to 18).
    pub(crate) fn validates_in_part(&self, constraint: &ConstraintDefinition) -> bool {
        let to = constraint.foreign.as_ref().and_then(|f| self.catalog.table(&f.table));
        to.is_some_and(|t| t.kind == TableKind::PartitionedTable) && self.catalog.server.major() < 18
    }

    /// Taking NOT NULL from the partitions too, on the way back from a primary key: since version 18 the key of a
    /// partition makes the NOT NULL it inherited its own, and then it stays when the parent's goes (measured on 18).
    pub(crate) fn not_null_left_to_partitions(&self, table: &Table, stages: &Stages) -> Vec<Change> {
        if !self.catalog.server.names_not_null() {
            return Vec::new();
        }
        let added = stages.first.iter().find_map(|c| match c {
            Change::AddConstraint { constraint, .. } => {
                Some((constraint.name.clone()?, constraint.columns.first()?))
            }
            _ => None,
        });
        let Some((name, column)) = added else { return Vec::new() };
        let leaves = self
            .catalog
            .partitions_of(&table.name)
            .into_iter()
            .filter(|t| t.kind == TableKind::Table && t.column(column).is_some_and(|c| !c.not_null));
        leaves
            .map(|leaf| Change::DropConstraint {
                table: leaf.name.clone(),
                name: name.clone(),
                if_exists: true,
                cascade: false,
            })
            .collect()
    }

    /// UNIQUE and PRIMARY KEY: the index is built concurrently and taken over. A partitioned table's takes over those
    /// of its partitions (manual, CREATE INDEX; measured on 13 to 18: nothing is built then).
    fn key_stages(&self, table: &Table, constraint: &ConstraintDefinition) -> Result<Stages, PlanError> {
        let name = constraint.name.clone().unwrap_or_default();
        let Some(index) = constraint.index.as_deref().filter(|i| i.method == "btree") else {
            return Err(refuse_exclusion(&table.name));
        };
        let mut stages = Stages::default();
        let plain = ConstraintDefinition { using_index: None, ..constraint.clone() };
        if table.kind != TableKind::PartitionedTable {
            own_key(&mut stages, &table.name, constraint, index, &name);
            return Ok(stages);
        }
        let whole = Change::AddConstraint { table: table.name.clone(), constraint: plain };
        stages.undone.push(Change::DropConstraint {
            table: table.name.clone(),
            name,
            if_exists: true,
            cascade: false,
        });
        let after = self.after(&whole)?;
        for leaf in self.catalog.partitions_of(&table.name) {
            if leaf.kind != TableKind::Table {
                continue;
            }
            let new = |i: &&Index| {
                i.constraint.is_some() && !leaf.indexes.iter().any(|o| o.definition.name == i.definition.name)
            };
            let made = after.table(&leaf.name).and_then(|t| t.indexes.iter().find(new));
            if let Some(made) = made {
                own_key(&mut stages, &leaf.name, constraint, index, &made.definition.name);
            }
        }
        stages.proved.push(whole);
        Ok(stages)
    }

    /// What a constraint that is there is made of, enough to make it again.
    pub(crate) fn definition_of(&self, table: &Table, constraint: &Constraint) -> ConstraintDefinition {
        let mut sql = constraint.definition.trim_end();
        while let Some(rest) =
            [" NOT VALID", " NOT ENFORCED", " NO INHERIT"].iter().find_map(|w| sql.strip_suffix(w))
        {
            sql = rest.trim_end();
        }
        let index = constraint.index.as_ref();
        let index = index.and_then(|name| table.indexes.iter().find(|i| &i.definition.name == name));
        let heritable = matches!(constraint.kind, ConstraintKind::Check | ConstraintKind::NotNull);
        let inside = sql.strip_prefix("CHECK (").and_then(|s| s.strip_suffix(')'));
        ConstraintDefinition {
            name: Some(constraint.name.clone()),
            columns: constraint.columns.clone(),
            expression: inside.filter(|_| constraint.kind == ConstraintKind::Check).map(str::to_owned),
            index: index.map(|i| Box::new(IndexDefinition { name: String::new(), ..i.definition.clone() })),
            not_valid: !constraint.validated && !constraint.not_enforced,
            foreign: constraint.foreign.clone(),
            deferrable: constraint.deferrable,
            deferred: constraint.deferred,
            no_inherit: constraint.no_inherit && heritable,
            not_enforced: constraint.not_enforced,
            ..ConstraintDefinition::new(constraint.kind, sql)
        }
    }
}

/// NOT VALID, then VALIDATE.
fn not_valid_first(table: &Name, constraint: &ConstraintDefinition) -> Stages {
    let name = constraint.name.clone().unwrap_or_default();
    Stages {
        first: vec![Change::AddConstraint {
            table: table.clone(),
            constraint: ConstraintDefinition { not_valid: true, ..constraint.clone() },
        }],
        proved: vec![Change::ValidateConstraint { table: table.clone(), name: name.clone() }],
        undone: vec![Change::DropConstraint { table: table.clone(), name, if_exists: true, cascade: false }],
    }
}

/// An index built concurrently under the constraint's name, and the constraint that takes it over.
fn own_key(
    stages: &mut Stages,
    table: &Name,
    constraint: &ConstraintDefinition,
    index: &IndexDefinition,
    name: &str,
) {
    stages.proved.push(Change::CreateIndex {
        index: IndexDefinition { name: name.to_owned(), table: table.clone(), ..index.clone() },
        concurrently: true,
        if_not_exists: false,
    });
    stages.proved.push(Change::AddConstraint {
        table: table.clone(),
        constraint: ConstraintDefinition {
            name: Some(name.to_owned()),
            using_index: Some(name.to_owned()),
            index: None,
            ..constraint.clone()
        },
    });
    stages.undone.push(Change::DropConstraint {
        table: table.clone(),
        name: name.to_owned(),
        if_exists: true,
        cascade: false,
    });
    stages.undone.push(Change::DropIndex { index: table.sibling(name), concurrently: true, if_exists: true });
}

pub(crate) fn has_column(constraint: &Constraint, column: &str) -> bool {
    constraint.columns.iter().any(|c| c == column)
}

/// That the rows satisfy a constraint, as far as one query can say it.
pub(crate) fn satisfied(table: &Name, constraint: &ConstraintDefinition) -> Option<Check> {
    let (table, columns) = (table.clone(), constraint.columns.clone());
    match constraint.kind {
        ConstraintKind::Check => {
            constraint.expression.clone().map(|condition| Check::NoRowBreaks { table, condition })
        }
        ConstraintKind::NotNull => columns.into_iter().next().map(|column| Check::NoNulls { table, column }),
        // Periods are compared by what they cover, not by equality.
        ConstraintKind::ForeignKey if constraint.sql.contains(", PERIOD ") => None,
        ConstraintKind::ForeignKey => constraint.foreign.clone().map(|foreign| Check::NoOrphans {
            table,
            columns,
            foreign,
            full: constraint.sql.contains(" MATCH FULL"),
        }),
        ConstraintKind::PrimaryKey | ConstraintKind::Unique => {
            let counted = constraint.index.as_ref().is_some_and(|i| i.nulls_not_distinct);
            Some(if counted {
                Check::NoDuplicatesNorNulls { table, columns }
            } else {
                Check::NoDuplicates { table, columns }
            })
        }
        ConstraintKind::Exclusion | ConstraintKind::Trigger => None,
    }
}

/// No EXCLUDE comes without writers waiting: its index cannot be built concurrently, and no constraint takes one over
/// (manual, ALTER TABLE, ADD table_constraint_using_index).
pub(crate) fn refuse_exclusion(table: &Name) -> PlanError {
    refuse(
        format!(
            "an EXCLUDE constraint, or a key WITHOUT OVERLAPS, builds its index while all writers of {table} wait: it \
             can be neither NOT VALID nor take over an index built concurrently"
        ),
        "make a new table with the constraint, and move the rows there in batches; or a trigger that refuses \
         conflicting rows under an advisory lock; or stop the application: --zero-downtime false plans the plain statement, with what it costs",
    )
}
