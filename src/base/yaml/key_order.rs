//! The order in which goyaml.v2 writes the keys of a map: numbers in keys count as numbers.

use crate::base::Key;

/// Sorts keys as goyaml.v2 does.
///
/// Its comparison is no total order, so the standard sorts may panic on it; a plain merge sort
/// takes what it is told.
pub(super) fn sort_keys<'a>(keys: impl Iterator<Item = &'a Key>) -> Vec<&'a str> {
    merge_sort(keys.map(Key::as_str).collect())
}

fn merge_sort(mut keys: Vec<&str>) -> Vec<&str> {
    if keys.len() < 2 || keys.windows(2).all(|pair| is_less(pair[0], pair[1])) {
        return keys;
    }
    let right = merge_sort(keys.split_off(keys.len() / 2));
    let left = merge_sort(keys);
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(one), Some(two)) = (left.peek(), right.peek()) {
        let takes_right = is_less(two, one);
        merged.extend(if takes_right { right.next() } else { left.next() });
    }
    merged.extend(left);
    merged.extend(right);
    merged
}

/// Follows `keyList.Less` of goyaml.v2.
fn is_less(one: &str, two: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (one.chars().collect(), two.chars().collect());
    let Some(at) = a.iter().zip(&b).position(|(x, y)| x != y) else { return a.len() < b.len() };
    match (a[at].is_alphabetic(), b[at].is_alphabetic()) {
        (true, true) => return a[at] < b[at],
        (false, false) => {}
        (_, b_is_letter) => return b_is_letter,
    }
    // A zero inside a number counts as a digit, in front of one it does not.
    let before = a[..at].iter().rev().take_while(|c| c.is_ascii_digit());
    let is_inside = (a[at] == '0' || b[at] == '0') && before.into_iter().any(|c| *c != '0');
    let (a_number, a_end) = number(&a[at..], is_inside);
    let (b_number, b_end) = number(&b[at..], is_inside);
    (a_number, a_end, a[at]) < (b_number, b_end, b[at])
}

/// The number at the start and how many digits it has.
fn number(characters: &[char], is_inside: bool) -> (i64, usize) {
    let digits = characters.iter().map_while(|c| c.to_digit(10));
    digits.fold((i64::from(is_inside), 0), |(number, length), digit| {
        (number.wrapping_mul(10).wrapping_add(i64::from(digit)), length + 1)
    })
}
