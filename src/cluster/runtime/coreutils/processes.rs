//! kill, killall, pgrep, pidof, pkill and ps.

use super::super::pattern::{Pattern, Syntax, complaint};
use super::super::signals::{Kill, listing, read_kill, signal_number};
use super::super::system::ProcessRow;
use super::options::{Taken, or_end};
use super::{Call, Outcome, base_name};

/// Sends a signal.
pub(super) fn kill(call: &mut Call<'_>) -> Outcome {
    let (signal, targets) = match read_kill(&call.arguments[1..]) {
        Kill::List(words) => {
            listing(&words).iter().for_each(|line| call.say(line));
            return Outcome::Ended(0);
        }
        Kill::BadName(name) => {
            call.complain(&format!("bad signal name '{name}'"));
            return Outcome::Ended(1);
        }
        Kill::Nobody => {
            call.complain("you need to specify whom to kill");
            return Outcome::Ended(1);
        }
        Kill::Send(signal, targets) => (signal, targets),
    };
    let mut status = 0;
    for target in targets {
        let Ok(number) = target.parse::<u32>() else {
            call.complain(&format!("invalid number '{target}'"));
            status = 1;
            continue;
        };
        if !call.system.signal(number, signal) {
            call.complain(&format!("can't kill pid {number}: No such process"));
            status = 1;
        }
    }
    Outcome::Ended(status)
}

/// The processes of the container, but for this one.
fn others(call: &mut Call<'_>) -> Vec<(u32, String)> {
    let own = call.arguments.join(" ");
    let mut processes = call.system.processes();
    processes.sort();
    // The shell that runs this, or this program itself, is among them; a search never finds itself.
    processes.retain(|process| process.command != own);
    processes.into_iter().map(|process| (process.number, process.command)).collect()
}

fn program_of(command: &str) -> &str {
    base_name(command.split(' ').next().unwrap_or_default())
}

/// A leading option that names a signal.
fn leading_signal(words: &mut Vec<String>) -> Result<i32, String> {
    let Some(word) = words.first().filter(|word| word.starts_with('-') && word.len() > 1) else {
        return Ok(15);
    };
    let name = word.trim_start_matches('-').to_owned();
    if name == "s" && words.len() > 1 {
        let name = words.remove(1);
        words.remove(0);
        return signal_number(&name).ok_or(name);
    }
    match signal_number(&name) {
        Some(signal) => {
            words.remove(0);
            Ok(signal)
        }
        None if name.len() == 1 => Ok(15),
        None => Err(name),
    }
}

/// killall: ends every process of a name.
pub(super) fn killall(call: &mut Call<'_>) -> Outcome {
    let mut words: Vec<String> = call.arguments[1..].to_vec();
    if words.first().is_some_and(|word| word == "-l") {
        listing(&[]).iter().for_each(|line| call.say(line));
        return Outcome::Ended(0);
    }
    let signal = match leading_signal(&mut words) {
        Ok(signal) => signal,
        Err(name) => {
            call.complain(&format!("bad signal name '{name}'"));
            return Outcome::Ended(1);
        }
    };
    let quiet = words.first().is_some_and(|word| word == "-q");
    words.retain(|word| word != "-q");
    if words.is_empty() {
        call.complain("you need to specify whom to kill");
        return Outcome::Ended(1);
    }
    let mut status = 0;
    for name in words {
        let found: Vec<u32> = others(call)
            .into_iter()
            .filter(|(_, command)| program_of(command) == name)
            .map(|(number, _)| number)
            .collect();
        for number in &found {
            call.system.signal(*number, signal);
        }
        if found.is_empty() {
            if !quiet {
                call.complain(&format!("{name}: no process killed"));
            }
            status = 1;
        }
    }
    Outcome::Ended(status)
}

/// pidof: the numbers of the processes of a name.
pub(super) fn pidof(call: &mut Call<'_>) -> Outcome {
    let taken = Taken { letters: "so:", refused: "", long: &[] };
    let options = or_end!(call.options(&taken));
    let omitted: Vec<u32> = options.values('o').filter_map(|number| number.parse().ok()).collect();
    let mut numbers: Vec<String> = Vec::new();
    for (number, command) in others(call).into_iter().rev() {
        if options.operands.iter().any(|name| program_of(&command) == base_name(name))
            && !omitted.contains(&number)
        {
            numbers.push(number.to_string());
        }
    }
    if options.has('s') {
        numbers.truncate(1);
    }
    if numbers.is_empty() {
        return Outcome::Ended(1);
    }
    call.say(&numbers.join(" "));
    Outcome::Ended(0)
}

/// pgrep and pkill: processes whose name, or with `-f` whose command line, a pattern matches.
pub(super) fn pgrep(call: &mut Call<'_>) -> Outcome {
    let kills = call.name() == "pkill";
    let mut words: Vec<String> = call.arguments[1..].to_vec();
    let signal = match kills {
        true => leading_signal(&mut words),
        false => Ok(15),
    };
    let signal = match signal {
        Ok(signal) => signal,
        Err(name) => {
            call.complain(&format!("bad signal name '{name}'"));
            return Outcome::Ended(1);
        }
    };
    let (options, patterns): (Vec<String>, Vec<String>) =
        words.into_iter().partition(|word| word.starts_with('-'));
    let letters: String = options.iter().map(|word| &word[1..]).collect();
    if let Some(letter) = letters.chars().find(|letter| !"flxvnoa".contains(*letter)) {
        call.complain(&format!("not simulated: option -{letter}"));
        return Outcome::Ended(1);
    }
    let Some(pattern) = patterns.first() else { return call.fail_usage("no pattern given") };
    let expression = match Pattern::of_lines(pattern, Syntax::Extended, false, false, letters.contains('x')) {
        Ok(expression) => expression,
        Err(why) => {
            call.complain(&complaint(pattern, why));
            return Outcome::Ended(1);
        }
    };
    let mut found = others(call);
    found.retain(|(_, command)| {
        let text = if letters.contains('f') { command } else { program_of(command) };
        expression.is_found_in(text) != letters.contains('v')
    });
    if letters.contains('n') {
        found.drain(..found.len().saturating_sub(1));
    }
    if letters.contains('o') {
        found.truncate(1);
    }
    for (number, command) in &found {
        match kills {
            true => drop(call.system.signal(*number, signal)),
            false if letters.contains(['l', 'a']) => {
                let shown = if letters.contains('a') || letters.contains('f') {
                    command.as_str()
                } else {
                    program_of(command)
                };
                call.say(&format!("{number} {shown}"));
            }
            false => call.say(&number.to_string()),
        }
    }
    Outcome::Ended(i32::from(found.is_empty()))
}

/// The processes of the container.
pub(super) fn ps(call: &mut Call<'_>) -> Outcome {
    let columns: Vec<String> = or_end!(columns(call));
    let mut processes = call.system.processes();
    processes.sort();
    let usage = call.system.process_usage();
    if columns.is_empty() {
        call.say("PID   USER     TIME  COMMAND");
        for ProcessRow { number, user, command } in processes {
            let name = super::people::user_name(call, user);
            call.say(&format!("{number:>5} {name:<8}  0:00 {command}"));
        }
        return Outcome::Ended(0);
    }
    let titles: Vec<String> = columns.iter().map(|column| titled(column)).collect();
    let line = |cells: Vec<String>| {
        let last = cells.len() - 1;
        let cells = cells.into_iter().zip(&columns).enumerate();
        let cells = cells.map(|(place, (cell, column))| match width(column) {
            _ if place == last => cell,
            width => format!("{cell:<width$}"),
        });
        cells.collect::<Vec<_>>().join(" ")
    };
    call.say(&line(titles));
    for ProcessRow { number, user, command } in processes {
        let name = super::people::user_name(call, user);
        let memory =
            usage.iter().find(|(known, ..)| *known == number).map_or(0, |(_, _, memory)| *memory / 1_024);
        let cells = columns.iter().map(|column| match column.split('=').next().unwrap_or_default() {
            "pid" | "pgid" => format!("{number:>5}"),
            "ppid" => format!("{:>5}", 0),
            "user" => name.clone(),
            "group" => name.clone(),
            "comm" => program_of(&command).to_owned(),
            "args" => command.clone(),
            "time" => " 0:00".to_owned(),
            "etime" => " 0:00".to_owned(),
            "stat" => "S".to_owned(),
            "tty" => "?".to_owned(),
            "nice" => "0".to_owned(),
            _ => memory.to_string(),
        });
        call.say(&line(cells.collect()));
    }
    Outcome::Ended(0)
}

const COLUMNS: &[(&str, &str, usize)] = &[
    ("user", "USER", 8),
    ("group", "GROUP", 8),
    ("comm", "COMMAND", 16),
    ("args", "COMMAND", 256),
    ("pid", "PID", 5),
    ("ppid", "PPID", 5),
    ("pgid", "PGID", 5),
    ("etime", "ELAPSED", 7),
    ("nice", "NI", 5),
    ("tty", "TT", 6),
    ("vsz", "VSZ", 4),
    ("rss", "RSS", 4),
    ("stat", "STAT", 4),
    ("time", "TIME", 5),
];

fn titled(column: &str) -> String {
    let (name, title) = column.split_once('=').map_or((column, None), |(name, title)| (name, Some(title)));
    match title {
        Some(title) => title.to_owned(),
        None => {
            COLUMNS.iter().find(|(known, ..)| *known == name).map_or(name, |(_, title, _)| title).to_owned()
        }
    }
}

fn width(column: &str) -> usize {
    let name = column.split('=').next().unwrap_or_default();
    COLUMNS.iter().find(|(known, ..)| *known == name).map_or(0, |(.., width)| *width)
}

/// The columns of `-o`; other options are taken for what everybody types (`aux`, `-ef`).
fn columns(call: &mut Call<'_>) -> Result<Vec<String>, Outcome> {
    let mut words = call.arguments[1..].iter().cloned();
    let mut columns = Vec::new();
    while let Some(word) = words.next() {
        let value = match word.strip_prefix("-o") {
            Some("") => words.next().unwrap_or_default(),
            Some(rest) => rest.to_owned(),
            None if word == "o" => words.next().unwrap_or_default(),
            None => match word
                .chars()
                .find(|letter| letter.is_ascii_alphabetic() && !"aAdeflouwxTXHZ".contains(*letter))
            {
                Some(letter) => {
                    call.complain(&format!("invalid option -- '{letter}'"));
                    return Err(Outcome::Ended(1));
                }
                None => continue,
            },
        };
        for column in value.split(',') {
            let name = column.split('=').next().unwrap_or_default();
            if !COLUMNS.iter().any(|(known, ..)| *known == name) {
                call.complain(&format!("bad -o argument '{name}', supported arguments: user,group,comm,args,pid,ppid,pgid,etime,nice,tty,vsz,rss,stat,time"));
                return Err(Outcome::Ended(1));
            }
            columns.push(column.to_owned());
        }
    }
    Ok(columns)
}
