//! Unique keys of a table that becomes partitioned: each must have the partition key in it (manual, "Declarative
//! Partitioning", Limitations).

use altimeter_catalog::{
    Change, Check, Constraint, ConstraintDefinition, ConstraintKind, Index, IndexDefinition, IndexKey, Name,
    RelationWord, Table,
};

use crate::plan::PlanError;
use crate::recipe::{RecipeContext, refuse};

/// A key without the column that decides, and the one with it that takes its place.
pub(crate) struct Key<'a> {
    table: &'a Name,
    /// The index as it is.
    pub(crate) narrow: &'a Index,
    /// The constraint it serves, and what it is made of.
    constraint: Option<(&'a Constraint, ConstraintDefinition)>,
    /// The same with the column, under a name of its own.
    pub(crate) wide: IndexDefinition,
    /// The narrow one under a name of its own, on the way back.
    back: IndexDefinition,
    /// The column that decides, as it stands in SQL.
    column: String,
}

/// The keys that lack the column.
pub(super) fn without<'a>(
    context: &RecipeContext<'_>,
    table: &'a Table,
    column: &str,
) -> Result<Vec<Key<'a>>, PlanError> {
    let lacks = |i: &&Index| {
        let has = |k: &IndexKey| *k == IndexKey::column(column);
        i.valid && i.definition.unique && !i.definition.keys.iter().any(has)
    };
    table.indexes.iter().filter(lacks).map(|narrow| Key::new(context, table, narrow, column)).collect()
}

impl<'a> Key<'a> {
    fn new(
        context: &RecipeContext<'_>,
        table: &'a Table,
        narrow: &'a Index,
        column: &str,
    ) -> Result<Self, PlanError> {
        let own = &narrow.definition;
        let with = |prefix: &str| IndexDefinition {
            name: context.name(&format!("{prefix}_{}", own.name)),
            ..own.clone()
        };
        let mut wide = with("altimeter_wide");
        wide.keys.push(IndexKey::column(column));
        let constraint = table.constraints.iter().find(|c| Some(&c.name) == narrow.constraint.as_ref());
        if own.include.iter().any(|c| c == column) {
            return Err(refuse(
                format!(
                    "{} only carries {column} along, and a partitioned table needs it in the key",
                    own.name
                ),
                format!("make the key without it in INCLUDE, or with ({}, {column}), first", listed(own)),
            ));
        }
        Ok(Self {
            table: &table.name,
            narrow,
            constraint: constraint.map(|c| (c, context.definition_of(table, c))),
            wide,
            back: with("altimeter_narrow"),
            column: context.engine.replace_column("x", "x", column),
        })
    }

    /// What it is, in words: `the primary key (id)`.
    pub(crate) fn says(&self) -> String {
        let what = match &self.constraint {
            Some((c, _)) if c.kind == ConstraintKind::PrimaryKey => "the primary key",
            Some(_) => "the constraint",
            None => "the unique index",
        };
        let name =
            if self.narrow.primary { String::new() } else { format!(" {}", self.narrow.definition.name) };
        format!("{what}{name} ({})", listed(&self.narrow.definition))
    }

    /// The columns of the wide one: `id, created_at`.
    pub(crate) fn wide_columns(&self) -> String {
        listed(&self.wide)
    }

    /// The columns of the narrow one.
    pub(crate) fn narrow_columns(&self) -> String {
        listed(&self.narrow.definition)
    }

    /// What it means that the wide one takes its place.
    pub(crate) fn becomes_wide(&self) -> String {
        let narrow = self.narrow_columns();
        format!(
            "high: {} becomes ({}): the server no longer refuses two rows with the same ({narrow}) in different partitions, \
             ON CONFLICT ({narrow}) fails, no foreign key can reference ({narrow}) alone",
            self.says(),
            self.wide_columns()
        )
    }

    fn build(index: &IndexDefinition) -> Change {
        Change::CreateIndex { index: index.clone(), concurrently: true, if_not_exists: false }
    }

    fn gone(&self, index: &IndexDefinition) -> Change {
        Change::DropIndex { index: self.table.sibling(&index.name), concurrently: true, if_exists: true }
    }

    /// Builds the wide one while everybody works on.
    pub(crate) fn build_wide(&self) -> Change {
        Self::build(&self.wide)
    }

    /// Takes what was built away again.
    pub(crate) fn drop_wide(&self) -> Change {
        self.gone(&self.wide)
    }

    /// Before it is built.
    pub(crate) fn free(&self) -> Check {
        Check::NameFree { name: self.table.sibling(&self.wide.name) }
    }

    /// Once it is built.
    pub(crate) fn built(&self) -> Check {
        Check::IndexValid { index: self.table.sibling(&self.wide.name) }
    }

    /// The wide one takes the narrow one's place and name, in one transaction with others.
    pub(crate) fn widen(&self) -> Vec<Change> {
        self.replace_by(&self.wide.name, Some(&self.wide))
    }

    /// The narrow one built again beside what the wide one is built from, before they change hands.
    pub(crate) fn build_back(&self) -> Vec<Change> {
        // A step that came halfway left one behind.
        vec![self.gone(&self.back), self.gone(&self.wide), Self::build(&self.wide), Self::build(&self.back)]
    }

    /// The narrow one takes its place and name again.
    pub(crate) fn narrow_again(&self) -> Vec<Change> {
        self.replace_by(&self.back.name, None)
    }

    /// The plain way: the index is built under the lock.
    pub(super) fn widened_plainly(&self, table: &Name) -> Vec<Change> {
        let own = &self.narrow.definition.name;
        match &self.constraint {
            Some((_, definition)) => {
                let index = IndexDefinition { name: String::new(), ..self.wide.clone() };
                vec![
                    self.drop_constraint(own),
                    Change::AddConstraint {
                        table: table.clone(),
                        constraint: ConstraintDefinition {
                            index: Some(Box::new(index)),
                            ..self.wide_definition(definition)
                        },
                    },
                ]
            }
            None => vec![
                Change::DropIndex { index: table.sibling(own), concurrently: false, if_exists: false },
                Change::CreateIndex {
                    index: IndexDefinition { name: own.clone(), ..self.wide.clone() },
                    concurrently: false,
                    if_not_exists: false,
                },
            ],
        }
    }

    /// The wide one on the partitioned table, where the narrow one is.
    pub(super) fn made_wide_on(&self, parent: &Name, name: String) -> Change {
        let index = IndexDefinition { table: parent.clone(), name: name.clone(), ..self.wide.clone() };
        match &self.constraint {
            Some((_, narrow)) => Change::AddConstraint {
                table: parent.clone(),
                constraint: ConstraintDefinition {
                    name: Some(name),
                    index: Some(Box::new(IndexDefinition { name: String::new(), ..index })),
                    ..self.wide_definition(narrow)
                },
            },
            None => Change::CreateIndex { index, concurrently: false, if_not_exists: false },
        }
    }

    fn drop_constraint(&self, name: &str) -> Change {
        Change::DropConstraint {
            table: self.table.clone(),
            name: name.to_owned(),
            if_exists: false,
            cascade: false,
        }
    }

    /// The column goes behind the last of the key's columns.
    fn wide_definition(&self, narrow: &ConstraintDefinition) -> ConstraintDefinition {
        let columns = self.wide.columns().unwrap_or_default();
        let at = narrow.sql.find('(').and_then(|open| Some(open + closing(narrow.sql.get(open..)?)?));
        let (head, tail) = narrow.sql.split_at(at.unwrap_or(narrow.sql.len()));
        let sql = format!("{head}, {}{tail}", self.column);
        ConstraintDefinition { columns, sql, ..narrow.clone() }
    }

    fn replace_by(&self, index: &str, wide: Option<&IndexDefinition>) -> Vec<Change> {
        let own = &self.narrow.definition.name;
        match &self.constraint {
            Some((_, narrow)) => {
                let definition = if wide.is_some() { self.wide_definition(narrow) } else { narrow.clone() };
                vec![
                    self.drop_constraint(own),
                    Change::AddConstraint {
                        table: self.table.clone(),
                        constraint: ConstraintDefinition {
                            using_index: Some(index.to_owned()),
                            index: None,
                            ..definition
                        },
                    },
                ]
            }
            None => vec![
                Change::DropIndex { index: self.table.sibling(own), concurrently: false, if_exists: false },
                Change::rename_relation(RelationWord::Index, &self.table.sibling(index), own),
            ],
        }
    }
}

/// Where the first list in parentheses closes; quotes may hold parentheses.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quoted) = (0_usize, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted && depth == 1 => return Some(at),
            ')' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

fn listed(index: &IndexDefinition) -> String {
    let key = |k: &IndexKey| match &k.target {
        altimeter_catalog::IndexTarget::Column(c) => c.clone(),
        altimeter_catalog::IndexTarget::Expression(e) => e.clone(),
    };
    index.keys.iter().map(key).collect::<Vec<_>>().join(", ")
}
