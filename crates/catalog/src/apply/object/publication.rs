//! Publications.

use super::super::{ObjectKind, exists, missing};
use crate::{ApplyError, Catalog, Publication, PublicationVerb, Published, PublishedTable};

impl Catalog {
    pub(super) fn create_publication(
        &mut self,
        name: &str,
        objects: &Published,
        via_root: bool,
    ) -> Result<(), ApplyError> {
        if self.publications.iter().any(|p| p.name == name) {
            return Err(exists(ObjectKind::Publication, name));
        }
        let tables = self.named(objects)?;
        let (name, schemas) = (name.to_owned(), objects.schemas.clone());
        let all_tables = objects.all_tables;
        let mut made = Publication { name, all_tables, schemas, tables, via_root, inserts_only: false };
        in_order(&mut made);
        self.publications.push(made);
        self.publications.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(())
    }

    pub(super) fn alter_publication(
        &mut self,
        name: &str,
        verb: PublicationVerb,
        objects: &Published,
    ) -> Result<(), ApplyError> {
        let tables = self.named(objects)?;
        let publication = self.publication(name)?;
        let (is_named, in_schemas) = (
            |t: &PublishedTable| tables.iter().any(|named| named.on == t.on),
            |s: &String| objects.schemas.contains(s),
        );
        match verb {
            PublicationVerb::Add => {
                publication.tables.retain(|t| !is_named(t));
                publication.tables.extend(tables);
                publication.schemas.extend(objects.schemas.iter().cloned());
            }
            PublicationVerb::Set => {
                publication.all_tables = objects.all_tables;
                publication.tables = tables;
                publication.schemas = objects.schemas.clone();
            }
            PublicationVerb::Drop => {
                publication.tables.retain(|t| !is_named(t));
                publication.schemas.retain(|s| !in_schemas(s));
            }
        }
        in_order(publication);
        Ok(())
    }

    pub(super) fn publish_via_root(&mut self, name: &str, on: bool) -> Result<(), ApplyError> {
        self.publication(name)?.via_root = on;
        Ok(())
    }

    fn publication(&mut self, name: &str) -> Result<&mut Publication, ApplyError> {
        let found = self.publications.iter_mut().find(|p| p.name == name);
        found.ok_or_else(|| missing(ObjectKind::Publication, name))
    }

    /// The tables that are named, with those that inherit from them.
    fn named(&self, objects: &Published) -> Result<Vec<PublishedTable>, ApplyError> {
        let mut found = Vec::new();
        for (table, only) in &objects.tables {
            self.table(&table.on).ok_or_else(|| missing(ObjectKind::Table, &table.on))?;
            found.push(table.clone());
            let below = self.descendants_of(&table.on).into_iter();
            let heirs = below.filter(|t| !only && t.partition_of.is_none());
            found.extend(heirs.map(|t| PublishedTable { on: t.name.clone(), ..table.clone() }));
        }
        Ok(found)
    }
}

fn in_order(publication: &mut Publication) {
    publication.tables.sort();
    publication.tables.dedup();
    publication.schemas.sort();
    publication.schemas.dedup();
}
