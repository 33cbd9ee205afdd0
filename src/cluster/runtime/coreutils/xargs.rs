//! xargs.

use super::options::{Options, Taken, or_end};
use super::{Call, Outcome};

/// Items that are passed on at most.
const ITEMS_MAX: usize = 10_000;
/// Commands that are run at most.
const COMMANDS_MAX: usize = 2_000;

/// A command with the items of standard input as further arguments.
pub(super) fn xargs(call: &mut Call<'_>) -> Outcome {
    let gnu = call.is_gnu();
    let taken = Taken {
        letters: if gnu { "+0n:I:rtP:L:d:E:s:x" } else { "+0n:I:rtP:E:s:x" },
        refused: "aop",
        long: &[
            ("null", '0'),
            ("max-args", 'n'),
            ("no-run-if-empty", 'r'),
            ("verbose", 't'),
            ("max-procs", 'P'),
            ("delimiter", 'd'),
            ("max-lines", 'L'),
        ],
    };
    let options = or_end!(call.options(&taken));
    let mut counts = [None; 2];
    for (place, letter) in ['n', 'L'].into_iter().enumerate() {
        let Some(text) = options.value(letter) else { continue };
        counts[place] = text.parse::<usize>().ok().filter(|count| *count > 0);
        if counts[place].is_none() {
            let text = text.to_owned();
            call.complain(&format!("invalid number '{text}'"));
            return Outcome::Ended(1);
        }
    }
    let Some(input) = call.all_input() else { return Outcome::NeedsInput };
    let text = String::from_utf8_lossy(&input).into_owned();
    let mut command = options.operands.clone();
    if command.is_empty() {
        command.push("echo".to_owned());
    }
    let groups = grouped(&text, &options);
    let mut commands = commands(&command, groups, counts, &options);
    commands.truncate(COMMANDS_MAX);
    if commands.is_empty() {
        return Outcome::Ended(0);
    }
    if options.has('t') {
        for words in &commands {
            call.stderr.extend_from_slice(format!("{}\n", words.join(" ")).as_bytes());
        }
    }
    if !call.can_run(&command[0]) {
        call.complain(&format!("{}: No such file or directory", command[0]));
        return Outcome::Ended(127);
    }
    Outcome::RunsAll { commands, failed: Some(123) }
}

/// The items, those of a line together.
fn grouped(text: &str, options: &Options) -> Vec<Vec<String>> {
    let mark = options.value('I');
    let groups: Vec<Vec<String>> = if options.has('0') {
        text.split_terminator('\0').map(|item| vec![item.to_owned()]).collect()
    } else if let Some(delimiter) = options.value('d') {
        let delimiter = match delimiter {
            "\\n" => "\n",
            "\\0" => "\0",
            "\\t" => "\t",
            other => other,
        };
        text.split_terminator(delimiter).map(|item| vec![item.to_owned()]).collect()
    } else if mark.is_some() {
        let lines = text.lines().map(str::trim_start).filter(|line| !line.is_empty());
        lines.map(|line| vec![plain(line)]).collect()
    } else {
        text.lines().map(unquoted).filter(|items| !items.is_empty()).collect()
    };
    let end = options.value('E');
    let stops = |items: &Vec<String>| items.iter().any(|item| Some(item.as_str()) == end);
    groups.into_iter().take_while(|items| !stops(items)).take(ITEMS_MAX).collect()
}

/// The commands that come of them.
fn commands(
    command: &[String],
    groups: Vec<Vec<String>>,
    counts: [Option<usize>; 2],
    options: &Options,
) -> Vec<Vec<String>> {
    let mut commands: Vec<Vec<String>> = Vec::new();
    if let Some(mark) = options.value('I') {
        for item in groups.iter().flatten() {
            commands.push(command.iter().map(|word| word.replace(mark, item)).collect());
        }
    } else {
        let pieces: Vec<Vec<String>> = match (counts[0], counts[1]) {
            (Some(count), _) => {
                let items: Vec<String> = groups.into_iter().flatten().collect();
                items.chunks(count).map(<[String]>::to_vec).collect()
            }
            (None, Some(lines)) => groups.chunks(lines).map(<[Vec<String>]>::concat).collect(),
            (None, None) => vec![groups.concat()],
        };
        for items in pieces {
            if !items.is_empty() || counts == [None; 2] && !options.has('r') {
                commands.push(command.iter().cloned().chain(items).collect());
            }
        }
    }
    commands
}

/// A line without its quotes.
fn plain(line: &str) -> String {
    let (mut text, mut quote) = (String::new(), None);
    let mut letters = line.chars();
    while let Some(next) = letters.next() {
        match (next, quote) {
            (next, Some(open)) if next == open => quote = None,
            ('\'' | '"', None) => quote = Some(next),
            ('\\', None) => text.extend(letters.next()),
            (next, _) => text.push(next),
        }
    }
    text
}

/// The items of a line: quotes and backslashes keep what they enclose together.
fn unquoted(line: &str) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    let (mut item, mut begun, mut quote) = (String::new(), false, None);
    let mut letters = line.chars();
    while let Some(next) = letters.next() {
        match (next, quote) {
            (next, Some(open)) if next == open => quote = None,
            (next, Some(_)) => item.push(next),
            ('\'' | '"', None) => (quote, begun) = (Some(next), true),
            ('\\', None) => {
                begun = true;
                item.extend(letters.next());
            }
            (' ' | '\t', None) => {
                if std::mem::take(&mut begun) {
                    items.push(std::mem::take(&mut item));
                }
            }
            (next, None) => {
                begun = true;
                item.push(next);
            }
        }
    }
    if begun {
        items.push(item);
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_keep_words_together() {
        assert_eq!(unquoted(r#"a "b c" d\ e 'f'g  "#), ["a", "b c", "d e", "fg"]);
    }
}
