//! `LIKE`: columns copied, and what else `INCLUDING` asks for.

use altimeter_catalog::{
    Catalog, Column, Constraint, ConstraintKind, Dependency, ExtendedStatistics, Index, Name, NameParts,
    Sequence, joined,
};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::Draft;
use crate::lower::column::ColumnDefinition;
use crate::lower::keyword;

/// One `LIKE`.
pub(super) struct Like {
    pub(super) relation: Name,
    constraints: bool,
    indexes: bool,
    statistics: bool,
}

/// The columns of a relation, without defaults and the like.
pub(super) fn columns(catalog: &Catalog, name: &Name) -> Vec<Column> {
    if let Some(table) = catalog.table(name) {
        let plain = |c: &Column| Column {
            name: c.name.clone(),
            type_name: c.type_name.clone(),
            collation: c.collation.clone(),
            nondeterministic: c.nondeterministic,
            not_null: c.not_null,
            ..Column::default()
        };
        return table.columns.iter().map(plain).collect();
    }
    let of_view = catalog.view(name).map(|v| v.columns.as_slice()).unwrap_or_default();
    of_view.iter().map(|name| Column { name: name.clone(), ..Column::default() }).collect()
}

/// What is copied: the last word about each thing counts.
#[derive(Clone, Copy, Default)]
struct Included {
    constraints: bool,
    defaults: bool,
    generated: bool,
    identity: bool,
    indexes: bool,
    statistics: bool,
}

fn included(clause: &SyntaxNode) -> Result<Included, String> {
    let mut all = Included::default();
    for option in clause.children() {
        let on = match option.kind() {
            SyntaxKind::INCLUDING_PROPERTY => true,
            SyntaxKind::EXCLUDING_PROPERTY => false,
            _ => continue,
        };
        let Some(property) = option.first_child() else { continue };
        match property.kind() {
            SyntaxKind::PROPERTY_ALL => {
                all = Included {
                    constraints: on,
                    defaults: on,
                    generated: on,
                    identity: on,
                    indexes: on,
                    statistics: on,
                };
            }
            SyntaxKind::PROPERTY_CONSTRAINTS => all.constraints = on,
            SyntaxKind::PROPERTY_DEFAULTS => all.defaults = on,
            SyntaxKind::PROPERTY_GENERATED => all.generated = on,
            SyntaxKind::PROPERTY_IDENTITY => all.identity = on,
            SyntaxKind::PROPERTY_INDEXES => all.indexes = on,
            SyntaxKind::PROPERTY_STATISTICS => all.statistics = on,
            SyntaxKind::PROPERTY_COMMENTS
            | SyntaxKind::PROPERTY_COMPRESSION
            | SyntaxKind::PROPERTY_STORAGE => {}
            kind => return Err(format!("LIKE … {} is not analysed", keyword(kind))),
        }
    }
    Ok(all)
}

/// Copies the columns; constraints and indexes come at the end.
pub(super) fn read(draft: &mut Draft, clause: &SyntaxNode) -> Result<(), String> {
    let Some(name) = draft.to_copy.pop() else { return Ok(()) };
    let what = included(clause)?;
    for mut column in columns(&draft.schema, &name) {
        let of = draft.schema.table(&name).and_then(|t| t.column(&column.name)).cloned();
        let of = of.unwrap_or_default();
        column.default = of.default.filter(|_| what.defaults);
        column.generated = of.generated.filter(|_| what.generated);
        column.identity = of.identity.filter(|_| what.identity);
        if column.identity.is_some() {
            let sequence = identity_sequence(draft, &column);
            draft.sequences.push(sequence);
        }
        let twice = draft.table.column(&column.name).is_some_and(|c| !c.inherited);
        if twice {
            draft.refused.get_or_insert(format!("column {} is there twice", column.name));
        }
        draft.add_column(ColumnDefinition { column, ..ColumnDefinition::default() }, false);
    }
    draft.like.push(Like {
        relation: name,
        constraints: what.constraints,
        indexes: what.indexes,
        statistics: what.statistics,
    });
    Ok(())
}

/// An identity column that is copied gets a sequence of its own.
fn identity_sequence(draft: &mut Draft, column: &Column) -> Sequence {
    let table = draft.table.name.clone();
    let parts = NameParts { table: &table.name, columns: &column.name, label: "seq" };
    let name = draft.schema.default_relation_name(&table.schema, parts, &draft.taken);
    draft.taken.push(name.clone());
    Sequence {
        name: table.sibling(name),
        owned_by: Some(Dependency { on: table, columns: vec![column.name.clone()] }),
        // Whatever the column's type: the server copies the options without it.
        type_name: "bigint".to_owned(),
        used: None,
        options: None,
    }
}

/// CHECKs, indexes and statistics of what is copied. CHECKs keep their names, the others get new ones.
pub(super) fn indexes(draft: &mut Draft) {
    let copied: Vec<_> = draft
        .like
        .iter()
        .filter_map(|l| {
            Some((draft.schema.table(&l.relation)?.clone(), l.constraints, l.indexes, l.statistics))
        })
        .collect();
    for (of, with_constraints, with_indexes, with_statistics) in copied {
        // NOT NULLs come with the columns, and where they have names, with those.
        let named = draft.schema.server.names_not_null();
        let constraints = of.constraints.iter().filter(|c| match c.kind {
            ConstraintKind::Check => with_constraints,
            ConstraintKind::NotNull => named,
            _ => false,
        });
        let constraints: Vec<Constraint> = constraints.cloned().collect();
        for constraint in constraints {
            let there = draft.table.constraints.iter().any(|c| {
                c.name == constraint.name
                    || (c.kind == ConstraintKind::NotNull
                        && constraint.kind == c.kind
                        && c.columns == constraint.columns)
            });
            if !there {
                let validated = !constraint.not_enforced;
                draft.table.constraints.push(Constraint { inherited: false, validated, ..constraint });
            }
        }
        for index in of.indexes.iter().filter(|_| with_indexes) {
            let constraint = of.constraints.iter().find(|c| Some(&c.name) == index.constraint.as_ref());
            draft.copy_index(index, constraint, None);
        }
        for statistics in of.statistics.iter().filter(|_| with_statistics) {
            let in_order = of.columns.iter().map(|c| c.name.as_str());
            let columns = joined(in_order.filter(|c| statistics.columns.iter().any(|s| s == c)));
            let parts = NameParts { table: &draft.table.name.name, columns: &columns, label: "stat" };
            let name = draft.schema.default_relation_name(&draft.table.name.schema, parts, &draft.taken);
            let name = draft.table.name.sibling(name);
            draft.table.statistics.push(ExtendedStatistics { name, ..statistics.clone() });
        }
    }
}

impl Draft {
    /// An index made like another one, with the constraint it serves there, under the names the server chooses.
    pub(super) fn copy_index(
        &mut self,
        of: &Index,
        constraint: Option<&Constraint>,
        part_of: Option<String>,
    ) {
        let mut definition = of.definition.clone();
        definition.table = self.table.name.clone();
        let label = match constraint.map(|c| c.kind) {
            Some(ConstraintKind::PrimaryKey) => "pkey",
            Some(ConstraintKind::Exclusion) => "excl",
            Some(_) => "key",
            None => "idx",
        };
        if of.primary && self.table.indexes.iter().any(|i| i.primary) {
            return;
        }
        definition.name = self.schema.default_index_name_beside(&definition, label, &self.taken);
        self.taken.push(definition.name.clone());
        let name = definition.name.clone();
        self.table.indexes.push(Index {
            comment: None,
            definition,
            primary: of.primary,
            constraint: constraint.map(|_| name.clone()),
            valid: true,
            part_of: part_of.clone(),
            reads: of.reads.clone(),
            bytes: None,
            scans: None,
            printed: None,
        });
        if let Some(constraint) = constraint {
            self.table.constraints.push(Constraint {
                index: Some(name.clone()),
                inherited: part_of.is_some(),
                name,
                ..constraint.clone()
            });
            let columns = constraint.columns.clone();
            let key = self.table.columns.iter_mut().filter(|c| of.primary && columns.contains(&c.name));
            key.for_each(|c| c.not_null = true);
        }
    }
}
