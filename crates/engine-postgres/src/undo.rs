//! The statements that take a change back.
//!
//! What the catalog does not hold (the text of a view that is replaced, a former comment, the rows of a dropped table)
//! cannot be brought back, and there is no answer then.

use altimeter_catalog::{
    Catalog, Change, DetachMode, FunctionBody, Name, ObjectChange, PartitionChange, RelationChange,
    RelationWord, SequenceAction, SourceText as _, TableAction, TypeAction, TypeKind,
};

use crate::dialect::relation_word;
use crate::quoting::{literal, quote, quote_name};
use crate::text::PostgresText;

/// Takes back what a change does to the catalog before it; none if that cannot be done.
pub(crate) fn undo(before: &Catalog, change: &Change) -> Option<Vec<Change>> {
    let mut after = before.clone();
    after.apply(change).ok()?;
    let back = Back { before, after: &after };
    back.of(change)
}

/// A statement with what it means on the schema it will find; none if it is not fully understood.
pub(crate) fn written(catalog: &Catalog, sql: String) -> Option<Change> {
    let text = PostgresText::read(&sql);
    let statement = (text.pieces().len() == 1).then(|| text.lower(0, catalog))?;
    let understood = statement.syntax_error.is_none() && statement.not_analysed.is_none();
    understood.then_some(Change::Written { sql, changes: statement.changes })
}

struct Back<'a> {
    before: &'a Catalog,
    after: &'a Catalog,
}

impl Back<'_> {
    fn of(&self, change: &Change) -> Option<Vec<Change>> {
        match change {
            Change::Written { changes, .. } | Change::Together(changes) => self.several(changes),
            Change::AlterTable(alter) if !alter.only => self.several(&alter.actions),
            one => self.one(one),
        }
    }

    /// Last first, each on the schema it was made on.
    fn several(&self, changes: &[Change]) -> Option<Vec<Change>> {
        let mut schema = self.before.clone();
        let mut back = Vec::new();
        for change in changes {
            let undone = undo(&schema, change)?;
            schema.apply(change).ok()?;
            back.splice(0..0, undone);
        }
        Some(back)
    }

    fn one(&self, change: &Change) -> Option<Vec<Change>> {
        let change = match change {
            Change::AddColumn { table, column, .. } => {
                let there = self.before.table(table)?.column(&column.name).is_some();
                if there {
                    return Some(Vec::new());
                }
                Change::DropColumn {
                    table: table.clone(),
                    column: column.name.clone(),
                    if_exists: false,
                    cascade: false,
                }
            }
            Change::RenameColumn { table, from, to } => {
                Change::RenameColumn { table: table.clone(), from: to.clone(), to: from.clone() }
            }
            Change::SetNotNull { table, column } => {
                match self.before.table(table)?.column(column)?.not_null {
                    true => return Some(Vec::new()),
                    false => Change::DropNotNull { table: table.clone(), column: column.clone() },
                }
            }
            Change::DropNotNull { table, column } => match self.before.table(table)?.column(column)?.not_null
            {
                true => Change::SetNotNull { table: table.clone(), column: column.clone() },
                false => return Some(Vec::new()),
            },
            Change::SetDefault { table, column, .. } | Change::DropDefault { table, column } => {
                let (table, column) = (table.clone(), column.clone());
                match self.before.table(&table)?.column(&column)?.default.clone() {
                    Some(expression) => Change::SetDefault { table, column, expression },
                    None => Change::DropDefault { table, column },
                }
            }
            Change::AddConstraint { table, constraint } => Change::DropConstraint {
                table: table.clone(),
                name: constraint.name.clone()?,
                if_exists: false,
                cascade: false,
            },
            Change::CreateIndex { index, concurrently, .. } => {
                let name = Name::new(&index.table.schema, &index.name);
                if self.before.index(&name).is_some() {
                    return Some(Vec::new());
                }
                Change::DropIndex { index: name, concurrently: *concurrently, if_exists: false }
            }
            Change::CreateTrigger(trigger) if !trigger.or_replace => Change::DropTrigger {
                table: trigger.table.clone(),
                name: trigger.name.clone(),
                if_exists: false,
            },
            Change::CreateFunction(function) => {
                let FunctionBody::Opaque(routine) = &function.body else {
                    return Some(vec![Change::DropFunction {
                        name: function.name.clone(),
                        if_exists: false,
                    }]);
                };
                let arguments = &routine.function.arguments;
                let same =
                    |f: &&altimeter_catalog::Function| f.name == function.name && f.arguments == *arguments;
                if self.before.functions.iter().any(|f| same(&f)) {
                    return None;
                }
                self.written(format!("DROP ROUTINE {}({arguments})", quote_name(&function.name)))?
            }
            Change::Analyze { .. } => return Some(Vec::new()),
            Change::Partition(change) => self.partition(change)?,
            Change::Relation(change) => return self.relation(change),
            Change::Object(change) => self.object(change)?,
            Change::AlterWhole { table, action } => self.whole(table, action)?,
            _ => return None,
        };
        Some(vec![change])
    }

    fn partition(&self, change: &PartitionChange) -> Option<Change> {
        Some(Change::Partition(match change {
            PartitionChange::Attach { parent, child, .. } => PartitionChange::Detach {
                parent: parent.clone(),
                child: child.clone(),
                mode: DetachMode::Plain,
            },
            PartitionChange::Detach { parent, child, .. } => PartitionChange::Attach {
                parent: parent.clone(),
                child: child.clone(),
                bound: self.before.table(child)?.partition_bound.clone()?,
            },
            PartitionChange::AttachIndex { .. } | PartitionChange::Partition(_) => return None,
        }))
    }

    fn relation(&self, change: &RelationChange) -> Option<Vec<Change>> {
        let drop = |kind: &str, name: &Name| self.written(format!("DROP {kind} {}", quote_name(name)));
        let back = match change {
            RelationChange::CreateTable(it) => {
                if self.before.has_relation(&it.table.name) {
                    return Some(Vec::new());
                }
                drop("TABLE", &it.table.name)?
            }
            RelationChange::CreateView(it) => {
                if self.before.has_relation(&it.view.name) {
                    return it.if_not_exists.then(Vec::new);
                }
                drop(if it.view.materialized { "MATERIALIZED VIEW" } else { "VIEW" }, &it.view.name)?
            }
            RelationChange::CreateSequence { sequence, .. } => {
                if self.before.has_relation(&sequence.name) {
                    return Some(Vec::new());
                }
                drop("SEQUENCE", &sequence.name)?
            }
            RelationChange::CreateType(it) => {
                let domain = matches!(it.kind, TypeKind::Domain { .. });
                drop(if domain { "DOMAIN" } else { "TYPE" }, &it.name)?
            }
            RelationChange::CreateSchema { name, .. } => {
                if self.before.schemas.contains(name) {
                    return Some(Vec::new());
                }
                self.written(format!("DROP SCHEMA {}", quote(name)))?
            }
            RelationChange::CreateIndexOnly(index) => {
                drop("INDEX", &Name::new(&index.table.schema, &index.name))?
            }
            RelationChange::Rename { word, relation, to, if_exists: false } => {
                let word = self.word(relation, *word);
                Change::Relation(RelationChange::Rename {
                    word,
                    relation: relation.sibling(to),
                    to: relation.name.clone(),
                    if_exists: false,
                })
            }
            RelationChange::SetSchema { word, relation, schema, if_exists: false } => {
                let word = relation_word(self.word(relation, *word));
                let moved = Name::new(schema, &relation.name);
                self.written(format!(
                    "ALTER {word} {} SET SCHEMA {}",
                    quote_name(&moved),
                    quote(&relation.schema)
                ))?
            }
            RelationChange::RenameSchema { from, to } => {
                self.written(format!("ALTER SCHEMA {} RENAME TO {}", quote(to), quote(from)))?
            }
            RelationChange::AlterSequence {
                sequence,
                action: SequenceAction::Options { owned_by: Some(_), type_name: None },
                ..
            } => {
                let before = self.before.sequences.iter().find(|s| &s.name == sequence)?;
                let owner = before.owned_by.as_ref().and_then(|o| Some((o, o.columns.first()?)));
                let owner =
                    owner.map_or("NONE".to_owned(), |(o, c)| format!("{}.{}", quote_name(&o.on), quote(c)));
                self.written(format!("ALTER SEQUENCE {} OWNED BY {owner}", quote_name(sequence)))?
            }
            RelationChange::AlterType { name, domain, action } => self.user_type(name, *domain, action)?,
            RelationChange::RefreshView { .. } => return Some(Vec::new()),
            _ => return None,
        };
        Some(vec![back])
    }

    fn user_type(&self, name: &Name, domain: bool, action: &TypeAction) -> Option<Change> {
        let word = if domain { "DOMAIN" } else { "TYPE" };
        let alter =
            |name: &Name, what: String| self.written(format!("ALTER {word} {} {what}", quote_name(name)));
        match action {
            TypeAction::RenameValue { from, to } => {
                alter(name, format!("RENAME VALUE {} TO {}", literal(to), literal(from)))
            }
            TypeAction::Rename(to) => alter(&name.sibling(to), format!("RENAME TO {}", quote(&name.name))),
            TypeAction::SetSchema(schema) => {
                alter(&Name::new(schema, &name.name), format!("SET SCHEMA {}", quote(&name.schema)))
            }
            TypeAction::AddConstraint { name: constraint, .. } => {
                alter(name, format!("DROP CONSTRAINT {}", quote(constraint)))
            }
            TypeAction::RenameConstraint { from, to } => {
                alter(name, format!("RENAME CONSTRAINT {} TO {}", quote(to), quote(from)))
            }
            TypeAction::NotNull(true) => alter(name, "DROP NOT NULL".to_owned()),
            _ => None,
        }
    }

    fn object(&self, change: &ObjectChange) -> Option<Change> {
        match change {
            ObjectChange::CreatePolicy { table, policy } => {
                self.written(format!("DROP POLICY {} ON {}", quote(&policy.name), quote_name(table)))
            }
            ObjectChange::RenamePolicy { table, from, to } => self.written(format!(
                "ALTER POLICY {} ON {} RENAME TO {}",
                quote(to),
                quote_name(table),
                quote(from)
            )),
            ObjectChange::CreateRule { relation, rule, or_replace: false } => {
                self.written(format!("DROP RULE {} ON {}", quote(&rule.name), quote_name(relation)))
            }
            ObjectChange::RenameRule { relation, from, to } => self.written(format!(
                "ALTER RULE {} ON {} RENAME TO {}",
                quote(to),
                quote_name(relation),
                quote(from)
            )),
            ObjectChange::RenameTrigger { table, from, to } => self.written(format!(
                "ALTER TRIGGER {} ON {} RENAME TO {}",
                quote(to),
                quote_name(table),
                quote(from)
            )),
            ObjectChange::CreateStatistics { statistics, if_not_exists: false, .. } => {
                self.written(format!("DROP STATISTICS {}", quote_name(&statistics.name)))
            }
            ObjectChange::CreatePublication { name, .. } => {
                self.written(format!("DROP PUBLICATION {}", quote(name)))
            }
            ObjectChange::PublishViaRoot { name, .. } => {
                let before = self.before.publications.iter().find(|p| &p.name == name)?.via_root;
                Some(Change::Object(ObjectChange::PublishViaRoot { name: name.clone(), on: before }))
            }
            ObjectChange::CreateExtension { extension, .. } => {
                let there = self.before.extensions.iter().any(|e| e.name == extension.name);
                (!there).then(|| self.written(format!("DROP EXTENSION {}", quote(&extension.name))))?
            }
            ObjectChange::RenameRoutine { from, arguments: Some(arguments), to }
                if from.schema == to.schema =>
            {
                self.written(format!(
                    "ALTER ROUTINE {}({arguments}) RENAME TO {}",
                    quote_name(to),
                    quote(&from.name)
                ))
            }
            _ => None,
        }
    }

    fn whole(&self, table: &Name, action: &TableAction) -> Option<Change> {
        let before = self.before.table(table)?;
        let alter = |what: String| self.written(format!("ALTER TABLE {} {what}", quote_name(table)));
        match action {
            TableAction::RenameConstraint { from, to } => {
                alter(format!("RENAME CONSTRAINT {} TO {}", quote(to), quote(from)))
            }
            TableAction::RowSecurity { enabled: Some(enabled), .. } if before.row_security != *enabled => {
                let word = if *enabled { "DISABLE" } else { "ENABLE" };
                alter(format!("{word} ROW LEVEL SECURITY"))
            }
            TableAction::RowSecurity { forced: Some(forced), .. }
                if before.row_security_forced != *forced =>
            {
                let word = if *forced { "NO FORCE" } else { "FORCE" };
                alter(format!("{word} ROW LEVEL SECURITY"))
            }
            TableAction::SetTrigger { name: Some(name), .. } => {
                let word = match before.triggers.iter().find(|t| &t.name == name)?.enabled.as_str() {
                    "origin" => "ENABLE",
                    "disabled" => "DISABLE",
                    "replica" => "ENABLE REPLICA",
                    "always" => "ENABLE ALWAYS",
                    _ => return None,
                };
                alter(format!("{word} TRIGGER {}", quote(name)))
            }
            TableAction::Owner(_) => alter(format!("OWNER TO {}", quote(before.owner.as_ref()?))),
            TableAction::ReplicaIdentity(_) => {
                let former = match before.replica_identity.as_str() {
                    "default" => "DEFAULT".to_owned(),
                    "full" => "FULL".to_owned(),
                    "nothing" => "NOTHING".to_owned(),
                    using => format!("USING INDEX {}", quote(using.strip_prefix("using index ")?)),
                };
                alter(format!("REPLICA IDENTITY {former}"))
            }
            TableAction::Inherit(parent) => alter(format!("NO INHERIT {}", quote_name(parent))),
            TableAction::NoInherit(parent) => alter(format!("INHERIT {}", quote_name(parent))),
            _ => None,
        }
    }

    /// `ALTER TABLE` may name any kind of relation; the way back says which it is.
    fn word(&self, relation: &Name, said: RelationWord) -> RelationWord {
        match self.before.view(relation) {
            Some(view) if view.materialized => RelationWord::MaterializedView,
            Some(_) => RelationWord::View,
            None => said,
        }
    }

    fn written(&self, sql: String) -> Option<Change> {
        written(self.after, sql)
    }
}

#[cfg(test)]
mod tests {
    use altimeter_catalog::Engine as _;

    use super::*;
    use crate::PostgresEngine;

    fn catalog(setup: &str) -> Catalog {
        let mut catalog =
            Catalog { schemas: vec!["other".to_owned(), "public".to_owned()].into(), ..Catalog::default() };
        catalog.server.search_path = vec!["public".to_owned()];
        catalog.server.version_num = 170_000;
        run(&mut catalog, setup);
        catalog
    }

    fn run(catalog: &mut Catalog, sql: &str) -> Vec<Change> {
        let text = PostgresEngine.read(sql);
        let mut done = Vec::new();
        for piece in 0..text.pieces().len() {
            let statement = text.lower(piece, catalog);
            assert_eq!(
                (&statement.not_analysed, &statement.syntax_error),
                (&None, &None),
                "{}",
                statement.sql
            );
            statement.changes.iter().for_each(|c| catalog.apply(c).unwrap());
            done.extend(statement.changes);
        }
        done
    }

    #[test]
    fn what_is_undone_is_as_before() {
        let before = catalog(
            "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE p (id int PRIMARY KEY);
             CREATE TABLE t (id int PRIMARY KEY, a int DEFAULT 7, m mood); CREATE VIEW v AS SELECT id FROM t;
             CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
             CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()",
        );
        for sql in [
            "ALTER TABLE t ALTER a SET DEFAULT 8",
            "ALTER TABLE t ALTER a DROP DEFAULT",
            "ALTER TABLE t RENAME TO tt",
            "ALTER TABLE v RENAME TO w",
            "ALTER TABLE t SET SCHEMA other",
            "ALTER TABLE t ADD COLUMN b int, ADD CONSTRAINT c CHECK (b > 0) NOT VALID",
            "ALTER TABLE t DISABLE TRIGGER g",
            "ALTER TABLE t REPLICA IDENTITY FULL",
            "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE t FORCE ROW LEVEL SECURITY",
            "ALTER TYPE mood RENAME VALUE 'sad' TO 'unhappy'",
            "ALTER TYPE mood RENAME TO feeling",
            "CREATE TABLE n (x int REFERENCES p)",
            "CREATE VIEW vv AS SELECT * FROM v",
            "CREATE FUNCTION h(a int, b text) RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "CREATE POLICY pol ON t USING (a = 1)",
            "CREATE SCHEMA fresh",
            "CREATE SEQUENCE s",
            "CREATE DOMAIN d AS int",
            "ALTER TRIGGER g ON t RENAME TO gg",
        ] {
            let mut schema = before.clone();
            let done = run(&mut schema, sql);
            let written = Change::Written { sql: sql.to_owned(), changes: done };
            let back = undo(&before, &written).unwrap_or_else(|| panic!("{sql}"));
            assert!(!back.is_empty());
            back.iter().for_each(|c| {
                assert!(!PostgresEngine.print(&schema, c).is_empty(), "{sql}: {c:?}");
                schema.apply(c).unwrap_or_else(|e| panic!("{sql}: {c:?}: {e}"));
            });
            let (wanted, found) = before.schema_difference(&schema);
            assert_eq!(wanted, found, "{sql}");
        }
    }

    #[test]
    fn what_the_catalog_does_not_hold_cannot_be_undone() {
        let before = catalog("CREATE TABLE t (id int PRIMARY KEY); CREATE VIEW v AS SELECT id FROM t");
        for sql in [
            "DROP VIEW v",
            "DROP TABLE t CASCADE",
            "COMMENT ON TABLE t IS 'x'",
            "CREATE OR REPLACE VIEW v AS SELECT id FROM t WHERE id > 1",
        ] {
            let mut schema = before.clone();
            let done = run(&mut schema, sql);
            assert_eq!(undo(&before, &done[0]), None, "{sql}");
        }
    }
}
