//! What follows from what: a small prover over comparisons with constants, as the server has one for partition bounds
//! and CHECK constraints (`predicate_implied_by` in the server's `predtest.c`). What it cannot prove does not follow.

mod condition;
mod value;

use altimeter_catalog::{ConstraintKind, Table};

pub(crate) use condition::{Condition, Operator, subject};
pub(crate) use value::Value;

/// Longer lists than this the server does not take apart (`MAX_SAOP_ARRAY_SIZE` in `predtest.c`).
const LONGEST_LIST: usize = 100;

/// What the server knows of every row of a table: its validated and enforced CHECKs, and its NOT NULLs
/// (`ConstraintImpliedByRelConstraint` in the server's `tablecmds.c`).
pub(crate) fn known_of(table: &Table) -> Condition {
    let checks = table
        .constraints
        .iter()
        .filter(|c| c.kind == ConstraintKind::Check && c.validated && !c.not_enforced)
        .map(|c| Condition::parse(&c.definition));
    // From 18 on a NOT NULL too can hold for new rows only.
    let unproved = |column: &str| {
        let of_column = |c: &&altimeter_catalog::Constraint| {
            c.kind == ConstraintKind::NotNull && c.columns.iter().any(|c| c == column)
        };
        table.constraints.iter().find(of_column).is_some_and(|c| !c.validated)
    };
    let present = table
        .columns
        .iter()
        .filter(|c| c.not_null && !unproved(&c.name))
        .map(|c| Condition::NotNull(c.name.clone()));
    Condition::All(checks.chain(present).collect())
}

/// Whether `wanted` is not false wherever `given` is not false.
pub(crate) fn implies(given: &Condition, wanted: &Condition) -> bool {
    match (given, wanted) {
        (Condition::Any(parts), _) if parts.len() > LONGEST_LIST => given == wanted,
        (_, Condition::All(parts)) => parts.iter().all(|wanted| implies(given, wanted)),
        (Condition::Any(parts), _) => parts.iter().all(|given| implies(given, wanted)),
        (Condition::All(given), Condition::Any(wanted)) => {
            given
                .iter()
                .any(|g| wanted.iter().any(|w| implies(g, w)) || implies(g, &Condition::Any(wanted.clone())))
                || wanted.iter().any(|w| implies(&Condition::All(given.clone()), w))
        }
        (Condition::All(parts), _) => parts.iter().any(|given| implies(given, wanted)),
        (_, Condition::Any(parts)) => parts.iter().any(|wanted| implies(given, wanted)),
        (Condition::Known(false), _) | (_, Condition::Known(true)) => true,
        (
            Condition::Compare { subject: a, operator: given, value: Some(x) },
            Condition::Compare { subject: b, operator: wanted, value: Some(y) },
        ) => a == b && comparison_implies(*given, x, *wanted, y),
        (given, wanted) => given == wanted,
    }
}

/// Whether no row can satisfy both. What cannot be told may be.
pub(crate) fn excludes(left: &Condition, right: &Condition) -> bool {
    match (left, right) {
        (Condition::Known(false), _) | (_, Condition::Known(false)) => true,
        (Condition::Any(parts), other) | (other, Condition::Any(parts)) => {
            parts.iter().all(|part| excludes(part, other))
        }
        (Condition::All(these), Condition::All(those)) => {
            these.iter().any(|part| excludes(part, right)) || those.iter().any(|part| excludes(left, part))
        }
        (Condition::All(parts), other) | (other, Condition::All(parts)) => {
            parts.iter().any(|part| excludes(part, other))
        }
        (Condition::IsNull(a), Condition::NotNull(b) | Condition::Compare { subject: b, .. })
        | (Condition::NotNull(a) | Condition::Compare { subject: a, .. }, Condition::IsNull(b)) => a == b,
        (
            Condition::Compare { subject: a, operator: one, value: Some(x) },
            Condition::Compare { subject: b, operator: two, value: Some(y) },
        ) => a == b && comparison_implies(*one, x, two.negated(), y),
        _ => false,
    }
}

/// Whether `s given x` implies `s wanted y` (the server's `BT_implies_table`).
fn comparison_implies(given: Operator, x: &Value, wanted: Operator, y: &Value) -> bool {
    use Operator::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
    let holds = |operator| condition::known(x, operator, y) == Some(true);
    match (given, wanted) {
        (Equal, _) => holds(wanted),
        (Less, Less | LessEqual) | (LessEqual, LessEqual) => holds(LessEqual),
        (LessEqual, Less) => holds(Less),
        (Greater, Greater | GreaterEqual) | (GreaterEqual, GreaterEqual) => holds(GreaterEqual),
        (GreaterEqual, Greater) => holds(Greater),
        (Less, NotEqual) => holds(LessEqual),
        (LessEqual, NotEqual) => holds(Less),
        (Greater, NotEqual) => holds(GreaterEqual),
        (GreaterEqual, NotEqual) => holds(Greater),
        (NotEqual, NotEqual) => x.is(y) == Some(true),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_proofs() {
        let bound = "k IS NOT NULL AND k >= 200 AND k < 300";
        for (given, wanted, follows) in [
            ("k IS NOT NULL AND k >= 200 AND k < 300", bound, true),
            ("k >= 200 AND k < 300", bound, false),
            ("k IS NOT NULL AND k BETWEEN 210 AND 299", bound, true),
            ("k IS NOT NULL AND k > 199 AND k < 300", bound, false),
            ("k IS NOT NULL AND k IN (200, 250)", bound, true),
            ("k IS NOT NULL AND k IN (200, 300)", bound, false),
            ("k IS NOT NULL AND (k = ANY (ARRAY[200, 250]))", bound, true),
            ("k IS NOT NULL AND 200 <= k AND 300 > k", bound, true),
            ("k IS NOT NULL AND NOT (k < 200 OR k >= 300)", bound, true),
            ("k IS NOT NULL AND ((k >= 200 AND k < 250) OR (k >= 250 AND k < 300))", bound, true),
            ("a IS NOT NULL", "a IS NOT NULL", true),
            ("a > 0", "a IS NOT NULL", false),
            ("k >= 300", "NOT (k IS NOT NULL AND k >= 200 AND k < 300)", true),
            ("k < 0 OR k >= 300", "NOT (k IS NOT NULL AND k >= 200 AND k < 300)", true),
            ("k >= 299", "NOT (k IS NOT NULL AND k >= 200 AND k < 300)", false),
            ("((k)::text = ANY ((ARRAY['a'::character varying])::text[]))", "k = 'a' OR k = 'b'", true),
            ("id = 1 AND k >= 200", "(id > 1) OR ((id = 1) AND (k >= 200))", true),
            ("id >= 2", "(id > 1) OR ((id = 1) AND (k >= 200))", true),
            ("d >= '2024-02-01'::date", "d >= '2024-01-01'", true),
            ("lower(a) = 'x'", "lower(a) = 'x'", true),
            ("lower(a) = 'x'", "a = 'x'", false),
        ] {
            assert_eq!(
                implies(&Condition::parse(given), &Condition::parse(wanted)),
                follows,
                "{given} => {wanted}"
            );
        }
    }

    #[test]
    fn a_printed_check_is_read() {
        let given = Condition::parse("CHECK (((k IS NOT NULL) AND (k >= 5))) NO INHERIT");
        assert!(implies(&given, &Condition::parse("k > 4")));
    }
}
