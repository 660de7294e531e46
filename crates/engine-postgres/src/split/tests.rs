//! What ends a statement, what does not, and what is no statement.

use super::*;

fn texts(sql: &str) -> Vec<(&str, u32)> {
    split(sql).into_iter().map(|c| (&sql[c.piece.span], c.piece.line)).collect()
}

fn pieces(sql: &str) -> Vec<&str> {
    texts(sql).into_iter().map(|(text, _)| text).collect()
}

#[test]
fn statements_end_at_their_own_semicolon() {
    let sql = "-- first; not here\nSELECT ';';\n\nDO $$ a; b $$ ; /* ; /* ; */ ; */\nCREATE RULE r AS ON INSERT TO t DO (a; b);x";
    let expected =
        [("SELECT ';'", 2), ("DO $$ a; b $$", 4), ("CREATE RULE r AS ON INSERT TO t DO (a; b)", 5), ("x", 5)];
    assert_eq!(texts(sql), expected);
}

#[test]
fn quotes_of_all_kinds() {
    for one in [
        "SELECT E'it\\'s; ' || 'a''; '",
        "SELECT E'a'\n  'b\\'; '",
        "SELECT U&\"d\\0061t;\" , U&'\\0061;' UESCAPE '!'",
        "SELECT $tag$ $$ ; $tagg$ ; $tag$",
        "SELECT a$b$c, $1",
        "SELECT B'1;0', N'x;'",
    ] {
        assert_eq!(pieces(&format!("{one};\nSELECT 2")), [one, "SELECT 2"]);
    }
}

#[test]
fn what_never_ends_reaches_to_the_end() {
    for begin in ["SELECT 'open", "SELECT \"open", "DO $x$ BEGIN", "SELECT /* open", "/* open"] {
        let sql = format!("SELECT 1; {begin}; SELECT 2;\n$$");
        assert_eq!(pieces(&sql), ["SELECT 1", &sql[10..]], "{sql}");
    }
    // A bracket that lacks its end does not: what follows is another statement.
    assert_eq!(pieces("CREATE TABLE t (a int; SELECT 1"), ["CREATE TABLE t (a int", "SELECT 1"]);
}

#[test]
fn bodies_of_statements() {
    let function = "CREATE OR REPLACE FUNCTION f(a int) RETURNS int\nBEGIN ATOMIC\n SELECT CASE WHEN a > 0 THEN 1 END AS end;\n \
                    SELECT (CASE a WHEN 1 THEN 2 END), t.case FROM t;\nEND";
    let procedure = "CREATE PROCEDURE p() LANGUAGE sql BEGIN ATOMIC INSERT INTO t VALUES (1); END";
    let plain = "CREATE FUNCTION g() RETURNS int LANGUAGE sql RETURN 1";
    assert_eq!(
        pieces(&format!("{function};{procedure};{plain};BEGIN;END")),
        [function, procedure, plain, "BEGIN", "END"]
    );
}

#[test]
fn rows_are_counted_and_left_out() {
    let sql = "COPY public.t (a, b) FROM stdin;\n1\t'\n2\t;\n\\.\n\nSELECT 1;\nCOPY u TO stdout;\nCOPY v FROM STDIN WITH (FORMAT csv); \r\n\\.\r\nSELECT 2";
    let cuts = split(sql);
    let found: Vec<_> =
        cuts.iter().map(|c| (&sql[c.piece.span.clone()], c.piece.data_rows, c.piece.line)).collect();
    assert_eq!(
        found,
        [
            ("COPY public.t (a, b) FROM stdin", Some(2), 1),
            ("SELECT 1", None, 6),
            ("COPY u TO stdout", None, 7),
            ("COPY v FROM STDIN WITH (FORMAT csv)", Some(0), 8),
            ("SELECT 2", None, 10)
        ]
    );
    let sql = "\\copy t from stdin csv\n1\n2\n3";
    assert_eq!(split(sql)[0].piece.data_rows, Some(3));
}

#[test]
fn commands_of_psql_are_pieces_of_their_own() {
    let sql = "\\set ON_ERROR_STOP on\n\\c shop \\timing\nSELECT 1 \\gexec\nSELECT\n\\echo 'a\\\\b' \\\\ 2;\nSELECT 3 \\; SELECT 4;";
    assert_eq!(
        pieces(sql),
        [
            "\\set ON_ERROR_STOP on",
            "\\c shop",
            "\\timing",
            "SELECT 1",
            "\\gexec",
            "\\echo 'a\\\\b'",
            "SELECT\n\\echo 'a\\\\b' \\\\ 2",
            "SELECT 3",
            "SELECT 4"
        ]
    );
    let cuts = split(sql);
    assert_eq!(cuts[6].reading(sql).as_deref(), Some("SELECT\n    2"));
}

#[test]
fn variables_of_psql_are_filled_in() {
    let sql =
        "\\set t 'my ''table'\n\\set n 3\nSELECT :n, :'t', :\"t\", a[1:n], b::int, ':n', :{?n}, :unknown";
    let cut = &split(sql)[2];
    // A slice is no exception: psql leaves a colon alone only where no variable has that name.
    let read = "SELECT 3, 'my ''table', \"my 'table\", a[13], b::int, ':n', TRUE, :unknown";
    assert_eq!(cut.reading(sql).as_deref(), Some(read));
    let (written, text) = cut.with_stand_ins(sql).unwrap();
    assert_eq!((written, text.ends_with("TRUE, $1")), (":unknown", true));
    let (written, text) = split("ALTER TABLE ${schema}.t_${x} ADD c int")[0]
        .with_stand_ins("ALTER TABLE ${schema}.t_${x} ADD c int")
        .map(|(w, t)| (w.to_owned(), t))
        .unwrap();
    assert_eq!(
        (written.as_str(), text.as_str()),
        ("${schema}", "ALTER TABLE placeholder.t_placeholder ADD c int")
    );
}

#[test]
fn backslashes_escape_where_the_text_says_so() {
    let sql = "SET standard_conforming_strings = off;\nSELECT 'it\\'s; ';\nSET standard_conforming_strings TO 'on';\nSELECT '\\';";
    let cuts = split(sql);
    assert_eq!(cuts.len(), 4);
    assert_eq!(cuts[1].reading(sql).as_deref(), Some("SELECT 'it''s; '"));
    assert_eq!(cuts[3].reading(sql), None);
}

#[test]
fn separators_of_other_clients() {
    let sql = "DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; END //\nDELIMITER $$\nSELECT 1; END$$\nDELIMITER ;\nSELECT 2;\nGO\nSELECT 6\n/\n3;\n/\n";
    assert_eq!(
        pieces(sql),
        [
            "DELIMITER //",
            "CREATE PROCEDURE p() BEGIN SELECT 1; END",
            "DELIMITER $$",
            "SELECT 1; END",
            "DELIMITER ;",
            "SELECT 2",
            "GO",
            "SELECT 6\n/\n3",
            "/"
        ]
    );
}

#[test]
fn an_error_has_its_place_in_the_text() {
    let sql = "\u{feff}\\set n 1000\nSELECT 'é', :n, E'x', oops";
    let cut = &split(sql)[1];
    let reading = cut.reading(sql).unwrap();
    let error = cut.syntax_error(sql, reading.find("oops").unwrap(), String::new());
    assert_eq!((error.at, error.line, error.column), (sql.find("oops").unwrap(), 2, 23));
}

/// A dump as `pg_dump` makes it: rows by COPY and by INSERT, functions, comments.
fn dump(megabytes: usize) -> String {
    let rows = "1\tsome text; it's a \\N row\t$$\t2024-01-01 00:00:00\n".repeat(2_000);
    let inserts = "INSERT INTO public.t VALUES (1, 'it''s; text', NULL, 12.5, E'\\\\x00');\n".repeat(1_000);
    let part = format!(
        "--\n-- Name: f(); Type: FUNCTION\n--\n\nCREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $_$ BEGIN; RETURN 1; END $_$;\n\
         COPY public.t (a, b, c, d) FROM stdin;\n{rows}\\.\n\n{inserts}"
    );
    part.repeat(megabytes * 1_000_000 / part.len() + 1)
}

#[test]
fn a_large_text_takes_time_in_proportion() {
    let time = |megabytes| {
        let text = dump(megabytes);
        let before = std::time::Instant::now();
        let cuts = split(&text).len();
        (cuts, before.elapsed().as_secs_f64())
    };
    let (few, short) = time(1);
    let (many, long) = time(8);
    assert!(many > few * 7);
    // Eight times the text; with the square it would be sixty-four times the time.
    assert!(long < short * 32.0 + 0.5, "{short} s, {long} s");
}
