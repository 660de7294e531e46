//! `CREATE INDEX`.

use std::collections::BTreeMap;

use altimeter_catalog::{Catalog, Change, IndexDefinition, IndexKey, IndexTarget, RelationChange, TableKind};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::{Lowered, relation};
use crate::parse::{child, find, has, identifier, name_of, path, text_of};

pub(super) fn lower_create(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let Some(on) = child(node, SyntaxKind::TABLE_RELATION_NAME) else {
        return Lowered::unknown("the table of this index is not plain");
    };
    let (Some(table), Some(items)) = (relation(catalog, &on), child(node, SyntaxKind::PARTITION_ITEM_LIST))
    else {
        return Lowered::unknown("the keys of this index are not plain");
    };
    let keys: Option<Vec<IndexKey>> = items.children().map(|item| lower_key(&item)).collect();
    let Some(keys) = keys else {
        return Lowered::unknown("the keys of this index are not plain");
    };
    let include = child(node, SyntaxKind::INDEX_INCLUDE_CLAUSE);
    let include: Vec<String> = include
        .iter()
        .flat_map(|n| n.descendants().filter(|d| d.kind() == SyntaxKind::PARTITION_ITEM))
        .map(|i| name_of(&i))
        .collect();
    let mut index = IndexDefinition {
        name: child(node, SyntaxKind::INDEX).map(|n| path(&n).pop().unwrap_or_default()).unwrap_or_default(),
        table,
        method: child(node, SyntaxKind::USING_METHOD)
            .and_then(|n| child(&n, SyntaxKind::ACCESS_METHOD_REF))
            .map_or_else(|| "btree".to_owned(), |n| name_of(&n)),
        unique: has(node, SyntaxKind::UNIQUE_KW),
        nulls_not_distinct: has(node, SyntaxKind::NULLS_NOT_DISTINCT),
        keys,
        include,
        predicate: child(node, SyntaxKind::WHERE_CLAUSE).and_then(|w| w.first_child()).map(|e| text_of(&e)),
        options: lower_options(node),
        tablespace: child(node, SyntaxKind::TABLESPACE_CLAUSE)
            .and_then(|n| child(&n, SyntaxKind::TABLESPACE_REF))
            .map(|n| name_of(&n)),
    };
    if index.name.is_empty() {
        index.name = catalog.default_index_name(&index, "idx");
    }
    let concurrently = has(node, SyntaxKind::CONCURRENTLY_KW);
    let partitioned = catalog.table(&index.table).is_some_and(|t| t.kind == TableKind::PartitionedTable);
    if has(&on, SyntaxKind::ONLY_KW) && partitioned && !concurrently {
        return Lowered::one(Change::Relation(RelationChange::CreateIndexOnly(index)));
    }
    Lowered::one(Change::CreateIndex {
        index,
        concurrently,
        if_not_exists: has(node, SyntaxKind::IF_NOT_EXISTS),
    })
}

pub(super) fn lower_key(item: &SyntaxNode) -> Option<IndexKey> {
    let mut expression = item.first_child()?;
    let mut collation = None;
    if expression.kind() == SyntaxKind::COLLATE {
        collation = child(&expression, SyntaxKind::COLLATION_REF).map(|c| text_of(&c));
        expression = expression.first_child()?;
    }
    let target = match expression.kind() {
        SyntaxKind::NAME_REF => IndexTarget::Column(name_of(&expression)),
        SyntaxKind::PAREN_EXPR
            if expression.first_child().is_some_and(|n| n.kind() == SyntaxKind::NAME_REF) =>
        {
            IndexTarget::Column(name_of(&expression.first_child()?))
        }
        SyntaxKind::PAREN_EXPR => {
            let inner = text_of(&expression);
            IndexTarget::Expression(inner.strip_prefix('(')?.strip_suffix(')')?.trim().to_owned())
        }
        _ => IndexTarget::Expression(text_of(&expression)),
    };
    Some(IndexKey {
        target,
        collation,
        operator_class: operator_class(item),
        descending: has(item, SyntaxKind::SORT_DESC),
        nulls_first: nulls_first(item),
    })
}

/// The operator class with its options.
fn operator_class(item: &SyntaxNode) -> Option<String> {
    let class = child(item, SyntaxKind::OP_CLASS_REF).map(|c| text_of(&c))?;
    let options = child(item, SyntaxKind::ATTRIBUTE_LIST).map(|o| format!(" {}", text_of(&o)));
    Some(class + &options.unwrap_or_default())
}

/// Where NULLs go, only if that is not where the direction puts them: last when ascending, first when descending.
fn nulls_first(item: &SyntaxNode) -> Option<bool> {
    let descending = has(item, SyntaxKind::SORT_DESC);
    let asked = match (has(item, SyntaxKind::NULLS_FIRST), has(item, SyntaxKind::NULLS_LAST)) {
        (true, _) => true,
        (_, true) => false,
        _ => return None,
    };
    (asked != descending).then_some(asked)
}

pub(super) fn lower_options(node: &SyntaxNode) -> BTreeMap<String, String> {
    let Some(params) = child(node, SyntaxKind::WITH_PARAMS) else { return BTreeMap::new() };
    let options = params.descendants().filter(|n| n.kind() == SyntaxKind::ATTRIBUTE_OPTION);
    options
        .filter_map(|option| {
            let name = find(&option, SyntaxKind::ATTRIBUTE_NAME).map(|n| text_of(&n))?;
            let value =
                find(&option, SyntaxKind::ATTRIBUTE_VALUE).map_or_else(|| "true".to_owned(), |v| text_of(&v));
            Some((identifier(&name), value))
        })
        .collect()
}
