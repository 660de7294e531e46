//! Sequences of the tables that are about to run out: worth knowing before the table is touched for another reason.

use super::scene::Scene;
use super::{ObstacleKind, Preflight, says};
use crate::Severity;

/// Worth a word.
const FILLING: f64 = 0.7;

/// Soon over.
const FULL: f64 = 0.9;

pub(super) fn look(scene: &Scene<'_>, found: &mut Preflight) {
    for table in &scene.about {
        for sequence in scene.catalog.sequences_owned_by(&table.name) {
            let column =
                sequence.owned_by.iter().flat_map(|o| &o.columns).next().cloned().unwrap_or_default();
            let Some(used) = sequence.used else {
                let hidden =
                    scene.catalog.unknowns.iter().any(|u| u.what.contains(&sequence.name.to_string()));
                if hidden {
                    found.unknowns.push(format!("how full the sequence {} is", sequence.name));
                }
                continue;
            };
            if used < FILLING {
                continue;
            }
            let severity = if used >= FULL { Severity::High } else { Severity::Medium };
            let message = format!(
                "the sequence {} of {}.{column} has used {:.0} % of its range ({}): when it is full, INSERT fails",
                sequence.name,
                table.name,
                used * 100.0,
                sequence.type_name
            );
            let next = match table.column(&column).map(|c| c.type_name.as_str()) {
                Some("bigint") => format!("ALTER SEQUENCE {} AS bigint", sequence.name),
                _ => format!("plan the change of {column} to bigint now; the sequence follows"),
            };
            found.add(ObstacleKind::FullSequence, severity, Some(&sequence.name), says(message, next));
        }
    }
}
