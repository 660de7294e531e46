//! A list whose places stay what they are, and whose copies share all but the part of it that changes.

use std::sync::Arc;

use super::Key;

/// So many entries are copied where one of them changes.
const PART: usize = 16;

/// An object with the keys the index knows it by.
#[derive(Clone)]
pub(super) struct Entry<T> {
    pub(super) object: T,
    pub(super) keys: Box<[Key]>,
}

type Part<T> = Vec<Option<Arc<Entry<T>>>>;

/// Numbered places with an entry in each, or none.
pub(super) struct Slots<T> {
    parts: Arc<Vec<Arc<Part<T>>>>,
    free: Vec<u32>,
}

impl<T> Clone for Slots<T> {
    fn clone(&self) -> Self {
        Self { parts: self.parts.clone(), free: self.free.clone() }
    }
}

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self { parts: Arc::default(), free: Vec::new() }
    }
}

impl<T> Slots<T> {
    pub(super) fn get(&self, slot: u32) -> Option<&Entry<T>> {
        let slot = slot as usize;
        self.parts.get(slot / PART)?.get(slot % PART)?.as_deref()
    }

    fn slot(&mut self, slot: u32) -> Option<&mut Option<Arc<Entry<T>>>> {
        let slot = slot as usize;
        let part = Arc::make_mut(&mut self.parts).get_mut(slot / PART)?;
        Arc::make_mut(part).get_mut(slot % PART)
    }

    /// Puts an entry into a free place, and says which.
    pub(super) fn add(&mut self, entry: Entry<T>) -> u32 {
        let entry = Some(Arc::new(entry));
        if let Some(free) = self.free.pop() {
            if let Some(slot) = self.slot(free) {
                *slot = entry;
            }
            return free;
        }
        let parts = Arc::make_mut(&mut self.parts);
        if parts.last().is_none_or(|part| part.len() == PART) {
            parts.push(Arc::default());
        }
        let before = (parts.len() - 1) * PART;
        let Some(part) = parts.last_mut().map(Arc::make_mut) else { return 0 };
        part.push(entry);
        (before + part.len() - 1) as u32
    }

    /// Empties a place.
    pub(super) fn take(&mut self, slot: u32) -> Option<Arc<Entry<T>>> {
        let taken = self.slot(slot)?.take();
        self.free.extend(taken.is_some().then_some(slot));
        taken
    }
}

impl<T: Clone> Slots<T> {
    pub(super) fn get_mut(&mut self, slot: u32) -> Option<&mut Entry<T>> {
        self.slot(slot)?.as_mut().map(Arc::make_mut)
    }
}
