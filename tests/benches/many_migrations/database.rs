//! A snapshot with a thousand tables: five hundred shops, each as the snapshot of one under `fixtures/snapshots`.

use altimeter_tests::cache;
use anyhow::{Context, Result};
use serde_json::Value;

/// Two tables each.
pub(crate) const SHOPS: usize = 500;

/// The snapshot, as JSON.
pub(crate) fn thousand_tables() -> Result<String> {
    let one = cache::workspace().join("fixtures/snapshots/shop-50m.json");
    let mut all: Value = serde_json::from_str(&std::fs::read_to_string(one)?)?;
    for list in ["tables", "views", "sequences"] {
        let originals = all[list].as_array().with_context(|| format!("{list} is no list"))?.clone();
        let mut copies = Vec::new();
        for original in originals {
            let text = original.to_string();
            if !text.contains("users") && !text.contains("orders") {
                copies.push(original);
                continue;
            }
            for shop in 0..SHOPS {
                let copy = text.replace("users", &users(shop)).replace("orders", &orders(shop));
                copies.push(serde_json::from_str(&copy)?);
            }
        }
        copies.sort_by_key(|c| c["name"]["name"].as_str().map(str::to_owned));
        all[list] = Value::Array(copies);
    }
    Ok(all.to_string())
}

/// The table of one shop's users.
pub(crate) fn users(shop: usize) -> String {
    format!("users_{shop:03}")
}

/// The table of one shop's orders.
pub(crate) fn orders(shop: usize) -> String {
    format!("orders_{shop:03}")
}
