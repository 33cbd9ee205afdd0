//! wc: lines, words, characters and bytes counted.

use super::inputs::{Read, inputs};
use super::options::{Taken, or_end};
use super::{Call, Outcome};

const TAKEN: Taken = Taken {
    letters: "lwmcL",
    refused: "",
    long: &[("lines", 'l'), ("words", 'w'), ("chars", 'm'), ("bytes", 'c'), ("max-line-length", 'L')],
};

/// Counts.
pub(super) fn wc(call: &mut Call<'_>) -> Outcome {
    let options = or_end!(call.options(&TAKEN));
    let mut status = 0;
    let Some(read) = inputs(call, &options.operands, &mut status) else { return Outcome::NeedsInput };
    let given: Vec<char> = "lwmcL".chars().filter(|letter| options.has(*letter)).collect();
    let letters = if given.is_empty() { vec!['l', 'w', 'c'] } else { given };
    let mut total = vec![0; letters.len()];
    let width = width(call, &read);
    let named = !options.operands.is_empty();
    for Read { name, bytes } in &read {
        let counts: Vec<usize> = letters.iter().map(|letter| count(bytes, *letter)).collect();
        for ((sum, count), letter) in total.iter_mut().zip(&counts).zip(&letters) {
            *sum = if *letter == 'L' { (*sum).max(*count) } else { *sum + *count };
        }
        say(call, &counts, if named { Some(name) } else { None }, options.operands.len(), width);
    }
    if options.operands.len() > 1 {
        say(call, &total, Some("total"), options.operands.len(), width);
    }
    Outcome::Ended(status)
}

fn count(bytes: &[u8], letter: char) -> usize {
    let text = String::from_utf8_lossy(bytes);
    match letter {
        'l' => text.matches('\n').count(),
        'w' => text.split_whitespace().count(),
        'm' => text.chars().count(),
        'L' => text.lines().map(|line| line.chars().count()).max().unwrap_or_default(),
        _ => bytes.len(),
    }
}

/// A single count of a single input goes without its column.
fn say(call: &mut Call<'_>, counts: &[usize], name: Option<&str>, inputs: usize, width: usize) {
    let narrow = counts.len() == 1 && inputs <= 1;
    let columns: Vec<String> = counts
        .iter()
        .map(|count| if narrow { count.to_string() } else { format!("{count:>width$}") })
        .collect();
    let name = name.map(|name| format!(" {name}")).unwrap_or_default();
    call.say(&format!("{}{name}", columns.join(" ")));
}

/// Columns of busybox are wide; those of GNU as wide as the greatest count can be, and 7 for standard input.
fn width(call: &Call<'_>, read: &[Read]) -> usize {
    if !call.is_gnu() {
        return 9;
    }
    let length: usize = read.iter().map(|read| read.bytes.len()).sum();
    let least = if read.iter().any(|read| read.name == "-") { 7 } else { 1 };
    length.to_string().len().max(least)
}
