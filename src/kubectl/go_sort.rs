//! The order in which Go's `sort.Sort` leaves what compares equal: kubectl's lists show it.
//!
//! A pattern-defeating quicksort that is not stable but always does the same: insertion for short runs,
//! pivots by medians, heap sort when the pivots were bad too often.

/// Up to here insertion sort does.
const SHORT: usize = 12;
/// From here on pivots are medians of medians.
const LONG: usize = 50;
/// Exchanges that at most happen while a pivot is chosen.
const MOST_SWAPS: usize = 12;
/// Misplaced items that are put right before the range is partitioned after all.
const MOST_STEPS: usize = 5;

/// Sorts by `less`, which need not be an order: kubectl's own says that missing is less than missing.
pub(super) fn sort<T>(items: &mut [T], less: impl Fn(&T, &T) -> bool) {
    let end = items.len();
    let limit = bits(end);
    Sorter { items, less }.quick(0, end, limit);
}

fn bits(number: usize) -> u32 {
    usize::BITS - number.leading_zeros()
}

/// What the choice of a pivot tells of a range.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seems {
    Unknown,
    Increasing,
    Decreasing,
}

struct Sorter<'i, T, L> {
    items: &'i mut [T],
    less: L,
}

impl<T, L: Fn(&T, &T) -> bool> Sorter<'_, T, L> {
    fn less(&self, one: usize, two: usize) -> bool {
        (self.less)(&self.items[one], &self.items[two])
    }

    fn swap(&mut self, one: usize, two: usize) {
        self.items.swap(one, two);
    }

    fn quick(&mut self, mut start: usize, mut end: usize, mut limit: u32) {
        let (mut balanced, mut partitioned) = (true, true);
        loop {
            let length = end - start;
            if length <= SHORT {
                return self.insertion(start, end);
            }
            if limit == 0 {
                return self.heap(start, end);
            }
            if !balanced {
                self.break_patterns(start, end);
                limit -= 1;
            }
            let (mut pivot, mut seems) = self.pivot(start, end);
            if seems == Seems::Decreasing {
                self.items[start..end].reverse();
                pivot = (end - 1) - (pivot - start);
                seems = Seems::Increasing;
            }
            if balanced && partitioned && seems == Seems::Increasing && self.partial_insertion(start, end) {
                return;
            }
            // Nothing here is less than what stands before it: many are equal.
            if start > 0 && !self.less(start - 1, pivot) {
                start = self.partition_equal(start, end, pivot);
                continue;
            }
            let (middle, was_partitioned) = self.partition(start, end, pivot);
            partitioned = was_partitioned;
            let (left, right) = (middle - start, end - middle);
            balanced = left.min(right) >= length / 8;
            if left < right {
                self.quick(start, middle, limit);
                start = middle + 1;
            } else {
                self.quick(middle + 1, end, limit);
                end = middle;
            }
        }
    }

    fn insertion(&mut self, start: usize, end: usize) {
        for index in start + 1..end {
            self.sink(index, start);
        }
    }

    /// Moves an item towards `floor` as long as it is less than the one before it.
    fn sink(&mut self, mut index: usize, floor: usize) {
        while index > floor && self.less(index, index - 1) {
            self.swap(index, index - 1);
            index -= 1;
        }
    }

    fn heap(&mut self, start: usize, end: usize) {
        let length = end - start;
        for root in (0..=(length - 1) / 2).rev() {
            self.sift_down(root, length, start);
        }
        for last in (0..length).rev() {
            self.swap(start, start + last);
            self.sift_down(0, last, start);
        }
    }

    fn sift_down(&mut self, mut root: usize, length: usize, first: usize) {
        loop {
            let mut child = 2 * root + 1;
            if child >= length {
                return;
            }
            if child + 1 < length && self.less(first + child, first + child + 1) {
                child += 1;
            }
            if !self.less(first + root, first + child) {
                return;
            }
            self.swap(first + root, first + child);
            root = child;
        }
    }

    /// Parts a range at a pivot; answers where that came to stand, and whether nothing had to be moved.
    fn partition(&mut self, start: usize, end: usize, pivot: usize) -> (usize, bool) {
        self.swap(start, pivot);
        let (mut low, mut high) = (start + 1, end - 1);
        let mut untouched = true;
        loop {
            while low <= high && self.less(low, start) {
                low += 1;
            }
            while low <= high && !self.less(high, start) {
                high -= 1;
            }
            if low > high {
                self.swap(high, start);
                return (high, untouched);
            }
            untouched = false;
            self.swap(low, high);
            (low, high) = (low + 1, high - 1);
        }
    }

    /// Parts a range into what equals the pivot and what is greater; answers where the latter begins.
    fn partition_equal(&mut self, start: usize, end: usize, pivot: usize) -> usize {
        self.swap(start, pivot);
        let (mut low, mut high) = (start + 1, end - 1);
        loop {
            while low <= high && !self.less(start, low) {
                low += 1;
            }
            while low <= high && self.less(start, high) {
                high -= 1;
            }
            if low > high {
                return low;
            }
            self.swap(low, high);
            (low, high) = (low + 1, high - 1);
        }
    }

    /// Sorts a range that is nearly sorted; `false` when it is not.
    fn partial_insertion(&mut self, start: usize, end: usize) -> bool {
        let mut index = start + 1;
        for _ in 0..MOST_STEPS {
            while index < end && !self.less(index, index - 1) {
                index += 1;
            }
            if index == end {
                return true;
            }
            if end - start < LONG {
                return false;
            }
            self.swap(index, index - 1);
            if index - start >= 2 {
                self.sink(index - 1, 0);
            }
            let mut next = index + 1;
            while end - index >= 2 && next < end && self.less(next, next - 1) {
                self.swap(next, next - 1);
                next += 1;
            }
        }
        false
    }

    /// Scatters three items, by numbers that only depend on the length.
    fn break_patterns(&mut self, start: usize, end: usize) {
        let length = end - start;
        if length < 8 {
            return;
        }
        let mut random = length as u64;
        let mask = (1_u64 << bits(length)) - 1;
        let middle = start + (length / 4) * 2 - 1;
        for offset in 0..3 {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let mut other = usize::try_from(random & mask).unwrap_or_default();
            if other >= length {
                other -= length;
            }
            self.swap(middle + offset, start + other);
        }
    }

    fn pivot(&self, start: usize, end: usize) -> (usize, Seems) {
        let length = end - start;
        let quarter = |count: usize| start + length / 4 * count;
        let (mut one, mut two, mut three) = (quarter(1), quarter(2), quarter(3));
        let mut swaps = 0;
        if length >= LONG {
            for index in [&mut one, &mut two, &mut three] {
                *index = self.median([*index - 1, *index, *index + 1], &mut swaps);
            }
        }
        let pivot = self.median([one, two, three], &mut swaps);
        match swaps {
            0 => (pivot, Seems::Increasing),
            MOST_SWAPS => (pivot, Seems::Decreasing),
            _ => (pivot, Seems::Unknown),
        }
    }

    fn median(&self, [mut one, mut two, mut three]: [usize; 3], swaps: &mut usize) -> usize {
        let mut order = |low: &mut usize, high: &mut usize| {
            if self.less(*high, *low) {
                *swaps += 1;
                std::mem::swap(low, high);
            }
        };
        order(&mut one, &mut two);
        order(&mut two, &mut three);
        order(&mut one, &mut two);
        two
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(keys: impl IntoIterator<Item = u32>) -> Vec<(u32, usize)> {
        let mut items: Vec<(u32, usize)> =
            keys.into_iter().enumerate().map(|(index, key)| (key, index)).collect();
        sort(&mut items, |one, two| one.0 < two.0);
        items
    }

    #[test]
    fn everything_is_sorted() {
        for length in [0, 1, 12, 13, 60, 500] {
            let patterns: [Box<dyn Fn(u32) -> u32>; 5] = [
                Box::new(|n| n),
                Box::new(|n| 10_000 - n),
                Box::new(|n| n % 7),
                Box::new(|n| n * 7919 % 1009),
                Box::new(|_| 1),
            ];
            for pattern in patterns {
                let items = sorted((0..length).map(pattern));
                assert!(items.is_sorted_by_key(|(key, _)| *key), "{length}");
                let mut places: Vec<usize> = items.into_iter().map(|(_, place)| place).collect();
                places.sort_unstable();
                assert!(places.into_iter().eq(0..length as usize));
            }
        }
    }

    #[test]
    fn what_is_equal_is_left_where_go_leaves_it() {
        let places = |items: Vec<(u32, usize)>| items.into_iter().map(|(_, place)| place).collect::<Vec<_>>();
        assert_eq!(places(sorted([1; 20])), (0..20).collect::<Vec<_>>());
        // One that is greater makes the parts uneven: some items are scattered.
        let mut keys = [1; 16];
        keys[5] = 2;
        assert_eq!(places(sorted(keys)), [8, 9, 2, 3, 4, 15, 1, 6, 0, 7, 10, 11, 12, 13, 14, 5]);
    }
}
