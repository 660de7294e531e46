//! `ALTER TABLE`: its actions in the order in which the server carries them out, under the strongest of their locks.
//!
//! What the tables have to go through — written anew, read, indexes built, foreign keys compared — is gathered while
//! the actions are carried out and happens once, at the end, as in the server (`ATRewriteTables` in its source).

mod column;
mod constraint;
mod foreign_key;
mod heirs;
mod retype;
mod whole;
mod work;

use altimeter_catalog::{AlterTable, Catalog, Change, ColumnAction, Effect, Name, TableAction, TableKind};

use crate::locks::{LockFact, alter as facts};
use work::Work;

/// An action that is a statement by itself. Gives the schema it leaves, if it can be carried out.
pub(super) fn one(catalog: &Catalog, action: &Change, effect: &mut Effect) -> Option<Catalog> {
    carry_out(catalog, action.tables().first()?, true, std::slice::from_ref(action), effect)
}

/// Several actions of one statement. Gives the schema they leave, if they can be carried out.
pub(super) fn several(catalog: &Catalog, it: &AlterTable, effect: &mut Effect) -> Option<Catalog> {
    if it.if_exists && !catalog.has_relation(&it.table) {
        return None;
    }
    carry_out(catalog, &it.table, !it.only, &it.actions, effect)
}

fn carry_out(
    catalog: &Catalog,
    table: &Name,
    recurse: bool,
    actions: &[Change],
    effect: &mut Effect,
) -> Option<Catalog> {
    let refused = actions.iter().find_map(|a| not_for(catalog, table, a));
    let mode = actions.iter().filter_map(|a| main_fact(a)?.on_server(catalog)).max()?;
    let mut work = Work::new(catalog, table, recurse, mode, effect);
    work.fail(refused);
    retype::prepare(&mut work, actions);
    for action in actions {
        match action {
            Change::AddConstraint { constraint, .. } => constraint::added(&mut work, constraint),
            Change::ValidateConstraint { name, .. } => constraint::validated(&mut work, name),
            Change::DropConstraint { name, .. } => constraint::dropped(&mut work, name),
            Change::AlterWhole { action, .. } => whole::altered(&mut work, action),
            Change::AlterColumn {
                column, action: ColumnAction::Type { type_name, collation, .. }, ..
            } => {
                retype::carried_out(&mut work, column, type_name, collation.as_deref());
            }
            other => column::altered(&mut work, other),
        }
        work.apply(action);
    }
    work.finish()
}

/// The row of the lock table that says which lock an action takes on the table it is about.
fn main_fact(action: &Change) -> Option<&'static LockFact> {
    Some(match action {
        Change::AddColumn { .. } => &facts::ADD_COLUMN,
        Change::DropColumn { .. } => &facts::DROP_COLUMN,
        Change::RenameColumn { .. } => &facts::RENAME_COLUMN,
        Change::SetNotNull { .. } => &facts::SET_NOT_NULL,
        Change::DropNotNull { .. } => &facts::DROP_NOT_NULL,
        Change::SetDefault { .. } => &facts::SET_DEFAULT,
        Change::DropDefault { .. } => &facts::DROP_DEFAULT,
        Change::AddConstraint { constraint, .. } => constraint::main_fact(constraint.kind),
        Change::ValidateConstraint { .. } => &facts::VALIDATE_CHECK,
        Change::DropConstraint { .. } => &facts::DROP_CONSTRAINT,
        Change::AlterColumn { action, .. } => match action {
            ColumnAction::Type { .. } => &facts::ALTER_TYPE,
            ColumnAction::Statistics => &facts::SET_STATISTICS,
            ColumnAction::Options => &facts::SET_COLUMN_OPTIONS,
            ColumnAction::Storage | ColumnAction::Compression => &facts::SET_STORAGE,
            ColumnAction::SetExpression(_) => &facts::SET_EXPRESSION,
            ColumnAction::DropExpression { .. } => &facts::DROP_EXPRESSION,
            ColumnAction::AddIdentity { .. }
            | ColumnAction::SetIdentity { .. }
            | ColumnAction::DropIdentity { .. } => &facts::SET_IDENTITY,
            ColumnAction::ForeignOptions => &facts::FOREIGN_OPTIONS,
        },
        Change::AlterWhole { action, .. } => whole::main_fact(action),
        _ => return None,
    })
}

/// Why the server does not do such a thing to a relation of that kind (`ATSimplePermissions` in its source).
fn not_for(catalog: &Catalog, table: &Name, action: &Change) -> Option<String> {
    let of_table = catalog.table(table).map(|t| t.kind);
    let what = match of_table {
        Some(TableKind::Table) => return None,
        Some(TableKind::PartitionedTable) => "a partitioned table",
        Some(TableKind::ForeignTable) => "a foreign table",
        Some(TableKind::MaterializedView) => "a materialized view",
        None if catalog.view(table).is_some() => "a view",
        None if catalog.index(table).is_some() => "an index",
        None if catalog.sequences.contains(table) => "a sequence",
        None => return Some(format!("table {table} does not exist")),
    };
    let allowed = match of_table {
        Some(TableKind::PartitionedTable) => for_partitioned(catalog, action),
        Some(TableKind::ForeignTable) => for_foreign(action),
        Some(_) => for_materialized_view(action),
        None if what == "an index" => for_index(action),
        None => for_view(action),
    };
    (!allowed).then(|| format!("this cannot be done to {table}, which is {what}"))
}

fn for_partitioned(catalog: &Catalog, action: &Change) -> bool {
    let Change::AlterWhole { action, .. } = action else { return true };
    match action {
        TableAction::ClusterOn(_) | TableAction::WithoutCluster | TableAction::Parameters(_) => false,
        TableAction::Logged(_) => catalog.server.major() < 18,
        TableAction::AccessMethod(_) => catalog.server.major() >= 17,
        TableAction::Inherit(_) | TableAction::NoInherit(_) => false,
        _ => true,
    }
}

fn for_foreign(action: &Change) -> bool {
    match action {
        Change::AddConstraint { constraint, .. } => {
            constraint.index.is_none() && constraint.using_index.is_none() && constraint.foreign.is_none()
        }
        Change::AlterWhole { action, .. } => !matches!(
            action,
            TableAction::Logged(_)
                | TableAction::Tablespace(_)
                | TableAction::AccessMethod(_)
                | TableAction::ClusterOn(_)
                | TableAction::WithoutCluster
                | TableAction::ReplicaIdentity(_)
                | TableAction::RowSecurity { .. }
        ),
        _ => true,
    }
}

fn for_materialized_view(action: &Change) -> bool {
    match action {
        Change::RenameColumn { .. } => true,
        Change::AlterColumn { action, .. } => matches!(
            action,
            ColumnAction::Statistics
                | ColumnAction::Storage
                | ColumnAction::Compression
                | ColumnAction::Options
        ),
        Change::AlterWhole { action, .. } => matches!(
            action,
            TableAction::Parameters(_)
                | TableAction::ClusterOn(_)
                | TableAction::WithoutCluster
                | TableAction::Tablespace(_)
                | TableAction::AccessMethod(_)
                | TableAction::Owner(_)
        ),
        _ => false,
    }
}

fn for_index(action: &Change) -> bool {
    match action {
        Change::AlterColumn { action, .. } => {
            matches!(action, ColumnAction::Statistics | ColumnAction::Options)
        }
        Change::AlterWhole { action, .. } => {
            matches!(action, TableAction::Parameters(_) | TableAction::Tablespace(_) | TableAction::Owner(_))
        }
        _ => false,
    }
}

fn for_view(action: &Change) -> bool {
    match action {
        Change::RenameColumn { .. } | Change::SetDefault { .. } | Change::DropDefault { .. } => true,
        Change::AlterWhole { action, .. } => {
            matches!(action, TableAction::Parameters(_) | TableAction::Owner(_) | TableAction::Logged(_))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use altimeter_catalog::{Engine, LockMode};

    use super::*;
    use crate::PostgresEngine;

    /// The schema a script of `CREATE`s and `ALTER`s leaves.
    fn after(major: u32, setup: &str) -> Catalog {
        let mut catalog = Catalog::default();
        catalog.server.version_num = major * 10_000;
        catalog.server.search_path = vec!["public".to_owned()];
        catalog.schemas = vec!["public".to_owned()].into();
        catalog.server.settings.insert("TimeZone".to_owned(), "UTC".to_owned());
        let text = PostgresEngine.read(setup);
        for piece in 0..text.pieces().len() {
            let statement = text.lower(piece, &catalog);
            assert_eq!(statement.not_analysed, None, "{}", statement.sql);
            statement.changes.iter().for_each(|c| catalog.apply(c).unwrap());
        }
        catalog
    }

    fn effect(catalog: &Catalog, sql: &str) -> Effect {
        let script = PostgresEngine.parse(catalog, sql);
        assert_eq!(script.statements[0].not_analysed, None, "{sql}");
        PostgresEngine.effect(catalog, &script.statements[0])
    }

    fn names(found: &[Name]) -> Vec<&str> {
        found.iter().map(|n| n.name.as_str()).collect()
    }

    #[test]
    fn actions_are_carried_out_in_the_order_of_the_server() {
        let catalog = after(17, "CREATE TABLE t (a int, b int CONSTRAINT proof CHECK (b IS NOT NULL))");
        let proved = effect(&catalog, "ALTER TABLE t ALTER b SET NOT NULL");
        assert!(proved.scans.is_empty() && proved.fails.is_none());
        for lost in [
            "ALTER TABLE t ALTER b SET NOT NULL, DROP CONSTRAINT proof",
            "ALTER TABLE t DROP CONSTRAINT proof, ALTER b SET NOT NULL",
        ] {
            assert_eq!(names(&effect(&catalog, lost).scans), ["t"], "{lost}");
        }
        // Dropped first, so that the name is free.
        assert_eq!(effect(&catalog, "ALTER TABLE t ADD COLUMN a text, DROP COLUMN a").fails, None);
        let once =
            effect(&catalog, "ALTER TABLE t ALTER a TYPE bigint, ALTER b TYPE bigint, ADD CHECK (a > 0)");
        assert_eq!((names(&once.rewrites), names(&once.scans)), (vec!["t"], vec!["t"]));
        let weak = effect(&catalog, "ALTER TABLE t SET (fillfactor = 70), ALTER a SET STATISTICS 5");
        assert_eq!(weak.lock_on(&Name::new("public", "t")), Some(LockMode::ShareUpdateExclusive));
    }

    #[test]
    fn a_type_keeps_or_rebuilds_what_hangs_on_the_column() {
        let catalog = after(
            17,
            "CREATE TABLE t (a varchar(50), at timestamp);
             CREATE INDEX plain ON t (a); CREATE INDEX low ON t (lower(a)); CREATE INDEX times ON t (at)",
        );
        let wider = effect(&catalog, "ALTER TABLE t ALTER a TYPE varchar(100)");
        assert!(wider.rewrites.is_empty());
        assert_eq!((names(&wider.index_builds), names(&wider.scans)), (vec!["low"], vec!["t"]));
        let zoned = effect(&catalog, "ALTER TABLE t ALTER at TYPE timestamptz");
        assert_eq!((zoned.rewrites.len(), names(&zoned.index_builds)), (0, vec!["times"]));
        let narrower = effect(&catalog, "ALTER TABLE t ALTER a TYPE varchar(10)");
        assert_eq!((names(&narrower.rewrites), narrower.index_builds.len()), (vec!["t"], 3));
        assert!(effect(&catalog, "ALTER TABLE t ALTER a TYPE int").fails.is_some());
        let viewed = after(17, "CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t");
        assert!(effect(&viewed, "ALTER TABLE t ALTER a TYPE bigint").fails.unwrap().contains("public.v"));
    }

    #[test]
    fn foreign_keys_reach_the_other_table() {
        let (c, p) = (Name::new("public", "c"), Name::new("public", "p"));
        let catalog =
            after(17, "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (x int, y int REFERENCES p)");
        let inline = effect(&catalog, "ALTER TABLE c ADD COLUMN z int REFERENCES p");
        assert_eq!((inline.lock_on(&p), inline.scans.len()), (Some(LockMode::ShareRowExclusive), 0));
        let filled = effect(&catalog, "ALTER TABLE c ADD COLUMN z int DEFAULT 1 REFERENCES p");
        assert_eq!(names(&filled.scans), ["c", "p"]);
        let added = effect(&catalog, "ALTER TABLE c ADD FOREIGN KEY (x) REFERENCES p");
        assert_eq!(added.lock_on(&c), Some(LockMode::ShareRowExclusive));
        let dropped = effect(&catalog, "ALTER TABLE c DROP COLUMN y");
        assert_eq!(dropped.lock_on(&p), Some(LockMode::AccessExclusive));
        for refused in [
            "ALTER TABLE c ADD FOREIGN KEY (y) REFERENCES c (x)",
            "ALTER TABLE c ADD COLUMN z text REFERENCES p",
            "ALTER TABLE p DROP CONSTRAINT p_pkey",
            "ALTER TABLE c ADD FOREIGN KEY (nope) REFERENCES p",
        ] {
            assert!(effect(&catalog, refused).fails.is_some(), "{refused}");
        }
    }

    #[test]
    fn partitions_follow_and_versions_differ() {
        let setup = "CREATE TABLE pt (id int NOT NULL, k int NOT NULL) PARTITION BY RANGE (k);
             CREATE TABLE pt_1 PARTITION OF pt FOR VALUES FROM (0) TO (9)";
        let part = Name::new("public", "pt_1");
        for (major, mode) in [(17, LockMode::Share), (18, LockMode::AccessExclusive)] {
            let unique = effect(&after(major, setup), "ALTER TABLE pt ADD UNIQUE (id, k)");
            assert_eq!((unique.lock_on(&part), names(&unique.scans)), (Some(mode), vec!["pt_1"]), "{major}");
        }
        let catalog = after(17, setup);
        assert!(effect(&catalog, "ALTER TABLE pt ADD UNIQUE (id)").fails.is_some());
        assert!(effect(&catalog, "ALTER TABLE ONLY pt ADD COLUMN x int").fails.is_some());
        assert!(effect(&catalog, "ALTER TABLE pt_1 ADD COLUMN x int").fails.is_some());
        assert!(effect(&catalog, "ALTER TABLE pt ADD CONSTRAINT c NOT NULL id").fails.is_some());
        assert_eq!(effect(&catalog, "ALTER TABLE IF EXISTS nope ADD COLUMN x int"), Effect::default());
    }
}
