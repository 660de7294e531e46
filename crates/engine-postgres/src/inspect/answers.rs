//! What the server answered, to be read cell by cell with an error instead of a panic.

use altimeter_catalog::{InspectError, InspectErrorKind, Name};
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

use crate::queries::Query;

/// The rows of several queries, all of one snapshot.
#[derive(Default)]
pub(super) struct Answers {
    rows: Vec<(&'static str, Vec<Row>)>,
}

impl Answers {
    /// Keeps the answer to one query.
    pub(super) fn add(&mut self, query: &Query, rows: Vec<Row>) {
        self.rows.push((query.name, rows));
    }

    /// The rows of one query; none if it was not asked.
    pub(super) fn of(&self, query: &Query) -> impl Iterator<Item = Cells<'_>> {
        let name = query.name;
        self.rows
            .iter()
            .filter(move |(asked, _)| *asked == name)
            .flat_map(|(asked, rows)| rows.iter().map(|row| Cells { query: asked, row }))
    }

    /// The only row of a query that always has one.
    pub(super) fn one(&self, query: &Query) -> Result<Cells<'_>, InspectError> {
        self.of(query).next().ok_or_else(|| InspectError {
            kind: InspectErrorKind::Query,
            message: format!("the query \"{}\" had no answer", query.name),
            hint: "report this with the server's version".to_owned(),
            source: None,
        })
    }
}

/// One row.
#[derive(Clone, Copy)]
pub(super) struct Cells<'a> {
    query: &'static str,
    row: &'a Row,
}

impl<'a> Cells<'a> {
    /// A cell by its column's name.
    pub(super) fn get<T: FromSql<'a>>(&self, column: &str) -> Result<T, InspectError> {
        self.row.try_get(column).map_err(|e| InspectError {
            kind: InspectErrorKind::Query,
            message: format!("the answer to the query \"{}\" cannot be used in column {column}", self.query),
            hint: "report this with the server's version".to_owned(),
            source: Some(Box::new(e)),
        })
    }

    /// An array, empty where the cell is NULL.
    pub(super) fn list<T: FromSql<'a>>(&self, column: &str) -> Result<Vec<T>, InspectError> {
        Ok(self.get::<Option<Vec<T>>>(column)?.unwrap_or_default())
    }

    /// A count or size; none where the cell is NULL, and 0 where the server said less.
    pub(super) fn size(&self, column: &str) -> Result<Option<u64>, InspectError> {
        Ok(self.get::<Option<i64>>(column)?.map(|n| u64::try_from(n).unwrap_or(0)))
    }

    /// A name from two cells.
    pub(super) fn name(&self, schema: &str, name: &str) -> Result<Name, InspectError> {
        Ok(Name { schema: self.get(schema)?, name: self.get(name)? })
    }

    /// A name from two cells that may be NULL.
    pub(super) fn name_if_any(&self, schema: &str, name: &str) -> Result<Option<Name>, InspectError> {
        let schema: Option<String> = self.get(schema)?;
        let name: Option<String> = self.get(name)?;
        Ok(schema.zip(name).map(|(schema, name)| Name { schema, name }))
    }
}
