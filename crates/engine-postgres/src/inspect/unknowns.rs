//! What could not be read, in words, with what would show it.

use altimeter_catalog::{Name, Unknown};
use squawk_syntax::quote::quote_ident;

/// How many names are listed before the rest is counted.
const LISTED: usize = 5;

/// Names for a sentence: sorted, the first few of them.
fn list(names: &mut [Name]) -> String {
    names.sort();
    let shown: Vec<String> = names.iter().take(LISTED).map(Name::to_string).collect();
    match names.len().saturating_sub(LISTED) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// The name as it is written in SQL.
fn in_sql(name: &Name) -> String {
    format!("{}.{}", quote_ident(&name.schema), quote_ident(&name.name))
}

/// One GRANT for each schema that holds one of the names, written out for the first few.
fn grants(names: &[Name], objects: &str, privilege: &str, user: &str) -> String {
    let mut schemas: Vec<&str> = names.iter().map(|n| n.schema.as_str()).collect();
    schemas.sort_unstable();
    schemas.dedup();
    let more = if schemas.len() > LISTED { "; and so for the other schemas" } else { "" };
    let each = schemas.iter().take(LISTED).map(|schema| {
        format!(
            "GRANT {privilege} ON ALL {objects} IN SCHEMA {} TO {}",
            quote_ident(schema),
            quote_ident(user)
        )
    });
    each.collect::<Vec<_>>().join("; ") + more
}

pub(super) fn locked(names: &mut [Name]) -> Option<Unknown> {
    (!names.is_empty()).then(|| {
        Unknown::new(
            format!("exact size and expressions of {}", list(names)),
            "a session holds or waits for ACCESS EXCLUSIVE there, and reading them would queue behind it; sizes are \
             those of the last VACUUM or ANALYZE",
            "inspect again when that session is done",
        )
    })
}

pub(super) fn definitions(unread: &[Name]) -> Option<Unknown> {
    (!unread.is_empty()).then(|| {
        Unknown::new(
            format!("the texts of views and policies: {}", list(&mut unread.to_vec())),
            "a session holds or waits for ACCESS EXCLUSIVE on what they name, and reading them would queue behind it",
            "inspect again when that session is done: a plan that makes them again needs them",
        )
    })
}

pub(super) fn sizes() -> Unknown {
    Unknown::new(
        "exact sizes of tables and indexes",
        "reading them waited for a lock too often; heap sizes are those of the last VACUUM or ANALYZE",
        "inspect again when no schema change is under way",
    )
}

pub(super) fn sequences_unreadable(names: &mut [Name], user: &str) -> Option<Unknown> {
    (!names.is_empty()).then(|| {
        Unknown::new(
            format!("how full sequences are: {}", list(names)),
            format!("{} may not read them", quote_ident(user)),
            grants(names, "SEQUENCES", "SELECT", user),
        )
    })
}

pub(super) fn sequences_left_out(names: &mut [Name]) -> Option<Unknown> {
    (!names.is_empty()).then(|| {
        Unknown::new(
            format!("how full sequences are: {}", list(names)),
            "reading a sequence keeps a lock on it, so only the 500 with the smallest range are read",
            "",
        )
    })
}

pub(super) fn sequences_locked(names: &mut [Name]) -> Option<Unknown> {
    (!names.is_empty()).then(|| {
        Unknown::new(
            format!("how full sequences are: {}", list(names)),
            "a session has them locked",
            "inspect again when that session is done",
        )
    })
}

pub(super) fn column_statistics(names: &mut [Name], user: &str, major: u32) -> Option<Unknown> {
    (!names.is_empty()).then(|| {
        // The role came with version 14.
        let remedy = if major >= 14 {
            format!("GRANT pg_read_all_data TO {}", quote_ident(user))
        } else {
            grants(names, "TABLES", "SELECT", user)
        };
        Unknown::new(
            format!("column statistics (widths, NULLs, distinct values) of {}", list(names)),
            format!("pg_stats shows {} only columns it may SELECT", quote_ident(user)),
            remedy,
        )
    })
}

pub(super) fn row_security(names: &mut [Name], user: &str) -> Option<Unknown> {
    (!names.is_empty()).then(|| {
        Unknown::new(
            format!("column statistics of {}", list(names)),
            format!("row security applies to {} there, and pg_stats then shows nothing", quote_ident(user)),
            format!("ALTER ROLE {} BYPASSRLS", quote_ident(user)),
        )
    })
}

pub(super) fn sessions(user: &str) -> Unknown {
    Unknown::new(
        "what other roles' sessions run and since when, progress of their work, lag of standbys",
        format!("{} is not a member of pg_read_all_stats", quote_ident(user)),
        format!("GRANT pg_monitor TO {}", quote_ident(user)),
    )
}

pub(super) fn own_settings(names: &[String]) -> Option<Unknown> {
    (!names.is_empty()).then(|| {
        Unknown::new(
            format!("what other sessions have for {}", names.join(", ")),
            "this connection's own options set it",
            "connect without it in the options of the URL or in PGOPTIONS",
        )
    })
}

pub(super) fn never_analysed(names: &mut [Name]) -> Option<Unknown> {
    (!names.is_empty()).then(|| {
        let text = list(names);
        let analyze: Vec<String> = names.iter().take(LISTED).map(in_sql).collect();
        let remedy = if names.len() > LISTED {
            "ANALYZE".to_owned()
        } else {
            format!("ANALYZE {}", analyze.join(", "))
        };
        Unknown::new(format!("rows of {text}"), "never vacuumed or analysed since they were filled", remedy)
    })
}

pub(super) fn on_standby() -> Vec<Unknown> {
    let remedy = "take a snapshot on the primary: altimeter snapshot -o FILE --db URL_OF_THE_PRIMARY";
    let of = |what: &str, why: &str| Unknown::new(what, why, remedy);
    vec![
        of(
            "read and write rates of tables, dead rows, last vacuum and analyze, index scans",
            "a standby counts its own activity only",
        ),
        of(
            "statements of the application on the primary",
            "pg_stat_statements on a standby holds its own only",
        ),
        of("transactions and locks on the primary", "a standby shows its own sessions only"),
        of("other standbys and replication slots", "a standby shows only those that follow it"),
    ]
}

pub(super) fn unlogged_on_standby(names: &mut [Name]) -> Option<Unknown> {
    (!names.is_empty()).then(|| {
        Unknown::new(
            format!("size of the unlogged {}", list(names)),
            "unlogged tables are not replicated: their rows are on the primary only",
            "inspect the primary",
        )
    })
}

pub(super) fn counters_off() -> Unknown {
    Unknown::new(
        "activity of tables and indexes",
        "track_counts is off, so nothing is counted",
        "ALTER SYSTEM SET track_counts = on; SELECT pg_reload_conf()",
    )
}

pub(super) fn statements_missing() -> Unknown {
    Unknown::new(
        "statements the application runs, and how often",
        "the extension pg_stat_statements is not installed in this database",
        "CREATE EXTENSION pg_stat_statements (the server needs it in shared_preload_libraries)",
    )
}

pub(super) fn statements_not_loaded() -> Unknown {
    Unknown::new(
        "statements the application runs, and how often",
        "pg_stat_statements is installed, but not loaded",
        "add pg_stat_statements to shared_preload_libraries and restart the server",
    )
}

pub(super) fn statements_refused(user: &str) -> Unknown {
    Unknown::new(
        "statements the application runs, and how often",
        format!("{} may not read pg_stat_statements", quote_ident(user)),
        format!("GRANT SELECT ON pg_stat_statements TO {} (and USAGE on its schema)", quote_ident(user)),
    )
}

pub(super) fn statements_hidden(kinds: usize, user: &str) -> Option<Unknown> {
    (kinds > 0).then(|| {
        Unknown::new(
            format!("{kinds} kinds of statements run by other roles"),
            format!("{} is not a member of pg_read_all_stats", quote_ident(user)),
            format!("GRANT pg_read_all_stats TO {}", quote_ident(user)),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_names_are_counted_and_hostile_ones_quoted() {
        let mut names: Vec<Name> = (0..7).map(|n| Name::new("s", format!("t{n}"))).collect();
        assert_eq!(list(&mut names), "s.t0, s.t1, s.t2, s.t3, s.t4 and 2 more");
        let mut names = [Name::new("Odd \"schema", "t")];
        let unknown = column_statistics(&mut names, "Mon itor", 13).unwrap();
        assert_eq!(unknown.remedy, "GRANT SELECT ON ALL TABLES IN SCHEMA \"Odd \"\"schema\" TO \"Mon itor\"");
        assert_eq!(column_statistics(&mut names, "m", 14).unwrap().remedy, "GRANT pg_read_all_data TO m");
        assert_eq!(column_statistics(&mut [], "m", 14), None);
    }
}
