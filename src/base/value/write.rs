//! Values to text, and from what can be written.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Serialize, Serializer};
use serde_json::Error;

use super::{Key, Map, Number, Value};

/// Anything that can be written, as a value.
///
/// # Errors
/// When something in it is no JSON: a map with names that are no text.
pub fn to_value(written: impl Serialize) -> Result<Value, Error> {
    serde_json::to_value(written).map(Value::from)
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(flag) => serializer.serialize_bool(*flag),
            Self::Number(number) => number.serialize(serializer),
            Self::String(text) => serializer.serialize_str(text),
            Self::Array(items) => serializer.collect_seq(items),
            Self::Object(map) => map.serialize(serializer),
        }
    }
}

impl Serialize for Map {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

/// What `json!` takes: it looks at things and does not consume them.
pub trait ToValue {
    /// The same as JSON.
    fn to_value(&self) -> Value;
}

macro_rules! copied {
    ($($scalar:ty)*) => {$(
        impl ToValue for $scalar {
            fn to_value(&self) -> Value {
                (*self).into()
            }
        }
    )*};
}

copied!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize f64 bool);

macro_rules! cloned {
    ($($whole:ty)*) => {$(
        impl ToValue for $whole {
            fn to_value(&self) -> Value {
                self.clone().into()
            }
        }
    )*};
}

cloned!(Value Map Number String Key);

impl ToValue for str {
    fn to_value(&self) -> Value {
        self.into()
    }
}

impl ToValue for u128 {
    fn to_value(&self) -> Value {
        Number::from_u128(*self).map_or(Value::Null, Value::Number)
    }
}

impl<T: ToOwned + ToValue + ?Sized> ToValue for Cow<'_, T> {
    fn to_value(&self) -> Value {
        (**self).to_value()
    }
}

impl<T: ToValue + ?Sized> ToValue for &T {
    fn to_value(&self) -> Value {
        (**self).to_value()
    }
}

impl<T: ToValue + ?Sized> ToValue for &mut T {
    fn to_value(&self) -> Value {
        (**self).to_value()
    }
}

impl<T: ToValue + ?Sized> ToValue for Box<T> {
    fn to_value(&self) -> Value {
        (**self).to_value()
    }
}

impl<T: ToValue + ?Sized> ToValue for std::sync::Arc<T> {
    fn to_value(&self) -> Value {
        (**self).to_value()
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::to_value)
    }
}

impl<T: ToValue> ToValue for [T] {
    fn to_value(&self) -> Value {
        Value::Array(self.iter().map(T::to_value).collect())
    }
}

impl<T: ToValue> ToValue for Vec<T> {
    fn to_value(&self) -> Value {
        self.as_slice().to_value()
    }
}

impl<T: ToValue, const N: usize> ToValue for [T; N] {
    fn to_value(&self) -> Value {
        self.as_slice().to_value()
    }
}

impl<T: ToValue> ToValue for BTreeSet<T> {
    fn to_value(&self) -> Value {
        Value::Array(self.iter().map(T::to_value).collect())
    }
}

impl<K: AsRef<str>, V: ToValue> ToValue for BTreeMap<K, V> {
    fn to_value(&self) -> Value {
        self.iter().map(|(name, value)| (name.as_ref(), value.to_value())).collect()
    }
}

impl<K: AsRef<str>, V: ToValue, S> ToValue for HashMap<K, V, S> {
    fn to_value(&self) -> Value {
        self.iter().map(|(name, value)| (name.as_ref(), value.to_value())).collect()
    }
}
