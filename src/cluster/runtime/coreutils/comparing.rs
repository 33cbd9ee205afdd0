//! cmp and diff.

use crate::base::unified_diff;

use super::super::filesystem::join;
use super::inputs::complain_unreadable;
use super::options::{Taken, or_end};
use super::{Call, Outcome, base_name};

/// The two texts that are compared; `None` while standard input may bring more.
fn two(call: &mut Call<'_>, names: &[String; 2]) -> Option<Result<[Vec<u8>; 2], Outcome>> {
    let mut contents = [Vec::new(), Vec::new()];
    for (name, content) in names.iter().zip(&mut contents) {
        if name == "-" {
            *content = call.all_input()?;
            continue;
        }
        let path = call.path(name);
        let read = call.system.files().read(&path);
        match read {
            Ok(bytes) => *content = bytes,
            Err(why) => return Some(Err(Outcome::Ended(complain_unreadable(call, name, &why)))),
        }
    }
    Some(Ok(contents))
}

/// Where two files begin to differ.
pub(super) fn cmp(call: &mut Call<'_>) -> Outcome {
    let options = or_end!(call.options(&Taken {
        letters: "s",
        refused: "ln",
        long: &[("quiet", 's'), ("silent", 's')]
    }));
    let [one, other] = match options.operands.as_slice() {
        [one] => [one.clone(), "-".to_owned()],
        [one, other] => [one.clone(), other.clone()],
        _ => {
            call.complain("missing operand");
            return Outcome::Ended(2);
        }
    };
    let [first, second] = match two(call, &[one.clone(), other.clone()]) {
        None => return Outcome::NeedsInput,
        Some(Err(ended)) => return ended,
        Some(Ok(contents)) => contents,
    };
    let differs = first.iter().zip(&second).position(|(left, right)| left != right);
    let shorter = first.len().min(second.len());
    match differs {
        None if first.len() == second.len() => return Outcome::Ended(0),
        _ if options.has('s') => {}
        Some(at) => {
            let line = first[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
            let unit = if call.is_gnu() { "byte" } else { "char" };
            call.say(&format!("{one} {other} differ: {unit} {}, line {line}", at + 1));
        }
        None => {
            let name = if first.len() == shorter { &one } else { &other };
            call.complain(&format!("EOF on {name}"));
        }
    }
    Outcome::Ended(1)
}

const DIFF: Taken = Taken {
    letters: "uqrNs",
    refused: "abBdiLSTtUwy",
    long: &[
        ("unified", 'u'),
        ("brief", 'q'),
        ("recursive", 'r'),
        ("new-file", 'N'),
        ("report-identical-files", 's'),
    ],
};
/// Levels of folders that `-r` walks.
const DEPTH_MAX: usize = 32;

/// Differences between two files or folders, unified as busybox shows them always.
pub(super) fn diff(call: &mut Call<'_>) -> Outcome {
    let options = or_end!(call.options(&DIFF));
    let [one, other] = options.operands.as_slice() else {
        call.complain("missing operand");
        return Outcome::Ended(2);
    };
    let shown = Shown {
        unified: options.has('u') || !call.is_gnu(),
        brief: options.has('q'),
        recursive: options.has('r'),
        identical: options.has('s'),
        absent_is_empty: options.has('N'),
    };
    let (mut one, mut other) = (one.clone(), other.clone());
    let folders = [&one, &other].map(|name| {
        let path = call.path(name);
        name != "-" && call.system.files().is_directory(&path)
    });
    match folders {
        [true, false] => one = join(&one, base_name(&other)),
        [false, true] => other = join(&other, base_name(&one)),
        [true, true] => return Outcome::Ended(shown.folders(call, &one, &other, 0)),
        [false, false] => {}
    }
    match shown.files(call, &one, &other, "") {
        Ok(status) => Outcome::Ended(status),
        Err(ended) => ended,
    }
}

/// What `diff` was asked to show.
struct Shown {
    unified: bool,
    brief: bool,
    recursive: bool,
    identical: bool,
    absent_is_empty: bool,
}

impl Shown {
    fn folders(&self, call: &mut Call<'_>, one: &str, other: &str, depth: usize) -> i32 {
        let paths = [call.path(one), call.path(other)];
        let lists = paths.each_ref().map(|path| call.system.files().list(path).unwrap_or_default());
        let mut names: Vec<&String> = lists.iter().flatten().collect();
        names.sort();
        names.dedup();
        let mut status = 0;
        for name in names {
            let (left, right) = (join(one, name), join(other, name));
            let there = [lists[0].contains(name), lists[1].contains(name)];
            let kinds = [&left, &right].map(|name| {
                let path = call.path(name);
                call.system.files().is_directory(&path)
            });
            let found = match (there, kinds) {
                ([true, true], [true, true]) if self.recursive && depth < DEPTH_MAX => {
                    self.folders(call, &left, &right, depth + 1)
                }
                ([true, true], [true, true]) => {
                    call.say(&format!("Common subdirectories: {left} and {right}"));
                    0
                }
                ([true, true], _) => {
                    let title = if self.recursive && call.is_gnu() {
                        format!("diff -r {left} {right}\n")
                    } else {
                        String::new()
                    };
                    self.files(call, &left, &right, &title).unwrap_or(2)
                }
                ([only_left, _], _) => {
                    call.say(&format!("Only in {}: {name}", if only_left { one } else { other }));
                    1
                }
            };
            status = status.max(found);
        }
        status
    }

    fn files(&self, call: &mut Call<'_>, one: &str, other: &str, title: &str) -> Result<i32, Outcome> {
        let names = [one.to_owned(), other.to_owned()].map(|name| {
            let path = call.path(&name);
            let absent = self.absent_is_empty && name != "-" && !call.system.files().exists(&path);
            if absent { "/dev/null".to_owned() } else { name }
        });
        let contents = match two(call, &names) {
            None => return Err(Outcome::NeedsInput),
            Some(read) => read?,
        };
        if contents[0] == contents[1] {
            if self.identical {
                call.say(&format!("Files {one} and {other} are identical"));
            }
            return Ok(0);
        }
        if self.brief {
            call.say(&format!("Files {one} and {other} differ"));
            return Ok(1);
        }
        let texts = contents.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let lines = texts.each_ref().map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>());
        let hunks = unified_diff(&lines[0], &lines[1]);
        let text = if self.unified {
            format!("{title}--- {one}\n+++ {other}\n{hunks}")
        } else {
            title.to_owned() + &normal(&hunks)
        };
        call.stdout.extend_from_slice(text.as_bytes());
        Ok(1)
    }
}

/// Hunks without their context, as GNU's diff shows them when it is not asked for another form.
fn normal(hunks: &str) -> String {
    let mut out = String::new();
    let (mut old, mut new) = (0_usize, 0_usize);
    let (mut removed, mut added): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    let start = |range: &str| {
        let (start, length) = range[1..].split_once(',').unwrap_or((&range[1..], "1"));
        let start: usize = start.parse().unwrap_or_default();
        if length == "0" { start + 1 } else { start }
    };
    for line in hunks.lines().chain([" "]) {
        if line.starts_with(['-', '+']) {
            let (sign, text) = line.split_at(1);
            if sign == "-" {
                removed.push(text)
            } else {
                added.push(text)
            }
            continue;
        }
        if !removed.is_empty() || !added.is_empty() {
            out.push_str(&change(old, new, &removed, &added));
            (old, new) = (old + removed.len(), new + added.len());
            (removed, added) = (Vec::new(), Vec::new());
        }
        match line.strip_prefix("@@ ") {
            Some(header) => {
                let mut ranges = header.split(' ');
                old = start(ranges.next().unwrap_or("-1"));
                new = start(ranges.next().unwrap_or("+1"));
            }
            None => (old, new) = (old + 1, new + 1),
        }
    }
    out
}

fn change(old: usize, new: usize, removed: &[&str], added: &[&str]) -> String {
    let range = |start: usize, count: usize| match count {
        0 => (start - 1).to_string(),
        1 => start.to_string(),
        _ => format!("{start},{}", start + count - 1),
    };
    let letter = match (removed.is_empty(), added.is_empty()) {
        (true, _) => 'a',
        (_, true) => 'd',
        _ => 'c',
    };
    let mut out = format!("{}{letter}{}\n", range(old, removed.len()), range(new, added.len()));
    removed.iter().for_each(|line| out.push_str(&format!("< {line}\n")));
    if letter == 'c' {
        out.push_str("---\n");
    }
    added.iter().for_each(|line| out.push_str(&format!("> {line}\n")));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_shown_without_context() {
        let lines = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        for (old, new, shown) in [
            ("a b c", "a x c", "2c2\n< b\n---\n> x\n"),
            ("a b", "a b c d", "2a3,4\n> c\n> d\n"),
            ("a b c", "c", "1,2d0\n< a\n< b\n"),
        ] {
            assert_eq!(normal(&unified_diff(&lines(old), &lines(new))), shown);
        }
    }
}
