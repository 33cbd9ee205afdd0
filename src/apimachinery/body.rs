//! How an object is held: as a tree, as parts that copies share, or as packed text while nobody looks.

use std::borrow::Cow;
use std::sync::OnceLock;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::object::step;
use super::packed_text::PackedText;
use super::parts::Parts;

/// Deeper trees stay trees: their text could not be read again.
const DEPTH_MAX: usize = 100;

/// The JSON of an object.
#[derive(Debug)]
pub(super) struct Body {
    /// What there is to look at of one that is awake.
    form: Form,
    /// The text, once it was asked for; one that is asleep has it from the beginning.
    text: OnceLock<PackedText>,
    /// What an object that is asleep becomes when somebody looks.
    asleep: Option<Box<OnceLock<Form>>>,
}

/// JSON to look at.
#[derive(Clone, Debug)]
pub(super) enum Form {
    /// As it came.
    Tree(Value),
    /// As stored objects and their copies have it.
    Parts(Parts),
}

impl Form {
    /// All fields, by name.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, &Value)> + Clone {
        let (tree, parts) = match self {
            Self::Tree(tree) => (tree.as_object(), None),
            Self::Parts(parts) => (None, Some(parts)),
        };
        let of_tree = tree.into_iter().flatten().map(|(name, value)| (name.as_str(), value));
        of_tree.chain(parts.into_iter().flat_map(Parts::iter))
    }

    /// A field.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Tree(tree) => tree.get(name),
            Self::Parts(parts) => parts.get(name),
        }
    }

    /// The field at which a path (without its first slash) begins, and the rest of the path.
    fn step<'p>(&self, path: &'p str) -> Option<(&Value, &'p str)> {
        match self {
            Self::Tree(tree) => step(tree.as_object()?, path),
            Self::Parts(parts) => parts.step(path),
        }
    }

    fn into_parts(self) -> Self {
        match self {
            Self::Tree(Value::Object(map)) => Self::Parts(map.into()),
            other => other,
        }
    }
}

impl PartialEq for Form {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Tree(one), Self::Tree(two)) => one == two,
            (Self::Parts(one), Self::Parts(two)) => one == two,
            (one, two) => one.fields().eq(two.fields()),
        }
    }
}

impl Serialize for Form {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.fields())
    }
}

impl From<Form> for Body {
    fn from(form: Form) -> Self {
        Self { form, text: OnceLock::new(), asleep: None }
    }
}

impl From<Value> for Body {
    fn from(tree: Value) -> Self {
        Form::Tree(tree).into()
    }
}

impl From<PackedText> for Body {
    fn from(text: PackedText) -> Self {
        Self { form: Form::Tree(Value::Null), text: OnceLock::from(text), asleep: Some(Box::default()) }
    }
}

impl Clone for Body {
    fn clone(&self) -> Self {
        match self.text.get() {
            Some(text) if self.is_asleep() => text.clone().into(),
            _ => self.form().clone().into(),
        }
    }
}

impl PartialEq for Body {
    fn eq(&self, other: &Self) -> bool {
        self.form() == other.form()
    }
}

impl Body {
    /// What there is to look at.
    pub(super) fn form(&self) -> &Form {
        match &self.asleep {
            Some(looked_at) => looked_at.get_or_init(|| self.parsed()),
            None => &self.form,
        }
    }

    /// The same for one look, after which one that is asleep sleeps on.
    pub(super) fn glance(&self) -> Cow<'_, Form> {
        if self.is_asleep() { Cow::Owned(self.parsed()) } else { Cow::Borrowed(self.form()) }
    }

    /// The whole tree.
    pub(super) fn tree(&self) -> &Value {
        match self.form() {
            Form::Tree(tree) => tree,
            Form::Parts(parts) => parts.whole(),
        }
    }

    /// Whether copies share its fields.
    pub(super) fn is_in_parts(&self) -> bool {
        matches!(self.form(), Form::Parts(_))
    }

    /// A field.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.form().get(name)
    }

    /// The field at which a path (without its first slash) begins, and the rest of the path.
    pub(super) fn step<'p>(&self, path: &'p str) -> Option<(&Value, &'p str)> {
        self.form().step(path)
    }

    /// To change: the text is given up.
    fn form_mut(&mut self) -> &mut Form {
        if let Some(mut looked_at) = self.asleep.take() {
            self.form = looked_at.take().unwrap_or_else(|| self.parsed());
        }
        self.text.take();
        &mut self.form
    }

    /// A field, to change.
    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        match self.form_mut() {
            Form::Tree(tree) => tree.get_mut(name),
            Form::Parts(parts) => parts.get_mut(name),
        }
    }

    /// The same; one that is not there is made.
    pub(super) fn entry(&mut self, name: &str) -> &mut Value {
        match self.form_mut() {
            Form::Tree(tree) => &mut tree[name],
            Form::Parts(parts) => parts.entry(name),
        }
    }

    /// Sets a field, whatever it was.
    pub(super) fn put(&mut self, name: &str, value: Value) {
        match self.form_mut() {
            Form::Tree(tree) => tree[name] = value,
            Form::Parts(parts) => parts.put(name, value),
        }
    }

    /// Removes a field.
    pub(super) fn remove(&mut self, name: &str) -> Option<Value> {
        match self.form_mut() {
            Form::Tree(tree) => tree.as_object_mut()?.remove(name),
            Form::Parts(parts) => parts.remove(name),
        }
    }

    /// Takes over a field of another object, or removes it where the other has none.
    pub(super) fn take_over(&mut self, name: &str, other: &Self) {
        if let Form::Parts(theirs) = other.form() {
            self.share();
            if let Form::Parts(parts) = self.form_mut() {
                return parts.share(name, theirs);
            }
        }
        match other.get(name) {
            Some(value) => self.put(name, value.clone()),
            None => drop(self.remove(name)),
        }
    }

    /// Takes itself apart, so that copies share the parts.
    pub(super) fn share(&mut self) {
        if matches!(self.form(), Form::Tree(_)) {
            let form = self.form_mut();
            *form = std::mem::replace(form, Form::Tree(Value::Null)).into_parts();
        }
    }

    /// The tree alone.
    pub(super) fn into_tree(mut self) -> Value {
        match std::mem::replace(self.form_mut(), Form::Tree(Value::Null)) {
            Form::Tree(tree) => tree,
            Form::Parts(parts) => Value::Object(parts.into()),
        }
    }

    /// The same as text; `None` for a tree that is too deep.
    pub(super) fn asleep(&self) -> Option<Self> {
        let known = self.text.get();
        let text = match known {
            Some(text) => text,
            None if self.form.fields().all(|(_, value)| is_within(value, DEPTH_MAX - 1)) => {
                self.text.get_or_init(|| {
                    let kind = self.form.get("kind").and_then(Value::as_str).unwrap_or_default();
                    PackedText::new(kind, &serde_json::to_string(&self.form).unwrap_or_default())
                })
            }
            None => return None,
        };
        Some(text.clone().into())
    }

    /// Whether there is nothing to look at now.
    pub(super) fn is_asleep(&self) -> bool {
        self.asleep.as_ref().is_some_and(|looked_at| looked_at.get().is_none())
    }

    /// Whether it was made to sleep.
    pub(super) fn was_asleep(&self) -> bool {
        self.asleep.is_some()
    }

    /// Bytes that the text takes, if it is known.
    pub(super) fn text_bytes(&self) -> usize {
        self.text.get().map_or(0, PackedText::bytes)
    }

    /// What was written by us is read again.
    fn parsed(&self) -> Form {
        let text = self.text.get().and_then(PackedText::unpacked);
        let map: Option<Map<String, Value>> = text.and_then(|text| serde_json::from_slice(&text).ok());
        Form::Parts(map.unwrap_or_default().into())
    }
}

fn is_within(value: &Value, depth: usize) -> bool {
    match value {
        Value::Array(items) => depth > 0 && items.iter().all(|item| is_within(item, depth - 1)),
        Value::Object(map) => depth > 0 && map.values().all(|value| is_within(value, depth - 1)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_sleeping_object_is_the_same_object() {
        let tree = json!({"a": {"b": [1, 2.5, "\u{1F600}\"", null, u64::MAX]}});
        let mut asleep = Body::from(tree.clone()).asleep().unwrap();
        assert!(asleep.is_asleep() && asleep.text_bytes() > 20);
        assert_eq!(asleep.clone().into_tree(), tree);
        assert_eq!(*asleep.glance(), Form::Tree(tree.clone()));
        assert!(asleep.is_asleep());
        assert_eq!(asleep.tree(), &tree);
        assert!(!asleep.is_asleep() && asleep.asleep().is_some_and(|again| again.is_asleep()));
        *asleep.entry("a") = json!(1);
        assert_eq!((asleep.tree(), asleep.text_bytes()), (&json!({"a": 1}), 0));
    }

    #[test]
    fn an_object_is_the_same_whole_and_in_parts() {
        let tree = Body::from(json!({"kind": "A", "metadata": {"name": "a"}, "spec": {"b": [1]}}));
        let mut parts = tree.clone();
        parts.share();
        assert!(tree == parts && parts.tree() == tree.tree());
        let mut copy = parts.clone();
        copy.take_over("spec", &Body::from(json!({"spec": 1})));
        copy.take_over("metadata", &Body::from(json!({})));
        assert_eq!(copy.tree(), &json!({"kind": "A", "spec": 1}));
        copy.take_over("spec", &parts);
        assert!(std::ptr::eq(copy.get("spec").unwrap(), parts.get("spec").unwrap()));
        assert_eq!(parts.into_tree(), tree.into_tree());
    }

    #[test]
    fn a_tree_whose_text_could_not_be_read_stays_awake() {
        let deep = |levels: usize| (1..levels).fold(json!(1), |inner, _| json!([inner]));
        let deep = |levels: usize| json!({"a": deep(levels)});
        assert!(Body::from(deep(DEPTH_MAX)).asleep().is_some_and(|text| text.tree() == &deep(DEPTH_MAX)));
        assert!(Body::from(deep(DEPTH_MAX + 1)).asleep().is_none());
    }
}
