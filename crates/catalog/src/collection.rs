//! The objects of one kind: in order, found by name and by what they refer to, and cheap to copy.

mod index;
mod key;
mod slots;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use key::{Key, Keyed};

use crate::{Name, Shared};
use index::Index;
use slots::{Entry, Slots};

/// Objects sorted by name. A copy shares all it does not change, and neither a look-up nor a change costs more where
/// there are more objects: the schema is simulated statement by statement, on databases with thousands of tables.
#[derive(Clone)]
pub struct Objects<T> {
    slots: Slots<T>,
    /// The slots in use, by the name of what is in them.
    order: Shared<Vec<u32>>,
    index: Index,
    /// Slots whose objects may have changed since the index was told: a few, which every look-up looks at.
    touched: Vec<u32>,
}

/// So many objects may change before the index is told: the changes of one statement are about a table or two.
const UNTOLD: usize = 4;

impl<T> Default for Objects<T> {
    fn default() -> Self {
        Self {
            slots: Slots::default(),
            order: Shared::default(),
            index: Index::default(),
            touched: Vec::new(),
        }
    }
}

impl<T> Objects<T> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// All of them, by name.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { slots: &self.slots, order: self.order.iter() }
    }

    /// The first by name.
    pub fn first(&self) -> Option<&T> {
        self.iter().next()
    }

    /// The last by name.
    pub fn last(&self) -> Option<&T> {
        self.iter().next_back()
    }

    /// The one at that place of [`Objects::iter`].
    pub fn nth(&self, place: usize) -> Option<&T> {
        self.order.get(place).and_then(|slot| self.slots.get(*slot)).map(|e| &e.object)
    }
}

impl<T: Keyed> Objects<T> {
    /// The object of that name; the first of overloaded functions.
    pub fn get(&self, name: &Name) -> Option<&T> {
        self.place(name).and_then(|slot| self.slots.get(slot)).map(|e| &e.object)
    }

    /// Whether there is one of that name.
    pub fn contains(&self, name: &Name) -> bool {
        self.place(name).is_some()
    }

    /// The object of that name, to be changed in all but its name.
    pub fn get_mut(&mut self, name: &Name) -> Option<&mut T> {
        let slot = self.place(name)?;
        if !self.touched.contains(&slot) {
            if self.touched.len() >= UNTOLD {
                self.settle();
            }
            self.touched.push(slot);
        }
        self.slots.get_mut(slot).map(|e| &mut e.object)
    }

    /// Every object that has the key, by name, and maybe some that have not: whoever asks looks at each.
    pub fn with(&self, key: Key) -> impl Iterator<Item = &T> + use<'_, T> {
        self.slots_with(key).into_iter().filter_map(|slot| self.slots.get(slot)).map(|e| &e.object)
    }

    /// Whether an object may have the key, or have had it: where none has, there is nothing to look for.
    pub fn may_have(&self, key: Key) -> bool {
        let has = |slot: &u32| self.slots.get(*slot).is_some_and(|e| keys_of(&e.object).contains(&key));
        self.index.get(key).next().is_some() || self.touched.iter().any(has)
    }

    /// Puts an object in its place. One of the same name (and arguments, of a function) is replaced.
    pub fn insert(&mut self, object: T) {
        let found = self.order.binary_search_by(|slot| {
            let there = self.slots.get(*slot).map(|e| sorted_by(&e.object));
            there.cmp(&Some(sorted_by(&object)))
        });
        match found {
            Ok(place) => {
                let slot = self.order.get(place).copied().unwrap_or_default();
                if let Some(entry) = self.slots.get_mut(slot) {
                    entry.object = object;
                }
                self.touched.push(slot);
                self.settle();
            }
            Err(place) => {
                let keys = keys_of(&object);
                let slot = self.slots.add(Entry { object, keys: keys.clone() });
                keys.iter().for_each(|key| self.index.add(*key, slot));
                self.order.insert(place, slot);
            }
        }
    }

    /// Keeps those that are wanted.
    pub fn retain(&mut self, mut wanted: impl FnMut(&T) -> bool) {
        let gone = self.places(|object| !wanted(object));
        self.take_out(&gone);
    }

    /// Takes out the object of that name; all of overloaded functions.
    pub fn remove(&mut self, name: &Name) {
        self.remove_with(Key::named(name), |object| object.name() == name);
    }

    /// Takes out those that are chosen among those with a key.
    pub fn remove_with(&mut self, key: Key, mut chosen: impl FnMut(&T) -> bool) {
        let mut gone = self.slots_with(key);
        gone.retain(|slot| self.slots.get(*slot).is_some_and(|e| chosen(&e.object)));
        self.take_out(&gone);
    }

    /// Takes out all.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Changes those that are chosen; their names may change, too. Only those are copied.
    pub fn change(&mut self, chosen: impl FnMut(&T) -> bool, change: impl FnMut(&mut T)) {
        let places = self.places(chosen);
        self.change_slots(&places, change);
    }

    /// As [`Objects::change`], among those with a key.
    pub fn change_with(&mut self, key: Key, mut chosen: impl FnMut(&T) -> bool, change: impl FnMut(&mut T)) {
        let mut places = self.slots_with(key);
        places.retain(|slot| self.slots.get(*slot).is_some_and(|e| chosen(&e.object)));
        self.change_slots(&places, change);
    }

    /// Changes every one.
    pub fn change_all(&mut self, change: impl FnMut(&mut T)) {
        self.change(|_| true, change);
    }

    /// Pairs of objects at the same place of two lists that are not the same copy, where the lists are as long as
    /// each other; else all of both.
    pub(crate) fn differing<'a>(&'a self, other: &'a Self) -> (Vec<&'a T>, Vec<&'a T>) {
        if self.len() != other.len() {
            return (self.iter().collect(), other.iter().collect());
        }
        self.iter().zip(other).filter(|(a, b)| !std::ptr::eq(*a, *b)).unzip()
    }

    /// The first slot with an object of that name.
    fn place(&self, name: &Name) -> Option<u32> {
        let is = |slot: &u32| self.slots.get(*slot).is_some_and(|e| e.object.name() == name);
        let mut named = self.index.get(Key::named(name)).filter(is);
        let first = named.next()?;
        match named.next() {
            None => Some(first),
            Some(second) => {
                let mut all: Vec<u32> = [first, second].into_iter().chain(named).collect();
                self.sort(&mut all);
                all.first().copied()
            }
        }
    }

    fn places(&self, mut chosen: impl FnMut(&T) -> bool) -> Vec<u32> {
        let is = |slot: &u32| self.slots.get(*slot).is_some_and(|e| chosen(&e.object));
        self.order.iter().copied().filter(is).collect()
    }

    fn slots_with(&self, key: Key) -> Vec<u32> {
        let mut found: Vec<u32> = self.index.get(key).collect();
        for slot in &self.touched {
            if !found.contains(slot) {
                found.push(*slot);
            }
        }
        self.sort(&mut found);
        found
    }

    fn sort(&self, slots: &mut [u32]) {
        if slots.len() > 1 {
            slots.sort_by_key(|slot| self.slots.get(*slot).map(|e| sorted_by(&e.object)));
        }
    }

    fn change_slots(&mut self, slots: &[u32], mut change: impl FnMut(&mut T)) {
        if slots.is_empty() {
            return;
        }
        let mut renamed = false;
        for slot in slots {
            let Some(entry) = self.slots.get_mut(*slot) else { continue };
            let before = entry.object.name().clone();
            change(&mut entry.object);
            renamed |= &before != entry.object.name();
        }
        self.touched.extend(slots);
        self.settle();
        if renamed {
            let mut order = std::mem::take(&mut *self.order);
            self.sort(&mut order);
            self.order = order.into();
        }
    }

    fn take_out(&mut self, slots: &[u32]) {
        if slots.is_empty() {
            return;
        }
        for slot in slots {
            if let Some(entry) = self.slots.take(*slot) {
                entry.keys.iter().for_each(|key| self.index.remove(*key, *slot));
            }
        }
        self.order.retain(|slot| !slots.contains(slot));
    }

    /// Tells the index what has changed.
    fn settle(&mut self) {
        for slot in std::mem::take(&mut self.touched) {
            let Some(entry) = self.slots.get(slot) else { continue };
            let keys = keys_of(&entry.object);
            if keys == entry.keys {
                continue;
            }
            let Some(entry) = self.slots.get_mut(slot) else { continue };
            let before = std::mem::replace(&mut entry.keys, keys.clone());
            let without = |keys: &[Key], key: &Key| keys.binary_search(key).is_err();
            before.iter().filter(|k| without(&keys, k)).for_each(|k| self.index.remove(*k, slot));
            keys.iter().filter(|k| without(&before, k)).for_each(|k| self.index.add(*k, slot));
        }
    }
}

fn sorted_by<T: Keyed>(object: &T) -> (&Name, &str) {
    (object.name(), object.arguments())
}

/// The keys of an object, sorted, each once.
fn keys_of<T: Keyed>(object: &T) -> Box<[Key]> {
    let mut keys = vec![Key::named(object.name())];
    object.keys(&mut keys);
    keys.sort_unstable();
    keys.dedup();
    keys.into()
}

/// Goes through objects by name.
pub struct Iter<'a, T> {
    slots: &'a Slots<T>,
    order: std::slice::Iter<'a, u32>,
}

impl<T> Clone for Iter<'_, T> {
    fn clone(&self) -> Self {
        Self { slots: self.slots, order: self.order.clone() }
    }
}

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        self.slots.get(*self.order.next()?).map(|e| &e.object)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.order.size_hint()
    }
}

impl<T> DoubleEndedIterator for Iter<'_, T> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.slots.get(*self.order.next_back()?).map(|e| &e.object)
    }
}

impl<T> ExactSizeIterator for Iter<'_, T> {}

impl<'a, T> IntoIterator for &'a Objects<T> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<T: Keyed> Extend<T> for Objects<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, objects: I) {
        objects.into_iter().for_each(|object| self.insert(object));
    }
}

impl<T: Keyed> FromIterator<T> for Objects<T> {
    fn from_iter<I: IntoIterator<Item = T>>(objects: I) -> Self {
        let mut made = Self::default();
        made.extend(objects);
        made
    }
}

impl<T: Keyed> From<Vec<T>> for Objects<T> {
    fn from(objects: Vec<T>) -> Self {
        objects.into_iter().collect()
    }
}

impl<T: Keyed, const N: usize> From<[T; N]> for Objects<T> {
    fn from(objects: [T; N]) -> Self {
        objects.into_iter().collect()
    }
}

impl<T: PartialEq> PartialEq for Objects<T> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().zip(other).all(|(a, b)| std::ptr::eq(a, b) || a == b)
    }
}

impl<T: fmt::Debug> fmt::Debug for Objects<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

impl<T: Serialize> Serialize for Objects<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}

impl<'de, T: Keyed + Deserialize<'de>> Deserialize<'de> for Objects<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::<T>::deserialize(deserializer).map(Self::from)
    }
}

impl<T: JsonSchema> JsonSchema for Objects<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        Vec::<T>::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        Vec::<T>::schema_id()
    }

    fn inline_schema() -> bool {
        Vec::<T>::inline_schema()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Vec::<T>::json_schema(generator)
    }
}

#[cfg(test)]
#[path = "collection/tests.rs"]
mod tests;
