//! Bodies of functions: which relations their statements read and write, what they call, and whether the server would
//! put one in place of its call.
//!
//! A body is read here and dropped: the catalog keeps relations and commands only. SQL and PL/pgSQL are understood;
//! of a body with dynamic SQL, or in another language, nothing is claimed.

use altimeter_catalog::{Catalog, Name, RoutineStatement, Volatility};
use squawk_syntax::ast::{self, AstNode as _};
use squawk_syntax::{SourceFile, SyntaxKind, SyntaxNode};

use crate::expression;
use crate::parse;
#[cfg(feature = "live")]
pub(crate) use crate::parse::identifier;

/// What a body does, names as it writes them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Body {
    /// Relations with the command that uses them, in order, each pair once.
    pub(crate) uses: Vec<(String, Vec<String>)>,
    /// Functions and procedures it calls, each once.
    pub(crate) calls: Vec<Vec<String>>,
    /// The expression a body of one `SELECT expression` consists of.
    pub(crate) expression: Option<String>,
}

/// Reads a body as the server keeps it (`prosrc`, or what `pg_get_function_sqlbody` prints). None if it is in another
/// language, runs dynamic SQL, or is not understood.
pub(crate) fn read(language: &str, text: &str) -> Option<Body> {
    if parse::too_deep(text).is_some() {
        return None;
    }
    let roots = match language {
        "sql" => read_sql(text)?,
        "plpgsql" => read_plpgsql(text)?,
        _ => return None,
    };
    Some(Body { expression: only_expression(&roots), ..read_nodes(&roots) })
}

/// Reads a rule as the server prints it, its condition and its actions.
#[cfg(feature = "live")]
pub(crate) fn read_rule(definition: &str) -> Option<Body> {
    if parse::too_deep(definition).is_some() {
        return None;
    }
    let parse = SourceFile::parse(definition);
    let root = parse.errors().is_empty().then(|| parse.syntax_node())?;
    Some(read_nodes(&rule_parts(&parse::find(&root, SyntaxKind::CREATE_RULE)?)))
}

/// The condition and the actions of a `CREATE RULE`.
pub(crate) fn rule_parts(rule: &SyntaxNode) -> Vec<SyntaxNode> {
    let condition =
        parse::child(rule, SyntaxKind::RULE_ON).and_then(|n| parse::child(&n, SyntaxKind::WHERE_CLAUSE));
    condition.into_iter().chain(parse::child(rule, SyntaxKind::RULE_DO)).collect()
}

/// What statements of any kind use and call.
pub(crate) fn read_nodes(roots: &[SyntaxNode]) -> Body {
    let mut body = Body::default();
    for node in roots.iter().flat_map(SyntaxNode::descendants) {
        match node.kind() {
            SyntaxKind::RELATION_NAME_REF | SyntaxKind::TABLE_NAME_REF | SyntaxKind::VIEW_REF => {
                let parts = parse::path(&node);
                if !is_cte(&node, &parts) {
                    add(&mut body.uses, (command(&node), parts));
                }
            }
            SyntaxKind::CALL_EXPR => {
                // `EXISTS (…)` looks like a call, of a query.
                let named =
                    |n: &SyntaxNode| matches!(n.kind(), SyntaxKind::NAME_REF | SyntaxKind::FIELD_EXPR);
                if let Some(callee) = node.first_child().filter(named) {
                    add(&mut body.calls, parse::path(&callee));
                }
            }
            SyntaxKind::PROCEDURE_NAME_REF => add(&mut body.calls, parse::path(&node)),
            _ => {}
        }
    }
    body
}

fn add<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

/// The statements of an SQL body: a list of them, or `BEGIN ATOMIC … END` or `RETURN …` in standard syntax.
fn read_sql(text: &str) -> Option<Vec<SyntaxNode>> {
    let first = text.split_whitespace().next().unwrap_or_default();
    let standard = first.eq_ignore_ascii_case("begin") || first.eq_ignore_ascii_case("return");
    let parse = if standard {
        SourceFile::parse(&format!("CREATE FUNCTION f() RETURNS void LANGUAGE sql {text}"))
    } else {
        SourceFile::parse(text)
    };
    if !parse.errors().is_empty() {
        return None;
    }
    let root = parse.syntax_node();
    if !standard {
        return Some(root.children().collect());
    }
    if let Some(body) = parse::find(&root, SyntaxKind::ATOMIC_BODY) {
        return Some(body.children().collect());
    }
    parse::find(&root, SyntaxKind::RETURN_STMT).map(|n| vec![n])
}

fn read_plpgsql(text: &str) -> Option<Vec<SyntaxNode>> {
    let mut tag = "$body$".to_owned();
    while text.contains(&tag) {
        tag.insert(1, 'x');
    }
    let parse = SourceFile::parse(&format!("DO {tag}{text}{tag}"));
    let block = parse.syntax_node().children().find_map(ast::Do::cast)?.plpgsql()?.syntax();
    let mut roots = vec![block.clone()];
    for node in block.descendants() {
        match node.kind() {
            SyntaxKind::PLPGSQL_DYN_EXECUTE_STMT
            | SyntaxKind::PLPGSQL_FOR_DYN_STMT
            | SyntaxKind::PLPGSQL_OPEN_EXECUTE
            | SyntaxKind::PLPGSQL_RETURN_QUERY_EXECUTE_STMT => return None,
            // The block's grammar does not know every place of INTO; plain SQL knows the statement without it.
            SyntaxKind::ERROR if !inside(&node, SyntaxKind::ERROR) => {
                roots.extend(read_sql(&without_into(&node))?)
            }
            _ => {}
        }
    }
    Some(roots)
}

fn inside(node: &SyntaxNode, kind: SyntaxKind) -> bool {
    node.ancestors().skip(1).any(|n| n.kind() == kind)
}

/// A statement's text without `INTO variable, …`, which may stand nearly anywhere in it.
pub(crate) fn without_into(node: &SyntaxNode) -> String {
    let mut text = String::new();
    let mut before = None;
    let mut tokens = parse::tokens(node).peekable();
    while let Some(token) = tokens.next() {
        let of_insert = matches!(before, Some(SyntaxKind::INSERT_KW | SyntaxKind::MERGE_KW));
        before = Some(token.kind());
        if token.kind() == SyntaxKind::INTO_KW && !of_insert {
            tokens.next_if(|t| t.kind() == SyntaxKind::STRICT_KW);
            while tokens.next().is_some()
                && tokens.next_if(|t| matches!(t.kind(), SyntaxKind::DOT | SyntaxKind::COMMA)).is_some()
            {
            }
            continue;
        }
        text.push_str(token.text());
        text.push(' ');
    }
    text
}

/// The word that says which lock the command takes on the relation a reference names.
fn command(reference: &SyntaxNode) -> String {
    for node in reference.ancestors() {
        match node.kind() {
            SyntaxKind::RELATION_FROM_ITEM => {
                let query = node.ancestors().find(|n| n.kind() == SyntaxKind::SELECT);
                let locks = query.is_some_and(|q| parse::has(&q, SyntaxKind::LOCKING_CLAUSE));
                return if locks { "SELECT FOR UPDATE" } else { "SELECT" }.to_owned();
            }
            SyntaxKind::TABLE => return "SELECT".to_owned(),
            SyntaxKind::INSERT | SyntaxKind::UPDATE | SyntaxKind::DELETE | SyntaxKind::MERGE => {
                return format!("{:?}", node.kind());
            }
            _ => {}
        }
        let top = |parent: &SyntaxNode| {
            matches!(
                parent.kind(),
                SyntaxKind::SOURCE_FILE | SyntaxKind::ATOMIC_BODY | SyntaxKind::PLPGSQL_EXEC_SQL_STMT
            )
        };
        if node.parent().is_none_or(|parent| top(&parent)) {
            return parse::tokens(&node).next().map(|t| t.text().to_uppercase()).unwrap_or_default();
        }
    }
    String::new()
}

/// Whether a bare name means a query's own `WITH` and not a relation. Inside its own definition it does not, unless
/// that is recursive.
fn is_cte(reference: &SyntaxNode, parts: &[String]) -> bool {
    let [name] = parts else { return false };
    let clauses = reference.ancestors().filter_map(|n| parse::child(&n, SyntaxKind::WITH_CLAUSE));
    clauses.flat_map(|clause| clause.children().collect::<Vec<_>>()).any(|table| {
        let defines = table.kind() == SyntaxKind::WITH_TABLE
            && parse::child(&table, SyntaxKind::CTE_NAME).is_some_and(|n| &parse::name_of(&n) == name);
        let inside = reference.ancestors().any(|n| n == table);
        let recursive = table.parent().is_some_and(|c| parse::has(&c, SyntaxKind::RECURSIVE_KW));
        defines && (!inside || recursive)
    })
}

/// The expression of a body that is one `SELECT` of one expression and nothing else, or one `RETURN`.
fn only_expression(roots: &[SyntaxNode]) -> Option<String> {
    let [node] = roots else { return None };
    let expression = match node.kind() {
        SyntaxKind::RETURN_STMT => node.first_child()?,
        SyntaxKind::SELECT => {
            let [clause] = node.children().collect::<Vec<_>>().try_into().ok()?;
            let [list] = clause.children().collect::<Vec<_>>().try_into().ok()?;
            let [target] = list.children().collect::<Vec<_>>().try_into().ok()?;
            if clause.kind() != SyntaxKind::SELECT_CLAUSE || list.kind() != SyntaxKind::TARGET_LIST {
                return None;
            }
            target.first_child()?
        }
        _ => return None,
    };
    Some(parse::text_of(&expression))
}

/// The volatility of the body where the server would put it in place of a call: `immutable`, `stable` or `volatile`;
/// none where it would not, or where it calls what is not known. `declared` is the function's own volatility: a body
/// that is worse than it says is not inlined (server source, `inline_function`; that the function is not SECURITY
/// DEFINER, not strict, returns no set and has no settings of its own is the caller's to know).
pub(crate) fn inlined(catalog: &Catalog, body: &Body, declared: &str) -> Option<String> {
    let expression = body.expression.as_deref()?;
    let node = parse::parse_expression(expression)?;
    if node.kind() == SyntaxKind::LITERAL {
        return Some("immutable".to_owned());
    }
    match expression::volatility(catalog, expression) {
        Volatility::Constant if declared == "immutable" => Some("immutable".to_owned()),
        Volatility::Constant => Some("stable".to_owned()),
        Volatility::Volatile if declared == "volatile" => Some("volatile".to_owned()),
        Volatility::Volatile | Volatility::Unknown => None,
    }
}

/// The statements of a body on relations there are, its names looked up along a search path.
pub(crate) fn statements(
    body: &Body,
    search_path: &[String],
    exists: &dyn Fn(&Name) -> bool,
) -> Vec<RoutineStatement> {
    let mut found = Vec::new();
    for (command, parts) in &body.uses {
        if let Some(relation) = resolve(parts, search_path, exists) {
            add(&mut found, RoutineStatement { command: command.clone(), relation });
        }
    }
    found
}

/// The name a body means, if there is something of that name.
pub(crate) fn resolve(
    parts: &[String],
    search_path: &[String],
    exists: &dyn Fn(&Name) -> bool,
) -> Option<Name> {
    match parts {
        [.., schema, name] => Some(Name::new(schema, name)).filter(|n| exists(n)),
        [name] => search_path.iter().map(|schema| Name::new(schema, name)).find(|n| exists(n)),
        [] => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uses(language: &str, text: &str) -> Option<Vec<String>> {
        let body = read(language, text)?;
        Some(body.uses.iter().map(|(command, parts)| format!("{command} {}", parts.join("."))).collect())
    }

    #[test]
    fn statements_are_found_wherever_a_body_has_them() {
        let text = "DECLARE c CURSOR FOR SELECT * FROM t1; v int := (SELECT max(x) FROM t2); BEGIN \
             IF EXISTS (SELECT 1 FROM t3) THEN INSERT INTO s.t4 (a) SELECT b FROM t5 JOIN \"T 6\" USING (a); END IF; \
             FOR r IN SELECT * FROM t8 FOR UPDATE LOOP PERFORM t.g(1) FROM t7; END LOOP; v := count(*) FROM t9; \
             UPDATE t10 SET a = 1 FROM t11; RETURN QUERY SELECT * FROM t14; TRUNCATE t18; CALL p(); \
             WITH q AS (SELECT * FROM t15) SELECT 1 FROM q INTO STRICT v, r.a; \
             SELECT a INTO v FROM t16; SELECT a FROM t17 INTO v; END";
        let expected = [
            "SELECT t1",
            "SELECT t2",
            "SELECT t3",
            "INSERT s.t4",
            "SELECT t5",
            "SELECT T 6",
            "SELECT FOR UPDATE t8",
            "SELECT t7",
            "SELECT t9",
            "UPDATE t10",
            "SELECT t11",
            "SELECT t14",
            "TRUNCATE t18",
            "SELECT t15",
            "SELECT t16",
            "SELECT t17",
        ];
        assert_eq!(uses("plpgsql", text).unwrap(), expected);
        let calls = read("plpgsql", text).unwrap().calls;
        assert_eq!(calls, [vec!["max"], vec!["t", "g"], vec!["count"], vec!["p"]]);
        let sql = "WITH q AS (DELETE FROM q RETURNING *) INSERT INTO z SELECT * FROM q; TABLE y";
        assert_eq!(uses("sql", sql).unwrap(), ["DELETE q", "INSERT z", "SELECT y"]);
        let standard =
            "BEGIN ATOMIC SELECT a FROM s.t; MERGE INTO u USING w ON true WHEN MATCHED THEN DELETE; END";
        assert_eq!(uses("sql", standard).unwrap(), ["SELECT s.t", "MERGE u", "SELECT w"]);
    }

    #[test]
    fn nothing_is_claimed_of_what_cannot_be_read() {
        for (language, text) in [
            ("plpgsql", "BEGIN EXECUTE 'DROP TABLE t'; END"),
            ("plpgsql", "BEGIN FOR r IN EXECUTE 'SELECT 1' LOOP END LOOP; END"),
            ("plpgsql", "BEGIN RETURN QUERY EXECUTE x; END"),
            ("plpgsql", "BEGIN this is not SQL; END"),
            ("sql", "SELEC 1"),
            ("plpython3u", "return 1"),
        ] {
            assert_eq!(read(language, text), None, "{text}");
        }
        assert_eq!(uses("sql", "").unwrap(), [""; 0]);
        assert_eq!(uses("plpgsql", "BEGIN NULL; /* $body$ */ END").unwrap(), [""; 0]);
    }

    #[test]
    fn only_a_single_expression_is_inlined() {
        let catalog = Catalog::default();
        let of = |text: &str, declared: &str| inlined(&catalog, &read("sql", text).unwrap(), declared);
        assert_eq!(of("SELECT 42", "volatile").as_deref(), Some("immutable"));
        assert_eq!(of("select now() -- now\n;", "volatile").as_deref(), Some("stable"));
        assert_eq!(of("RETURN lower('A')", "volatile").as_deref(), Some("stable"));
        assert_eq!(of("SELECT random()", "volatile").as_deref(), Some("volatile"));
        assert_eq!(of("SELECT random()", "stable"), None);
        for text in [
            "SELECT 1 LIMIT 1",
            "SELECT 1, 2",
            "SELECT 1; SELECT 2",
            "SELECT a FROM t",
            "SELECT (SELECT 1)",
            "SELECT nobody_knows()",
            "WITH q AS (SELECT 1) SELECT 1",
            "VALUES (1)",
            "SELECT DISTINCT 1",
            "",
        ] {
            assert_eq!(of(text, "volatile"), None, "{text}");
        }
    }
}
