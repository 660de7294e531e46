//! Privileges given and taken.

use super::{ApplyError, ObjectKind, missing};
use crate::{Catalog, Grant, Granted, Name};

impl Catalog {
    /// Grants or revokes privileges on a relation or a column of it. What an owner has anyway is not noted.
    pub(super) fn grant(
        &mut self,
        relation: &Name,
        granted: &Granted,
        revoke: bool,
    ) -> Result<(), ApplyError> {
        let Granted { column, grant } = granted;
        if let Some(view) = self.views.get_mut(relation).filter(|v| !v.materialized) {
            if view.owner.as_ref() == Some(&grant.grantee) {
                return Ok(());
            }
            match column {
                Some(column) => put(&mut view.detail_mut(column).grants, grant, revoke),
                None => {
                    put(&mut view.grants, grant, revoke);
                    if revoke {
                        view.details.iter_mut().for_each(|d| put(&mut d.grants, grant, true));
                    }
                }
            }
            return Ok(());
        }
        // Sequences and composite types: their privileges are not kept.
        let Some(table) = self.tables.get_mut(relation) else { return Ok(()) };
        if table.owner.as_ref() == Some(&grant.grantee) {
            return Ok(());
        }
        match column {
            Some(name) => {
                let column = table.column_mut(name);
                let column =
                    column.ok_or_else(|| missing(ObjectKind::Column, format!("{relation}.{name}")))?;
                put(&mut column.grants, grant, revoke);
            }
            None => {
                put(&mut table.grants, grant, revoke);
                // A privilege revoked on the table is revoked on its columns too (manual, REVOKE).
                if revoke {
                    table.columns.iter_mut().for_each(|c| put(&mut c.grants, grant, true));
                }
            }
        }
        Ok(())
    }
}

/// Puts one grant among others, each role and grant option once.
fn put(grants: &mut Vec<Grant>, one: &Grant, revoke: bool) {
    let is = |g: &Grant, grantable: bool| g.grantee == one.grantee && g.grantable == grantable;
    let take = |grants: &mut Vec<Grant>, grantable: bool| {
        let mut taken = Vec::new();
        for grant in grants.iter_mut().filter(|g| is(g, grantable)) {
            taken.extend(grant.privileges.iter().filter(|p| one.privileges.contains(p)).cloned());
            grant.privileges.retain(|p| !one.privileges.contains(p));
        }
        grants.retain(|g| !g.privileges.is_empty());
        taken
    };
    let add = |grants: &mut Vec<Grant>, grantable: bool, privileges: Vec<String>| {
        if privileges.is_empty() {
            return;
        }
        match grants.iter_mut().find(|g| is(g, grantable)) {
            Some(known) => {
                let new = privileges.into_iter().filter(|p| !known.privileges.contains(p));
                let new: Vec<String> = new.collect();
                known.privileges.extend(new);
            }
            None => grants.push(Grant { grantee: one.grantee.clone(), privileges, grantable }),
        }
    };
    match (revoke, one.grantable) {
        (true, true) => {
            let taken = take(grants, true);
            add(grants, false, taken);
        }
        (true, false) => {
            take(grants, true);
            take(grants, false);
        }
        (false, true) => {
            take(grants, false);
            add(grants, true, one.privileges.clone());
        }
        (false, false) => {
            let known: Vec<&String> =
                grants.iter().filter(|g| is(g, true)).flat_map(|g| &g.privileges).collect();
            let new = one.privileges.iter().filter(|p| !known.contains(p)).cloned().collect();
            add(grants, false, new);
        }
    }
}

/// Privileges in one order, each role and grant option once.
pub(crate) fn in_order(grants: &mut Vec<Grant>) {
    let mut sorted: Vec<Grant> = Vec::new();
    for grant in grants.iter() {
        put(&mut sorted, grant, false);
    }
    sorted.iter_mut().for_each(|g| g.privileges.sort());
    sorted.sort_by(|a, b| (&a.grantee, a.grantable).cmp(&(&b.grantee, b.grantable)));
    *grants = sorted;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(grantee: &str, privileges: &[&str], grantable: bool) -> Grant {
        let privileges = privileges.iter().map(|p| (*p).to_owned()).collect();
        Grant { grantee: grantee.to_owned(), privileges, grantable }
    }

    #[test]
    fn a_privilege_is_noted_once_with_or_without_grant_option() {
        let mut grants = Vec::new();
        put(&mut grants, &grant("a", &["SELECT", "UPDATE"], false), false);
        put(&mut grants, &grant("a", &["SELECT"], true), false);
        put(&mut grants, &grant("a", &["SELECT"], false), false);
        assert_eq!(grants, [grant("a", &["UPDATE"], false), grant("a", &["SELECT"], true)]);
        put(&mut grants, &grant("a", &["SELECT"], true), true);
        assert_eq!(grants, [grant("a", &["UPDATE", "SELECT"], false)]);
        put(&mut grants, &grant("a", &["SELECT", "UPDATE"], false), true);
        assert_eq!(grants, []);
    }
}
