//! The fields of an object, each of which copies share until one of them changes it.

use std::sync::{Arc, OnceLock};

use serde_json::{Map, Value};

/// One field: `metadata`, `spec` …
#[derive(Clone, Debug, PartialEq)]
struct Part {
    name: String,
    value: Value,
}

/// The fields by name. A copy costs no more than counting who shares them.
#[derive(Debug, Default)]
pub(super) struct Parts {
    list: Vec<Arc<Part>>,
    /// All of them as one tree, for those who ask for that.
    whole: OnceLock<Value>,
}

impl From<Map<String, Value>> for Parts {
    fn from(map: Map<String, Value>) -> Self {
        let list = map.into_iter().map(|(name, value)| Arc::new(Part { name, value })).collect();
        Self { list, whole: OnceLock::new() }
    }
}

impl From<Parts> for Map<String, Value> {
    fn from(parts: Parts) -> Self {
        parts.list.into_iter().map(Arc::unwrap_or_clone).map(|part| (part.name, part.value)).collect()
    }
}

impl Clone for Parts {
    fn clone(&self) -> Self {
        Self { list: self.list.clone(), whole: OnceLock::new() }
    }
}

impl PartialEq for Parts {
    fn eq(&self, other: &Self) -> bool {
        let same = |(one, two): (&Arc<Part>, &Arc<Part>)| Arc::ptr_eq(one, two) || one == two;
        self.list.len() == other.list.len() && self.list.iter().zip(&other.list).all(same)
    }
}

impl Parts {
    fn place(&self, name: &str) -> Result<usize, usize> {
        self.list.binary_search_by(|part| part.name.as_str().cmp(name))
    }

    /// All fields, by name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Value)> + Clone {
        self.list.iter().map(|part| (part.name.as_str(), &part.value))
    }

    /// A field.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.place(name).ok().map(|place| &self.list[place].value)
    }

    /// A field, to change: from now on it is nobody else's.
    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        let place = self.place(name).ok()?;
        self.whole.take();
        Some(&mut Arc::make_mut(&mut self.list[place]).value)
    }

    /// The same; one that is not there is made.
    pub(super) fn entry(&mut self, name: &str) -> &mut Value {
        self.whole.take();
        let place = self.place(name).unwrap_or_else(|place| {
            self.list.insert(place, Arc::new(Part { name: name.to_owned(), value: Value::Null }));
            place
        });
        &mut Arc::make_mut(&mut self.list[place]).value
    }

    /// Sets a field, whatever it was.
    pub(super) fn put(&mut self, name: &str, value: Value) {
        self.whole.take();
        let part = Arc::new(Part { name: name.to_owned(), value });
        match self.place(name) {
            Ok(place) => self.list[place] = part,
            Err(place) => self.list.insert(place, part),
        }
    }

    /// Removes a field.
    pub(super) fn remove(&mut self, name: &str) -> Option<Value> {
        let place = self.place(name).ok()?;
        self.whole.take();
        Some(Arc::unwrap_or_clone(self.list.remove(place)).value)
    }

    /// Takes over a field of another object, or removes it where the other has none.
    pub(super) fn share(&mut self, name: &str, other: &Self) {
        self.whole.take();
        let theirs = other.place(name).ok().map(|place| Arc::clone(&other.list[place]));
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
