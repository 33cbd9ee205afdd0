//! Fields by name.

use std::fmt::{self, Debug, Formatter};
use std::ops::{Index, IndexMut};

use ecow::EcoVec;

use super::entry::Entry;
use super::{Key, Value};

/// Among so many fields, looking at each beats asking for the order.
const FEW: usize = 24;

/// Fields by name, in the order of their names. Copies are one list until one of them changes.
#[derive(Clone, Default, Eq)]
pub struct Map(EcoVec<Field>);

/// One field.
type Field = (Key, Value);

impl Map {
    /// No fields.
    #[must_use]
    pub const fn new() -> Self {
        Self(EcoVec::new())
    }

    /// How many fields there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Where the field is, or where it would be.
    pub(super) fn place(&self, name: &str) -> Result<usize, usize> {
        match self.0.last() {
            // Most fields are added in order.
            Some((last, _)) if last.as_str() < name => Err(self.0.len()),
            _ if self.0.len() <= FEW => self.find(name).ok_or_else(|| {
                self.0.iter().position(|(known, _)| known.as_str() > name).unwrap_or(self.0.len())
            }),
            _ => self.0.binary_search_by(|(known, _)| known.as_str().cmp(name)),
        }
    }

    /// Where the field is.
    fn find(&self, name: &str) -> Option<usize> {
        if self.0.len() > FEW {
            return self.place(name).ok();
        }
        // Names that begin alike are few: the first letter saves most comparisons.
        let first = name.as_bytes().first();
        self.0.iter().position(|(known, _)| {
            let known = known.as_str();
            known.len() == name.len() && known.as_bytes().first() == first && known == name
        })
    }

    /// The field at a place.
    pub(super) fn at(&self, place: usize) -> &Value {
        &self.0[place].1
    }

    /// The same, to change.
    pub(super) fn at_mut(&mut self, place: usize) -> &mut Value {
        &mut self.0.make_mut()[place].1
    }

    /// Puts a field where [`Self::place`] says it would be.
    pub(super) fn put(&mut self, place: usize, name: Key, value: Value) -> &mut Value {
        self.0.insert(place, (name, value));
        self.at_mut(place)
    }

    /// Takes out the field at a place.
    pub(super) fn take(&mut self, place: usize) -> Value {
        self.0.remove(place).1
    }

    /// A field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.find(name).map(|place| self.at(place))
    }

    /// A field with its name as the map has it.
    #[must_use]
    pub fn get_key_value(&self, name: &str) -> Option<(&Key, &Value)> {
        let (name, value) = &self.0[self.find(name)?];
        Some((name, value))
    }

    /// A field, to change.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.find(name).map(|place| self.at_mut(place))
    }

    /// Whether there is such a field.
    #[must_use]
    pub fn contains_key(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// Sets a field; gives back what it was.
    pub fn insert(&mut self, name: impl Into<Key>, value: Value) -> Option<Value> {
        let name = name.into();
        match self.place(&name) {
            Ok(place) => Some(std::mem::replace(self.at_mut(place), value)),
            Err(place) => {
                self.put(place, name, value);
                None
            }
        }
    }

    /// Removes a field; gives back what it was.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.find(name).map(|place| self.take(place))
    }

    /// A field, there or not.
    pub fn entry(&mut self, name: impl Into<Key>) -> Entry<'_> {
        Entry::new(self, name.into())
    }

    /// Keeps the fields for which `keep` says so.
    pub fn retain(&mut self, mut keep: impl FnMut(&Key, &mut Value) -> bool) {
        self.0.retain(|(name, value)| keep(name, value));
    }

    /// Removes all fields.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The fields in the order of their names.
    pub fn iter(&self) -> Iter<'_> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    /// The fields with their values to change.
    pub fn iter_mut(&mut self) -> IterMut<'_> {
        self.0.make_mut().iter_mut().map(|(name, value)| (&*name, value))
    }

    /// The names.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Key> + ExactSizeIterator + Clone {
        self.0.iter().map(|(name, _)| name)
    }

    /// The values.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Value> + ExactSizeIterator + Clone {
        self.0.iter().map(|(_, value)| value)
    }

    /// The values, to change.
    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut Value> {
        self.0.make_mut().iter_mut().map(|(_, value)| value)
    }

    /// Whether both are one list, so that they are equal without a look at it.
    #[must_use]
    pub fn is_shared_with(&self, other: &Self) -> bool {
        std::ptr::eq(self.0.as_slice(), other.0.as_slice())
    }
}

/// See [`Map::iter`].
pub(super) type Iter<'a> = std::iter::Map<std::slice::Iter<'a, Field>, fn(&'a Field) -> (&'a Key, &'a Value)>;

/// See [`Map::iter_mut`].
pub(super) type IterMut<'a> =
    std::iter::Map<std::slice::IterMut<'a, Field>, fn(&'a mut Field) -> (&'a Key, &'a mut Value)>;

impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        self.is_shared_with(other) || self.0 == other.0
    }
}

impl Debug for Map {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.iter()).finish()
    }
}

impl Index<&str> for Map {
    type Output = Value;

    /// # Panics
    /// When there is no such field.
    fn index(&self, name: &str) -> &Value {
        self.get(name).expect("the field is there")
    }
}

impl IndexMut<&str> for Map {
    /// A field that is not there is made.
    fn index_mut(&mut self, name: &str) -> &mut Value {
        self.entry(name).or_insert(Value::Null)
    }
}

impl<'a> IntoIterator for &'a Map {
    type Item = (&'a Key, &'a Value);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a> IntoIterator for &'a mut Map {
    type Item = (&'a Key, &'a mut Value);
    type IntoIter = IterMut<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl IntoIterator for Map {
    type Item = Field;
    type IntoIter = ecow::vec::IntoIter<Field>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Of two fields with one name the later one stays.
impl<K: Into<Key>> FromIterator<(K, Value)> for Map {
    fn from_iter<T: IntoIterator<Item = (K, Value)>>(fields: T) -> Self {
        let mut list: EcoVec<Field> = fields.into_iter().map(|(name, value)| (name.into(), value)).collect();
        if !list.is_sorted_by(|(one, _), (two, _)| one < two) {
            sort(&mut list);
        }
        Self(list)
    }
}

impl<K: Into<Key>, const N: usize> From<[(K, Value); N]> for Map {
    fn from(fields: [(K, Value); N]) -> Self {
        fields.into_iter().collect()
    }
}

/// As long texts may have any number of fields in any order, adding one after the other could take forever.
fn sort(list: &mut EcoVec<Field>) {
    list.make_mut().sort_by(|(one, _), (two, _)| one.cmp(two));
    let mut later: Vec<bool> = list.windows(2).map(|pair| pair[0].0 != pair[1].0).collect();
    later.push(true);
    let mut keep = later.into_iter();
    list.retain(|_| keep.next().unwrap_or(true));
}

impl<K: Into<Key>> Extend<(K, Value)> for Map {
    fn extend<T: IntoIterator<Item = (K, Value)>>(&mut self, fields: T) {
        *self = std::mem::take(self)
            .into_iter()
            .chain(fields.into_iter().map(|(name, value)| (name.into(), value)))
            .collect();
    }
}

#[cfg(test)]
mod tests {
    use super::super::json;
    use super::*;

    fn map(value: Value) -> Map {
        let Value::Object(map) = value else { panic!("no object") };
        map
    }

    #[test]
    fn fields_are_sorted_and_the_later_of_two_stays() {
        let fields = ["b", "a", "b", "c", "a"].into_iter().zip(1..);
        let collected: Map = fields.map(|(name, value)| (name, json!(value))).collect();
        assert_eq!(collected, map(json!({"a": 5, "b": 3, "c": 4})));
        let mut extended = map(json!({"d": 0, "b": 0}));
        extended.extend(collected);
        assert_eq!(extended, map(json!({"a": 5, "b": 3, "c": 4, "d": 0})));
        assert!(extended.keys().is_sorted());
    }

    #[test]
    fn many_fields_are_found() {
        let mut many: Map = (0..100).rev().map(|number| (format!("{number:02}"), json!(number))).collect();
        assert_eq!((many.get("07"), many.get("7")), (Some(&json!(7)), None));
        assert_eq!((many.remove("07"), many.remove("07"), many.len()), (Some(json!(7)), None, 99));
        assert_eq!((many.insert("07", json!(0)), many.insert("07", json!(7))), (None, Some(json!(0))));
        many.retain(|name, _| name.starts_with('0'));
        assert_eq!((many.len(), many.contains_key("10")), (10, false));
    }

    #[test]
    fn copies_share_what_neither_of_them_changes() {
        let one = json!({"metadata": {"name": "a"}, "spec": {"replicas": 1, "template": {}}});
        let mut two = one.clone();
        two["spec"]["replicas"] = json!(2);
        assert_eq!((&one["spec"]["replicas"], &two["spec"]["replicas"]), (&json!(1), &json!(2)));
        let shared = |name: &str| {
            let (one, two) = (one[name].as_object(), two[name].as_object());
            one.zip(two).is_some_and(|(one, two)| one.is_shared_with(two))
        };
        assert_eq!((shared("metadata"), shared("spec")), (true, false));
        assert!(one != two);
    }
}
