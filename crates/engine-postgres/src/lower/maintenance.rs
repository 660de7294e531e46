//! Work on whole relations: `VACUUM`, `ANALYZE`, `CLUSTER`, `REINDEX`, `REFRESH`, `TRUNCATE`, `LOCK`.

use altimeter_catalog::{
    Catalog, Change, LockMode, Maintenance, Movable, Name, ReindexTarget, RelationChange, Target, Vacuum,
};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::{Lowered, keyword, qualified, relation, setting};
use crate::parse::{child, find, has, name_of, path};

/// Lowers such a statement; none if it is none of them.
pub(super) fn lower(catalog: &Catalog, node: &SyntaxNode) -> Option<Lowered> {
    let change = match node.kind() {
        SyntaxKind::VACUUM => lower_vacuum(catalog, node),
        SyntaxKind::ANALYZE => return Some(lower_analyze(catalog, node)),
        SyntaxKind::CLUSTER => Ok(lower_cluster(catalog, node)),
        SyntaxKind::REINDEX => lower_reindex(catalog, node),
        SyntaxKind::TRUNCATE => Ok(lower_truncate(catalog, node)),
        SyntaxKind::LOCK => Ok(lower_lock(catalog, node)),
        SyntaxKind::REFRESH => return Some(lower_refresh(catalog, node)),
        _ => return None,
    };
    Some(match change {
        Ok(change) => Lowered::one(Change::Maintain(change)),
        Err(reason) => Lowered::unknown(reason),
    })
}

fn lower_vacuum(catalog: &Catalog, node: &SyntaxNode) -> Result<Maintenance, String> {
    let mut vacuum = Vacuum {
        tables: targets(catalog, node),
        full: has(node, SyntaxKind::FULL_KW),
        analyze: has(node, SyntaxKind::ANALYZE_KW),
        every_page: has(node, SyntaxKind::FREEZE_KW),
        ..Vacuum::of(Name::default())
    };
    let listed = child(node, SyntaxKind::VACUUM_OPTION_LIST);
    for option in listed.iter().flat_map(SyntaxNode::children) {
        let name = child(&option, SyntaxKind::VACUUM_OPTION_NAME).map(|n| name_of(&n)).unwrap_or_default();
        let value = child(&option, SyntaxKind::VACUUM_OPTION_VALUE).and_then(|v| setting::literal(&v));
        let on = value.as_deref().is_none_or(setting::is_true);
        match name.as_str() {
            "full" => vacuum.full = on,
            "analyze" => vacuum.analyze = on,
            "truncate" => vacuum.truncate = on,
            "process_main" => vacuum.process_main = on,
            "only_database_stats" => vacuum.only_statistics = on,
            "freeze" | "disable_page_skipping" => vacuum.every_page |= on,
            "verbose"
            | "skip_locked"
            | "index_cleanup"
            | "process_toast"
            | "parallel"
            | "skip_database_stats"
            | "buffer_usage_limit" => {}
            other => return Err(format!("the option {other} of VACUUM is not known")),
        }
    }
    Ok(Maintenance::Vacuum(vacuum))
}

/// `ANALYZE` of tables is one change for each, in order; of the whole database it is one.
fn lower_analyze(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let items: Vec<SyntaxNode> =
        node.descendants().filter(|n| n.kind() == SyntaxKind::TABLE_AND_COLUMNS).collect();
    let changes = items.iter().filter_map(|item| {
        let columns = item.descendants().filter(|n| n.kind() == SyntaxKind::COLUMN_NAME_REF);
        let table = relation(catalog, item)?;
        Some(if find(item, SyntaxKind::TABLE_RELATION_NAME).is_some_and(|n| has(&n, SyntaxKind::ONLY_KW)) {
            Change::Maintain(Maintenance::Analyze { tables: vec![Target { name: table, only: true }] })
        } else {
            Change::Analyze { table, columns: columns.map(|c| name_of(&c)).collect() }
        })
    });
    let mut changes: Vec<Change> = changes.collect();
    if items.is_empty() {
        changes.push(Change::Maintain(Maintenance::Analyze { tables: Vec::new() }));
    }
    Lowered { changes, ..Lowered::default() }
}

fn lower_cluster(catalog: &Catalog, node: &SyntaxNode) -> Maintenance {
    let table = find(node, SyntaxKind::TABLE_NAME_REF).and_then(|n| relation(catalog, &n));
    let index = find(node, SyntaxKind::INDEX_REF).and_then(|n| path(&n).pop());
    Maintenance::Cluster { table, index }
}

fn lower_reindex(catalog: &Catalog, node: &SyntaxNode) -> Result<Maintenance, String> {
    let target = node
        .children()
        .find(|n| n.kind() != SyntaxKind::REINDEX_OPTION_LIST)
        .ok_or("what is rebuilt is missing")?;
    let named = |kind| child(&target, kind).map(|n| name_of(&n)).unwrap_or_default();
    let rebuilt = match target.kind() {
        SyntaxKind::REINDEX_TARGET_INDEX => child(&target, SyntaxKind::INDEX_REF)
            .and_then(|n| qualified(catalog, path(&n)))
            .map(ReindexTarget::Index)
            .ok_or("the index has no plain name")?,
        SyntaxKind::REINDEX_TARGET_TABLE => {
            relation(catalog, &target).map(ReindexTarget::Table).ok_or("the table has no plain name")?
        }
        SyntaxKind::REINDEX_TARGET_SCHEMA => ReindexTarget::Schema(named(SyntaxKind::SCHEMA_REF)),
        SyntaxKind::REINDEX_TARGET_DATABASE => ReindexTarget::Database { system: false },
        SyntaxKind::REINDEX_TARGET_SYSTEM => ReindexTarget::Database { system: true },
        kind => return Err(format!("{} is not analysed yet", keyword(kind))),
    };
    Ok(Maintenance::Reindex {
        target: rebuilt,
        concurrently: has(&target, SyntaxKind::CONCURRENTLY_KW)
            || find(node, SyntaxKind::REINDEX_OPTION_CONCURRENTLY).is_some_and(|n| switched_on(&n)),
    })
}

/// Whether an option without a value, or with one, is on.
fn switched_on(option: &SyntaxNode) -> bool {
    option.children().last().and_then(|n| setting::literal(&n)).is_none_or(|v| setting::is_true(&v))
}

fn lower_truncate(catalog: &Catalog, node: &SyntaxNode) -> Maintenance {
    Maintenance::Truncate {
        tables: targets(catalog, node),
        restart_identity: has(node, SyntaxKind::RESTART_IDENTITY),
        cascade: has(node, SyntaxKind::CASCADE),
    }
}

fn lower_lock(catalog: &Catalog, node: &SyntaxNode) -> Maintenance {
    let clause = child(node, SyntaxKind::LOCK_MODE_CLAUSE);
    let mode = clause.and_then(|n| n.children().next()).map_or(LockMode::AccessExclusive, |n| mode(n.kind()));
    Maintenance::Lock { relations: targets(catalog, node), mode, nowait: has(node, SyntaxKind::NOWAIT) }
}

fn mode(kind: SyntaxKind) -> LockMode {
    match kind {
        SyntaxKind::ACCESS_SHARE => LockMode::AccessShare,
        SyntaxKind::ROW_SHARE => LockMode::RowShare,
        SyntaxKind::ROW_EXCLUSIVE => LockMode::RowExclusive,
        SyntaxKind::SHARE_UPDATE_EXCLUSIVE => LockMode::ShareUpdateExclusive,
        SyntaxKind::SHARE => LockMode::Share,
        SyntaxKind::SHARE_ROW_EXCLUSIVE => LockMode::ShareRowExclusive,
        SyntaxKind::EXCLUSIVE => LockMode::Exclusive,
        _ => LockMode::AccessExclusive,
    }
}

fn lower_refresh(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let Some(view) = child(node, SyntaxKind::VIEW_REF).and_then(|n| qualified(catalog, path(&n))) else {
        return Lowered::unknown("the materialized view has no plain name");
    };
    Lowered::one(Change::Relation(RelationChange::RefreshView {
        view,
        concurrently: has(node, SyntaxKind::CONCURRENTLY_KW),
        with_data: !has(node, SyntaxKind::WITH_NO_DATA),
    }))
}

/// `ALTER TABLE`, `INDEX` and `MATERIALIZED VIEW ALL IN TABLESPACE`; none if the statement is another.
pub(super) fn move_tablespace(node: &SyntaxNode) -> Option<Lowered> {
    let clause = child(node, SyntaxKind::ALL_IN_TABLESPACE)?;
    let kind = match node.kind() {
        SyntaxKind::ALTER_TABLE => Movable::Tables,
        SyntaxKind::ALTER_INDEX => Movable::Indexes,
        SyntaxKind::ALTER_MATERIALIZED_VIEW => Movable::MaterializedViews,
        _ => return None,
    };
    let space = |n: &SyntaxNode| child(n, SyntaxKind::TABLESPACE_REF).map(|n| name_of(&n));
    let owners = child(&clause, SyntaxKind::OWNED_BY_ROLES);
    Some(Lowered::one(Change::Maintain(Maintenance::MoveTablespace {
        kind,
        from: space(&clause)?,
        to: child(&clause, SyntaxKind::SET_TABLESPACE).as_ref().and_then(space)?,
        owners: owners
            .iter()
            .flat_map(|n| n.descendants().filter(|d| d.kind() == SyntaxKind::ROLE_REF))
            .map(|n| name_of(&n))
            .collect(),
    })))
}

/// The tables a statement lists, each with its `ONLY`.
fn targets(catalog: &Catalog, node: &SyntaxNode) -> Vec<Target> {
    let named =
        |n: &SyntaxNode| matches!(n.kind(), SyntaxKind::TABLE_RELATION_NAME | SyntaxKind::RELATION_NAME);
    node.descendants()
        .filter(named)
        .filter_map(|n| Some(Target { name: relation(catalog, &n)?, only: has(&n, SyntaxKind::ONLY_KW) }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lower::lower_statement;
    use crate::parse::Parsed;

    fn maintenance(sql: &str) -> Maintenance {
        let parsed = Parsed::new(sql);
        assert_eq!(parsed.syntax_error, None, "{sql}");
        match lower_statement(&Catalog::default(), &parsed.node().unwrap()).changes.as_slice() {
            [Change::Maintain(it)] => it.clone(),
            other => panic!("{sql}: {other:?}"),
        }
    }

    fn target(name: &str, only: bool) -> Target {
        Target { name: Name::new("public", name), only }
    }

    #[test]
    fn options_of_either_spelling_are_read() {
        let vacuum = |full, analyze, truncate, only| {
            let tables = vec![target("t", only)];
            Maintenance::Vacuum(Vacuum { tables, full, analyze, truncate, ..Vacuum::of(Name::default()) })
        };
        assert_eq!(maintenance("VACUUM FULL VERBOSE ANALYZE t (a)"), vacuum(true, true, true, false));
        assert_eq!(
            maintenance("VACUUM (FULL off, ANALYZE, TRUNCATE false, PARALLEL 2) ONLY t"),
            vacuum(false, true, false, true)
        );
        let reindex = |target, concurrently| Maintenance::Reindex { target, concurrently };
        let table = || ReindexTarget::Table(Name::new("s", "t"));
        assert_eq!(maintenance("REINDEX TABLE CONCURRENTLY s.t"), reindex(table(), true));
        assert_eq!(
            maintenance("REINDEX (CONCURRENTLY false, TABLESPACE \"X\", VERBOSE) TABLE s.t"),
            reindex(table(), false)
        );
        assert_eq!(maintenance("REINDEX SCHEMA s"), reindex(ReindexTarget::Schema("s".into()), false));
    }

    #[test]
    fn several_tables_each_with_its_only() {
        let truncate = Maintenance::Truncate {
            tables: vec![target("a", true), target("b", false)],
            restart_identity: true,
            cascade: true,
        };
        assert_eq!(maintenance("TRUNCATE ONLY a, b * RESTART IDENTITY CASCADE"), truncate);
        let lock = |mode| Maintenance::Lock { relations: vec![target("a", false)], mode, nowait: false };
        assert_eq!(maintenance("LOCK a"), lock(LockMode::AccessExclusive));
        assert_eq!(
            maintenance("LOCK TABLE a IN SHARE ROW EXCLUSIVE MODE"),
            lock(LockMode::ShareRowExclusive)
        );
    }
}
