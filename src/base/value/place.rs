//! What a value is asked by: a place in a list or the name of a field.

use std::ops::{Index, IndexMut};

use super::{Key, Map, Value};

/// A place in a list or the name of a field.
pub trait Place {
    /// What is there.
    fn find<'v>(&self, value: &'v Value) -> Option<&'v Value>;

    /// The same, to change.
    fn find_mut<'v>(&self, value: &'v mut Value) -> Option<&'v mut Value>;

    /// The same; a field that is not there is made, in what is null or has fields.
    ///
    /// # Panics
    /// When neither is so.
    fn make<'v>(&self, value: &'v mut Value) -> &'v mut Value;
}

impl Place for usize {
    fn find<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        value.as_array()?.get(*self)
    }

    fn find_mut<'v>(&self, value: &'v mut Value) -> Option<&'v mut Value> {
        value.as_array_mut()?.get_mut(*self)
    }

    fn make<'v>(&self, value: &'v mut Value) -> &'v mut Value {
        match value {
            Value::Array(items) => &mut items[*self],
            other => panic!("no item {self} in {other}"),
        }
    }
}

impl Place for str {
    fn find<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        value.as_object()?.get(self)
    }

    fn find_mut<'v>(&self, value: &'v mut Value) -> Option<&'v mut Value> {
        value.as_object_mut()?.get_mut(self)
    }

    fn make<'v>(&self, value: &'v mut Value) -> &'v mut Value {
        if value.is_null() {
            *value = Value::Object(Map::new());
        }
        match value {
            Value::Object(map) => &mut map[self],
            other => panic!("no field {self:?} in {other}"),
        }
    }
}

macro_rules! names {
    ($($name:ty)*) => {$(
        impl Place for $name {
            fn find<'v>(&self, value: &'v Value) -> Option<&'v Value> {
                Place::find(self.as_str(), value)
            }

            fn find_mut<'v>(&self, value: &'v mut Value) -> Option<&'v mut Value> {
                Place::find_mut(self.as_str(), value)
            }

            fn make<'v>(&self, value: &'v mut Value) -> &'v mut Value {
                self.as_str().make(value)
            }
        }
    )*};
}

names!(String Key);

impl<P: Place + ?Sized> Place for &P {
    fn find<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        (**self).find(value)
    }

    fn find_mut<'v>(&self, value: &'v mut Value) -> Option<&'v mut Value> {
        (**self).find_mut(value)
    }

    fn make<'v>(&self, value: &'v mut Value) -> &'v mut Value {
        (**self).make(value)
    }
}

impl<P: Place> Index<P> for Value {
    type Output = Self;

    /// What is there; null where nothing is.
    fn index(&self, place: P) -> &Self {
        static NOTHING: Value = Value::Null;
        place.find(self).unwrap_or(&NOTHING)
    }
}

impl<P: Place> IndexMut<P> for Value {
    /// What is there; a field that is not there is made, in what is null or has fields.
    ///
    /// # Panics
    /// When there is no such place, and none can be made.
    fn index_mut(&mut self, place: P) -> &mut Self {
        place.make(self)
    }
}
