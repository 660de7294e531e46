//! The bodies of functions that turn the values of one column into another's.

use altimeter_catalog::{Converts, Follow};

use super::in_step::dollar_tag;
use crate::expression::put_for_column;
use crate::quoting::quote;

/// The body of a trigger function, dollar-quoted. It touches nothing but the row at hand, so it needs no privilege.
pub(super) fn print_body(it: &Follow) -> String {
    let leader = format!("NEW.{}", quote(&it.leader));
    let follower = format!("NEW.{}", quote(&it.follower));
    let value = put_for_column(&it.value, &it.leader, &leader);
    let work = if it.may_fail {
        format!(
            "  BEGIN\n    {follower} := {value};\n  EXCEPTION WHEN {CANNOT_BE_HAD} THEN\n\
             \x20   -- There is no such value: whoever writes the row must not be refused for it.\n\
             \x20   {follower} := NULL;\n  END;\n"
        )
    } else {
        format!("  {follower} := {value};\n")
    };
    let tag = dollar_tag(&work);
    format!("{tag}\nBEGIN\n{work}  RETURN NEW;\nEND\n{tag}")
}

/// What the server says of a value it cannot convert: a value out of range or ill-formed (class 22), one a domain
/// refuses (class 23), and what a function of the users' own raises.
pub(super) const CANNOT_BE_HAD: &str = "data_exception OR integrity_constraint_violation OR raise_exception";

/// The body of a function of one value that says whether it can be converted, dollar-quoted.
pub(super) fn print_test(it: &Converts) -> String {
    let value = put_for_column(&it.value, &it.column, "$1");
    let work = format!(
        "DECLARE\n  converted {};\nBEGIN\n  converted := {value};\n  RETURN true;\n\
         EXCEPTION WHEN {CANNOT_BE_HAD} THEN\n  RETURN false;\nEND\n",
        it.to
    );
    let tag = dollar_tag(&work);
    format!("{tag}\n{work}{tag}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_leader_is_taken_from_the_row() {
        let it = Follow {
            leader: "a b".to_owned(),
            follower: "n".to_owned(),
            value: "\"a b\"::integer".to_owned(),
            may_fail: true,
        };
        assert!(
            print_body(&it).contains("NEW.n := NEW.\"a b\"::integer;\n  EXCEPTION"),
            "{}",
            print_body(&it)
        );
    }
}
