//! A small shop with names that make trouble.

use altimeter_catalog::{
    Catalog, Change, Column, Dependency, Index, IndexDefinition, IndexKey, Name, Persistence, Size, Table,
    TableKind, TypeKind, UserType, View,
};
use altimeter_engine_postgres::PostgresEngine;

use super::super::{Request, RequestError, read_request};

pub(super) fn read(catalog: &Catalog, text: &str) -> Result<Request, RequestError> {
    read_request(&PostgresEngine, catalog, text)
}

pub(super) fn english(catalog: &Catalog, text: &str) -> Request {
    read(catalog, text).unwrap_or_else(|e| panic!("{text}: {e}\n{}", e.instead))
}

/// The changes of a statement as the engine alone reads it.
pub(super) fn ddl(catalog: &Catalog, sql: &str) -> Vec<Change> {
    use altimeter_catalog::Engine;
    let script = PostgresEngine.parse(catalog, sql);
    assert!(script.statements.iter().all(|s| s.syntax_error.is_none() && s.not_analysed.is_none()), "{sql}");
    script.statements.into_iter().flat_map(|s| s.changes).collect()
}

pub(super) fn table(schema: &str, name: &str, columns: &[(&str, &str)]) -> Table {
    let column = |(name, type_name): &(&str, &str)| Column {
        name: (*name).to_owned(),
        type_name: (*type_name).to_owned(),
        ..Column::default()
    };
    Table {
        comment: None,
        name: Name::new(schema, name),
        kind: TableKind::Table,
        persistence: Persistence::Permanent,
        columns: columns.iter().map(column).collect(),
        indexes: Vec::new(),
        constraints: Vec::new(),
        triggers: Vec::new(),
        policies: Vec::new(),
        row_security: false,
        row_security_forced: false,
        replica_identity: "default".to_owned(),
        partition_of: None,
        partition_key: None,
        partition_columns: Vec::new(),
        inherits: Vec::new(),
        fillfactor: None,
        tablespace: None,
        partition_bound: None,
        access_method: None,
        of_type: None,
        clustered_on: None,
        detach_pending: false,
        until_commit: false,
        unpopulated: false,
        owner: None,
        grants: Vec::new(),
        statistics: Vec::new(),
        rules: Vec::new(),
        size: Size::default(),
        activity: None,
        rates: None,
    }
}

pub(super) fn index(table: &mut Table, name: &str, columns: &[&str], unique: bool) {
    let definition = IndexDefinition {
        name: name.to_owned(),
        table: table.name.clone(),
        method: "btree".to_owned(),
        unique,
        nulls_not_distinct: false,
        keys: columns.iter().map(|c| IndexKey::column(*c)).collect(),
        include: Vec::new(),
        predicate: None,
        options: std::collections::BTreeMap::new(),
        tablespace: None,
    };
    table.indexes.push(Index {
        comment: None,
        definition,
        primary: false,
        constraint: None,
        valid: true,
        part_of: None,
        reads: columns.iter().map(ToString::to_string).collect(),
        bytes: None,
        scans: None,
        printed: None,
    });
}

/// `users`, `docs`, an odd table and a view in `public`; `orders` in `sales` and `archive`, neither on the path.
pub(super) fn shop() -> Catalog {
    let mut users = table(
        "public",
        "users",
        &[
            ("id", "bigint"),
            ("user_name", "text"),
            ("email", "text"),
            ("legacy_code", "text"),
            ("a", "integer"),
            ("age_group", "integer"),
            ("customer_id", "bigint"),
        ],
    );
    index(&mut users, "users_pkey", &["id"], true);
    users.indexes[0].constraint = Some("users_pkey".to_owned());
    index(&mut users, "users_email_idx", &["email"], true);
    index(&mut users, "users_user_name_idx", &["user_name"], false);
    index(&mut users, "users_user_name_idx1", &["user_name"], false);
    users.constraints.push(altimeter_catalog::Constraint {
        comment: None,
        name: "users_age_check".to_owned(),
        kind: altimeter_catalog::ConstraintKind::Check,
        columns: vec!["age_group".to_owned()],
        definition: "CHECK ((age_group > 0)) NOT VALID".to_owned(),
        validated: false,
        deferrable: false,
        deferred: false,
        no_inherit: false,
        inherited: false,
        not_enforced: false,
        foreign: None,
        index: None,
    });
    let order = [
        ("id", "bigint"),
        ("customer_id", "bigint"),
        ("status", "text"),
        ("created_at", "timestamp with time zone"),
    ];
    let mut catalog = Catalog {
        schemas: vec!["archive".to_owned(), "public".to_owned(), "sales".to_owned()].into(),
        tables: [
            table("archive", "orders", &order),
            table("public", "Odd Table", &[("User Name", "text"), ("bell\u{7}", "text")]),
            table("public", "docs", &[("id", "bigint"), ("body", "jsonb")]),
            users,
            table("sales", "invoices", &[("id", "bigint"), ("total", "numeric")]),
            table("sales", "orders", &order),
        ]
        .map(Into::into)
        .into(),
        views: vec![View {
            name: Name::new("public", "active_users"),
            materialized: false,
            columns: vec!["id".to_owned()],
            needs: vec![Dependency { on: Name::new("public", "users"), columns: vec!["id".to_owned()] }],
            ..View::default()
        }]
        .into(),
        types: vec![UserType {
            name: Name::new("public", "order_state"),
            kind: TypeKind::Enum { labels: vec!["open".to_owned(), "closed".to_owned()] },
            extension: None,
        }]
        .into(),
        ..Catalog::default()
    };
    catalog.server.search_path = vec!["public".to_owned()];
    catalog.server.version_num = 170_005;
    catalog
}
