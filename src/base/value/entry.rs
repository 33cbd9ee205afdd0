//! A field of a map, there or not.

use super::{Key, Map, Value};

/// A field of a map, there or not.
#[derive(Debug)]
pub struct Entry<'a> {
    map: &'a mut Map,
    name: Key,
}

impl<'a> Entry<'a> {
    pub(super) const fn new(map: &'a mut Map, name: Key) -> Self {
        Self { map, name }
    }

    /// The field, made with a value where it is not there.
    pub fn or_insert(self, value: Value) -> &'a mut Value {
        self.or_insert_with(|| value)
    }

    /// The same with a value that is asked for only then.
    pub fn or_insert_with(self, value: impl FnOnce() -> Value) -> &'a mut Value {
        match self.map.place(&self.name) {
            Ok(place) => self.map.at_mut(place),
            Err(place) => self.map.put(place, self.name, value()),
        }
    }
}
