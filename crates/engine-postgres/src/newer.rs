//! Syntax by the version it came with: a server before that refuses the whole statement.
//!
//! Proved by `tests/e2e/corpus/versions.rs`, which asks the parsers of all versions; what came with 19 is from its
//! release notes.

use altimeter_catalog::Catalog;
use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::parse;

/// One piece of syntax.
struct Novelty {
    /// The first major version that reads it.
    since: u32,
    /// As people call it.
    what: &'static str,
    /// Kinds of nodes that it shows in.
    kinds: &'static [SyntaxKind],
    /// What else has to hold of such a node.
    only: fn(&SyntaxNode) -> bool,
}

const fn novelty(since: u32, what: &'static str, kinds: &'static [SyntaxKind]) -> Novelty {
    Novelty { since, what, kinds, only: |_| true }
}

const fn novelty_if(
    since: u32,
    what: &'static str,
    kinds: &'static [SyntaxKind],
    only: fn(&SyntaxNode) -> bool,
) -> Novelty {
    Novelty { since, what, kinds, only }
}

use SyntaxKind as K;

static NOVELTIES: &[Novelty] = &[
    novelty(14, "SEARCH and CYCLE of a recursive query", &[K::SEARCH_CLAUSE, K::CYCLE_CLAUSE]),
    novelty(
        14,
        "COMPRESSION of a column",
        &[K::COMPRESSION_METHOD, K::SET_COMPRESSION, K::PROPERTY_COMPRESSION],
    ),
    novelty(14, "DETACH PARTITION … CONCURRENTLY", &[K::DETACH_CONCURRENTLY, K::DETACH_FINALIZE]),
    novelty(14, "REINDEX (TABLESPACE …)", &[K::REINDEX_OPTION_TABLESPACE]),
    novelty(14, "REINDEX (CONCURRENTLY)", &[K::REINDEX_OPTION_CONCURRENTLY]),
    novelty(14, "a function body of SQL without quotes", &[K::ATOMIC_BODY, K::RETURN_STMT]),
    novelty(14, "SUBSTRING … SIMILAR", &[K::SUBSTRING_SIMILAR_ESCAPE]),
    novelty(14, "CURRENT_ROLE for a role", &[K::ROLE_REF_CURRENT_ROLE]),
    novelty_if(14, "CREATE OR REPLACE TRIGGER", &[K::CREATE_TRIGGER], |n| has(n, K::OR_REPLACE)),
    novelty_if(14, "an alias of JOIN … USING", &[K::JOIN_USING_CLAUSE], |n| has(n, K::REQUIRED_AS_ALIAS)),
    novelty_if(14, "GROUP BY DISTINCT", &[K::GROUP_BY_CLAUSE], |n| has(n, K::DISTINCT) || has(n, K::ALL)),
    novelty_if(14, "GRANT … ON … GRANTED BY", &[K::GRANT, K::REVOKE], |n| {
        has(n, K::ON_PRIVILEGE_OBJECTS_CLAUSE) && has(n, K::GRANTED_BY_CLAUSE)
    }),
    novelty_if(14, "CURRENT_ROLE for a role", &[K::AUTHORIZATION_SCHEMA], |n| {
        parse::tokens(n).any(|t| t.kind() == K::CURRENT_ROLE_KW)
    }),
    novelty(
        14,
        "ADD and DROP PUBLICATION of a subscription",
        &[K::ADD_PUBLICATION, K::DROP_SUBSCRIPTION_PUBLICATION],
    ),
    novelty(15, "MERGE", &[K::MERGE]),
    novelty(15, "NULLS NOT DISTINCT", &[K::NULLS_DISTINCT, K::NULLS_NOT_DISTINCT]),
    novelty(15, "SET ACCESS METHOD", &[K::SET_ACCESS_METHOD]),
    novelty_if(15, "ON DELETE SET NULL (column)", &[K::SET_NULL_COLUMNS, K::SET_DEFAULT_COLUMNS], |n| {
        has(n, K::COLUMN_REF_LIST)
    }),
    novelty(15, "publication of the tables of a schema", &[K::PUBLICATION_OBJECT_TABLES_IN_SCHEMA]),
    novelty_if(15, "publication of some rows or columns", &[K::PUBLICATION_OBJECT_TABLE], |n| {
        has(n, K::COLUMN_REF_LIST) || has(n, K::WHERE_CONDITION_CLAUSE)
    }),
    novelty(15, "ALTER SUBSCRIPTION … SKIP", &[K::SKIP_SUBSCRIPTION]),
    novelty(15, "privileges on parameters", &[K::PRIVILEGE_PARAMETER]),
    novelty(
        16,
        "IS JSON",
        &[
            K::IS_JSON,
            K::IS_JSON_ARRAY,
            K::IS_JSON_OBJECT,
            K::IS_JSON_SCALAR,
            K::IS_JSON_VALUE,
            K::IS_NOT_JSON,
            K::IS_NOT_JSON_ARRAY,
            K::IS_NOT_JSON_OBJECT,
            K::IS_NOT_JSON_SCALAR,
            K::IS_NOT_JSON_VALUE,
        ],
    ),
    novelty_if(
        16,
        "constructors of JSON",
        &[K::JSON_OBJECT_FN, K::JSON_ARRAY_FN, K::JSON_OBJECT_AGG_FN, K::JSON_ARRAY_AGG_FN],
        |n| n.descendants().any(|d| JSON_CLAUSES.contains(&d.kind())),
    ),
    novelty(16, "INDENT of XMLSERIALIZE", &[K::INDENT, K::NO_INDENT]),
    novelty(16, "GRANT of a role WITH INHERIT or SET", &[K::INHERIT_OPTION_FOR, K::SET_OPTION_FOR]),
    novelty_if(16, "GRANT of a role WITH … TRUE or FALSE", &[K::GRANT_ROLE_OPTION], |n| {
        parse::tokens(n).next().is_none_or(|t| t.kind() != K::ADMIN_KW) || !has_token(n, K::OPTION_KW)
    }),
    novelty(16, "STORAGE of a new column", &[K::STORAGE]),
    novelty_if(16, "SET STORAGE DEFAULT", &[K::SET_STORAGE], |n| {
        parse::tokens(n).any(|t| t.kind() == K::DEFAULT_KW)
    }),
    novelty_if(16, "statistics without a name", &[K::CREATE_STATISTICS], |n| !has(n, K::STATISTICS)),
    novelty_if(
        16,
        "REINDEX of the current database",
        &[K::REINDEX_TARGET_DATABASE, K::REINDEX_TARGET_SYSTEM],
        |n| !has(n, K::DATABASE_REF),
    ),
    novelty_if(16, "numbers with _, 0x, 0o or 0b", &[K::LITERAL], |n| {
        parse::tokens(n)
            .any(|t| matches!(t.kind(), K::INT_NUMBER | K::NUMERIC_NUMBER) && is_odd_number(t.text()))
    }),
    novelty(
        17,
        "the query functions of JSON",
        &[
            K::JSON_EXISTS_FN,
            K::JSON_VALUE_FN,
            K::JSON_QUERY_FN,
            K::JSON_TABLE,
            K::JSON_SCALAR_FN,
            K::JSON_SERIALIZE_FN,
        ],
    ),
    novelty_if(17, "clauses of JSON()", &[K::JSON_FN], |n| {
        n.descendants().any(|d| JSON_CLAUSES.contains(&d.kind()))
    }),
    novelty_if(17, "MERGE … RETURNING", &[K::MERGE], |n| has(n, K::RETURNING_CLAUSE)),
    novelty(17, "MERGE … WHEN NOT MATCHED BY", &[K::MERGE_WHEN_NOT_MATCHED_SOURCE, K::BY_TARGET]),
    novelty(17, "SET EXPRESSION", &[K::SET_EXPRESSION]),
    novelty_if(17, "SET ACCESS METHOD DEFAULT", &[K::SET_ACCESS_METHOD], |n| has_token(n, K::DEFAULT_KW)),
    novelty(17, "AT LOCAL", &[K::AT_LOCAL]),
    novelty_if(17, "ADD NOT NULL to a domain", &[K::ADD_CONSTRAINT], |n| {
        has(n, K::NOT_NULL_CONSTRAINT) && n.parent().is_some_and(|p| p.kind() == K::ALTER_DOMAIN)
    }),
    novelty(18, "WITHOUT OVERLAPS and PERIOD", &[K::WITHOUT_OVERLAPS, K::PERIOD_COLUMN]),
    novelty(18, "virtual generated columns", &[K::VIRTUAL]),
    novelty_if(18, "virtual generated columns", &[K::GENERATED_STORED], |n| !has(n, K::STORED)),
    novelty_if(17, "MERGES and HASHES of an operator", &[K::ALTER_OPERATOR], |n| {
        let alone = |word: &str| ["merges", "hashes"].iter().any(|w| word.eq_ignore_ascii_case(w));
        parse::tokens(n).any(|t| alone(t.text())) && !parse::tokens(n).any(|t| t.kind() == K::FALSE_KW)
    }),
    novelty_if(18, "[NO] INHERIT of a constraint", &[K::ALTER_CONSTRAINT], |n| {
        has(n, K::INHERIT) || has(n, K::NO_INHERIT)
    }),
    novelty(18, "NOT ENFORCED", &[K::ENFORCED, K::NOT_ENFORCED]),
    novelty_if(18, "NOT NULL as a constraint of the table", &[K::NOT_NULL_CONSTRAINT], |n| {
        has(n, K::COLUMN_NAME_REF)
    }),
    novelty_if(18, "NOT NULL … NO INHERIT", &[K::NOT_NULL_CONSTRAINT], |n| has(n, K::NO_INHERIT)),
    novelty(18, "OLD and NEW in RETURNING", &[K::RETURNING_OPTION_LIST]),
    novelty(18, "default privileges of large objects", &[K::PRIVILEGE_TARGET_LARGE_OBJECTS]),
    novelty_if(18, "ONLY of ANALYZE and VACUUM", &[K::ANALYZE, K::VACUUM], |n| {
        n.descendants_with_tokens().any(|e| e.kind() == K::ONLY_KW)
    }),
    novelty(19, "REPACK", &[K::REPACK]),
    novelty(
        19,
        "property graphs",
        &[K::CREATE_PROPERTY_GRAPH, K::ALTER_PROPERTY_GRAPH, K::DROP_PROPERTY_GRAPH, K::GRAPH_TABLE_FN],
    ),
    novelty(19, "FOR PORTION OF", &[K::FOR_PORTION_OF]),
    novelty(19, "MERGE and SPLIT PARTITION", &[K::MERGE_PARTITIONS, K::SPLIT_PARTITION]),
    novelty(19, "ON CONFLICT DO SELECT", &[K::CONFLICT_DO_SELECT]),
    novelty(19, "IGNORE NULLS", &[K::IGNORE_NULLS, K::RESPECT_NULLS]),
    novelty(19, "publication of all sequences", &[K::ALL_PUBLICATION_SEQUENCES]),
    novelty(19, "publication of all tables but some", &[K::EXCEPT_TABLE_CLAUSE]),
];

/// Clauses that tell a constructor of JSON from the function of the same name.
const JSON_CLAUSES: &[SyntaxKind] = &[
    K::JSON_KEY_VALUE,
    K::JSON_SELECT_FORMAT,
    K::JSON_NULL_ON_NULL,
    K::JSON_ABSENT_ON_NULL,
    K::JSON_RETURNING_CLAUSE,
    K::JSON_FORMAT_CLAUSE,
    K::JSON_WITH_UNIQUE_KEYS,
    K::JSON_WITHOUT_UNIQUE_KEYS,
];

/// Why that catalog's server does not read the statement, if it is too old for it. Of a server whose version is not
/// known nothing is refused.
pub(crate) fn too_new(catalog: &Catalog, node: &SyntaxNode) -> Option<String> {
    let major = Some(catalog.server.major()).filter(|major| *major > 0)?;
    let later: Vec<&Novelty> = NOVELTIES.iter().filter(|v| v.since > major).collect();
    let newest = node
        .descendants()
        .flat_map(|n| later.iter().filter(move |v| v.kinds.contains(&n.kind()) && (v.only)(&n)))
        .max_by_key(|v| v.since)?;
    Some(format!("PostgreSQL {major} does not know {}, which came with {}", newest.what, newest.since))
}

/// Whether a child of a node is of a kind.
fn has(node: &SyntaxNode, kind: SyntaxKind) -> bool {
    node.children().any(|c| c.kind() == kind)
}

/// Whether a word stands in a node itself, not in one of its parts.
fn has_token(node: &SyntaxNode, kind: SyntaxKind) -> bool {
    node.children_with_tokens().any(|c| c.kind() == kind)
}

fn is_odd_number(text: &str) -> bool {
    let prefix = text.get(..2).is_some_and(|p| ["0x", "0o", "0b"].iter().any(|o| p.eq_ignore_ascii_case(o)));
    prefix || text.contains('_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::Parsed;

    fn on(major: u32, sql: &str) -> Option<String> {
        let mut catalog = Catalog::default();
        catalog.server.version_num = major * 10_000;
        too_new(&catalog, &Parsed::new(sql).node().unwrap())
    }

    #[test]
    fn a_server_reads_what_came_with_it() {
        let merge = "MERGE INTO t USING s ON true WHEN NOT MATCHED BY SOURCE THEN DELETE";
        assert!(on(14, merge).unwrap().contains("came with 17"));
        assert_eq!(on(17, merge), None);
        assert!(on(17, "ALTER TABLE t ADD CONSTRAINT c NOT NULL a NOT VALID").is_some());
        assert_eq!(
            on(13, "ALTER TABLE t ALTER COLUMN a SET NOT NULL, ADD COLUMN b int NOT NULL DEFAULT 7"),
            None
        );
        assert_eq!(on(13, "SELECT json_object('{a,b}'::text[]), 10.5, 1e5"), None);
    }
}
