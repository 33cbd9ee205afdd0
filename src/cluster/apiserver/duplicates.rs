//! Finds fields that a JSON body names twice, of which readers keep only the last.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Paths of fields that come twice, `spec.containers[0].image`; none for a body that is no JSON.
pub(super) fn duplicate_fields(body: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    let mut reader = serde_json::Deserializer::from_slice(body);
    // A body that cannot be read is refused elsewhere.
    let _ = Place { path: String::new(), found: &mut found }.deserialize(&mut reader);
    found
}

/// A value on the way down.
struct Place<'a> {
    path: String,
    found: &'a mut Vec<String>,
}

impl<'de> DeserializeSeed<'de> for Place<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Place<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = BTreeSet::new();
        while let Some(name) = map.next_key::<String>()? {
            let separator = if self.path.is_empty() { "" } else { "." };
            let path = format!("{}{separator}{name}", self.path);
            if !seen.insert(name) {
                self.found.push(path.clone());
            }
            map.next_value_seed(Place { path, found: &mut *self.found })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut index = 0;
        while items
            .next_element_seed(Place { path: format!("{}[{index}]", self.path), found: &mut *self.found })?
            .is_some()
        {
            index += 1;
        }
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_that_come_twice_are_named_by_their_path() {
        let body =
            br#"{"kind":"Pod","spec":{"containers":[{"name":"a"},{"name":"b","image":"x","image":"y"}],
            "hostNetwork":true,"hostNetwork":false,"priority":1.5},"metadata":{"labels":{"a":"1","a":"2"}}}"#;
        assert_eq!(
            duplicate_fields(body),
            ["spec.containers[1].image", "spec.hostNetwork", "metadata.labels.a"]
        );
        assert_eq!(duplicate_fields(br#"{"a":{"x":1},"b":{"x":null}}"#), Vec::<String>::new());
        assert_eq!(duplicate_fields(&[b'['; 100_000]), Vec::<String>::new());
    }
}
