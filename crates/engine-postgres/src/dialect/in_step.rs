//! The body of a trigger function that keeps two columns of a row equal.

use altimeter_catalog::{Catalog, Column, InStep, InStepFires, Name};

use crate::quoting::quote;
use crate::types;

/// The body, dollar-quoted. It touches nothing but the row at hand, so it needs no privilege and no search path.
pub(super) fn print_body(catalog: &Catalog, it: &InStep) -> String {
    let truth = quote(&it.truth);
    let copy = quote(&it.copy);
    let differ = differs(catalog, it, &format!("NEW.{copy}"), &format!("OLD.{copy}"));
    let written = match &it.default {
        None => format!("NEW.{copy} IS NOT NULL"),
        Some(default) => {
            // The expression of a default may have another type than its column.
            let type_name = described(catalog, it).map_or("text", |c| c.type_name.as_str());
            differs(catalog, it, &format!("NEW.{copy}"), &format!("({default})::{type_name}"))
        }
    };
    let into_truth = format!(
        "  -- A writer that knows only the copy has written it: that value counts.\n\
         \x20 IF TG_OP = 'INSERT' THEN\n\
         \x20   IF {written} THEN\n\
         \x20     NEW.{truth} := NEW.{copy};\n\
         \x20   END IF;\n\
         \x20 ELSIF {differ} THEN\n\
         \x20   NEW.{truth} := NEW.{copy};\n\
         \x20 END IF;\n"
    );
    let into_copy = format!("  NEW.{copy} := NEW.{truth};\n");
    let work = match it.fires {
        InStepFires::Alone => format!("{into_truth}{into_copy}"),
        InStepFires::First => into_truth,
        InStepFires::Last => into_copy,
    };
    let tag = dollar_tag(&work);
    format!("{tag}\nBEGIN\n{work}  RETURN NEW;\nEND\n{tag}")
}

fn described<'a>(catalog: &'a Catalog, it: &InStep) -> Option<&'a Column> {
    catalog.table(&it.table).and_then(|t| t.column(&it.truth).or_else(|| t.column(&it.copy)))
}

fn differs(catalog: &Catalog, it: &InStep, left: &str, right: &str) -> String {
    print_differs(catalog, described(catalog, it), left, right)
}

/// Whether two values of a column's type are not the same value. Where the type's `=` calls different values equal
/// (numeric 1.0 and 1.00, citext), or it has none (json), stored images are compared: a change that `=` cannot see
/// would be lost.
pub(super) fn print_differs(catalog: &Catalog, column: Option<&Column>, left: &str, right: &str) -> String {
    let exact =
        column.is_some_and(|c| !c.nondeterministic && types::equality_is_identity(catalog, &c.type_name));
    if exact {
        format!("{left} IS DISTINCT FROM {right}")
    } else {
        // Not the operator `*<>`: between two row constructors it would be applied to their fields.
        format!("pg_catalog.record_image_ne(ROW({left}), ROW({right}))")
    }
}

/// Whether a column is not what an expression over its row gives, cast to the column's type.
pub(super) fn differs_from(catalog: &Catalog, table: &Name, column: &str, expression: &str) -> String {
    let described = catalog.table(table).and_then(|t| t.column(column));
    let value = match described {
        Some(found) => crate::expression::cast(expression, &found.type_name),
        None => expression.to_owned(),
    };
    print_differs(catalog, described, &quote(column), &value)
}

/// A dollar quote that does not occur in the text.
pub(super) fn dollar_tag(text: &str) -> String {
    let tags = std::iter::once("$altimeter$".to_owned()).chain((1..).map(|n| format!("$altimeter{n}$")));
    tags.into_iter().find(|tag| !text.contains(tag.as_str())).unwrap_or_else(|| "$altimeter$".to_owned())
}
