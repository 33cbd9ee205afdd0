//! Finds fields that a JSON body names twice, of which readers keep only the last.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// If a field comes twice: the paths of all, `spec.containers[0].image`, and whether each has come before.
/// Nothing for a body that is no JSON.
pub(super) fn duplicate_fields(body: &[u8]) -> Vec<(String, bool)> {
    let mut found = Found::default();
    let mut reader = serde_json::Deserializer::from_slice(body);
    // A body that cannot be read is refused elsewhere.
    let _ = Place { path: String::new(), found: &mut found }.deserialize(&mut reader);
    if !found.twice {
        return Vec::new();
    }
    found.collects = true;
    let mut reader = serde_json::Deserializer::from_slice(body);
    let _ = Place { path: String::new(), found: &mut found }.deserialize(&mut reader);
    found.fields
}

/// What a look at a body has found: in the first one, whether anything comes twice.
#[derive(Default)]
struct Found {
    twice: bool,
    collects: bool,
    fields: Vec<(String, bool)>,
}

/// A value on the way down.
struct Place<'a> {
    path: String,
    found: &'a mut Found,
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
            let again = !seen.insert(name);
            self.found.twice |= again;
            if self.found.collects {
                self.found.fields.push((path.clone(), again));
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
        let found = duplicate_fields(body);
        let twice: Vec<&str> =
            found.iter().filter(|(_, again)| *again).map(|(path, _)| path.as_str()).collect();
        assert_eq!(twice, ["spec.containers[1].image", "spec.hostNetwork", "metadata.labels.a"]);
        assert_eq!(found[2], ("spec.containers".to_owned(), false));
        assert!(duplicate_fields(br#"{"a":{"x":1},"b":{"x":null}}"#).is_empty());
        assert!(duplicate_fields(&[b'['; 100_000]).is_empty());
    }
}
