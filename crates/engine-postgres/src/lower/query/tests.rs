use altimeter_catalog::{Catalog, Column, Name, Table, View};

use super::*;
use crate::parse::Parsed;

fn catalog() -> Catalog {
    let table = |name: &str, columns: &[&str]| {
        let columns = columns.iter().map(|c| Column {
            name: (*c).to_owned(),
            type_name: "integer".to_owned(),
            ..Column::default()
        });
        Table { name: Name::new("public", name), columns: columns.collect(), ..Table::default() }
    };
    let mut catalog = Catalog {
        tables: vec![table("a", &["id", "x", "k"]), table("b", &["id", "y"]), table("c", &["id", "z"])]
            .into(),
        views: vec![View {
            name: Name::new("public", "v"),
            materialized: false,
            columns: vec!["id".to_owned(), "w".to_owned()],
            ..View::default()
        }]
        .into(),
        ..Catalog::default()
    };
    catalog.server.search_path = vec!["public".to_owned()];
    catalog
}

fn query(sql: &str) -> Query {
    let parsed = Parsed::new(sql);
    assert_eq!(parsed.syntax_error, None, "{sql}");
    read(&catalog(), &parsed.node().unwrap())
}

/// `a(id,x) b(id)`.
fn shown(query: &Query) -> String {
    let reads = query.reads.iter().map(|r| {
        let mut columns = r.columns.clone();
        columns.sort();
        format!("{}({})", r.relation.name, columns.join(","))
    });
    reads.collect::<Vec<_>>().join(" ")
}

#[test]
fn columns_are_found_through_every_construct() {
    for (sql, expected) in [
        ("SELECT x FROM a", "a(x)"),
        ("SELECT * FROM a", "a(id,k,x)"),
        ("SELECT count(*) FROM a", "a()"),
        ("SELECT q.* FROM a q, b", "a(id,k,x) b()"),
        ("SELECT public.a.x FROM public.a", "a(x)"),
        ("SELECT y FROM a JOIN b USING (id)", "a(id) b(id,y)"),
        ("SELECT y FROM a NATURAL JOIN b", "a(id) b(id,y)"),
        ("SELECT a.x FROM a LEFT JOIN b ON a.id = b.id AND y > 0", "a(id,x) b(id,y)"),
        ("SELECT s.n FROM (SELECT x AS n FROM a) s WHERE s.n > 0", "a(x)"),
        ("SELECT (SELECT y FROM b WHERE b.id = a.id) FROM a", "a(id) b(id,y)"),
        ("SELECT x FROM a WHERE EXISTS (SELECT 1 FROM b WHERE y = k)", "a(k,x) b(y)"),
        ("WITH a AS (SELECT y AS x FROM b) SELECT x FROM a", "b(y)"),
        (
            "WITH RECURSIVE r AS (SELECT id FROM a UNION ALL SELECT b.id FROM b, r WHERE b.y = r.id) SELECT id FROM r",
            "a(id) b(id,y)",
        ),
        ("SELECT x FROM a UNION (SELECT y FROM b EXCEPT TABLE c) ORDER BY 1", "a(x) b(y) c(id,z)"),
        ("SELECT x AS k FROM a ORDER BY k", "a(x)"),
        ("SELECT m FROM a AS t(l, m, n)", "a(x)"),
        ("SELECT a FROM a", "a(id,k,x)"),
        ("SELECT j.y FROM (a CROSS JOIN b) AS j", "a(id,k,x) b(id,y)"),
        ("SELECT f.x FROM a, LATERAL (SELECT b.y FROM b WHERE b.id = a.x) f(x)", "a(x) b(id,y)"),
        ("SELECT w FROM v", "v(w)"),
        ("SELECT relname FROM pg_class, information_schema.tables", ""),
        ("SELECT sum(x) FILTER (WHERE k > 0) OVER (PARTITION BY id) FROM a", "a(id,k,x)"),
        ("SELECT DISTINCT ON (k) x FROM a", "a(k,x)"),
        ("VALUES (1, (SELECT y FROM b))", "b(y)"),
        ("SELECT ARRAY(SELECT x FROM a)", "a(x)"),
    ] {
        assert_eq!(shown(&query(sql)), expected, "{sql}");
    }
}

#[test]
fn writes_are_told_from_reads() {
    let update = query("WITH d AS (DELETE FROM c RETURNING id) UPDATE a SET x = y FROM b WHERE a.id = b.id");
    assert_eq!(shown(&update), "b(id,y)");
    let writes: Vec<_> = update.writes.iter().map(|w| (w.command, w.target.name.as_str())).collect();
    assert_eq!(writes, [(RowsCommand::Delete, "c"), (RowsCommand::Update, "a")]);
    let upsert = query("INSERT INTO a (x) SELECT y FROM b ON CONFLICT (id) DO UPDATE SET x = excluded.x");
    assert_eq!(shown(&upsert), "b(y)");
    assert_eq!(upsert.writes[0].command, RowsCommand::Upsert);
    let merge =
        query("MERGE INTO a USING (SELECT * FROM b) s ON a.id = s.id WHEN MATCHED THEN UPDATE SET x = s.y");
    assert_eq!(shown(&merge), "b(id,y)");
    assert_eq!(merge.writes[0].command, RowsCommand::Merge);
}

#[test]
fn locked_rows_functions_and_what_is_missing() {
    let locked = query("SELECT f(a.x), s.g() FROM a, b WHERE public.h(b.y) FOR UPDATE OF b");
    let rows_locked = |q: &Query| {
        q.reads.iter().filter(|r| r.rows_locked).map(|r| r.relation.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(rows_locked(&locked), ["b"]);
    assert_eq!(locked.functions, [vec!["f"], vec!["s", "g"], vec!["public", "h"]]);
    assert_eq!(rows_locked(&query("SELECT 1 FROM (SELECT * FROM a) q FOR UPDATE")), ["a"]);
    assert_eq!(query("SELECT 1 FROM nowhere").missing(), Some(&Name::new("public", "nowhere")));
}

#[test]
fn outputs_have_names_and_types() {
    let outputs = |sql: &str| {
        let query = query(sql);
        let columns =
            query.outputs.iter().map(|o| format!("{}:{}", o.name, o.type_name.as_deref().unwrap_or("?")));
        (columns.collect::<Vec<_>>().join(" "), query.outputs_complete)
    };
    assert_eq!(
        outputs("SELECT id, x AS n, count(*), 'a' AS t, y::text, (1.5), x > 1, now() FROM a JOIN b USING (id)"),
        (
            "id:integer n:integer count:bigint t:text y:text ?column?:numeric ?column?:boolean now:timestamp with time zone".to_owned(),
            true
        )
    );
    assert_eq!(outputs("SELECT * FROM b").0, "id:integer y:integer");
    assert_eq!(outputs("VALUES (1, 'x')").0, "column1:integer column2:text");
    assert!(!outputs("SELECT * FROM f()").1);
}
