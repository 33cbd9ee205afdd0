//! How an object is held: as a tree, or as packed text while nobody looks.

use std::borrow::Cow;
use std::sync::OnceLock;

use crate::base::{Map, Value};

use super::packed_text::PackedText;

/// Deeper trees stay trees: their text could not be read again.
const DEPTH_MAX: usize = 100;

/// The JSON of an object. Copies share the tree until one of them changes it.
#[derive(Debug)]
pub(super) struct Body {
    /// What there is to look at of one that is awake; always with fields.
    tree: Value,
    /// The text, once it was asked for; one that is asleep has it from the beginning.
    text: OnceLock<PackedText>,
    /// What an object that is asleep becomes when somebody looks.
    asleep: Option<Box<OnceLock<Value>>>,
}

impl From<Value> for Body {
    fn from(tree: Value) -> Self {
        Self { tree, text: OnceLock::new(), asleep: None }
    }
}

impl From<PackedText> for Body {
    fn from(text: PackedText) -> Self {
        Self { tree: Value::Null, text: OnceLock::from(text), asleep: Some(Box::default()) }
    }
}

impl Clone for Body {
    fn clone(&self) -> Self {
        match self.text.get() {
            Some(text) if self.is_asleep() => text.clone().into(),
            _ => self.tree().clone().into(),
        }
    }
}

impl PartialEq for Body {
    fn eq(&self, other: &Self) -> bool {
        self.tree() == other.tree()
    }
}

impl Body {
    /// What there is to look at.
    pub(super) fn tree(&self) -> &Value {
        match &self.asleep {
            Some(looked_at) => looked_at.get_or_init(|| self.parsed()),
            None => &self.tree,
        }
    }

    /// The same for one look, after which one that is asleep sleeps on.
    pub(super) fn glance(&self) -> Cow<'_, Value> {
        if self.is_asleep() { Cow::Owned(self.parsed()) } else { Cow::Borrowed(self.tree()) }
    }

    /// The tree, to change: the text is given up.
    pub(super) fn tree_mut(&mut self) -> &mut Value {
        if let Some(mut looked_at) = self.asleep.take() {
            self.tree = looked_at.take().unwrap_or_else(|| self.parsed());
        }
        self.text.take();
        &mut self.tree
    }

    /// The tree alone.
    pub(super) fn into_tree(mut self) -> Value {
        self.tree_mut().take()
    }

    /// The same as text; `None` for a tree that is too deep.
    pub(super) fn asleep(&self) -> Option<Self> {
        let known = self.text.get();
        let text = match known {
            Some(text) => text,
            None if is_within(&self.tree, DEPTH_MAX) => self.text.get_or_init(|| {
                let kind = self.tree["kind"].as_str().unwrap_or_default();
                PackedText::new(kind, &self.tree.to_string())
            }),
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
    fn parsed(&self) -> Value {
        let text = self.text.get().and_then(PackedText::unpacked);
        let map: Option<Map> = text.and_then(|text| serde_json::from_slice(&text).ok());
        Value::Object(map.unwrap_or_default())
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
    use crate::base::json;

    use super::*;

    #[test]
    fn a_sleeping_object_is_the_same_object() {
        let tree = json!({"a": {"b": [1, 2.5, "\u{1F600}\"", null, u64::MAX]}});
        let mut asleep = Body::from(tree.clone()).asleep().unwrap();
        assert!(asleep.is_asleep() && asleep.text_bytes() > 20);
        assert_eq!(asleep.clone().into_tree(), tree);
        assert_eq!(*asleep.glance(), tree);
        assert!(asleep.is_asleep());
        assert_eq!(asleep.tree(), &tree);
        assert!(!asleep.is_asleep() && asleep.asleep().is_some_and(|again| again.is_asleep()));
        asleep.tree_mut()["a"] = json!(1);
        assert_eq!((asleep.tree(), asleep.text_bytes()), (&json!({"a": 1}), 0));
    }

    #[test]
    fn a_tree_whose_text_could_not_be_read_stays_awake() {
        let deep = |levels: usize| (1..levels).fold(json!(1), |inner, _| json!([inner]));
        let deep = |levels: usize| json!({"a": deep(levels)});
        assert!(Body::from(deep(DEPTH_MAX)).asleep().is_some_and(|text| text.tree() == &deep(DEPTH_MAX)));
        assert!(Body::from(deep(DEPTH_MAX + 1)).asleep().is_none());
    }
}
