//! Tables of several shapes, and what is done to them.

/// A table, `t`, with what it hangs on.
pub(crate) struct Shape {
    /// What it is called.
    pub(crate) name: &'static str,
    /// What is special about it.
    pub(crate) about: &'static str,
    /// Makes it; `{rows}` is how many rows it has.
    pub(crate) setup: &'static [&'static str],
    /// Operations besides [`EVERYWHERE`].
    pub(crate) also: &'static [Operation],
}

/// One statement.
pub(crate) struct Operation {
    /// What it is.
    pub(crate) name: &'static str,
    /// Run before, and not measured.
    pub(crate) prepare: &'static [&'static str],
    /// The statement.
    pub(crate) sql: &'static str,
    /// What undoes a statement that the server refuses in a transaction; others are rolled back.
    pub(crate) undo: &'static [&'static str],
    /// Whether the server refuses it in a transaction.
    pub(crate) alone: bool,
}

const fn operation(name: &'static str, sql: &'static str) -> Operation {
    Operation { name, prepare: &[], sql, undo: &[], alone: false }
}

pub(crate) const EVERYWHERE: &[Operation] = &[
    operation("set NOT NULL", "ALTER TABLE t ALTER COLUMN n SET NOT NULL"),
    Operation {
        name: "validate a CHECK",
        prepare: &["ALTER TABLE t ADD CONSTRAINT positive CHECK (n >= 0) NOT VALID"],
        sql: "ALTER TABLE t VALIDATE CONSTRAINT positive",
        undo: &["ALTER TABLE t DROP CONSTRAINT positive"],
        alone: false,
    },
    operation("index, integer", "CREATE INDEX made ON t (n)"),
    Operation {
        name: "index, concurrently",
        prepare: &[],
        sql: "CREATE INDEX CONCURRENTLY made ON t (n)",
        undo: &["DROP INDEX made"],
        alone: true,
    },
    operation("unique constraint", "ALTER TABLE t ADD CONSTRAINT made UNIQUE (n, id)"),
    operation("column, constant default", "ALTER TABLE t ADD COLUMN made integer NOT NULL DEFAULT 7"),
    operation("column, volatile default", "ALTER TABLE t ADD COLUMN made uuid DEFAULT gen_random_uuid()"),
    operation("integer to bigint", "ALTER TABLE t ALTER COLUMN n TYPE bigint"),
    operation("REINDEX TABLE", "REINDEX TABLE t"),
    operation("update of all rows", "UPDATE t SET n = n + 1"),
    operation("update of every eighth row", "UPDATE t SET n = n + 1 WHERE id % 8 = 0"),
    operation("delete of every fourth row", "DELETE FROM t WHERE id % 4 = 0"),
    operation("VACUUM FULL", "VACUUM FULL t"),
];

/// What the server refuses in a transaction, or cannot roll back.
pub(crate) fn runs_alone(operation: &Operation) -> bool {
    operation.alone || operation.sql.starts_with("VACUUM")
}

pub(crate) const SHAPES: &[Shape] = &[
    Shape {
        name: "events",
        about: "few columns, loaded in order",
        setup: &[
            "CREATE TABLE t (id bigint NOT NULL, n integer, kind smallint, at timestamptz)",
            "INSERT INTO t SELECT g, (hashint4(g) & 2147483647), g % 20, timestamptz '2025-01-01' + g * interval '1 second' \
             FROM generate_series(1, {rows}) g",
            "ALTER TABLE t ADD PRIMARY KEY (id)",
        ],
        also: &[
            operation("index, timestamp in order", "CREATE INDEX made ON t (at)"),
            operation("index, BRIN", "CREATE INDEX made ON t USING brin (at)"),
            operation("index, few values", "CREATE INDEX made ON t (kind)"),
        ],
    },
    Shape {
        name: "customers",
        about: "names of any length, half of the notes empty, three indexes",
        setup: &[
            "CREATE TABLE t (id integer NOT NULL, n integer, name text, mail varchar(80), note text, active boolean, paid numeric(10,2))",
            "INSERT INTO t SELECT g, hashint4(g) & 2147483647, left(md5(g::text) || md5((g + 1)::text), 6 + g % 30), \
             left(md5((g * 7)::text), 5 + g % 20) || '@example.org', \
             CASE WHEN g % 2 = 0 THEN repeat('seen ', g % 12) END, g % 3 = 0, (g % 9000) / 7.0 FROM generate_series(1, {rows}) g",
            "ALTER TABLE t ADD PRIMARY KEY (id)",
            "CREATE INDEX ON t (mail)",
            "CREATE INDEX ON t (paid)",
        ],
        also: &[
            operation("index, text", "CREATE INDEX made ON t (name)"),
            operation("index, lower(text)", "CREATE INDEX made ON t (lower(name))"),
        ],
    },
    Shape {
        name: "order lines",
        about: "a random UUID as key, a foreign key",
        setup: &[
            "CREATE TABLE p (id integer PRIMARY KEY, name text)",
            "INSERT INTO p SELECT g, md5(g::text) FROM generate_series(0, {rows} / 20) g",
            "CREATE TABLE t (id integer NOT NULL, n integer, parent integer, u uuid NOT NULL, price double precision)",
            "INSERT INTO t SELECT g, hashint4(g) & 2147483647, g % ({rows} / 20), md5(g::text)::uuid, g / 3.0 \
             FROM generate_series(1, {rows}) g",
            "ALTER TABLE t ADD PRIMARY KEY (u)",
        ],
        also: &[
            Operation {
                name: "validate a foreign key",
                prepare: &["ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (parent) REFERENCES p NOT VALID"],
                sql: "ALTER TABLE t VALIDATE CONSTRAINT f",
                undo: &["ALTER TABLE t DROP CONSTRAINT f"],
                alone: false,
            },
            operation("index, uuid", "CREATE INDEX made ON t (u)"),
        ],
    },
];
