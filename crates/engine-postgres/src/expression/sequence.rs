//! The sequence a default takes its values from.

use altimeter_catalog::{Catalog, Name};
use squawk_syntax::SyntaxKind;

use crate::parse;

/// The sequence named in a default's `nextval('…')`, if there is one.
pub(crate) fn sequence_in(catalog: &Catalog, default: &str) -> Option<Name> {
    let node = parse::parse_expression(default)?;
    let calls = node.descendants().filter(|n| n.kind() == SyntaxKind::CALL_EXPR);
    let mut named = calls.filter(|call| {
        call.first_child().is_some_and(|callee| parse::path(&callee).last().is_some_and(|n| n == "nextval"))
    });
    let text = parse::tokens(&named.next()?).find(|t| t.kind() == SyntaxKind::STRING)?.text().to_owned();
    let quoted = text.trim_matches('\'').replace("''", "'");
    let mut parts = parse::parse_expression(&quoted).map(|n| parse::path(&n))?;
    let name = parts.pop()?;
    catalog.resolve(parts.pop().as_deref(), &name)
}

#[cfg(test)]
mod tests {
    use altimeter_catalog::Sequence;

    use super::*;

    #[test]
    fn a_sequence_is_found_by_the_name_in_the_default() {
        let mut catalog = Catalog::default();
        catalog.server.search_path = vec!["public".to_owned()];
        for name in ["t_id_seq", "Odd seq"] {
            catalog.sequences.insert(Sequence {
                name: Name::new("public", name),
                owned_by: None,
                type_name: "bigint".to_owned(),
                used: None,
                options: None,
            });
        }
        let found = |default| sequence_in(&catalog, default).map(|n| n.name);
        assert_eq!(found("nextval('t_id_seq'::regclass)").as_deref(), Some("t_id_seq"));
        assert_eq!(found("pg_catalog.nextval('public.\"Odd seq\"')").as_deref(), Some("Odd seq"));
        assert_eq!(found("1 + 2"), None);
        assert_eq!(found("nextval('nope')"), None);
    }
}
