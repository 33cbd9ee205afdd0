//! cut: columns of lines.

use super::inputs::lines_so_far;
use super::options::{Taken, or_end};
use super::{Call, Outcome};

const TAKEN: Taken = Taken {
    letters: "b:c:f:d:sn",
    refused: "zDFO",
    long: &[
        ("bytes", 'b'),
        ("characters", 'c'),
        ("fields", 'f'),
        ("delimiter", 'd'),
        ("only-delimited", 's'),
        ("output-delimiter", 'O'),
        ("complement", 'C'),
    ],
};

/// Columns of lines.
pub(super) fn cut(call: &mut Call<'_>) -> Outcome {
    let options = or_end!(call.options(&TAKEN));
    let lists = ['b', 'c', 'f'].map(|letter| options.value(letter));
    let Some(list) = lists.into_iter().flatten().next() else {
        call.complain("expected a list of bytes, characters, or fields");
        return Outcome::Ended(1);
    };
    let Some(ranges) = ranges(list) else {
        call.complain(&format!("invalid number '{list}'"));
        return Outcome::Ended(1);
    };
    let by_field = options.has('f');
    let delimiter = options.value('d').unwrap_or("\t").to_owned();
    if delimiter.chars().count() > 1 {
        call.complain("the delimiter must be a single character");
        return Outcome::Ended(1);
    }
    let (text, goes_on) = or_end!(lines_so_far(call, &options.operands));
    let wanted = |number: usize| ranges.iter().any(|(first, last)| (*first..=*last).contains(&number));
    for line in text.lines() {
        if !by_field {
            let chosen = line.chars().enumerate().filter(|(index, _)| wanted(index + 1));
            let chosen: String = chosen.map(|(_, character)| character).collect();
            call.say(&chosen);
            continue;
        }
        if !line.contains(delimiter.as_str()) || delimiter.is_empty() {
            if !options.has('s') {
                call.say(line);
            }
            continue;
        }
        let pieces = line.split(delimiter.as_str()).enumerate();
        let chosen: Vec<&str> =
            pieces.filter(|(index, _)| wanted(index + 1)).map(|(_, piece)| piece).collect();
        call.say(&chosen.join(&delimiter));
    }
    if goes_on { Outcome::NeedsInput } else { Outcome::Ended(0) }
}

/// `1,3-5,7-`: first and last of every range.
fn ranges(list: &str) -> Option<Vec<(usize, usize)>> {
    list.split(',')
        .map(|range| {
            let (first, last) = match range.split_once('-') {
                Some(("", "")) => return None,
                Some(("", last)) => (1, last.parse().ok()?),
                Some((first, "")) => (first.parse().ok()?, usize::MAX),
                Some((first, last)) => (first.parse().ok()?, last.parse().ok()?),
                None => (range.parse().ok()?, range.parse().ok()?),
            };
            (first > 0 && first <= last).then_some((first, last))
        })
        .collect()
}
