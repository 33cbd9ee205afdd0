//! Programs that run another one: env, nice, nohup, setsid, timeout.

use super::super::signals::signal_number;
use super::options::{Taken, or_end};
use super::{Call, Outcome};

/// The environment, or a command with some more or less of it.
pub(super) fn env(call: &mut Call<'_>) -> Outcome {
    let taken = Taken {
        letters: "+i0u:",
        refused: "CSv",
        long: &[("ignore-environment", 'i'), ("null", '0'), ("unset", 'u')],
    };
    let options = match call.options(&taken) {
        Ok(options) => options,
        Err(_) => return Outcome::Ended(if call.is_gnu() { 125 } else { 1 }),
    };
    let mut words = options.operands.iter().peekable();
    let alone = words.next_if(|word| *word == "-").is_some() || options.has('i');
    let mut assignments = Vec::new();
    while let Some((name, value)) = words.peek().and_then(|word| word.split_once('=')) {
        assignments.push((name.to_owned(), value.to_owned()));
        words.next();
    }
    let command: Vec<String> = words.cloned().collect();
    let removed: Vec<String> = match alone {
        true => call.environment.keys().cloned().collect(),
        false => options.values('u').map(str::to_owned).collect(),
    };
    if let Some(name) = command.first() {
        if let Some(outcome) = missing(call, name) {
            return outcome;
        }
        return Outcome::Runs { words: command, assignments, removed, limit: None };
    }
    let mut environment = call.environment.clone();
    environment.retain(|name, _| !removed.contains(name));
    environment.extend(assignments);
    let end = if options.has('0') { '\0' } else { '\n' };
    for (name, value) in environment {
        call.stdout.extend_from_slice(format!("{name}={value}{end}").as_bytes());
    }
    Outcome::Ended(0)
}

/// Complains about a command that is not there.
fn missing(call: &mut Call<'_>, name: &str) -> Option<Outcome> {
    if call.can_run(name) {
        return None;
    }
    let why = "No such file or directory";
    call.complain(&match (call.is_gnu(), call.name()) {
        (true, "env") => format!("'{name}': {why}"),
        (true, _) => format!("failed to run command '{name}': {why}"),
        (false, _) => format!("can't execute '{name}': {why}"),
    });
    Some(Outcome::Ended(127))
}

fn runs(words: Vec<String>) -> Outcome {
    Outcome::Runs { words, assignments: Vec::new(), removed: Vec::new(), limit: None }
}

/// A command that outlives its terminal, or its session: here both are a command like any other.
pub(super) fn nohup(call: &mut Call<'_>) -> Outcome {
    let command: Vec<String> =
        call.arguments[1..].iter().skip_while(|word| word.starts_with('-')).cloned().collect();
    if command.is_empty() {
        let failed = call.fail_usage("missing operand");
        return if call.name() == "nohup" && call.is_gnu() { Outcome::Ended(125) } else { failed };
    }
    missing(call, &command[0].clone()).unwrap_or_else(|| runs(command))
}

/// nice: a command with another priority, which nothing here looks at; alone it tells its own.
pub(super) fn nice(call: &mut Call<'_>) -> Outcome {
    let taken = Taken { letters: "+n:", refused: "", long: &[("adjustment", 'n')] };
    let options = or_end!(call.options(&taken));
    if options.operands.is_empty() {
        call.say("0");
        return Outcome::Ended(0);
    }
    runs(options.operands)
}

/// Seconds of `5`, `0.5`, `1m`, `2h`.
fn seconds(text: &str) -> Option<f64> {
    let (number, factor) = match text.char_indices().last()? {
        (end, 's') => (&text[..end], 1.0),
        (end, 'm') => (&text[..end], 60.0),
        (end, 'h') => (&text[..end], 3_600.0),
        (end, 'd') => (&text[..end], 86_400.0),
        _ => (text, 1.0),
    };
    let number = number.parse::<f64>().ok().filter(|number| *number >= 0.0)?;
    Some((number * factor).clamp(0.0, 1e9))
}

/// A command that is ended when it takes too long.
pub(super) fn timeout(call: &mut Call<'_>) -> Outcome {
    let taken = Taken {
        letters: "+s:k:",
        refused: "v",
        long: &[("signal", 's'), ("kill-after", 'k'), ("preserve-status", 'p'), ("foreground", 'f')],
    };
    let options = match call.options(&taken) {
        Ok(options) => options,
        Err(_) => return Outcome::Ended(if call.is_gnu() { 125 } else { 1 }),
    };
    let gnu = call.is_gnu();
    let wrong = if gnu { 125 } else { 1 };
    let mut words = options.operands.iter();
    let (Some(limit), false) = (words.next(), words.len() == 0) else {
        call.fail_usage("missing operand");
        return Outcome::Ended(wrong);
    };
    let Some(seconds) = seconds(limit) else {
        let words = if gnu {
            format!("invalid time interval '{limit}'")
        } else {
            format!("invalid number '{limit}'")
        };
        call.complain(&words);
        return Outcome::Ended(wrong);
    };
    let signal = match options.value('s') {
        None => 15,
        Some(name) => match signal_number(name) {
            Some(signal) => signal,
            None => {
                let name = name.to_owned();
                call.complain(&format!("bad signal name '{name}'"));
                return Outcome::Ended(wrong);
            }
        },
    };
    if let Some(outcome) = words.clone().next().and_then(|name| missing(call, name)) {
        return outcome;
    }
    // What GNU's and busybox's say of a command that they ended.
    let code = if gnu && signal != 9 { 124 } else { 128 + signal };
    // Bounded just before.
    let milliseconds = (seconds * 1_000.0) as i64;
    let limit = (milliseconds > 0).then_some((milliseconds, code));
    Outcome::Runs { words: words.cloned().collect(), assignments: Vec::new(), removed: Vec::new(), limit }
}
