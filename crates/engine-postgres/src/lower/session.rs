//! Statements about the session and its transaction.

use altimeter_catalog::{Change, SessionChange};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::setting::{self, Value};
use super::{Lowered, keyword};
use crate::parse::{child, find, has, name_of, text_of, tokens};

/// Lowers a statement about the session; none if it is no such statement.
pub(super) fn lower(node: &SyntaxNode) -> Option<Lowered> {
    let change = match node.kind() {
        SyntaxKind::SET => return Some(lower_set(node)),
        SyntaxKind::RESET => lower_reset(node),
        SyntaxKind::RESET_ROLE => set("role", None, false),
        SyntaxKind::RESET_SESSION_AUTH => set("session_authorization", None, false),
        SyntaxKind::SET_ROLE => lower_role(node, "role"),
        SyntaxKind::SET_SESSION_AUTH => lower_role(node, "session_authorization"),
        SyntaxKind::BEGIN => SessionChange::Begin,
        SyntaxKind::COMMIT_TRANSACTION => SessionChange::Commit { chain: has(node, SyntaxKind::AND_CHAIN) },
        SyntaxKind::ROLLBACK_TRANSACTION => {
            SessionChange::Rollback { chain: has(node, SyntaxKind::AND_CHAIN) }
        }
        SyntaxKind::PREPARE_TRANSACTION => SessionChange::PrepareTransaction,
        SyntaxKind::SAVEPOINT_CREATE => SessionChange::Savepoint(named(node, SyntaxKind::SAVEPOINT)),
        SyntaxKind::RELEASE_SAVEPOINT => SessionChange::Release(named(node, SyntaxKind::SAVEPOINT_REF)),
        SyntaxKind::ROLLBACK_TO_SAVEPOINT => {
            SessionChange::RollbackTo(named(node, SyntaxKind::SAVEPOINT_REF))
        }
        SyntaxKind::DISCARD if has(node, SyntaxKind::DISCARD_ALL) => {
            let all = SessionChange::Other { what: "DISCARD ALL".to_owned() };
            let changes = [SessionChange::ResetAll, all].map(Change::Session).to_vec();
            return Some(Lowered { changes, ..Lowered::default() });
        }
        SyntaxKind::COMMIT_PREPARED
        | SyntaxKind::ROLLBACK_PREPARED
        | SyntaxKind::SET_TRANSACTION
        | SyntaxKind::SET_CONSTRAINTS
        | SyntaxKind::DISCARD
        | SyntaxKind::LISTEN
        | SyntaxKind::UNLISTEN
        | SyntaxKind::NOTIFY
        | SyntaxKind::SHOW
        | SyntaxKind::LOAD
        | SyntaxKind::CHECKPOINT
        | SyntaxKind::DEALLOCATE
        | SyntaxKind::PREPARE
        | SyntaxKind::FETCH
        | SyntaxKind::MOVE
        | SyntaxKind::CLOSE => SessionChange::Other { what: keyword(node.kind()) },
        _ => return None,
    };
    Some(Lowered::one(Change::Session(change)))
}

fn set(name: &str, value: Option<String>, local: bool) -> SessionChange {
    SessionChange::Set { name: name.to_owned(), value, local }
}

fn named(node: &SyntaxNode, kind: SyntaxKind) -> String {
    child(node, kind).map(|n| name_of(&n)).unwrap_or_default()
}

fn lower_role(node: &SyntaxNode, name: &str) -> SessionChange {
    let local = has(node, SyntaxKind::LOCAL_SCOPE);
    let role = find(node, SyntaxKind::ROLE_REF).map(|n| name_of(&n)).or_else(|| {
        tokens(node).find(|t| t.kind() == SyntaxKind::STRING).map(|t| setting::unquoted(t.text()))
    });
    let default = has(node, SyntaxKind::SET_SESSION_AUTH_DEFAULT) || has(node, SyntaxKind::SET_ROLE_NONE);
    set(name, role.filter(|_| !default), local)
}

fn lower_reset(node: &SyntaxNode) -> SessionChange {
    if has(node, SyntaxKind::ALL) {
        return SessionChange::ResetAll;
    }
    if has(node, SyntaxKind::RESET_TIME_ZONE) {
        return set("timezone", None, false);
    }
    match child(node, SyntaxKind::CONFIG_PARAMETER_REF) {
        Some(name) => set(&setting_name(&name), None, false),
        None => SessionChange::Other { what: text_of(node) },
    }
}

fn lower_set(node: &SyntaxNode) -> Lowered {
    let local = has(node, SyntaxKind::LOCAL_SCOPE);
    let change = if let Some(config) = child(node, SyntaxKind::SET_CONFIG) {
        let name = child(&config, SyntaxKind::CONFIG_PARAMETER_REF).map(|n| setting_name(&n));
        let value = child(&config, SyntaxKind::TO_CONFIG_VALUE).and_then(|v| setting::value(&v));
        name.zip(value)
    } else if let Some(zone) = child(node, SyntaxKind::SET_TIME_ZONE) {
        setting::time_zone(&zone).map(|value| ("timezone".to_owned(), value))
    } else if let Some(schema) = child(node, SyntaxKind::SET_SCHEMA_VALUE) {
        setting::value(&schema).map(|value| ("search_path".to_owned(), value))
    } else if has(node, SyntaxKind::FROM_CURRENT) {
        None
    } else {
        return Lowered::one(Change::Session(SessionChange::Other { what: text_of(node) }));
    };
    match change {
        Some((name, Value::Default)) => Lowered::one(Change::Session(set(&name, None, local))),
        Some((name, Value::Items(items))) => {
            let value = setting::as_shown(&name, &items);
            Lowered::one(Change::Session(set(&name, Some(value), local)))
        }
        None => Lowered::unknown(format!("the value in `{}` is not plain", text_of(node))),
    }
}

/// A setting's name in lower case, dots kept: `myapp.user`.
fn setting_name(node: &SyntaxNode) -> String {
    crate::parse::path(node).join(".").to_lowercase()
}

/// `SELECT set_config(name, value, local)`, once or several times and nothing else, is `SET` in other words (dumps
/// begin with it). None if the query is anything else.
pub(super) fn set_config(query: &SyntaxNode) -> Option<Lowered> {
    let select = child(query, SyntaxKind::SELECT_CLAUSE)?;
    if query.children().count() != 1 {
        return None;
    }
    let targets = child(&select, SyntaxKind::TARGET_LIST)?;
    let calls: Vec<SyntaxNode> =
        targets.children().map(|t| child(&t, SyntaxKind::CALL_EXPR)).collect::<Option<_>>()?;
    let changes: Vec<Change> = calls.iter().map(lower_set_config).collect::<Option<_>>()?;
    (!changes.is_empty()).then(|| Lowered { changes, ..Lowered::default() })
}

fn lower_set_config(call: &SyntaxNode) -> Option<Change> {
    let callee = crate::parse::path(&call.first_child()?);
    if callee.last().is_none_or(|name| name != "set_config") {
        return None;
    }
    let arguments = child(call, SyntaxKind::ARG_LIST)?;
    let values: Vec<String> = arguments.children().map(|a| setting::literal(&a)).collect::<Option<_>>()?;
    let [name, value, local] = values.as_slice() else { return None };
    let name = name.to_lowercase();
    let value = setting::as_shown(&name, &setting::items(&name, value));
    Some(Change::Session(SessionChange::Set { name, value: Some(value), local: setting::is_true(local) }))
}

#[cfg(test)]
mod tests {
    use altimeter_catalog::Catalog;

    use super::*;
    use crate::lower::lower_statement;
    use crate::parse::Parsed;

    fn changes(sql: &str) -> Vec<Change> {
        lower_statement(&Catalog::default(), &Parsed::new(sql).node().unwrap()).changes
    }

    fn one(name: &str, value: Option<&str>, local: bool) -> Vec<Change> {
        vec![Change::Session(set(name, value.map(str::to_owned), local))]
    }

    #[test]
    fn settings_come_as_the_server_shows_them() {
        for (sql, name, value, local) in [
            ("SET lock_timeout = '2s'", "lock_timeout", Some("2000"), false),
            ("SET LOCAL Statement_Timeout TO 1500", "statement_timeout", Some("1500"), true),
            ("SET SESSION search_path TO A, \"B\", '$user'", "search_path", Some("a, B, $user"), false),
            ("SET search_path = ''", "search_path", Some(""), false),
            ("SET SCHEMA 'App'", "search_path", Some("App"), false),
            ("SET TIME ZONE 'Europe/London'", "timezone", Some("Europe/London"), false),
            ("SET TIME ZONE -3", "timezone", Some("<-03>+03"), false),
            ("SET TIME ZONE LOCAL", "timezone", None, false),
            ("SET work_mem = 64", "work_mem", Some("65536"), false),
            ("SET maintenance_work_mem = '1GB'", "maintenance_work_mem", Some("1073741824"), false),
            ("SET check_function_bodies = false", "check_function_bodies", Some("off"), false),
            ("SET lock_timeout TO DEFAULT", "lock_timeout", None, false),
            ("RESET lock_timeout", "lock_timeout", None, false),
            ("SET ROLE admin", "role", Some("admin"), false),
            ("SET myapp.User = 'x'", "myapp.user", Some("x"), false),
            ("SELECT pg_catalog.set_config('search_path', '', false)", "search_path", Some(""), false),
            ("SELECT set_config('lock_timeout', '3s', true)", "lock_timeout", Some("3000"), true),
        ] {
            assert_eq!(changes(sql), one(name, value, local), "{sql}");
        }
    }

    #[test]
    fn transactions_and_savepoints() {
        for (sql, expected) in [
            ("BEGIN ISOLATION LEVEL SERIALIZABLE", SessionChange::Begin),
            ("START TRANSACTION", SessionChange::Begin),
            ("END", SessionChange::Commit { chain: false }),
            ("COMMIT AND CHAIN", SessionChange::Commit { chain: true }),
            ("ABORT", SessionChange::Rollback { chain: false }),
            ("SAVEPOINT A", SessionChange::Savepoint("a".to_owned())),
            ("ROLLBACK TO \"A\"", SessionChange::RollbackTo("A".to_owned())),
            ("PREPARE TRANSACTION 'x'", SessionChange::PrepareTransaction),
            ("RESET ALL", SessionChange::ResetAll),
            ("LISTEN a", SessionChange::Other { what: "LISTEN".to_owned() }),
        ] {
            assert_eq!(changes(sql), [Change::Session(expected)], "{sql}");
        }
    }
}
