//! What earlier changes left unfinished on the tables, and work that runs on them now.

use altimeter_catalog::{Progress, Table};

use super::scene::Scene;
use super::{ObstacleKind, Preflight, says};
use crate::Severity;
use crate::rule::words;

pub(super) fn look(scene: &Scene<'_>, found: &mut Preflight) {
    for table in &scene.about {
        let running: Vec<&Progress> =
            scene.catalog.activity.progress.iter().filter(|p| works_on(scene, p, table)).collect();
        for work in &running {
            running_work(found, table, work);
        }
        let builds = running.iter().any(|p| p.command.contains("INDEX"));
        invalid_indexes(scene, found, table, builds);
        unvalidated(found, table);
        if table.detach_pending {
            let parent = table.partition_of.as_ref().map(ToString::to_string).unwrap_or_default();
            let message = format!(
                "{} is half detached from {parent}: a DETACH … CONCURRENTLY was interrupted, and most changes of either \
                 are refused",
                table.name
            );
            let next = format!("ALTER TABLE {parent} DETACH PARTITION {} FINALIZE", table.name);
            found.add(
                ObstacleKind::HalfDetachedPartition,
                Severity::High,
                Some(&table.name),
                says(message, next),
            );
        }
    }
}

/// Work on the table by somebody who is neither autovacuum nor in the queue already.
fn works_on(scene: &Scene<'_>, work: &Progress, table: &Table) -> bool {
    let session = scene.catalog.activity.sessions.iter().find(|s| s.pid == work.pid);
    work.relation.as_ref() == Some(&table.name) && !session.is_some_and(super::vacuum::is_autovacuum)
}

fn running_work(found: &mut Preflight, table: &Table, work: &Progress) {
    let done = work.done.map(|share| format!(", {:.0} % done", share * 100.0)).unwrap_or_default();
    let message =
        format!("{} of {} is at work (pid {}, {}{done})", work.command, table.name, work.pid, work.phase);
    let next = "let it finish first";
    found.add(ObstacleKind::RunningWork, Severity::Medium, Some(&table.name), says(message, next));
}

fn invalid_indexes(scene: &Scene<'_>, found: &mut Preflight, table: &Table, builds: bool) {
    for index in table.indexes.iter().filter(|i| !i.valid) {
        let name = table.name.sibling(&index.definition.name);
        // The statement may be the one that gets rid of it.
        if scene.effect.drops.contains(&name) || scene.effect.index_builds.contains(&name) {
            continue;
        }
        let size = index.bytes.map(|b| format!(" ({})", words::bytes(b as f64))).unwrap_or_default();
        let (severity, why) = if builds {
            (Severity::Low, "it may be the one that is being built")
        } else {
            (Severity::Medium, "a concurrent build failed; every write pays for it and no query uses it")
        };
        let message = format!(
            "the index {name}{size} of {} is invalid: {why}. CREATE INDEX IF NOT EXISTS by its name does nothing",
            table.name
        );
        let next = if builds {
            String::new()
        } else {
            format!("DROP INDEX CONCURRENTLY {name}, or REINDEX INDEX CONCURRENTLY {name}")
        };
        found.add(ObstacleKind::InvalidIndex, severity, Some(&name), says(message, next));
    }
}

fn unvalidated(found: &mut Preflight, table: &Table) {
    for constraint in table.constraints.iter().filter(|c| !c.validated && !c.not_enforced) {
        let message = format!(
            "the constraint {} of {} is NOT VALID: old rows may break it, so it proves nothing for SET NOT NULL or ATTACH",
            constraint.name, table.name
        );
        let next = format!("ALTER TABLE {} VALIDATE CONSTRAINT {}", table.name, constraint.name);
        found.add(ObstacleKind::UnvalidatedConstraint, Severity::Low, Some(&table.name), says(message, next));
    }
}
