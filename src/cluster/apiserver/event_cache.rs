//! The JSON of the objects that were told last, so that many watches of one change share the work.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use hyper::body::Bytes;

use crate::apimachinery::{Object, Sent};

use super::body::encode;

/// Objects that are remembered.
const OBJECTS_MAX: usize = 64;
/// Bytes that are remembered.
const BYTES_MAX: usize = 8 * 1024 * 1024;

#[derive(Debug, Default)]
struct Entries {
    /// Oldest first. An entry keeps its object, so that no other can take its place in memory.
    entries: VecDeque<(Arc<Object>, Bytes)>,
    bytes: usize,
}

/// Objects with their JSON.
#[derive(Debug, Default)]
pub(super) struct EventCache(Mutex<Entries>);

impl EventCache {
    /// The JSON of an object, written once for all who ask at about the same time.
    pub(super) fn json(&self, object: &Arc<Object>) -> Bytes {
        if let Some(known) = self.find(object) {
            return known;
        }
        // Objects in the store are JSON values: writing them to memory cannot fail.
        let json = Bytes::from(encode(&Sent::new(object)).unwrap_or_default());
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cache.bytes += json.len();
        cache.entries.push_back((Arc::clone(object), json.clone()));
        while (cache.entries.len() > OBJECTS_MAX || cache.bytes > BYTES_MAX)
            && let Some((_, oldest)) = cache.entries.pop_front()
        {
            cache.bytes -= oldest.len();
        }
        json
    }

    fn find(&self, object: &Arc<Object>) -> Option<Bytes> {
        let cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut newest_first = cache.entries.iter().rev();
        newest_first.find(|(known, _)| Arc::ptr_eq(known, object)).map(|(_, json)| json.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::builtin::CONFIG_MAP;

    #[test]
    fn an_object_is_written_once_and_the_cache_is_bounded() {
        let cache = EventCache::default();
        let object = Arc::new(Object::new(&CONFIG_MAP, "a", "x"));
        let first = cache.json(&object);
        assert_eq!(cache.json(&object).as_ptr(), first.as_ptr());
        for _ in 0..100 {
            let mut large = Object::new(&CONFIG_MAP, "a", "x");
            large.set("/data/a", "x".repeat(1024 * 1024));
            cache.json(&Arc::new(large));
        }
        let cache = cache.0.lock().unwrap();
        assert!(cache.bytes <= BYTES_MAX && cache.entries.len() < 9, "{}", cache.entries.len());
    }
}
