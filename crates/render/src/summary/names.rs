//! Names as short as they can be without being mistaken.

use altimeter_catalog::{Catalog, Name};

/// The name without its schema where the search path finds it first, else with it.
pub(crate) fn short(catalog: &Catalog, name: &Name) -> String {
    let full = name.to_string();
    let found_first = catalog.resolve(None, &name.name).as_ref() == Some(name);
    // A relation a plan makes is not in the catalog yet; it is found if its schema is searched and it has no rival.
    let new_there =
        catalog.resolve(None, &name.name).is_none() && catalog.server.search_path.contains(&name.schema);
    if !found_first && !new_there {
        return full;
    }
    let schema = Name::new(&name.schema, "x").to_string();
    full.strip_prefix(schema.trim_end_matches('x')).unwrap_or(&full).to_owned()
}

/// Names in a row, at most three of them.
pub(crate) fn some(catalog: &Catalog, names: &[Name]) -> String {
    let mut shown: Vec<String> = names.iter().take(3).map(|n| short(catalog, n)).collect();
    if names.len() > 3 {
        shown.push(format!("{} more", names.len() - 3));
    }
    match shown.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((only, _)) => only.clone(),
        None => String::new(),
    }
}
