//! How many objects of each kind there are.

use crate::apimachinery::{KINDS, Kind};

/// Objects by the place of their kind; those of all custom kinds together after the others.
#[derive(Clone, Debug)]
pub(super) struct Counts(Box<[usize]>);

impl Default for Counts {
    fn default() -> Self {
        Self(vec![0; KINDS.len() + 1].into())
    }
}

impl Counts {
    /// Follows a write: whether the object was there before it, and is there after it.
    pub(super) fn follow(&mut self, kind: &Kind, before: bool, after: bool) {
        if let Some(count) = self.0.get_mut(kind.place.min(KINDS.len())) {
            match (before, after) {
                (false, true) => *count += 1,
                (true, false) => *count -= 1,
                _ => {}
            }
        }
    }

    /// Whether there may be objects of that kind.
    pub(super) fn has_any(&self, kind: &Kind) -> bool {
        self.0.get(kind.place.min(KINDS.len())).is_none_or(|count| *count > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::builtin::{CONFIG_MAP, SECRET};

    #[test]
    fn what_comes_and_goes_is_counted() {
        let mut counts = Counts::default();
        counts.follow(&SECRET, false, true);
        counts.follow(&SECRET, true, true);
        assert!(counts.has_any(&SECRET) && !counts.has_any(&CONFIG_MAP));
        counts.follow(&SECRET, true, false);
        assert!(!counts.has_any(&SECRET));
    }
}
