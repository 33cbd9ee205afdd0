//! When a step that was hard is to be done again.

use crate::base::Timestamp;

/// Days between two reviews of a step, one after the other.
const GAPS: [u32; 5] = [1, 3, 7, 16, 35];

/// A step to be done again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Review {
    /// From when on.
    pub due: Timestamp,
    /// Days since it was done.
    pub gap: u32,
}

/// Days until the next review: more after one without help, from the beginning after one with.
#[must_use]
pub fn next_gap(present: Option<u32>, clean: bool) -> u32 {
    let index = match present {
        Some(gap) if clean => GAPS.iter().position(|known| *known > gap).unwrap_or(GAPS.len() - 1),
        _ => 0,
    };
    GAPS[index]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_grow_while_it_goes_well_and_begin_anew_when_it_does_not() {
        let mut gap = next_gap(None, true);
        let mut gaps = vec![gap];
        for _ in 0..5 {
            gap = next_gap(Some(gap), true);
            gaps.push(gap);
        }
        assert_eq!(gaps, [1, 3, 7, 16, 35, 35]);
        assert_eq!(next_gap(Some(16), false), 1);
    }
}
