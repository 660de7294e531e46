//! Statements about rows: queries, inserts, updates, deletes, `MERGE`, `COPY`, `EXPLAIN`, cursors, calls.

mod given;
mod sequence;

pub(crate) use sequence::used_by as sequences_of;

use altimeter_catalog::{
    Catalog, Change, Conflict, EndsEarly, Key, Mention, Name, RowsChange, Target, Write, WriteCommand,
};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::query::{self, Query, RowsCommand};
use super::{Lowered, relation, session, setting};
use crate::parse::{child, find, has, name_of, path};

/// Lowers such a statement; none if it is none of them.
pub(super) fn lower(catalog: &Catalog, node: &SyntaxNode) -> Option<Lowered> {
    Some(match node.kind() {
        SyntaxKind::SELECT => session::set_config(node).unwrap_or_else(|| run(catalog, read(catalog, node))),
        SyntaxKind::VALUES
        | SyntaxKind::TABLE
        | SyntaxKind::PAREN_SELECT
        | SyntaxKind::COMPOUND_SELECT
        | SyntaxKind::INSERT
        | SyntaxKind::UPDATE
        | SyntaxKind::DELETE
        | SyntaxKind::MERGE => one(read(catalog, node)),
        SyntaxKind::COPY => lower_copy(catalog, node),
        SyntaxKind::EXPLAIN => lower_explain(catalog, node),
        SyntaxKind::DECLARE => lower_cursor(catalog, node),
        SyntaxKind::CALL => lower_call(catalog, node),
        SyntaxKind::EXECUTE => Lowered::unknown("what it executes is not prepared in this text"),
        _ => return None,
    })
}

fn one(change: RowsChange) -> Lowered {
    Lowered::one(Change::Rows(change))
}

/// A statement that is run, with what the functions it calls do, as far as the statements at hand have made them.
fn run(catalog: &Catalog, mut change: RowsChange) -> Lowered {
    let body = |name: &Name| {
        let mut overloads = catalog.functions_named(name);
        let function = overloads.next().filter(|_| overloads.next().is_none())?;
        // Inside its body it is known by its summary only, so functions that call each other come to an end.
        let mut inside = catalog.clone();
        inside.functions.change_with(Key::named(name), |f| &f.name == name, |f| f.body = None);
        super::block::lower_function(&inside, &function.language, function.body.as_deref()?)
    };
    let known: Vec<(Name, Lowered)> =
        change.calls.iter().filter_map(|name| Some((name.clone(), body(name)?))).collect();
    change.calls.retain(|name| known.iter().all(|(n, _)| n != name));
    let mut lowered = one(change);
    for (name, inner) in known {
        lowered.commits |= inner.commits;
        lowered.remarks.extend(inner.remarks);
        lowered.changes.extend(inner.changes);
        if let Some(reason) = inner.not_analysed {
            lowered.not_analysed.get_or_insert_with(|| format!("the function {name}: {reason}"));
        }
    }
    lowered
}

/// What a statement about rows reads and writes.
pub(crate) fn read(catalog: &Catalog, node: &SyntaxNode) -> RowsChange {
    let query = query::read(catalog, node);
    let writes = query.writes.iter().flat_map(|w| writes(catalog, &query, w)).collect();
    RowsChange {
        writes,
        calls: calls(catalog, &query.functions),
        sequences: sequence::used(catalog, node),
        reads: query.mentions,
        ..RowsChange::default()
    }
}

/// The columns a statement about rows reads or gives values to, by relation, those behind `*` too.
pub(crate) fn columns_of(catalog: &Catalog, node: &SyntaxNode) -> Vec<(Name, Vec<String>)> {
    let query = query::read(catalog, node);
    let written = query.writes.iter().flat_map(|w| writes(catalog, &query, w)).map(|w| {
        let columns = w.columns.into_iter().map(|given| given.column).collect();
        (w.target.name, columns)
    });
    let mut found: Vec<(Name, Vec<String>)> = written.collect();
    found.extend(query.of_targets);
    found.extend(query.reads.into_iter().map(|read| (read.relation, read.columns)));
    found
}

/// The functions of the catalog that are called; overloads are not told apart.
fn calls(catalog: &Catalog, functions: &[Vec<String>]) -> Vec<Name> {
    let mut found: Vec<Name> = Vec::new();
    for function in functions {
        let known = catalog.functions.iter().map(|f| &f.name).find(|name| match function.as_slice() {
            [bare] => &name.name == bare && catalog.server.search_path.contains(&name.schema),
            [schema, bare] => &name.name == bare && &name.schema == schema,
            _ => false,
        });
        found.extend(known.filter(|name| !found.contains(name)).cloned());
    }
    found
}

/// What one of its parts writes: an upsert inserts and updates, a `MERGE` does what its branches say.
fn writes(catalog: &Catalog, query: &Query, write: &query::Write) -> Vec<Write> {
    let target = Target { name: write.target.clone(), only: write.only };
    let written = |command, columns| Write {
        command,
        target: target.clone(),
        columns,
        read: write.mention,
        conflict: Conflict::NotNamed,
        rows: None,
        only_with: Vec::new(),
    };
    let node = &write.node;
    let needed = || write.sources.clone().collect::<Vec<usize>>();
    match write.command {
        RowsCommand::Insert | RowsCommand::Upsert => {
            let given = given::inserted(catalog, &write.target, node);
            let source = node.children().find(|n| query.level_at(n).is_some());
            let plain = source.as_ref().and_then(|n| query.level_at(n)).filter(|l| l.plain);
            let conflict = child(node, SyntaxKind::ON_CONFLICT_CLAUSE);
            let named = conflict.as_ref().is_some_and(|n| {
                has(n, SyntaxKind::CONFLICT_ON_INDEX) || has(n, SyntaxKind::CONFLICT_ON_CONSTRAINT)
            });
            let mut writes = vec![Write {
                read: None,
                conflict: if named { Conflict::Named } else { Conflict::NotNamed },
                rows: given.rows,
                only_with: plain.map(|l| l.mentions.clone().collect()).unwrap_or_default(),
                ..written(WriteCommand::Insert, given.columns)
            }];
            if let Some(update) = conflict.and_then(|n| child(&n, SyntaxKind::CONFLICT_DO_UPDATE_SET)) {
                let columns = given::set(catalog, &write.target, &update);
                writes.push(Write { read: None, ..written(WriteCommand::Update, columns) });
            }
            writes
        }
        RowsCommand::Update => {
            let columns = given::set(catalog, &write.target, node);
            vec![Write { only_with: needed(), ..written(WriteCommand::Update, columns) }]
        }
        RowsCommand::Delete => {
            vec![Write { only_with: needed(), ..written(WriteCommand::Delete, Vec::new()) }]
        }
        RowsCommand::Merge => merged(catalog, write, &written),
    }
}

fn merged(
    catalog: &Catalog,
    write: &query::Write,
    written: &dyn Fn(WriteCommand, Vec<altimeter_catalog::Given>) -> Write,
) -> Vec<Write> {
    let branches = write.node.descendants().filter_map(|n| match n.kind() {
        SyntaxKind::MERGE_UPDATE => {
            Some(written(WriteCommand::Update, given::set(catalog, &write.target, &n)))
        }
        SyntaxKind::MERGE_DELETE => Some(written(WriteCommand::Delete, Vec::new())),
        SyntaxKind::MERGE_INSERT => {
            let given = given::inserted(catalog, &write.target, &n);
            let only_with = write.sources.clone().collect();
            Some(Write { only_with, ..written(WriteCommand::Insert, given.columns) })
        }
        _ => None,
    });
    let writes: Vec<Write> = branches.collect();
    if writes.is_empty() {
        // Only `DO NOTHING`: the target is locked as for a write all the same.
        return vec![Write { rows: Some(0), ..written(WriteCommand::Update, Vec::new()) }];
    }
    writes
}

fn lower_copy(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    if let Some(query) = child(node, SyntaxKind::COPY_QUERY).and_then(|n| n.first_child()) {
        return one(read(catalog, &query));
    }
    let Some(named) = child(node, SyntaxKind::COPY_TABLE) else {
        return Lowered::unknown("what is copied is missing");
    };
    let Some(table) = relation(catalog, &named) else {
        return Lowered::unknown("the table of this COPY has no plain name");
    };
    let target = Target { name: table, only: false };
    if has(node, SyntaxKind::COPY_TO) {
        let read = Mention {
            relation: Target { only: true, ..target },
            locks_rows: false,
            conditions: Vec::new(),
            led_by: Vec::new(),
            ends_early: EndsEarly::No,
        };
        return one(RowsChange { reads: vec![read], unplanned: true, ..RowsChange::default() });
    }
    let write = Write {
        command: WriteCommand::Insert,
        columns: given::copied(catalog, &target.name, &named),
        target,
        read: None,
        conflict: Conflict::NotNamed,
        rows: None,
        only_with: Vec::new(),
    };
    one(RowsChange { writes: vec![write], ..RowsChange::default() })
}

/// `EXPLAIN` plans the statement, which locks what running it would lock at first; with `ANALYZE` it runs it.
fn lower_explain(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let options = child(node, SyntaxKind::EXPLAIN_OPTION_LIST);
    let analyze = options.iter().flat_map(SyntaxNode::children).filter(|option| {
        child(option, SyntaxKind::EXPLAIN_OPTION_NAME).is_some_and(|n| name_of(&n) == "analyze")
    });
    let on = |option: SyntaxNode| {
        let value = child(&option, SyntaxKind::EXPLAIN_OPTION_VALUE).and_then(|v| setting::literal(&v));
        value.is_none_or(|v| setting::is_true(&v))
    };
    let runs = has(node, SyntaxKind::EXPLAIN_ANALYZE) || analyze.last().is_some_and(on);
    let options = [SyntaxKind::EXPLAIN_OPTION_LIST, SyntaxKind::EXPLAIN_ANALYZE, SyntaxKind::EXPLAIN_VERBOSE];
    let Some(explained) = node.children().find(|n| !options.contains(&n.kind())) else {
        return Lowered::unknown("what is explained is missing");
    };
    if runs {
        return super::lower_statement(catalog, &explained);
    }
    let mut change = read(catalog, &explained);
    change.planned_only = true;
    one(change)
}

/// A cursor is planned when it is declared; its rows are read by what fetches from it.
fn lower_cursor(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    match node.children().last() {
        Some(query) => one(RowsChange { planned_only: true, ..read(catalog, &query) }),
        None => Lowered::unknown("the query of this cursor is missing"),
    }
}

fn lower_call(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let Some(name) = find(node, SyntaxKind::PROCEDURE_NAME_REF).map(|n| path(&n)) else {
        return Lowered::unknown("the procedure has no plain name");
    };
    let calls = calls(catalog, std::slice::from_ref(&name));
    if calls.is_empty() {
        return Lowered::unknown(format!("the procedure {} is not known", name.join(".")));
    }
    let arguments = child(node, SyntaxKind::ARG_LIST).map(|n| read(catalog, &n)).unwrap_or_default();
    let calls = calls.into_iter().chain(arguments.calls.clone()).collect();
    run(catalog, RowsChange { calls, ..arguments })
}

#[cfg(test)]
mod tests;
