//! The parts of a set of fields by path element: short, sorted lists, as most sets are small.

use super::field_set::FieldSet;

/// Parts by encoded path element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::apimachinery) struct Elements(Vec<(Box<str>, FieldSet)>);

impl Elements {
    fn place(&self, element: &str) -> Result<usize, usize> {
        // Most come in order.
        match self.0.last() {
            Some((last, _)) if **last < *element => Err(self.0.len()),
            None => Err(0),
            _ => self.0.binary_search_by(|(known, _)| (**known).cmp(element)),
        }
    }

    /// A part.
    pub(in crate::apimachinery) fn get(&self, element: &str) -> Option<&FieldSet> {
        self.place(element).ok().map(|place| &self.0[place].1)
    }

    /// A part, to change.
    pub(super) fn get_mut(&mut self, element: &str) -> Option<&mut FieldSet> {
        self.place(element).ok().map(|place| &mut self.0[place].1)
    }

    /// A part, to change; an empty one where there was none.
    pub(super) fn entry(&mut self, element: impl Into<Box<str>>) -> &mut FieldSet {
        let element = element.into();
        let place = self.place(&element).unwrap_or_else(|place| {
            self.0.insert(place, (element, FieldSet::default()));
            place
        });
        &mut self.0[place].1
    }

    /// Removes a part.
    pub(super) fn remove(&mut self, element: &str) {
        if let Ok(place) = self.place(element) {
            self.0.remove(place);
        }
    }

    /// Keeps the parts of which that is true.
    pub(super) fn retain(&mut self, mut keeps: impl FnMut(&str, &mut FieldSet) -> bool) {
        self.0.retain_mut(|(element, part)| keeps(element, part));
    }

    /// All parts in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &FieldSet)> {
        self.0.iter().map(|(element, part)| (&**element, part))
    }

    /// All parts in order, themselves.
    pub(super) fn into_parts(self) -> impl Iterator<Item = (Box<str>, FieldSet)> {
        self.0.into_iter()
    }

    /// How many parts there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
