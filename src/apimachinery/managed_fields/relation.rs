//! How a set of fields stands to one that is held as text, told without making a set of the text.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::base::Value;

use super::field_set::FieldSet;

/// How a set stands to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Relation {
    /// Whether a path of the set is in the other.
    pub shares: bool,
    /// Whether all of its paths are.
    pub is_covered: bool,
}

impl Relation {
    /// How `set` stands to what `fieldsV1` holds.
    pub(super) fn of(set: &FieldSet, fields: &Value) -> Self {
        if set.is_empty() {
            return Self { shares: false, is_covered: true };
        }
        let read = match fields {
            Value::String(text) => {
                Beside(set).deserialize(&mut serde_json::Deserializer::from_str(text)).ok()
            }
            _ => None,
        };
        read.unwrap_or_else(|| {
            let other = FieldSet::from_fields_v1(fields);
            Self { shares: set.shares_with(&other), is_covered: set.is_covered_by(&other) }
        })
    }
}

/// Reads a text beside a set.
struct Beside<'a>(&'a FieldSet);

impl<'de> DeserializeSeed<'de> for Beside<'_> {
    type Value = Relation;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Relation, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Beside<'_> {
    type Value = Relation;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a set of fields")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Relation, A::Error> {
        let (mut member, mut leaf, mut shares, mut covered) = (false, true, false, 0);
        while let Some(Element(element)) = map.next_key()? {
            if element == "." {
                map.next_value::<IgnoredAny>()?;
                member = true;
                continue;
            }
            leaf = false;
            match self.0.children.get(&element) {
                Some(child) => {
                    let relation = map.next_value_seed(Beside(child))?;
                    shares |= relation.shares;
                    covered += usize::from(relation.is_covered);
                }
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        // A path that ends in the text is in its set.
        member |= leaf;
        Ok(Relation {
            shares: shares || (self.0.member && member),
            is_covered: (!self.0.member || member) && covered == self.0.children.len(),
        })
    }
}

/// A path element as it stands in the text, where nothing in it is escaped.
#[derive(serde::Deserialize)]
struct Element<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn a_relation_is_the_same_told_from_the_text() {
        let trees = [
            json!({"f:a": {}}),
            json!({"f:a": {".": {}, "f:b": {}}}),
            json!({"f:a": {"f:b": {}, "f:c": {}}, "f:d": {}}),
            json!({"f:a": {"k:{\"name\":\"x\"}": {".": {}, "f:b": {}}}}),
            json!({"f:a": {"k:{\"name\":\"x\"}": {"f:b": {}}}}),
            json!({"f:a": {"f:b": {"f:x": {}}}}),
            json!({"f:a": 1, "f:d": [2]}),
            json!({}),
        ];
        for one in &trees {
            for other in &trees {
                let sets = [one, other].map(FieldSet::from_fields_v1);
                let expected = Relation {
                    shares: sets[0].shares_with(&sets[1]),
                    is_covered: sets[0].is_covered_by(&sets[1]),
                };
                assert_eq!(Relation::of(&sets[0], &other.to_string().into()), expected, "{one} {other}");
                assert_eq!(Relation::of(&sets[0], other), expected, "{one} {other}");
            }
        }
    }
}
