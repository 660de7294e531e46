//! Publications.

use super::super::{ObjectKind, exists, missing};
use crate::{
    ApplyError, Catalog, Dependency, Name, Persistence, Publication, PublicationVerb, Published, TableKind,
};

impl Catalog {
    pub(super) fn create_publication(&mut self, name: &str, objects: &Published) -> Result<(), ApplyError> {
        if self.publications.iter().any(|p| p.name == name) {
            return Err(exists(ObjectKind::Publication, name));
        }
        let tables = self.published(objects)?;
        self.publications.push(Publication {
            name: name.to_owned(),
            all_tables: objects.all_tables,
            tables,
            filters: Vec::new(),
        });
        self.publications.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(())
    }

    pub(super) fn alter_publication(
        &mut self,
        name: &str,
        verb: PublicationVerb,
        objects: &Published,
    ) -> Result<(), ApplyError> {
        let tables = self.published(objects)?;
        let publication = self.publications.iter_mut().find(|p| p.name == name);
        let publication = publication.ok_or_else(|| missing(ObjectKind::Publication, name))?;
        match verb {
            PublicationVerb::Add => publication.tables.extend(tables),
            PublicationVerb::Set => publication.tables = tables,
            PublicationVerb::Drop => publication.tables.retain(|d| !tables.iter().any(|t| t.on == d.on)),
        }
        publication.tables.sort();
        publication.tables.dedup();
        let published = |d: &Dependency| publication.tables.iter().any(|t| t.on == d.on);
        publication.filters.retain(published);
        Ok(())
    }

    /// The tables that are published, those of schemas too.
    fn published(&self, objects: &Published) -> Result<Vec<Dependency>, ApplyError> {
        let mut found = Vec::new();
        for (name, _, columns) in &objects.tables {
            self.table(name).ok_or_else(|| missing(ObjectKind::Table, name))?;
            found.push(Dependency { on: name.clone(), columns: columns.clone() });
        }
        let in_schema = |name: &Name| objects.all_tables || objects.schemas.contains(&name.schema);
        let publishable = self.tables.iter().filter(|t| {
            matches!(t.kind, TableKind::Table | TableKind::PartitionedTable)
                && t.persistence == Persistence::Permanent
        });
        let implied = publishable.filter(|t| in_schema(&t.name));
        found.extend(implied.map(|t| Dependency { on: t.name.clone(), columns: Vec::new() }));
        found.sort();
        found.dedup();
        Ok(found)
    }
}
