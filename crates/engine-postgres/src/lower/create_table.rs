//! `CREATE TABLE` in all its forms: the table as it will stand, with everything the server makes along with it.

mod inherit;
mod like;
pub(super) mod partition;
mod source;

pub(super) use source::{lower_as, twice};

use altimeter_catalog::{
    Catalog, Change, Column, ConstraintDefinition, ConstraintKind, Name, Persistence, RelationChange,
    Sequence, Size, Table, TableDefinition, TableKind,
};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::column::{self, ColumnDefinition};
use super::constraint::{self, Place};
use super::names::{created, type_name};
use super::{Lowered, TEMPORARY, keyword, relation};
use crate::parse::{child, has, name_of, path, text_of};
use crate::quoting::quote;

/// A table while its definition is read.
struct Draft {
    /// The schema with a first sketch of the table, so that names are found and chosen as if it were there.
    schema: Catalog,
    table: Table,
    sequences: Vec<Sequence>,
    /// Relations copied by `LIKE`, each with what is copied.
    like: Vec<like::Like>,
    /// Names of relations that `LIKE` is still to copy, last first.
    to_copy: Vec<Name>,
    constraints: Vec<ConstraintDefinition>,
    /// Names given or chosen so far.
    taken: Vec<String>,
    refused: Option<String>,
}

pub(super) fn lower(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let Some(name) = name(catalog, node) else { return Lowered::unknown("the table's name is not plain") };
    match read(catalog, node, name) {
        Ok(draft) => {
            let mut definition = draft.finish();
            definition.if_not_exists = has(node, SyntaxKind::IF_NOT_EXISTS);
            Lowered::one(Change::Relation(RelationChange::CreateTable(Box::new(definition))))
        }
        Err(reason) => Lowered::unknown(reason),
    }
}

/// The new table's name: a temporary one is in a schema of its own.
fn name(catalog: &Catalog, node: &SyntaxNode) -> Option<Name> {
    let name = child(node, SyntaxKind::TABLE_NAME).and_then(|n| created(catalog, path(&n)))?;
    let temporary = has(node, SyntaxKind::TEMP) || name.schema == TEMPORARY;
    Some(if temporary { Name::new(TEMPORARY, name.name) } else { name })
}

/// A table nobody has put a row into.
fn blank(catalog: &Catalog, node: &SyntaxNode, name: Name) -> Table {
    let persistence = if name.schema == TEMPORARY {
        Persistence::Temporary
    } else if has(node, SyntaxKind::UNLOGGED) {
        Persistence::Unlogged
    } else {
        Persistence::Permanent
    };
    let options = super::index::lower_options(node);
    let method = child(node, SyntaxKind::USING_METHOD).and_then(|n| child(&n, SyntaxKind::ACCESS_METHOD_REF));
    let tablespace = child(node, SyntaxKind::TABLESPACE_CLAUSE);
    Table {
        kind: if node.kind() == SyntaxKind::CREATE_FOREIGN_TABLE {
            TableKind::ForeignTable
        } else if has(node, SyntaxKind::PARTITION_BY) {
            TableKind::PartitionedTable
        } else {
            TableKind::Table
        },
        persistence,
        until_commit: child(node, SyntaxKind::ON_COMMIT).is_some_and(|n| has(&n, SyntaxKind::DROP)),
        replica_identity: "default".to_owned(),
        fillfactor: options.get("fillfactor").and_then(|f| f.parse().ok()),
        access_method: method.map(|n| name_of(&n)).filter(|m| m != "heap"),
        tablespace: tablespace.and_then(|n| child(&n, SyntaxKind::TABLESPACE_REF)).map(|n| name_of(&n)),
        owner: Some(catalog.server.user.clone()).filter(|u| !u.is_empty()),
        size: Size {
            rows: Some(0.0),
            pages: Some(0.0),
            heap_bytes: Some(0),
            toast_bytes: Some(0),
            index_bytes: Some(0),
            ..Size::default()
        },
        name,
        ..Table::default()
    }
}

fn read(catalog: &Catalog, node: &SyntaxNode, name: Name) -> Result<Draft, String> {
    let table = blank(catalog, node, name);
    let mut draft = Draft {
        schema: catalog.clone(),
        table,
        sequences: Vec::new(),
        like: Vec::new(),
        to_copy: Vec::new(),
        constraints: Vec::new(),
        taken: Vec::new(),
        refused: None,
    };
    draft.taken.push(draft.table.name.name.clone());
    inherit::parents(&mut draft, node);
    for part in node.children() {
        match part.kind() {
            SyntaxKind::TABLE_ARG_LIST => draft.read_arguments(&part)?,
            SyntaxKind::OF_TYPE => draft.read_type(&part),
            SyntaxKind::PARTITION_BY => partition::key(&mut draft, &part),
            SyntaxKind::TABLE_NAME
            | SyntaxKind::IF_NOT_EXISTS
            | SyntaxKind::TEMP
            | SyntaxKind::UNLOGGED
            | SyntaxKind::INHERITS
            | SyntaxKind::PARTITION_OF
            | SyntaxKind::PARTITION_DEFAULT
            | SyntaxKind::PARTITION_FOR_VALUES_FROM
            | SyntaxKind::PARTITION_FOR_VALUES_IN
            | SyntaxKind::PARTITION_FOR_VALUES_WITH
            | SyntaxKind::USING_METHOD
            | SyntaxKind::WITH_PARAMS
            | SyntaxKind::WITHOUT_OIDS
            | SyntaxKind::ON_COMMIT
            | SyntaxKind::TABLESPACE_CLAUSE
            | SyntaxKind::SERVER_CLAUSE
            | SyntaxKind::ALTER_OPTION_LIST => {}
            kind => return Err(format!("CREATE TABLE … {} is not analysed", keyword(kind))),
        }
    }
    Ok(draft)
}

impl Draft {
    /// Puts a sketch of the table into the schema.
    fn sketch(&mut self) {
        self.schema.tables.insert(self.table.clone());
    }

    /// A typed table has the columns of its type.
    fn read_type(&mut self, clause: &SyntaxNode) {
        let Some(name) = type_name(&self.schema, clause) else { return };
        match self.schema.user_type(&name).map(|t| t.kind.clone()) {
            Some(altimeter_catalog::TypeKind::Composite { attributes }) => {
                self.table.columns.extend(attributes.into_iter().map(|(name, type_name)| Column {
                    name,
                    type_name,
                    ..Column::default()
                }));
            }
            _ => self.refused = Some(format!("there is no composite type {name}")),
        }
        self.table.of_type = Some(name);
    }

    fn read_arguments(&mut self, list: &SyntaxNode) -> Result<(), String> {
        // All columns first: a constraint may name one that is written behind it.
        let before = self.table.columns.clone();
        for part in list.children() {
            match part.kind() {
                SyntaxKind::COLUMN if !self.has_options_only(&part) => self.table.columns.push(Column {
                    name: child(&part, SyntaxKind::COLUMN_NAME).map(|n| name_of(&n)).unwrap_or_default(),
                    ..Column::default()
                }),
                SyntaxKind::LIKE_CLAUSE => {
                    // Found before the new table, which may have the same name in another schema, is there.
                    let name = relation(&self.schema, &part).ok_or("LIKE … has no plain name")?;
                    self.table.columns.extend(like::columns(&self.schema, &name));
                    self.to_copy.insert(0, name);
                }
                _ => {}
            }
        }
        self.sketch();
        self.table.columns = before;
        for part in list.children() {
            match part.kind() {
                SyntaxKind::COLUMN => {
                    let name = self.table.name.clone();
                    let made = column::lower(&self.schema, &name, &part, &mut self.taken)?;
                    self.add_column(made, self.has_options_only(&part));
                }
                SyntaxKind::LIKE_CLAUSE => like::read(self, &part)?,
                _ => {
                    let name = self.table.name.clone();
                    let place = &mut Place {
                        catalog: &self.schema,
                        table: &name,
                        column: None,
                        new_columns: &[],
                        taken: &mut self.taken,
                    };
                    self.constraints.push(constraint::lower(place, &part)?);
                }
            }
        }
        Ok(())
    }

    /// Whether a column is one the table has already: of its parent, or of its type.
    fn has_options_only(&self, node: &SyntaxNode) -> bool {
        has(node, SyntaxKind::WITH_OPTIONS) || !node.children().any(|n| column::is_type(n.kind()))
    }

    /// A column of the definition's own, merged with one of that name from a parent.
    fn add_column(&mut self, made: ColumnDefinition, options_only: bool) {
        let ColumnDefinition { column, constraints, sequence } = made;
        self.constraints.extend(constraints);
        self.sequences.extend(sequence);
        match self.table.column_mut(&column.name) {
            Some(known) => {
                if !options_only && known.type_name != column.type_name {
                    let why = format!("column {} has another type in its parent", column.name);
                    self.refused.get_or_insert(why);
                }
                let type_name = known.type_name.clone();
                known.not_null |= column.not_null;
                let default = column.default.map(|d| crate::expression::canonical_default(&type_name, &d));
                known.default = default.or(known.default.take());
                known.generated = column.generated.or(known.generated.take());
                known.identity = column.identity.or(known.identity);
                known.inherited &= options_only;
            }
            None if options_only => {
                self.refused.get_or_insert(format!("there is no column {} to have options", column.name));
            }
            None => self.table.columns.push(column),
        }
    }

    /// The finished table: constraints first that others need, then what comes from parents and copies.
    fn finish(mut self) -> TableDefinition {
        inherit::constraints(&mut self);
        let (foreign, own): (Vec<_>, Vec<_>) = std::mem::take(&mut self.constraints)
            .into_iter()
            .partition(|c| c.kind == ConstraintKind::ForeignKey);
        for definition in own {
            self.take(&definition);
        }
        like::indexes(&mut self);
        partition::parts(&mut self);
        for definition in foreign {
            let definition = self.to_itself(definition);
            self.take(&definition);
        }
        self.refuse_without_key();
        self.table.indexes.sort_by(|a, b| a.definition.name.cmp(&b.definition.name));
        self.table.constraints.sort_by(|a, b| a.name.cmp(&b.name));
        TableDefinition {
            like: self.like.into_iter().map(|l| l.relation).collect(),
            table: self.table,
            sequences: self.sequences,
            refused: self.refused,
            ..TableDefinition::default()
        }
    }

    /// A unique index of a partitioned table has to have the columns of its partition key.
    fn refuse_without_key(&mut self) {
        let key = &self.table.partition_columns;
        let lacks = |i: &altimeter_catalog::Index| {
            let columns = i.definition.columns().unwrap_or_default();
            i.definition.unique && key.iter().any(|c| !columns.contains(c))
        };
        if let Some(index) = self.table.indexes.iter().find(|i| lacks(i)) {
            let name = &index.definition.name;
            self.refused.get_or_insert(format!("{name} lacks a column of the partition key"));
        }
    }

    fn take(&mut self, definition: &ConstraintDefinition) {
        let lost = definition
            .columns
            .iter()
            .find(|c| definition.kind != ConstraintKind::Check && self.table.column(c).is_none());
        if let Some(lost) = lost {
            self.refused.get_or_insert(format!("column {lost} named in a constraint does not exist"));
        }
        if definition.kind == ConstraintKind::NotNull && !self.schema.server.names_not_null() {
            let named = self.table.columns.iter_mut().filter(|c| definition.columns.contains(&c.name));
            named.for_each(|c| c.not_null = true);
            return;
        }
        // The server makes one index for two constraints that ask for the same.
        let same = |c: &&altimeter_catalog::Constraint| {
            matches!(c.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique)
                && definition.kind == ConstraintKind::Unique
                && c.columns == definition.columns
                && (c.deferrable, c.deferred) == (definition.deferrable, definition.deferred)
                && definition.index.as_ref().is_some_and(|i| i.include.is_empty())
        };
        if self.table.constraints.iter().any(|c| same(&c)) {
            return;
        }
        if self.table.constraints.iter().any(|c| Some(&c.name) == definition.name.as_ref()) {
            let name = definition.name.clone().unwrap_or_default();
            if matches!(definition.kind, ConstraintKind::Check | ConstraintKind::NotNull) {
                let own = self.table.constraints.iter_mut().filter(|c| c.name == name);
                own.for_each(|c| c.inherited = false);
            } else {
                self.refused.get_or_insert(format!("constraint {name} is there twice"));
            }
            return;
        }
        self.table.take_constraint(definition, false);
    }

    /// A foreign key to the table itself without columns means its own primary key.
    fn to_itself(&self, mut definition: ConstraintDefinition) -> ConstraintDefinition {
        let primary = || self.table.indexes.iter().find(|i| i.primary).and_then(|i| i.definition.columns());
        if let Some(foreign) = definition.foreign.as_mut()
            && foreign.table == self.table.name
            && foreign.columns.is_empty()
        {
            foreign.columns = primary().unwrap_or_default();
            let printed: Vec<String> = foreign.columns.iter().map(|c| quote(c)).collect();
            definition.sql = definition.sql.replace("()", &format!("({})", printed.join(", ")));
        }
        definition
    }
}

/// The text of a node, or nothing.
fn text_of_child(node: &SyntaxNode, kind: SyntaxKind) -> Option<String> {
    child(node, kind).map(|n| text_of(&n))
}
