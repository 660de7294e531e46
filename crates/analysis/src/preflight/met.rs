//! What several statements would meet, each thing once.

use std::collections::HashMap;

use altimeter_catalog::Name;

use super::{Obstacle, Preflight};

/// What the statements so far would meet.
#[derive(Clone, Debug, Default)]
pub struct Met {
    found: Preflight,
    /// Where in `found.behind` a table is.
    places: HashMap<Name, usize>,
}

impl Met {
    /// What was met.
    pub fn found(&self) -> &Preflight {
        &self.found
    }

    /// Adds what another statement would meet: the same thing in the way of two statements is one thing.
    pub fn absorb(&mut self, other: Preflight) {
        let found = &mut self.found;
        let more = !other.obstacles.is_empty();
        for obstacle in other.obstacles {
            let same = |o: &&mut Obstacle| o.kind == obstacle.kind && o.object == obstacle.object;
            match found.obstacles.iter_mut().find(same) {
                Some(known) if known.severity >= obstacle.severity => {}
                Some(known) => *known = obstacle,
                None => found.obstacles.push(obstacle),
            }
        }
        if more {
            found.obstacles.sort_by_key(|o| std::cmp::Reverse(o.severity));
        }
        for behind in other.behind {
            match self.places.get(&behind.table).and_then(|place| found.behind.get_mut(*place)) {
                Some(known) => known.reads |= behind.reads,
                None => {
                    self.places.insert(behind.table.clone(), found.behind.len());
                    found.behind.push(behind);
                }
            }
        }
        for unknown in other.unknowns {
            if !found.unknowns.contains(&unknown) {
                found.unknowns.push(unknown);
            }
        }
    }
}
