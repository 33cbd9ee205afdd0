//! The fields of an object, each of which copies share until one of them changes it.

use std::sync::{Arc, OnceLock};

use serde_json::{Map, Value};

use super::object::{split_token, step_among};

/// Among so many fields, looking for the same text beats asking for the order.
const FEW: usize = 24;

/// Names of fields that most objects have at the top, sorted.
const KNOWN: &[&str] = &[
    "action",
    "apiVersion",
    "count",
    "data",
    "eventTime",
    "firstTimestamp",
    "involvedObject",
    "kind",
    "lastTimestamp",
    "message",
    "metadata",
    "reason",
    "reportingComponent",
    "reportingInstance",
    "rules",
    "source",
    "spec",
    "status",
    "type",
];

/// The name of a field.
#[derive(Clone, Debug)]
enum Name {
    Known(&'static str),
    Other(Arc<str>),
}

impl Name {
    fn new(name: &str) -> Self {
        KNOWN
            .binary_search(&name)
            .map_or_else(|_| Self::Other(name.into()), |place| Self::Known(KNOWN[place]))
    }

    fn text(&self) -> &str {
        match self {
            Self::Known(name) => name,
            Self::Other(name) => name,
        }
    }
}

/// One field.
type Part = (Name, Arc<Value>);

/// The fields by name. A copy costs no more than counting who shares them.
#[derive(Debug, Default)]
pub(super) struct Parts {
    list: Vec<Part>,
    /// All of them as one tree, for those who ask for that.
    whole: OnceLock<Value>,
}

impl From<Map<String, Value>> for Parts {
    fn from(map: Map<String, Value>) -> Self {
        let list = map.into_iter().map(|(name, value)| (Name::new(&name), Arc::new(value))).collect();
        Self { list, whole: OnceLock::new() }
    }
}

impl From<Parts> for Map<String, Value> {
    fn from(parts: Parts) -> Self {
        let fields = parts.list.into_iter();
        fields.map(|(name, value)| (name.text().to_owned(), Arc::unwrap_or_clone(value))).collect()
    }
}

impl Clone for Parts {
    fn clone(&self) -> Self {
        Self { list: self.list.clone(), whole: OnceLock::new() }
    }
}

impl PartialEq for Parts {
    fn eq(&self, other: &Self) -> bool {
        let same = |(one, two): (&Part, &Part)| {
            one.0.text() == two.0.text() && (Arc::ptr_eq(&one.1, &two.1) || one.1 == two.1)
        };
        self.list.len() == other.list.len() && self.list.iter().zip(&other.list).all(same)
    }
}

impl Parts {
    fn place(&self, name: &str) -> Result<usize, usize> {
        self.list.binary_search_by(|(known, _)| known.text().cmp(name))
    }

    /// All fields, by name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Value)> + Clone {
        self.list.iter().map(|(name, value)| (name.text(), &**value))
    }

    /// A field.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        if self.list.len() > FEW {
            return self.place(name).ok().map(|place| &*self.list[place].1);
        }
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// The field at which a path (without its first slash) begins, and the rest of the path.
    pub(super) fn step<'p>(&self, path: &'p str) -> Option<(&Value, &'p str)> {
        if self.list.len() > FEW {
            let (name, rest) = split_token(path);
            return Some((self.get(&name)?, rest));
        }
        step_among(self.iter(), path)
    }

    /// A field, to change: from now on it is nobody else's.
    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        let place = self.place(name).ok()?;
        self.whole.take();
        Some(Arc::make_mut(&mut self.list[place].1))
    }

    /// The same; one that is not there is made.
    pub(super) fn entry(&mut self, name: &str) -> &mut Value {
        self.whole.take();
        let place = self.place(name).unwrap_or_else(|place| {
            self.list.insert(place, (Name::new(name), Arc::default()));
            place
        });
        Arc::make_mut(&mut self.list[place].1)
    }

    /// Sets a field, whatever it was.
    pub(super) fn put(&mut self, name: &str, value: Value) {
        self.whole.take();
        match self.place(name) {
            Ok(place) => self.list[place].1 = Arc::new(value),
            Err(place) => self.list.insert(place, (Name::new(name), Arc::new(value))),
        }
    }

    /// Removes a field.
    pub(super) fn remove(&mut self, name: &str) -> Option<Value> {
        let place = self.place(name).ok()?;
        self.whole.take();
        Some(Arc::unwrap_or_clone(self.list.remove(place).1))
    }

    /// Takes over a field of another object, or removes it where the other has none.
    pub(super) fn share(&mut self, name: &str, other: &Self) {
        self.whole.take();
        let theirs = other.place(name).ok().map(|place| other.list[place].clone());
        match (self.place(name), theirs) {
            (Ok(place), Some(part)) => self.list[place] = part,
            (Err(place), Some(part)) => self.list.insert(place, part),
            (Ok(place), None) => drop(self.list.remove(place)),
            (Err(_), None) => {}
        }
    }

    /// All fields as one tree.
    pub(super) fn whole(&self) -> &Value {
        self.whole.get_or_init(|| {
            Value::Object(self.iter().map(|(name, value)| (name.to_owned(), value.clone())).collect())
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parts(value: Value) -> Parts {
        let Value::Object(map) = value else { panic!("no object") };
        map.into()
    }

    #[test]
    fn known_names_are_sorted() {
        assert!(KNOWN.is_sorted());
    }

    #[test]
    fn copies_share_what_neither_of_them_changes() {
        let one = parts(json!({"metadata": {"name": "a"}, "spec": {"replicas": 1}, "status": {}}));
        let mut two = one.clone();
        *two.get_mut("spec").unwrap() = json!({"replicas": 2});
        two.entry("data")["a"] = json!("b");
        assert_eq!(two.remove("status"), Some(json!({})));
        assert!(std::ptr::eq(one.get("metadata").unwrap(), two.get("metadata").unwrap()));
        assert_eq!(one.whole()["spec"]["replicas"], 1);
        let expected = json!({"data": {"a": "b"}, "metadata": {"name": "a"}, "spec": {"replicas": 2}});
        assert_eq!(two.whole(), &expected);
        assert!(one != two && two == parts(expected));
        two.share("spec", &one);
        two.share("status", &one);
        two.share("data", &one);
        assert!(one == two && two.whole() == one.whole());
    }
}
