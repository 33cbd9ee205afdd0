//! Unified differences as Python's difflib finds them, in the Go translation that upstream prints with.

use std::collections::HashMap;

/// Lines around a difference.
const CONTEXT: usize = 3;
/// Lines of the new text from which on frequent ones start no match.
const POPULAR_FROM: usize = 200;

/// A stretch of both texts: equal, or of which one became the other.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    equal: bool,
    old: (usize, usize),
    new: (usize, usize),
}

struct Matcher<'a> {
    old: &'a [String],
    new: &'a [String],
    /// Where a line stands in the new text.
    places: HashMap<&'a str, Vec<usize>>,
}

/// The differences between two texts, each line ended; empty when there are none.
pub fn unified_diff(old: &[String], new: &[String]) -> String {
    let mut text = String::new();
    for group in groups(Matcher::new(old, new).stretches()) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let (before, after) = (range(first.old.0, last.old.1), range(first.new.0, last.new.1));
        text.push_str(&format!("@@ -{before} +{after} @@\n"));
        for stretch in &group {
            let mut show = |sign: &str, lines: &[String]| {
                lines.iter().for_each(|line| text.push_str(&format!("{sign}{line}\n")));
            };
            if stretch.equal {
                show(" ", &old[stretch.old.0..stretch.old.1]);
            } else {
                show("-", &old[stretch.old.0..stretch.old.1]);
                show("+", &new[stretch.new.0..stretch.new.1]);
            }
        }
    }
    text
}

fn range(start: usize, end: usize) -> String {
    match end - start {
        1 => format!("{}", start + 1),
        0 => format!("{start},0"),
        length => format!("{},{length}", start + 1),
    }
}

impl<'a> Matcher<'a> {
    fn new(old: &'a [String], new: &'a [String]) -> Self {
        let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
        for (place, line) in new.iter().enumerate() {
            places.entry(line).or_default().push(place);
        }
        if new.len() >= POPULAR_FROM {
            places.retain(|_, found| found.len() <= new.len() / 100 + 1);
        }
        Self { old, new, places }
    }

    /// The longest equal stretch inside of both ranges: its starts and its length.
    fn longest(&self, old: (usize, usize), new: (usize, usize)) -> (usize, usize, usize) {
        let (mut start_old, mut start_new, mut size) = (old.0, new.0, 0);
        let mut lengths: HashMap<usize, usize> = HashMap::new();
        for place in old.0..old.1 {
            let mut next = HashMap::new();
            for other in self.places.get(self.old[place].as_str()).into_iter().flatten().copied() {
                if other < new.0 {
                    continue;
                }
                if other >= new.1 {
                    break;
                }
                let before = other.checked_sub(1).and_then(|before| lengths.get(&before));
                let length = before.copied().unwrap_or_default() + 1;
                next.insert(other, length);
                if length > size {
                    (start_old, start_new, size) = (place + 1 - length, other + 1 - length, length);
                }
            }
            lengths = next;
        }
        while start_old > old.0 && start_new > new.0 && self.old[start_old - 1] == self.new[start_new - 1] {
            (start_old, start_new, size) = (start_old - 1, start_new - 1, size + 1);
        }
        while start_old + size < old.1
            && start_new + size < new.1
            && self.old[start_old + size] == self.new[start_new + size]
        {
            size += 1;
        }
        (start_old, start_new, size)
    }

    /// All of both texts, in stretches.
    fn stretches(&self) -> Vec<Stretch> {
        let mut matches = Vec::new();
        let mut open = vec![((0, self.old.len()), (0, self.new.len()))];
        while let Some((old, new)) = open.pop() {
            let (start_old, start_new, size) = self.longest(old, new);
            if size > 0 {
                matches.push((start_old, start_new, size));
                open.push(((old.0, start_old), (new.0, start_new)));
                open.push(((start_old + size, old.1), (start_new + size, new.1)));
            }
        }
        matches.sort_unstable();
        matches.push((self.old.len(), self.new.len(), 0));
        let (mut stretches, mut old, mut new) = (Vec::<Stretch>::new(), 0, 0);
        for (start_old, start_new, size) in matches {
            if old < start_old || new < start_new {
                stretches.push(Stretch { equal: false, old: (old, start_old), new: (new, start_new) });
            }
            (old, new) = (start_old + size, start_new + size);
            match stretches.last_mut() {
                Some(last) if last.equal && last.old.1 == start_old && last.new.1 == start_new => {
                    (last.old.1, last.new.1) = (old, new);
                }
                _ if size > 0 => {
                    stretches.push(Stretch { equal: true, old: (start_old, old), new: (start_new, new) });
                }
                _ => {}
            }
        }
        stretches
    }
}

/// Differences with their context, those that are near together in one group.
fn groups(mut stretches: Vec<Stretch>) -> Vec<Vec<Stretch>> {
    let tail = |stretch: &mut Stretch| {
        stretch.old.0 = stretch.old.0.max(stretch.old.1.saturating_sub(CONTEXT));
        stretch.new.0 = stretch.new.0.max(stretch.new.1.saturating_sub(CONTEXT));
    };
    let head = |stretch: &mut Stretch| {
        stretch.old.1 = stretch.old.1.min(stretch.old.0 + CONTEXT);
        stretch.new.1 = stretch.new.1.min(stretch.new.0 + CONTEXT);
    };
    if let Some(first) = stretches.first_mut().filter(|first| first.equal) {
        tail(first);
    }
    if let Some(last) = stretches.last_mut().filter(|last| last.equal) {
        head(last);
    }
    let (mut groups, mut group) = (Vec::new(), Vec::new());
    for mut stretch in stretches {
        if stretch.equal && stretch.old.1 - stretch.old.0 > 2 * CONTEXT {
            let mut end = stretch;
            head(&mut end);
            group.push(end);
            groups.push(std::mem::take(&mut group));
            tail(&mut stretch);
        }
        group.push(stretch);
    }
    if group.iter().any(|stretch| !stretch.equal) {
        groups.push(group);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_come_with_three_lines_around_them() {
        let lines = |text: &str| -> Vec<String> { text.split(' ').map(str::to_owned).collect() };
        let old = lines("a b c d e f g h i j k l m n o p");
        let new = lines("a b c d X f g h i j k l m o p q");
        let expected = "@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+X\n f\n g\n h\n@@ -11,6 +11,6 @@\n k\n l\n m\n-n\n o\n p\n+q\n";
        assert_eq!(unified_diff(&old, &new), expected);
        assert_eq!(unified_diff(&old, &old), "");
        assert_eq!(unified_diff(&lines("a"), &lines("b")), "@@ -1 +1 @@\n-a\n+b\n");
    }
}
