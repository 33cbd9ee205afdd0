//! Lists, compared by content: each expected item needs an item of its own.

use crate::base::Value;

use super::wording::show;
use super::{Comparison, gaps};

impl Comparison<'_> {
    /// Each expected item needs an item of its own that contains it.
    pub(super) fn compare_list(&mut self, items: &[Value], actual: Option<&Value>, path: &str) {
        let found = actual.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let mut told: Vec<&Value> = Vec::new();
        for index in self.unmatched(items, found) {
            let item = &items[index];
            if !told.contains(&item) {
                told.push(item);
                let of_others =
                    |place: &Value| items.iter().any(|other| gaps(other, Some(place), self.snap).is_empty());
                let free: Vec<usize> = (0..found.len()).filter(|place| !of_others(&found[*place])).collect();
                self.explain_missing_item((index, item), found, &free, path);
            }
        }
    }

    /// The expected items that find no item of their own.
    pub(super) fn unmatched(&self, items: &[Value], found: &[Value]) -> Vec<usize> {
        let fits = |item: usize, place: usize| gaps(&items[item], Some(&found[place]), self.snap).is_empty();
        let mut taken = vec![None; found.len()];
        let mut missing = Vec::new();
        for index in 0..items.len() {
            let mut tried = vec![false; found.len()];
            if !assign(index, &fits, &mut taken, &mut tried) {
                missing.push(index);
            }
        }
        missing
    }

    /// Says of a list item that was not found how the one that comes nearest differs.
    fn explain_missing_item(
        &mut self,
        (index, item): (usize, &Value),
        found: &[Value],
        free: &[usize],
        path: &str,
    ) {
        let before = self.gaps.len();
        let plain = item.is_string() || item.is_number() || item.is_boolean();
        if plain && !found.is_empty() {
            // Among words none is nearer than another: the whole list tells more.
            self.gap(path, show(item), Some(&Value::from(found.to_vec())), Some(item));
        } else if let Some(nearest) = self.nearest(item, found, free) {
            self.compare(item, Some(&found[nearest]), &format!("{path}[{nearest}]"));
        }
        // None is there, or the nearest fits but serves another expectation already.
        if self.gaps.len() == before {
            self.gap(&format!("{path}[{index}]"), show(item), None, None);
        }
    }

    /// The item of that type or name; without one of that name, the one with the fewest gaps.
    fn nearest(&self, item: &Value, found: &[Value], free: &[usize]) -> Option<usize> {
        let of_same = |key: &str| {
            let wanted = item.get(key).filter(|value| value.is_string())?;
            Some(found.iter().position(|candidate| candidate.get(key) == Some(wanted)))
        };
        if let Some(of_type) = of_same("type") {
            return of_type;
        }
        let fewest_gaps =
            || free.iter().copied().min_by_key(|index| gaps(item, Some(&found[*index]), self.snap).len());
        of_same("name").flatten().or_else(fewest_gaps)
    }
}

/// Gives item `item` a place of its own, moving earlier items to other places that fit (Kuhn's algorithm).
fn assign(
    item: usize,
    fits: &dyn Fn(usize, usize) -> bool,
    taken: &mut [Option<usize>],
    tried: &mut [bool],
) -> bool {
    for place in 0..taken.len() {
        if tried[place] || !fits(item, place) {
            continue;
        }
        tried[place] = true;
        let free = match taken[place] {
            None => true,
            Some(other) => assign(other, fits, taken, tried),
        };
        if free {
            taken[place] = Some(item);
            return true;
        }
    }
    false
}
