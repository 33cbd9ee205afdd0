//! A field of a map, there or not.

use super::{Key, Map, Value};

/// A field of a map.
#[derive(Debug)]
pub enum Entry<'a> {
    /// One that is there.
    Occupied(Occupied<'a>),
    /// One that is not.
    Vacant(Vacant<'a>),
}

/// A field that is there.
#[derive(Debug)]
pub struct Occupied<'a> {
    map: &'a mut Map,
    place: usize,
}

/// A field that is not there.
#[derive(Debug)]
pub struct Vacant<'a> {
    map: &'a mut Map,
    place: usize,
    name: Key,
}

impl<'a> Entry<'a> {
    pub(super) fn new(map: &'a mut Map, name: Key) -> Self {
        match map.place(&name) {
            Ok(place) => Self::Occupied(Occupied { map, place }),
            Err(place) => Self::Vacant(Vacant { map, place, name }),
        }
    }

    /// The field, made with a value where it is not there.
    pub fn or_insert(self, value: Value) -> &'a mut Value {
        self.or_insert_with(|| value)
    }

    /// The same with a value that is asked for only then.
    pub fn or_insert_with(self, value: impl FnOnce() -> Value) -> &'a mut Value {
        match self {
            Self::Occupied(entry) => entry.into_mut(),
            Self::Vacant(entry) => entry.insert(value()),
        }
    }
}

impl<'a> Occupied<'a> {
    /// Its value.
    #[must_use]
    pub fn get(&self) -> &Value {
        self.map.at(self.place)
    }

    /// Its value, to change.
    pub fn get_mut(&mut self) -> &mut Value {
        self.map.at_mut(self.place)
    }

    /// Its value, to change, for as long as the map.
    #[must_use]
    pub fn into_mut(self) -> &'a mut Value {
        self.map.at_mut(self.place)
    }

    /// Sets it; gives back what it was.
    pub fn insert(&mut self, value: Value) -> Value {
        std::mem::replace(self.get_mut(), value)
    }

    /// Removes it.
    pub fn remove(self) -> Value {
        self.map.take(self.place)
    }
}

impl<'a> Vacant<'a> {
    /// Adds it.
    pub fn insert(self, value: Value) -> &'a mut Value {
        self.map.put(self.place, self.name, value)
    }
}
