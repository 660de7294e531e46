//! A table made for columns of another, with the key of that one: what it looks like, and what stands against it.

use altimeter_catalog::{
    Change, Column, Commented, Constraint, ConstraintDefinition, ConstraintKind, Grant, Index,
    IndexDefinition, MoveColumns, Name, ObjectChange, Persistence, Table, TableKind, Way,
};

use crate::across::is_literal;
use crate::partitioning::Sequence;
use crate::plan::PlanError;
use crate::recipe::{RecipeContext, refuse};
use crate::recipes::drop_column::refuse_what_needs_it;

/// The table that is made, and the one its columns come from.
pub(crate) struct Apart<'a> {
    pub(crate) context: &'a RecipeContext<'a>,
    pub(crate) table: &'a Table,
    pub(crate) into: &'a Name,
    /// The key: the table's columns, each with the one of the table that is made.
    pub(crate) key: &'a [(String, String)],
    /// The columns that move.
    pub(crate) columns: Vec<&'a Column>,
}

/// The change with the plain statements it stands for; without any where the recipe will say why there are none.
pub(crate) fn change(context: &RecipeContext<'_>, wanted: MoveColumns) -> Change {
    let plain = Apart::new(context, &wanted).and_then(|a| a.plain()).unwrap_or_default();
    Change::MoveColumns(Box::new(MoveColumns { plain, ..wanted }))
}

/// What the key of another table is called in a table that references it: `customers.id` is `customer_id`.
pub(crate) fn key_beside(table: &Table) -> Option<Vec<(String, String)>> {
    let primary = table.constraints.iter().find(|c| c.kind == ConstraintKind::PrimaryKey)?;
    let one = |column: &String| match column.as_str() {
        "id" => format!("{}_id", singular(&table.name.name)),
        other => other.to_owned(),
    };
    Some(primary.columns.iter().map(|c| (c.clone(), one(c))).collect())
}

fn singular(name: &str) -> String {
    if let Some(stem) = name.strip_suffix("ies") {
        return format!("{stem}y");
    }
    let hissing = ["sses", "xes", "ches", "shes"].iter().any(|end| name.ends_with(end));
    match name.strip_suffix(if hissing { "es" } else { "s" }) {
        Some(stem) if !stem.ends_with('s') || hissing => stem.to_owned(),
        _ => name.to_owned(),
    }
}

impl<'a> Apart<'a> {
    /// # Errors
    /// If the columns cannot move.
    pub(crate) fn new(context: &'a RecipeContext<'a>, wanted: &'a MoveColumns) -> Result<Self, PlanError> {
        let table = context.table(&wanted.parent)?;
        let columns =
            wanted.columns.iter().map(|c| context.column(table, c)).collect::<Result<Vec<_>, _>>()?;
        let made = Self { context, table, into: &wanted.child, key: &wanted.key, columns };
        made.refuse_obstacles()?;
        Ok(made)
    }

    fn moves(&self, column: &str) -> bool {
        self.columns.iter().any(|c| c.name == column)
    }

    /// The columns that have to be given a value in the table that is made.
    pub(crate) fn required(&self) -> impl Iterator<Item = &'a Column> {
        self.columns.iter().copied().filter(|c| c.not_null && c.default.is_none())
    }

    fn refuse_obstacles(&self) -> Result<(), PlanError> {
        refuse_kind(self.context, self.table)?;
        let (table, name) = (self.table, &self.table.name);
        if self.columns.is_empty() {
            return Err(refuse("no column is named that shall move", "name the columns"));
        }
        if self.context.catalog.has_relation(self.into) {
            return Err(refuse(
                format!("there is a relation {} already", self.into),
                "choose another name for the new table",
            ));
        }
        let primary = table.constraints.iter().find(|c| c.kind == ConstraintKind::PrimaryKey);
        match primary {
            None => {
                return Err(refuse(
                    format!("{name} has no primary key, so no row of another table could say whose it is"),
                    "add a primary key first; that can be planned",
                ));
            }
            Some(key) if key.deferrable => {
                return Err(refuse(
                    format!("the primary key of {name} is deferrable: no foreign key can reference it"),
                    "make it again without DEFERRABLE first",
                ));
            }
            Some(_) => {}
        }
        if let Some((_, beside)) = self.key.iter().find(|(_, c)| self.moves(c)) {
            return Err(refuse(
                format!("a column that moves is called {beside}, as the new table's key would be"),
                "rename that column first",
            ));
        }
        for column in &self.columns {
            self.refuse_column(column)?;
        }
        self.refuse_constraints()
    }

    fn refuse_column(&self, column: &Column) -> Result<(), PlanError> {
        refuse_what_needs_it(self.context, self.table, column)?;
        if let Some(default) = column.default.as_ref().filter(|d| !is_literal(d)) {
            return Err(refuse(
                format!(
                    "the default of {} ({default}) is no plain value: whether a row was given one, nobody could tell from \
                     the row",
                    column.name
                ),
                "drop that default first, and set it on the new table afterwards",
            ));
        }
        if let Some(statistics) = self.table.statistics.iter().find(|s| s.columns.contains(&column.name)) {
            return Err(refuse(
                format!("the extended statistics {} are over {}", statistics.name, column.name),
                "drop them first, and make them again afterwards over the columns of one table",
            ));
        }
        Ok(())
    }

    fn refuse_constraints(&self) -> Result<(), PlanError> {
        let name = &self.table.name;
        let concerned = |columns: &[String]| columns.iter().any(|c| self.moves(c));
        let all = |columns: &[String]| columns.iter().all(|c| self.moves(c));
        for constraint in self.table.constraints.iter().filter(|c| concerned(&c.columns)) {
            let (kind, instead) = match constraint.kind {
                ConstraintKind::NotNull => continue,
                ConstraintKind::ForeignKey => ("is a foreign key of", "drop it first"),
                ConstraintKind::Exclusion => ("excludes rows by", "drop it first"),
                _ if constraint.deferrable => ("is deferrable, and over", "make it again without DEFERRABLE"),
                _ if !constraint.validated || constraint.not_enforced => {
                    ("does not hold for all rows, and is about", "validate it first")
                }
                _ if !all(&constraint.columns) => (
                    "is about columns that stay, too, beside",
                    "drop it first, or let those columns move too",
                ),
                _ => continue,
            };
            return Err(refuse(
                format!("{} of {name} {kind} columns that move ({})", constraint.name, constraint.definition),
                instead,
            ));
        }
        let mixed = |i: &&Index| {
            i.definition.unique && i.constraint.is_none() && concerned(&i.reads) && !all(&i.reads)
        };
        if let Some(index) = self.table.indexes.iter().find(mixed) {
            return Err(refuse(
                format!(
                    "the unique index {} is over columns that move and columns that stay",
                    index.definition.name
                ),
                "drop it first, or let those columns move too",
            ));
        }
        Ok(())
    }

    /// The columns of the table that is made; the privileges are those on the table and on the columns that move.
    fn table(&self) -> Table {
        let mut readers: Vec<Grant> = Vec::new();
        for grant in self.columns.iter().flat_map(|c| &c.grants) {
            if grant.privileges.iter().any(|p| p == "SELECT")
                && !readers.iter().any(|r| r.grantee == grant.grantee)
            {
                readers.push(Grant {
                    privileges: vec!["SELECT".to_owned()],
                    grantable: false,
                    ..grant.clone()
                });
            }
        }
        let key = self.key.iter().filter_map(|(own, beside)| {
            let column = self.table.column(own)?;
            Some(Column {
                name: beside.clone(),
                type_name: column.type_name.clone(),
                collation: column.collation.clone(),
                not_null: true,
                grants: readers.clone(),
                ..Column::default()
            })
        });
        let moved = self.columns.iter().map(|c| Column { inherited: false, ..(*c).clone() });
        Table {
            name: self.into.clone(),
            columns: key.chain(moved).collect(),
            owner: self.table.owner.clone(),
            grants: self.table.grants.clone(),
            tablespace: self.table.tablespace.clone(),
            ..Table::default()
        }
    }

    /// Makes the table, with the constraints and indexes over columns that move.
    pub(crate) fn make(&self) -> Result<Vec<Change>, PlanError> {
        let engine = self.context.engine;
        let mut all = Sequence::on(self.context.catalog);
        let table = self.table();
        let of = Some((&self.table.name, self.key));
        let made = engine.bare_table(&all.schema, &table, of);
        all.extend(
            made.ok_or_else(|| refuse(format!("the columns of {} are not understood", self.table.name), ""))?,
        )?;
        for column in &self.columns {
            all.extend(engine.column_settings(self.into, column, &column.name))?;
        }
        for constraint in self.moved_constraints() {
            let name = named_after(
                self.context,
                &constraint.name,
                (self.table, self.into),
                constraint.index.is_some(),
            );
            let definition = self.context.definition_of(self.table, constraint);
            let index =
                definition.index.map(|i| Box::new(IndexDefinition { table: self.into.clone(), ..*i }));
            all.push(Change::AddConstraint {
                table: self.into.clone(),
                constraint: ConstraintDefinition { name: Some(name.clone()), index, ..definition },
            })?;
            all.extend(self.comment(Commented::Constraint(name), &constraint.comment, self.into))?;
        }
        for index in self.moved_indexes() {
            let name = named_after(self.context, &index.definition.name, (self.table, self.into), true);
            let definition =
                IndexDefinition { name: name.clone(), table: self.into.clone(), ..index.definition.clone() };
            all.push(Change::CreateIndex { index: definition, concurrently: false, if_not_exists: false })?;
            all.extend(self.comment(Commented::Relation, &index.comment, &self.into.sibling(name)))?;
        }
        Ok(all.changes)
    }

    fn comment(&self, on: Commented, text: &Option<String>, relation: &Name) -> Option<Change> {
        let (relation, text) = (Some(relation.clone()), Some(text.clone()?));
        Some(Change::Object(ObjectChange::Comment { on, relation, text, label: false }))
    }

    fn moved_constraints(&self) -> impl Iterator<Item = &Constraint> {
        let moves = |c: &&Constraint| {
            matches!(c.kind, ConstraintKind::Check | ConstraintKind::Unique)
                && !c.columns.is_empty()
                && c.columns.iter().all(|c| self.moves(c))
        };
        self.table.constraints.iter().filter(moves)
    }

    /// Indexes that read nothing but columns that move.
    fn moved_indexes(&self) -> impl Iterator<Item = &Index> {
        let moves = |i: &&Index| {
            i.valid && i.constraint.is_none() && !i.reads.is_empty() && i.reads.iter().all(|c| self.moves(c))
        };
        self.table.indexes.iter().filter(moves)
    }

    /// Indexes that go with the columns and come nowhere again.
    pub(crate) fn lost_indexes(&self) -> Vec<&str> {
        let lost =
            |i: &&Index| i.reads.iter().any(|c| self.moves(c)) && !i.reads.iter().all(|c| self.moves(c));
        self.table.indexes.iter().filter(lost).map(|i| i.definition.name.as_str()).collect()
    }

    /// Dropping the columns where they were.
    pub(crate) fn drop_columns(&self) -> Vec<Change> {
        let one = |c: &&Column| Change::DropColumn {
            table: self.table.name.clone(),
            column: c.name.clone(),
            if_exists: false,
            cascade: false,
        };
        self.columns.iter().map(one).collect()
    }

    /// The plain way, with the applications stopped: one row for each, in one statement.
    fn plain(&self) -> Result<Vec<Change>, PlanError> {
        let mut all = Sequence::on(self.context.catalog);
        all.extend(self.make()?)?;
        let both = self.columns.iter().map(|c| (c.name.clone(), c.name.clone()));
        let pairs: Vec<(String, String)> = self.key.iter().cloned().chain(both).collect();
        let moved = self.context.engine.columns_moved(&all.schema, (&self.table.name, self.into), &pairs);
        all.push(
            moved.ok_or_else(|| refuse(format!("the rows of {} cannot be copied", self.table.name), ""))?,
        )?;
        all.extend(self.drop_columns())?;
        Ok(all.changes)
    }
}

/// # Errors
/// Where the table's rows are not its own, or not everybody sees all of them.
pub(crate) fn refuse_kind(context: &RecipeContext<'_>, table: &Table) -> Result<(), PlanError> {
    let name = &table.name;
    if table.kind == TableKind::PartitionedTable {
        return Err(refuse(
            format!("{name} is partitioned"),
            "a plan that moves columns of a partitioned table is not made yet",
        ));
    }
    if table.partition_of.is_some()
        || !table.inherits.is_empty()
        || context.catalog.heirs_of(name).next().is_some()
        || table.of_type.is_some()
    {
        return Err(refuse(
            format!(
                "{name} is a partition, of a type, or has to do with inheritance: its columns are not its own"
            ),
            "end that first",
        ));
    }
    if table.persistence != Persistence::Permanent {
        return Err(refuse(
            format!("{name} is temporary or unlogged: after a crash the two tables would not hold the same"),
            "ALTER TABLE … SET LOGGED first",
        ));
    }
    if table.row_security {
        return Err(refuse(
            format!(
                "row security is on for {name}: its policies decide who sees which row, and in another table none of them \
                 would hold for the columns"
            ),
            "a plan that carries policies over to another table is not made yet: say with views or policies of your own who \
             may see the new table's rows, and switch row security off for the time of the plan",
        ));
    }
    Ok(())
}

/// A name made of one table's, made of another's: `customers_city_idx` is `addresses_city_idx`. One that is not is kept,
/// unless a schema can have it only once.
pub(crate) fn named_after(
    context: &RecipeContext<'_>,
    name: &str,
    (from, into): (&Table, &Name),
    once: bool,
) -> String {
    let rest = name.strip_prefix(&from.name.name).filter(|rest| rest.starts_with('_'));
    match rest {
        Some(rest) => context.name(&format!("{}{rest}", into.name)),
        None if once => context.name(&format!("{}_{name}", into.name)),
        None => name.to_owned(),
    }
}

/// Whether a change is the one that makes a table.
pub(crate) fn is_split(change: &Change) -> Option<&MoveColumns> {
    match change {
        Change::MoveColumns(it) if it.way == Way::Apart => Some(it),
        _ => None,
    }
}
