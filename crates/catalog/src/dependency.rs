//! What depends on what: the objects that go along with another, and those that stand in the way unless `CASCADE`.
//!
//! The edges are those a server keeps in its dependency table (manual, "Dependency Tracking"), as far as a catalog
//! tells them: from definitions, types and the calls in expressions.

mod edges;
mod types;

use std::collections::{HashSet, VecDeque};
use std::fmt;

pub use types::{UsedBy, type_named};

use crate::{ApplyError, Catalog, Name};

/// One object that something can depend on, or that can be dropped.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Object {
    /// A schema.
    Schema(String),
    /// An extension.
    Extension(String),
    /// A relation that holds rows, materialized views too.
    Table(Name),
    /// A plain view.
    View(Name),
    /// A sequence.
    Sequence(Name),
    /// An index, by its own schema and name.
    Index(Name),
    /// A column of a table.
    Column(Name, String),
    /// A column's default, or the expression of a generated column.
    Default(Name, String),
    /// A constraint of a table.
    Constraint(Name, String),
    /// A trigger of a table or view.
    Trigger(Name, String),
    /// A row security policy.
    Policy(Name, String),
    /// A rule.
    Rule(Name, String),
    /// Extended statistics.
    Statistics(Name),
    /// A type.
    Type(Name),
    /// A function or procedure with the types of its arguments.
    Function(Name, String),
    /// A publication.
    Publication(String),
}

/// An object that depends on another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dependent {
    /// The object.
    pub(crate) object: Object,
    /// It goes along without being asked about; else only with `CASCADE`.
    pub(crate) along: bool,
}

impl Dependent {
    fn along(object: Object) -> Self {
        Self { object, along: true }
    }

    fn held(object: Object) -> Self {
        Self { object, along: false }
    }
}

impl Catalog {
    /// All objects that go when these are dropped, these first.
    ///
    /// # Errors
    /// Without `cascade`, the first object that depends on one of them and does not simply go along.
    pub fn going_with(&self, roots: &[Object], cascade: bool) -> Result<Vec<Object>, ApplyError> {
        if cascade {
            return Ok(self.closure(roots, true));
        }
        let along = self.closure(roots, false);
        let going: HashSet<Object> = along.iter().cloned().collect();
        // Parts go with the whole: a default with its column, both with their table.
        let goes = |object: &Object| {
            let with_table = |t: &Name| {
                going.contains(&Object::Table(t.clone())) || going.contains(&Object::View(t.clone()))
            };
            let with_column = match object {
                Object::Default(table, column) => {
                    going.contains(&Object::Column(table.clone(), column.clone()))
                }
                _ => false,
            };
            going.contains(object) || with_column || object.table().is_some_and(with_table)
        };
        for object in &along {
            if let Some(by) = self.dependents(object).into_iter().find(|d| !goes(&d.object)) {
                return Err(ApplyError::Needed { what: object.to_string(), by: by.object.to_string() });
            }
        }
        Ok(along)
    }

    /// Everything reachable from the roots. Each object is visited once, so a circle of views ends.
    fn closure(&self, roots: &[Object], cascade: bool) -> Vec<Object> {
        let mut seen: HashSet<Object> = HashSet::new();
        let mut found = Vec::new();
        let mut next: VecDeque<Object> = roots.iter().cloned().collect();
        while let Some(object) = next.pop_front() {
            if !seen.insert(object.clone()) {
                continue;
            }
            next.extend(
                self.dependents(&object).into_iter().filter(|d| d.along || cascade).map(|d| d.object),
            );
            found.push(object);
        }
        found
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Object::Schema(name) => write!(f, "schema {name}"),
            Object::Extension(name) => write!(f, "extension {name}"),
            Object::Table(name) => write!(f, "table {name}"),
            Object::View(name) => write!(f, "view {name}"),
            Object::Sequence(name) => write!(f, "sequence {name}"),
            Object::Index(name) => write!(f, "index {name}"),
            Object::Column(table, column) => write!(f, "column {column} of {table}"),
            Object::Default(table, column) => write!(f, "default of column {column} of {table}"),
            Object::Constraint(table, name) => write!(f, "constraint {name} of {table}"),
            Object::Trigger(table, name) => write!(f, "trigger {name} of {table}"),
            Object::Policy(table, name) => write!(f, "policy {name} of {table}"),
            Object::Rule(relation, name) => write!(f, "rule {name} of {relation}"),
            Object::Statistics(name) => write!(f, "statistics {name}"),
            Object::Type(name) => write!(f, "type {name}"),
            Object::Function(name, arguments) => write!(f, "function {name}({arguments})"),
            Object::Publication(name) => write!(f, "publication {name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Column, Constraint, ConstraintKind, Dependency, DropTarget, ForeignKey, Index, IndexDefinition,
        RelationWord, Sequence, Table, View,
    };

    fn name(name: &str) -> Name {
        Name::new("public", name)
    }

    fn constraint(kind: ConstraintKind, name: &str, foreign: Option<ForeignKey>) -> Constraint {
        Constraint {
            comment: None,
            name: name.to_owned(),
            kind,
            columns: vec!["id".to_owned()],
            definition: String::new(),
            validated: true,
            deferrable: false,
            deferred: false,
            no_inherit: false,
            inherited: false,
            not_enforced: false,
            index: foreign.is_none().then(|| name.to_owned()),
            foreign,
        }
    }

    fn catalog() -> Catalog {
        let id = Column {
            name: "id".to_owned(),
            type_name: "integer".to_owned(),
            default: Some("nextval('p_id_seq'::regclass)".to_owned()),
            ..Column::default()
        };
        let pkey = Index {
            comment: None,
            definition: IndexDefinition {
                name: "p_pkey".to_owned(),
                table: name("p"),
                unique: true,
                keys: vec![crate::IndexKey::column("id")],
                ..IndexDefinition::default()
            },
            primary: true,
            constraint: Some("p_pkey".to_owned()),
            valid: true,
            part_of: None,
            reads: vec!["id".to_owned()],
            bytes: None,
            scans: None,
            printed: None,
        };
        let parent = Table {
            name: name("p"),
            columns: vec![id.clone()],
            indexes: vec![pkey],
            constraints: vec![constraint(ConstraintKind::PrimaryKey, "p_pkey", None)],
            ..Table::default()
        };
        let foreign = ForeignKey { table: name("p"), columns: vec!["id".to_owned()] };
        let child = Table {
            name: name("c"),
            columns: vec![Column { default: None, ..id }],
            constraints: vec![constraint(ConstraintKind::ForeignKey, "c_fk", Some(foreign))],
            ..Table::default()
        };
        let view = |n: &str, on: &str| View {
            name: name(n),
            needs: vec![Dependency { on: name(on), columns: vec!["id".to_owned()] }],
            ..View::default()
        };
        let mut catalog = Catalog {
            tables: vec![child, parent].into(),
            // Two views that read each other: no server makes them, but a snapshot may say so.
            views: vec![view("v1", "p"), view("v2", "v3"), view("v3", "v2")].into(),
            sequences: vec![Sequence {
                name: name("p_id_seq"),
                owned_by: Some(Dependency { on: name("p"), columns: vec!["id".to_owned()] }),
                type_name: "integer".to_owned(),
                used: None,
                options: None,
            }]
            .into(),
            ..Catalog::default()
        };
        catalog.server.search_path = vec!["public".to_owned()];
        catalog
    }

    fn drop(targets: &[(RelationWord, &str)], cascade: bool) -> Result<Vec<String>, String> {
        let targets: Vec<DropTarget> =
            targets.iter().map(|(word, n)| DropTarget::Relation { word: *word, name: name(n) }).collect();
        let objects = catalog().dropped(&targets, false, cascade).map_err(|e| e.to_string())?;
        let mut names: Vec<String> = objects.iter().map(ToString::to_string).collect();
        names.sort();
        Ok(names)
    }

    #[test]
    fn what_hangs_on_a_table_goes_along_or_stands_in_the_way() {
        assert!(drop(&[(RelationWord::Table, "p")], false).unwrap_err().contains("is needed by"));
        let all = drop(&[(RelationWord::Table, "p")], true).unwrap();
        for expected in [
            "constraint c_fk of public.c",
            "index public.p_pkey",
            "sequence public.p_id_seq",
            "view public.v1",
        ] {
            assert!(all.iter().any(|n| n == expected), "{expected} in {all:?}");
        }
        assert!(!all.contains(&"table public.c".to_owned()));
        // Named together, each is out of the other's way.
        let both = [(RelationWord::View, "v1"), (RelationWord::Table, "c"), (RelationWord::Table, "p")];
        assert!(drop(&both, false).is_ok());
        assert!(drop(&[(RelationWord::Sequence, "p_id_seq")], false).is_err());
        assert!(drop(&[(RelationWord::View, "p")], true).unwrap_err().contains("is not a view"));
        assert!(drop(&[(RelationWord::Index, "p_pkey")], true).is_err());
    }

    #[test]
    fn a_circle_of_views_ends() {
        assert_eq!(drop(&[(RelationWord::View, "v2")], true).unwrap(), ["view public.v2", "view public.v3"]);
    }

    #[test]
    fn a_table_leaves_nothing_behind() {
        let mut catalog = catalog();
        let objects = catalog.going_with(&[Object::Table(name("p"))], true).unwrap();
        catalog.remove(&objects);
        assert!(catalog.table(&name("p")).is_none() && catalog.sequences.is_empty());
        assert!(catalog.table(&name("c")).unwrap().constraints.is_empty());
        assert_eq!(catalog.views.len(), 2);
    }
}
