//! Programs that run another one: env, nohup, timeout, xargs.

use super::super::images::Toolbox;
use super::{Call, Outcome};

/// Words that xargs passes on at most.
const WORDS_MAX: usize = 10_000;

/// The environment, or a command with some more of it.
pub(super) fn env(call: &mut Call<'_>) -> Outcome {
    let mut words = call.arguments[1..].iter().peekable();
    let mut assignments = Vec::new();
    if let Some(option) = words.peek().filter(|word| word.starts_with('-')) {
        let message = format!("not simulated: {option}");
        call.complain(&message);
        return Outcome::Ended(1);
    }
    while let Some((name, value)) = words.peek().and_then(|word| word.split_once('=')) {
        assignments.push((name.to_owned(), value.to_owned()));
        words.next();
    }
    let command: Vec<String> = words.cloned().collect();
    if !command.is_empty() {
        return runs(command, assignments);
    }
    let mut environment = call.environment.clone();
    let added = call.arguments[1..].iter().filter_map(|word| word.split_once('='));
    environment.extend(added.map(|(name, value)| (name.to_owned(), value.to_owned())));
    for (name, value) in environment {
        call.say(&format!("{name}={value}"));
    }
    Outcome::Ended(0)
}

fn runs(words: Vec<String>, assignments: Vec<(String, String)>) -> Outcome {
    Outcome::Runs { words, assignments, limit: None }
}

/// A command that outlives its terminal.
pub(super) fn nohup(call: &mut Call<'_>) -> Outcome {
    let command: Vec<String> = call.arguments[1..].to_vec();
    if command.is_empty() {
        call.complain("missing operand");
        return Outcome::Ended(125);
    }
    runs(command, Vec::new())
}

/// A command with the words of standard input as further arguments.
pub(super) fn xargs(call: &mut Call<'_>) -> Outcome {
    if let Some(option) = call.arguments.get(1).filter(|word| word.starts_with('-') && *word != "-r") {
        let message = format!("not simulated: {option}");
        call.complain(&message);
        return Outcome::Ended(1);
    }
    let Some(input) = call.all_input() else { return Outcome::NeedsInput };
    let only_with_words = call.arguments.get(1).is_some_and(|word| word == "-r");
    let mut command: Vec<String> = call.arguments[1..].iter().filter(|word| *word != "-r").cloned().collect();
    if command.is_empty() {
        command.push("echo".to_owned());
    }
    let text = String::from_utf8_lossy(&input).into_owned();
    let words: Vec<String> = text.split_whitespace().take(WORDS_MAX).map(str::to_owned).collect();
    if words.is_empty() && only_with_words {
        return Outcome::Ended(0);
    }
    command.extend(words);
    runs(command, Vec::new())
}

/// A command that is ended when it takes too long.
pub(super) fn timeout(call: &mut Call<'_>) -> Outcome {
    let mut words = call.arguments[1..].iter().peekable();
    while let Some(option) = words.next_if(|word| word.starts_with('-')) {
        if matches!(option.as_str(), "-s" | "-k") {
            words.next();
        }
    }
    let seconds = words.next().and_then(|text| {
        let (number, factor) = match text.char_indices().last()? {
            (end, 's') => (&text[..end], 1.0),
            (end, 'm') => (&text[..end], 60.0),
            (end, 'h') => (&text[..end], 3_600.0),
            _ => (text.as_str(), 1.0),
        };
        number.parse::<f64>().ok().map(|number| (number * factor).clamp(0.0, 1e9))
    });
    let words: Vec<String> = words.cloned().collect();
    let Some(seconds) = seconds.filter(|_| !words.is_empty()) else {
        call.complain("invalid number or no command");
        return Outcome::Ended(1);
    };
    let toolbox = call.system.image().map(|image| image.toolbox);
    // What GNU's and busybox's say of a command that they ended.
    let code = if matches!(toolbox, Some(Toolbox::Debian | Toolbox::DebianCurl)) { 124 } else { 143 };
    // Bounded just before.
    let milliseconds = (seconds * 1_000.0) as i64;
    Outcome::Runs { words, assignments: Vec::new(), limit: Some((milliseconds, code)) }
}
