//! Two tables of the same key that become one: what the parent gets, what stands against it, and how the child is made
//! again.

use altimeter_catalog::{
    Change, Column, Constraint, ConstraintDefinition, ConstraintKind, DropTarget, Index, IndexDefinition,
    MoveColumns, ObjectChange, Policy, RelationWord, Table, TableAction, Way,
};

use crate::across::is_literal;
use crate::apart::{named_after, refuse_kind};
use crate::dependants::texts_about;
use crate::partitioning::Sequence;
use crate::plan::PlanError;
use crate::recipe::{RecipeContext, grants_of, refuse};

/// The two tables.
pub(crate) struct Joined<'a> {
    pub(crate) context: &'a RecipeContext<'a>,
    pub(crate) parent: &'a Table,
    pub(crate) child: &'a Table,
    /// The foreign key by which the child references the parent.
    pub(crate) reference: &'a Constraint,
    /// The columns that move, as the child has them.
    pub(crate) columns: Vec<&'a Column>,
}

/// The change with the plain statements it stands for; without any where the recipe will say why there are none.
pub(crate) fn change(context: &RecipeContext<'_>, parent: &Table, child: &Table) -> Change {
    let reference = reference(parent, child);
    let key: Vec<(String, String)> = reference
        .and_then(|c| {
            Some(c.foreign.as_ref()?.columns.iter().cloned().zip(c.columns.iter().cloned()).collect())
        })
        .unwrap_or_default();
    let moves = |c: &&Column| !key.iter().any(|(_, own)| *own == c.name);
    let columns = child.columns.iter().filter(moves).map(|c| c.name.clone()).collect();
    let (parent, child) = (parent.name.clone(), child.name.clone());
    let wanted = MoveColumns { parent, child, key, columns, way: Way::Together, plain: Vec::new() };
    let plain = Joined::new(context, &wanted).and_then(|j| j.plain()).unwrap_or_default();
    Change::MoveColumns(Box::new(MoveColumns { plain, ..wanted }))
}

/// The foreign key of a child's own primary key.
fn reference<'a>(parent: &Table, child: &'a Table) -> Option<&'a Constraint> {
    let primary = child.constraints.iter().find(|c| c.kind == ConstraintKind::PrimaryKey)?;
    let is_key = |c: &&Constraint| {
        let of_parent = c.foreign.as_ref().is_some_and(|f| f.table == parent.name);
        of_parent
            && c.columns.len() == primary.columns.len()
            && c.columns.iter().all(|own| primary.columns.contains(own))
    };
    child.constraints.iter().find(is_key)
}

impl<'a> Joined<'a> {
    /// # Errors
    /// If the two cannot become one.
    pub(crate) fn new(context: &'a RecipeContext<'a>, wanted: &'a MoveColumns) -> Result<Self, PlanError> {
        let (parent, child) = (context.table(&wanted.parent)?, context.table(&wanted.child)?);
        refuse_kind(context, parent)?;
        refuse_kind(context, child)?;
        let reference = reference(parent, child).ok_or_else(|| {
            refuse(
                format!(
                    "the primary key of {} is no foreign key on {}: its rows could be several for one, or for none",
                    child.name, parent.name
                ),
                format!(
                    "make the columns by which {} references {} its primary key first; that can be planned",
                    child.name, parent.name
                ),
            )
        })?;
        let columns =
            wanted.columns.iter().map(|c| context.column(child, c)).collect::<Result<Vec<_>, _>>()?;
        let joined = Self { context, parent, child, reference, columns };
        joined.refuse_obstacles()?;
        Ok(joined)
    }

    fn moves(&self, column: &str) -> bool {
        self.columns.iter().any(|c| c.name == column)
    }

    fn refuse_obstacles(&self) -> Result<(), PlanError> {
        let (parent, child) = (&self.parent.name, &self.child.name);
        if self.columns.is_empty() {
            return Err(refuse(
                format!("{child} has no column beside its key"),
                "drop the table instead: that can be planned",
            ));
        }
        if !self.reference.validated || self.reference.not_enforced {
            return Err(refuse(
                format!("{} of {child} does not hold for all rows", self.reference.name),
                "validate it first",
            ));
        }
        if let Some((from, key)) =
            self.context.catalog.referencing(child).into_iter().find(|(from, _)| from.name != *child)
        {
            return Err(refuse(
                format!("{} of {} references {child}", key.name, from.name),
                format!("drop that foreign key first, or let it reference {parent}"),
            ));
        }
        let mut after = self.context.catalog.clone();
        if let Err(e) = after.apply(&self.drop_child()) {
            let texts = texts_about(self.context.catalog, child);
            let texts = if texts.is_empty() { String::new() } else { format!(":\n  {}", texts.join("\n  ")) };
            return Err(refuse(format!("{e}{texts}"), "take away first what needs it"));
        }
        for column in &self.columns {
            self.refuse_column(column)?;
        }
        self.refuse_what_cannot_be_made_again()?;
        self.refuse_constraints()
    }

    fn refuse_column(&self, column: &Column) -> Result<(), PlanError> {
        let (parent, child) = (&self.parent.name, &self.child.name);
        if self.parent.column(&column.name).is_some() {
            return Err(refuse(
                format!("{parent} has a column {} already", column.name),
                format!("rename that of {child} first; that can be planned"),
            ));
        }
        if column.generated.is_some() || column.identity.is_some() {
            return Err(refuse(
                format!("{} of {child} is a generated or identity column", column.name),
                "drop it first",
            ));
        }
        if let Some(default) = column.default.as_ref().filter(|d| !is_literal(d)) {
            return Err(refuse(
                format!(
                    "the default of {} ({default}) is no plain value: rows of {parent} that {child} has none for would be \
                     given one",
                    column.name
                ),
                format!("drop that default first, and set it on {parent} afterwards"),
            ));
        }
        Ok(())
    }

    fn refuse_what_cannot_be_made_again(&self) -> Result<(), PlanError> {
        let child = self.child;
        let what = if !child.statistics.is_empty() {
            Some("extended statistics")
        } else if !child.rules.is_empty() {
            Some("rules")
        } else if child.policies.iter().any(|p| p.definition.is_none()) {
            Some("policies that could not be read")
        } else if child.triggers.iter().any(|t| t.definition.is_none() || t.enabled != "origin") {
            Some("triggers that are disabled, fire on replicas or could not be read")
        } else {
            None
        };
        match what {
            Some(what) => Err(refuse(
                format!("{} has {what}, which the way back could not make again", child.name),
                "drop them first",
            )),
            None => Ok(()),
        }
    }

    fn refuse_constraints(&self) -> Result<(), PlanError> {
        let child = &self.child.name;
        for constraint in &self.child.constraints {
            let of_key = !constraint.columns.iter().any(|c| self.moves(c));
            let mixed = !of_key && !constraint.columns.iter().all(|c| self.moves(c));
            let (kind, instead) = match constraint.kind {
                ConstraintKind::NotNull => continue,
                ConstraintKind::ForeignKey if constraint.name == self.reference.name => continue,
                ConstraintKind::ForeignKey => ("is another foreign key", "drop it first"),
                ConstraintKind::Exclusion | ConstraintKind::Trigger => {
                    ("is of a kind that is not made again", "drop it first")
                }
                _ if constraint.deferrable => ("is deferrable", "make it again without DEFERRABLE"),
                _ if of_key => continue,
                _ if mixed => ("is about the key and other columns", "drop it first"),
                _ if !constraint.validated || constraint.not_enforced => {
                    ("does not hold for all rows", "validate it first")
                }
                _ => continue,
            };
            return Err(refuse(
                format!("{} of {child} {kind} ({})", constraint.name, constraint.definition),
                instead,
            ));
        }
        let default = |i: &Index| {
            i.definition.unique
                && i.reads.iter().any(|c| self.columns.iter().any(|m| m.name == *c && m.default.is_some()))
        };
        match self.child.indexes.iter().find(|i| default(i)) {
            Some(index) => Err(refuse(
                format!(
                    "{} is unique over a column with a default, which all rows of {} would hold that {child} has none for",
                    index.definition.name, self.parent.name
                ),
                "drop that default first",
            )),
            None => Ok(()),
        }
    }

    /// The columns as the parent gets them. NOT NULL holds there where a default stands for rows the child has none for.
    pub(crate) fn parents_columns(&self) -> Vec<Column> {
        let one = |c: &&Column| Column {
            not_null: c.not_null && c.default.is_some(),
            inherited: false,
            statistics: None,
            ..(*c).clone()
        };
        self.columns.iter().map(one).collect()
    }

    /// The columns the child demands a value for, and the parent cannot.
    pub(crate) fn required(&self) -> Vec<&'a str> {
        self.columns.iter().filter(|c| c.not_null && c.default.is_none()).map(|c| c.name.as_str()).collect()
    }

    /// Adds the columns, with the privileges people had on them.
    pub(crate) fn add_columns(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        let name = &self.parent.name;
        for column in self.parents_columns() {
            let bare = Column {
                grants: Vec::new(),
                comment: None,
                statistics_target: None,
                options: Vec::new(),
                ..column.clone()
            };
            changes.push(Change::AddColumn { table: name.clone(), column: bare, if_not_exists: false });
            changes.extend(grants_of(&column, name, &column.name));
            for grant in &self.child.grants {
                let on_whole = self.parent.grants.iter().filter(|g| g.grantee == grant.grantee);
                let has: Vec<&String> = on_whole.flat_map(|g| &g.privileges).collect();
                let of_columns = ["SELECT", "INSERT", "UPDATE", "REFERENCES"];
                let privileges: Vec<String> = grant
                    .privileges
                    .iter()
                    .filter(|p| of_columns.contains(&p.as_str()) && !has.contains(p))
                    .cloned()
                    .collect();
                if !privileges.is_empty() {
                    let (table, column) = (name.clone(), column.name.clone());
                    let grantee = grant.grantee.clone();
                    changes.push(Change::GrantColumn { table, column, privileges, grantee });
                }
            }
            changes.extend(self.context.engine.column_settings(name, &column, &column.name));
        }
        changes
    }

    /// Whether a row of the child goes when its parent's does.
    pub(crate) fn follows(&self) -> bool {
        self.reference.definition.contains(" ON DELETE CASCADE")
    }

    /// Puts another definition of the reference in the place of the one there is, with nobody waiting.
    pub(crate) fn referencing(&self, following: bool) -> Vec<Change> {
        let table = self.child.name.clone();
        let definition = self.context.definition_of(self.child, self.reference);
        let sql = if following { following_text(&definition.sql) } else { definition.sql.clone() };
        let name = self.reference.name.clone();
        vec![
            Change::Together(vec![
                Change::DropConstraint {
                    table: table.clone(),
                    name: name.clone(),
                    if_exists: false,
                    cascade: false,
                },
                Change::AddConstraint {
                    table: table.clone(),
                    constraint: ConstraintDefinition { sql, not_valid: true, ..definition },
                },
            ]),
            Change::ValidateConstraint { table, name },
        ]
    }

    fn index_on_parent(&self, of: &IndexDefinition) -> IndexDefinition {
        let name = named_after(self.context, &of.name, (self.child, &self.parent.name), true);
        IndexDefinition { name, table: self.parent.name.clone(), ..of.clone() }
    }

    /// Indexes that read nothing but columns that move.
    fn moved_indexes(&self) -> impl Iterator<Item = &Index> {
        let moves = |i: &&Index| i.valid && !i.reads.is_empty() && i.reads.iter().all(|c| self.moves(c));
        self.child.indexes.iter().filter(moves)
    }

    /// Indexes over the key and columns that move: they go with the child.
    pub(crate) fn lost_indexes(&self) -> Vec<&str> {
        let lost =
            |i: &&Index| i.reads.iter().any(|c| self.moves(c)) && !i.reads.iter().all(|c| self.moves(c));
        self.child.indexes.iter().filter(lost).map(|i| i.definition.name.as_str()).collect()
    }

    /// The child's indexes and constraints on the parent's columns: with nobody waiting, or plainly.
    pub(crate) fn demand(&self, concurrently: bool) -> Vec<Change> {
        let mut changes = Vec::new();
        let table = &self.parent.name;
        for index in self.moved_indexes() {
            let definition = self.index_on_parent(&index.definition);
            let name = definition.name.clone();
            changes.push(Change::CreateIndex { index: definition, concurrently, if_not_exists: false });
            let constraint =
                self.child.constraints.iter().find(|c| Some(&c.name) == index.constraint.as_ref());
            if let Some(constraint) = constraint {
                changes.push(Change::AddConstraint {
                    table: table.clone(),
                    constraint: ConstraintDefinition {
                        name: Some(name.clone()),
                        using_index: Some(name),
                        index: None,
                        ..self.context.definition_of(self.child, constraint)
                    },
                });
            }
        }
        let checks = self.child.constraints.iter().filter(|c| {
            c.kind == ConstraintKind::Check
                && !c.columns.is_empty()
                && c.columns.iter().all(|c| self.moves(c))
        });
        for check in checks {
            let name = named_after(self.context, &check.name, (self.child, &self.parent.name), false);
            let definition = self.context.definition_of(self.child, check);
            changes.push(Change::AddConstraint {
                table: table.clone(),
                constraint: ConstraintDefinition {
                    name: Some(name.clone()),
                    not_valid: concurrently,
                    ..definition
                },
            });
            if concurrently {
                changes.push(Change::ValidateConstraint { table: table.clone(), name });
            }
        }
        changes
    }

    /// Takes them away again.
    pub(crate) fn demand_no_more(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        for change in self.demand(true).into_iter().rev() {
            match change {
                Change::AddConstraint { table, constraint } => changes.push(Change::DropConstraint {
                    table,
                    name: constraint.name.unwrap_or_default(),
                    if_exists: true,
                    cascade: false,
                }),
                Change::CreateIndex { index, .. } => changes.push(Change::DropIndex {
                    index: self.parent.name.sibling(index.name),
                    concurrently: true,
                    if_exists: true,
                }),
                _ => {}
            }
        }
        changes
    }

    /// Dropping the child.
    pub(crate) fn drop_child(&self) -> Change {
        let name = self.child.name.clone();
        Change::drop_one(DropTarget::Relation { word: RelationWord::Table, name }, false)
    }

    /// Makes the child again as it was, but for its rows and for the reference, which follows.
    ///
    /// # Errors
    /// If something of it is not understood.
    pub(crate) fn make_child(&self) -> Result<Vec<Change>, PlanError> {
        let engine = self.context.engine;
        let (child, name) = (self.child, &self.child.name);
        let unclear = || refuse(format!("the definition of {name} is not understood"), "");
        let mut schema = self.context.catalog.clone();
        let gone = self.drop_child();
        schema.apply(&gone).map_err(|_| unclear())?;
        let mut all = Sequence::on(&schema);
        all.extend(engine.bare_table(&all.schema, child, None).ok_or_else(unclear)?)?;
        let (first, behind): (Vec<&Constraint>, Vec<&Constraint>) = child
            .constraints
            .iter()
            .filter(|c| c.kind != ConstraintKind::NotNull)
            .partition(|c| c.kind != ConstraintKind::ForeignKey);
        for constraint in first.into_iter().chain(behind) {
            let definition = self.context.definition_of(child, constraint);
            let follows = constraint.name == self.reference.name && !self.follows();
            let sql = if follows { following_text(&definition.sql) } else { definition.sql.clone() };
            let constraint = ConstraintDefinition { sql, ..definition };
            all.push(Change::AddConstraint { table: name.clone(), constraint })?;
        }
        for index in child.indexes.iter().filter(|i| i.constraint.is_none() && i.valid) {
            let index = index.definition.clone();
            all.push(Change::CreateIndex { index, concurrently: false, if_not_exists: false })?;
        }
        for column in &child.columns {
            let bare = Column { comment: None, ..column.clone() };
            all.extend(engine.column_settings(name, &bare, &column.name))?;
        }
        for policy in &child.policies {
            let policy = Policy { comment: None, ..policy.clone() };
            all.push(Change::Object(ObjectChange::CreatePolicy { table: name.clone(), policy }))?;
        }
        all.extend(engine.triggers_on(&all.schema, &child.triggers, name).ok_or_else(unclear)?)?;
        if child.replica_identity != "default" && !child.replica_identity.is_empty() {
            let action = TableAction::ReplicaIdentity(child.replica_identity.clone());
            all.push(Change::AlterWhole { table: name.clone(), action })?;
        }
        for (relation, on, text) in self.context.catalog.comments_of(std::slice::from_ref(name)) {
            if all.schema.lacks_comment(&relation, &on) {
                let (relation, text) = (Some(relation), Some(text));
                all.push(Change::Object(ObjectChange::Comment { on, relation, text, label: false }))?;
            }
        }
        Ok(all.changes)
    }

    /// The plain way, with the applications stopped.
    fn plain(&self) -> Result<Vec<Change>, PlanError> {
        let mut all = Sequence::on(self.context.catalog);
        all.extend(self.add_columns())?;
        let names: Vec<String> = self.columns.iter().map(|c| c.name.clone()).collect();
        let key: Vec<(String, String)> =
            self.key().into_iter().map(|(parents, own)| (own, parents)).collect();
        let tables = (&self.child.name, &self.parent.name);
        let given = self.context.engine.columns_given(&all.schema, tables, &key, &names);
        all.push(
            given.ok_or_else(|| refuse(format!("the rows of {} cannot be copied", self.child.name), ""))?,
        )?;
        all.extend(self.demand(false))?;
        all.push(self.drop_child())?;
        Ok(all.changes)
    }

    /// The key's columns: the parent's, each with the child's.
    pub(crate) fn key(&self) -> Vec<(String, String)> {
        let theirs = self.reference.foreign.iter().flat_map(|f| f.columns.iter().cloned());
        theirs.zip(self.reference.columns.iter().cloned()).collect()
    }
}

/// A foreign key's definition with rows that follow what they reference.
fn following_text(sql: &str) -> String {
    let ends = [" ON UPDATE ", " ON DELETE ", " DEFERRABLE"];
    let at = ends.iter().filter_map(|end| sql.find(end)).min().unwrap_or(sql.len());
    let deferrable = sql.find(" DEFERRABLE").map(|at| &sql[at..]).unwrap_or_default();
    format!("{} ON UPDATE CASCADE ON DELETE CASCADE{deferrable}", &sql[..at])
}

/// Whether a change is the one that merges two tables.
pub(crate) fn is_merge(change: &Change) -> Option<&MoveColumns> {
    match change {
        Change::MoveColumns(it) if it.way == Way::Together => Some(it),
        _ => None,
    }
}
