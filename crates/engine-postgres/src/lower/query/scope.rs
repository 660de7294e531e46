//! What names mean at one place of a query.

use altimeter_catalog::Name;

/// One column a query or relation gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Output {
    /// Its name.
    pub(crate) name: String,
    /// Its type as the server prints it, where that can be told.
    pub(crate) type_name: Option<String>,
    /// Its collation, where it is a plain column with one of its own.
    pub(crate) collation: Option<String>,
    /// Where its values come from, if it is a plain column.
    pub(crate) origin: Option<Origin>,
}

/// Where a column's values come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A column of a relation: the number of the mention, and the column's own name.
    Relation(usize, String),
    /// A few rows that are in no table: `VALUES`.
    FewRows,
}

/// The columns something gives.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outputs {
    pub(crate) columns: Vec<Output>,
    /// There may be more, of unknown names.
    pub(crate) open: bool,
}

/// One item of a `FROM`, under the name it has there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Source {
    /// Its alias, else its own name; empty where it has none.
    pub(crate) alias: String,
    /// Its schema, where the name is the relation's own and may be written with it.
    pub(crate) schema: Option<String>,
    /// The relation behind it; none for a subquery or function.
    pub(crate) relation: Option<Name>,
    /// The number of its mention, if rows of the relation are read.
    pub(crate) mention: Option<usize>,
    /// Columns under the names they have here, each with its name in the relation.
    pub(crate) columns: Vec<(Output, String)>,
    /// It may have columns that are not known.
    pub(crate) open: bool,
    /// What is behind it if it is a join with an alias of its own, or a subquery: sources whose rows it gives.
    pub(crate) within: Vec<Name>,
}

/// The sources and common table expressions that names can mean, innermost first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope<'a> {
    pub(crate) sources: Vec<Source>,
    pub(crate) tables: Vec<(String, Outputs)>,
    pub(crate) outer: Option<&'a Scope<'a>>,
}

impl<'a> Scope<'a> {
    /// A scope inside this one.
    pub(crate) fn inner(&'a self) -> Scope<'a> {
        Scope { outer: Some(self), ..Scope::default() }
    }

    /// This scope and those around it, from the inside out.
    pub(crate) fn chain(&'a self) -> impl Iterator<Item = &'a Scope<'a>> {
        std::iter::successors(Some(self), |s| s.outer)
    }

    /// Whether a source may have columns that are not known.
    pub(crate) fn is_open(&self) -> bool {
        self.chain().any(|s| s.sources.iter().any(|s| s.open))
    }

    /// The common table expression of that name.
    pub(crate) fn common_table(&self, name: &str) -> Option<&Outputs> {
        self.chain().flat_map(|s| s.tables.iter().rev()).find(|(n, _)| n == name).map(|(_, o)| o)
    }

    /// The source that a qualifier means: `alias` or `schema.table`.
    pub(crate) fn source(&self, qualifier: &[String]) -> Option<&Source> {
        let (name, schema) = match qualifier {
            [name] => (name, None),
            [schema, name] | [_, schema, name] => (name, Some(schema)),
            _ => return None,
        };
        let fits = |s: &&Source| &s.alias == name && (schema.is_none() || s.schema.as_ref() == schema);
        self.chain().find_map(|scope| scope.sources.iter().find(fits))
    }

    /// The sources that have a column of that name, of the innermost scope that has any.
    pub(crate) fn with_column(&self, column: &str) -> Vec<&Source> {
        let has = |s: &&Source| s.columns.iter().any(|(c, _)| c.name == column);
        self.chain()
            .map(|scope| scope.sources.iter().filter(has).collect::<Vec<_>>())
            .find(|found| !found.is_empty())
            .unwrap_or_default()
    }
}

impl Source {
    /// A column by the name it has here, with its name in the relation.
    pub(crate) fn column(&self, name: &str) -> Option<&(Output, String)> {
        self.columns.iter().find(|(c, _)| c.name == name)
    }

    /// The columns it gives to a `*`.
    pub(crate) fn outputs(&self) -> Outputs {
        Outputs { columns: self.columns.iter().map(|(c, _)| c.clone()).collect(), open: self.open }
    }
}
