//! Values of settings, from their many spellings to the one the catalog keeps: times in milliseconds, memory in
//! bytes, switches `on` and `off`, lists with their items unquoted.

use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::parse::{find, has, identifier, tokens};

/// What a setting is set to.
pub(super) enum Value {
    /// `DEFAULT`.
    Default,
    /// One value, or the items of a list, unquoted.
    Items(Vec<String>),
}

/// Settings whose bare number counts milliseconds (manual, "Server Configuration"; `pg_settings.unit` is `ms`).
const TIMES: &[&str] = &[
    "deadlock_timeout",
    "idle_in_transaction_session_timeout",
    "idle_session_timeout",
    "lock_timeout",
    "statement_timeout",
    "transaction_timeout",
    "vacuum_cost_delay",
];

/// Settings whose bare number counts so many bytes (`pg_settings.unit` is `kB` or `8kB`).
const MEMORY: &[(&str, f64)] = &[
    ("effective_cache_size", 8192.0),
    ("logical_decoding_work_mem", 1024.0),
    ("maintenance_work_mem", 1024.0),
    ("temp_buffers", 8192.0),
    ("temp_file_limit", 1024.0),
    ("vacuum_buffer_usage_limit", 1024.0),
    ("work_mem", 1024.0),
];

/// Settings that hold a list of names.
const LISTS: &[&str] =
    &["local_preload_libraries", "search_path", "session_preload_libraries", "temp_tablespaces"];

/// The value behind `=` or `TO`; none if it is not made of literals and names.
pub(super) fn value(node: &SyntaxNode) -> Option<Value> {
    if has(node, SyntaxKind::DEFAULT_KW) {
        return Some(Value::Default);
    }
    let items: Vec<String> = node.children().map(|item| literal(&item)).collect::<Option<_>>()?;
    (!items.is_empty()).then_some(Value::Items(items))
}

/// The value of `SET TIME ZONE`. A bare number is hours east of Greenwich, which the server shows the POSIX way.
pub(super) fn time_zone(node: &SyntaxNode) -> Option<Value> {
    if has(node, SyntaxKind::LOCAL_KW) || has(node, SyntaxKind::DEFAULT_KW) {
        return Some(Value::Default);
    }
    let zone = node.children().next()?;
    let text = literal(&zone).or_else(|| {
        let offset = find(&zone, SyntaxKind::INTERVAL_TYPE).and(find(&zone, SyntaxKind::LITERAL))?;
        literal(&offset)
    })?;
    let hours = text.split(':').next().and_then(|h| h.parse::<f64>().ok()).filter(|h| h.abs() < 168.0);
    Some(Value::Items(vec![match hours {
        Some(hours) if hours.fract() == 0.0 => {
            let (east, west) = if hours < 0.0 { ('-', '+') } else { ('+', '-') };
            let minutes = text.split_once(':').map(|(_, m)| format!(":{m}")).unwrap_or_default();
            let hours = hours.abs();
            format!("<{east}{hours:02}{minutes}>{west}{hours:02}{minutes}")
        }
        _ => text,
    }]))
}

/// One item as its text: a string's content, a number with its sign, a word folded to lower case.
pub(super) fn literal(node: &SyntaxNode) -> Option<String> {
    let parts: Vec<_> = tokens(node).collect();
    match parts.as_slice() {
        [one] if is_string(one.kind()) => Some(unquoted(one.text())),
        [one] => Some(identifier(one.text())),
        [sign, number] if sign.kind() == SyntaxKind::MINUS => Some(format!("-{}", number.text())),
        [sign, number] if sign.kind() == SyntaxKind::PLUS => Some(number.text().to_owned()),
        [string, cast, _type] if is_string(string.kind()) && cast.kind() == SyntaxKind::COLON_COLON => {
            Some(unquoted(string.text()))
        }
        _ => None,
    }
}

fn is_string(kind: SyntaxKind) -> bool {
    matches!(kind, SyntaxKind::STRING | SyntaxKind::ESC_STRING | SyntaxKind::DOLLAR_QUOTED_STRING)
}

/// A string literal's content. Escapes of `E'…'` are left as they are: no setting that matters here has any.
pub(super) fn unquoted(text: &str) -> String {
    let inner = text.trim_start_matches(['E', 'e']);
    if let Some(quoted) = inner.strip_prefix('\'').and_then(|t| t.strip_suffix('\'')) {
        return quoted.replace("''", "'");
    }
    let tag = inner.strip_prefix('$').and_then(|t| t.find('$')).map_or(0, |at| at + 2);
    inner.get(tag..inner.len().saturating_sub(tag)).unwrap_or(inner).to_owned()
}

/// A value given as one string taken apart, where the setting is a list: `set_config('search_path', 'a, "B"', …)`.
pub(super) fn items(name: &str, value: &str) -> Vec<String> {
    if LISTS.contains(&name) {
        value.split(',').map(|item| identifier(item.trim())).collect()
    } else {
        vec![value.to_owned()]
    }
}

/// The value as the catalog keeps it.
pub(super) fn as_shown(name: &str, items: &[String]) -> String {
    let [one] = items else { return items.join(", ") };
    let bare = MEMORY.iter().find(|(setting, _)| *setting == name).map(|(_, bytes)| *bytes);
    let bare = bare.or_else(|| TIMES.contains(&name).then_some(1.0));
    if let Some(bare) = bare {
        return in_base_unit(one, bare).unwrap_or_else(|| one.clone());
    }
    let switch = one.to_lowercase();
    match switch.as_str() {
        "true" | "yes" | "on" => "on".to_owned(),
        "false" | "no" | "off" => "off".to_owned(),
        _ => one.clone(),
    }
}

/// Whether a text is one of the spellings of true.
pub(super) fn is_true(text: &str) -> bool {
    matches!(text.to_lowercase().as_str(), "true" | "t" | "yes" | "y" | "on" | "1")
}

/// A number with its unit in bytes or milliseconds; below zero it means "default" or "off" and stays.
fn in_base_unit(text: &str, bare: f64) -> Option<String> {
    let text = text.trim();
    let digits = text.find(|c: char| !matches!(c, '0'..='9' | '.' | '-' | '+')).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: f64 = number.parse().ok()?;
    let factor = match unit.trim() {
        "" => bare,
        "us" => 0.001,
        "ms" | "B" => 1.0,
        "s" => 1000.0,
        "min" => 60_000.0,
        "h" => 3_600_000.0,
        "d" => 86_400_000.0,
        "kB" => 1024.0,
        "MB" => 1024.0_f64.powi(2),
        "GB" => 1024.0_f64.powi(3),
        "TB" => 1024.0_f64.powi(4),
        _ => return None,
    };
    Some(if number > 0.0 { (number * factor).to_string() } else { number.to_string() })
}
