//! Which slots have a key: a tree of fixed depth, of which a copy shares all but the branch that changes.

use std::sync::Arc;

use super::Key;

/// Branches of each of the two upper levels, in bits of the key.
const BITS: u32 = 5;
const BRANCHES: usize = 1 << BITS;

/// Sorted pairs of key and slot.
type Leaf = Vec<(Key, u32)>;
type Level<T> = [Option<Arc<T>>; BRANCHES];

#[derive(Clone, Default)]
pub(super) struct Index(Option<Arc<Level<Level<Leaf>>>>);

impl Index {
    /// The slots that have the key.
    pub(super) fn get(&self, key: Key) -> impl Iterator<Item = u32> + use<'_> {
        let (upper, lower) = branches(key);
        let level = self.0.as_ref().and_then(|root| root.get(upper)?.as_ref());
        let leaf = level.and_then(|level| level.get(lower)?.as_ref());
        let from = leaf.map(|leaf| leaf.get(leaf.partition_point(|(k, _)| *k < key)..).unwrap_or_default());
        from.unwrap_or_default().iter().take_while(move |(k, _)| *k == key).map(|(_, slot)| *slot)
    }

    pub(super) fn add(&mut self, key: Key, slot: u32) {
        let slot = if key.is_mark() { 0 } else { slot };
        if key.is_mark() && self.get(key).next().is_some() {
            return;
        }
        if let Some(leaf) = self.leaf(key)
            && let Err(place) = leaf.binary_search(&(key, slot))
        {
            leaf.insert(place, (key, slot));
        }
    }

    pub(super) fn remove(&mut self, key: Key, slot: u32) {
        if key.is_mark() {
            return;
        }
        if let Some(leaf) = self.leaf(key)
            && let Ok(place) = leaf.binary_search(&(key, slot))
        {
            leaf.remove(place);
        }
    }

    fn leaf(&mut self, key: Key) -> Option<&mut Leaf> {
        let (upper, lower) = branches(key);
        let root = Arc::make_mut(self.0.get_or_insert_default());
        let level = Arc::make_mut(root.get_mut(upper)?.get_or_insert_default());
        Some(Arc::make_mut(level.get_mut(lower)?.get_or_insert_default()))
    }
}

/// The way to a key's leaf.
fn branches(key: Key) -> (usize, usize) {
    let bits = key.bits();
    ((bits >> (64 - BITS)) as usize, (bits >> (64 - 2 * BITS)) as usize % BRANCHES)
}
