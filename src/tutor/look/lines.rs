//! What differs between two versions of a text, line by line.

/// Lines shown before and after a change.
const AROUND: usize = 2;

/// Lines shown at most.
const LINES_MAX: usize = 200;

/// Lines of a text that are compared one with all others; of a longer one, what differs is one block.
const COMPARED_MAX: usize = 1_500;

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineFate {
    /// It is in both.
    Kept,
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// Lines in between are left out.
    Gap,
}

/// A line of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DifferenceLine {
    /// What became of it.
    pub fate: LineFate,
    /// The line.
    pub text: String,
}

/// The changed lines with some around them; empty when nothing differs.
pub(in crate::tutor) fn line_differences(before: &str, after: &str) -> Vec<DifferenceLine> {
    let (before, after): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let all = all_lines(&before, &after);
    let is_near = |index: usize| {
        let from = index.saturating_sub(AROUND);
        all[from..(index + AROUND + 1).min(all.len())].iter().any(|(fate, _)| *fate != LineFate::Kept)
    };
    let mut shown: Vec<DifferenceLine> = Vec::new();
    for (index, (fate, text)) in all.iter().enumerate() {
        if is_near(index) {
            shown.push(DifferenceLine { fate: *fate, text: (*text).to_owned() });
        } else if shown.last().is_some_and(|last| last.fate != LineFate::Gap) {
            shown.push(DifferenceLine { fate: LineFate::Gap, text: String::new() });
        }
    }
    if shown.last().is_some_and(|last| last.fate == LineFate::Gap) {
        shown.pop();
    }
    shown.truncate(LINES_MAX);
    shown
}

/// Every line of both, in order, by the longest run of lines that they share.
fn all_lines<'a>(before: &[&'a str], after: &[&'a str]) -> Vec<(LineFate, &'a str)> {
    let same_start = before.iter().zip(after).take_while(|(one, two)| one == two).count();
    let (head, before_rest) = before.split_at(same_start);
    let after_rest = &after[same_start..];
    let same_end =
        before_rest.iter().rev().zip(after_rest.iter().rev()).take_while(|(one, two)| one == two).count();
    let (old, tail) = before_rest.split_at(before_rest.len() - same_end);
    let new = &after_rest[..after_rest.len() - same_end];
    let mut all: Vec<(LineFate, &str)> = head.iter().map(|line| (LineFate::Kept, *line)).collect();
    if old.len() > COMPARED_MAX || new.len() > COMPARED_MAX {
        all.extend(old.iter().map(|line| (LineFate::Removed, *line)));
        all.extend(new.iter().map(|line| (LineFate::Added, *line)));
    } else {
        middle(old, new, &mut all);
    }
    all.extend(tail.iter().map(|line| (LineFate::Kept, *line)));
    all
}

fn middle<'a>(old: &[&'a str], new: &[&'a str], all: &mut Vec<(LineFate, &'a str)>) {
    // longest[i][j]: how many lines old[i..] and new[j..] share in order.
    let mut longest = vec![vec![0_u32; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            longest[i][j] = if old[i] == new[j] {
                longest[i + 1][j + 1] + 1
            } else {
                longest[i + 1][j].max(longest[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            all.push((LineFate::Kept, old[i]));
            (i, j) = (i + 1, j + 1);
        } else if i < old.len() && (j == new.len() || longest[i + 1][j] >= longest[i][j + 1]) {
            all.push((LineFate::Removed, old[i]));
            i += 1;
        } else {
            all.push((LineFate::Added, new[j]));
            j += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(before: &str, after: &str) -> String {
        let line = |line: &DifferenceLine| {
            let mark = match line.fate {
                LineFate::Kept => " ",
                LineFate::Added => "+",
                LineFate::Removed => "-",
                LineFate::Gap => "@",
            };
            format!("{mark}{}", line.text)
        };
        line_differences(before, after).iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_change_stands_between_its_neighbours() {
        let before = "a\nb\nc\nd\nreplicas: 1\ne\nf\ng\nh\ni\nj\nk\nl\n";
        let after = "a\nb\nc\nd\nreplicas: 3\ne\nf\ng\nh\ni\nj\nk\nnew\nl\n";
        assert_eq!(shown(before, after), " c\n d\n-replicas: 1\n+replicas: 3\n e\n f\n@\n j\n k\n+new\n l");
        assert_eq!(shown(before, before), "");
        assert_eq!(shown("", "one"), "+one");
    }
}
