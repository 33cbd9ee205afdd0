//! What a shell can be told about itself: set, trap, umask, ulimit, alias, declare.

use super::super::signals::{signal_name, signal_number};
use super::super::system::System;
use super::descriptors::Descriptors;
use super::execute::quoted;
use super::machine::Machine;
use super::parser::is_name;
use super::shell_state::{Dialect, OPTIONS};

/// Aliases that one shell may have.
const ALIASES_MAX: usize = 200;

/// `set`.
pub(super) fn set(
    machine: &mut Machine,
    words: &[String],
    descriptors: &Descriptors,
    system: &mut dyn System,
) -> i32 {
    if words.is_empty() {
        let shell = &machine.shell;
        let lines = shell.variables.iter().filter(|(name, _)| is_name(name));
        let lines: String = lines.map(|(name, value)| format!("{name}={}\n", quoted(value))).collect();
        machine.emit_to(&descriptors.target(1), lines.as_bytes(), system);
        return 0;
    }
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += 1;
        let on = match word.chars().next() {
            _ if word == "--" || word == "-" => {
                machine.shell.positional = words[at..].to_vec();
                return 0;
            }
            Some('-') => true,
            Some('+') => false,
            _ => {
                machine.shell.positional = words[at - 1..].to_vec();
                return 0;
            }
        };
        for letter in word.chars().skip(1) {
            if letter != 'o' {
                if !switch(machine, letter, on) {
                    return refuse(machine, word, letter);
                }
                continue;
            }
            let Some(name) = words.get(at) else {
                list_options(machine, on, descriptors, system);
                return 0;
            };
            at += 1;
            let known = OPTIONS.iter().find(|(known, _)| known == name);
            match known {
                Some((_, letter)) => machine.shell.switch(*letter, on),
                None if machine.shell.is_bash()
                    && ["posix", "history", "hashall", "braceexpand", "physical"]
                        .contains(&name.as_str()) => {}
                None => {
                    let sign = if on { '-' } else { '+' };
                    let why = machine.words(
                        format!("illegal option {sign}o {name}"),
                        format!("Illegal option {sign}o {name}"),
                        format!("{name}: invalid option name"),
                    );
                    machine.complain_of("set", &why);
                    if machine.shell.dialect == Dialect::Dash {
                        machine.abandon(2);
                    }
                    return if machine.shell.dialect == Dialect::Ash { 1 } else { 2 };
                }
            }
        }
    }
    0
}

/// Switches an option by letter; false when there is none.
fn switch(machine: &mut Machine, letter: char, on: bool) -> bool {
    let bash = machine.shell.is_bash() && "hkptBEHTP".contains(letter);
    let known = "aefmnuvxCbI".contains(letter);
    if known {
        machine.shell.switch(letter, on);
    }
    known || bash
}

fn refuse(machine: &mut Machine, word: &str, letter: char) -> i32 {
    let sign = word.chars().next().unwrap_or('-');
    let why = machine.words(
        format!("illegal option {sign}{letter}"),
        format!("Illegal option {sign}{letter}"),
        format!("{sign}{letter}: invalid option"),
    );
    machine.fail_special("set", &why)
}

fn list_options(machine: &mut Machine, shown: bool, descriptors: &Descriptors, system: &mut dyn System) {
    let bash = machine.shell.is_bash();
    let lines = OPTIONS.iter().map(|(name, letter)| match (shown, machine.shell.is_on(*letter)) {
        (true, on) if bash => format!("{name:<15}\t{}\n", if on { "on" } else { "off" }),
        (true, on) => format!("{name:<16}{}\n", if on { "on" } else { "off" }),
        (false, on) => format!("set {}o {name}\n", if on { '-' } else { '+' }),
    });
    let lines: String = lines.collect();
    let lines = if shown && machine.shell.dialect == Dialect::Dash {
        format!("Current option settings\n{lines}")
    } else {
        lines
    };
    machine.emit_to(&descriptors.target(1), lines.as_bytes(), system);
}

/// `trap [COMMAND SIGNAL…]`.
pub(super) fn trap(
    machine: &mut Machine,
    words: &[String],
    descriptors: &Descriptors,
    system: &mut dyn System,
) -> i32 {
    let bash = machine.shell.is_bash();
    let words: &[String] = match words.first().map(String::as_str) {
        Some("--") => &words[1..],
        Some("-l") if bash => {
            machine.complain_of("trap", "not simulated: -l; use kill -l");
            return 1;
        }
        Some("-p") if bash => &[],
        Some(option) if option.starts_with('-') && option.len() > 1 => {
            let why = machine.words(
                format!("illegal option {option}"),
                format!("Illegal option {option}"),
                format!("{option}: invalid option"),
            );
            return machine.fail_special("trap", &why);
        }
        _ => words,
    };
    let Some((command, signals)) = words.split_first() else {
        let mut traps: Vec<(i32, String)> = machine
            .shell
            .traps
            .iter()
            .map(|(name, command)| {
                let shown = if bash && name != "EXIT" { format!("SIG{name}") } else { name.clone() };
                (signal_number(name).unwrap_or_default(), format!("trap -- {} {shown}\n", quoted(command)))
            })
            .collect();
        traps.sort();
        let lines: String = traps.into_iter().map(|(_, line)| line).collect();
        machine.emit_to(&descriptors.target(1), lines.as_bytes(), system);
        return 0;
    };
    // A lone signal is given back its usual effect.
    let (command, signals) = if signals.is_empty() { ("-", words) } else { (command.as_str(), signals) };
    let mut status = 0;
    for signal in signals {
        let name = match signal_number(signal) {
            Some(0) => "EXIT",
            Some(number) => signal_name(number).unwrap_or_default(),
            None if bash && matches!(signal.as_str(), "ERR" | "DEBUG" | "RETURN") => {
                machine.complain_of("trap", &format!("not simulated: {signal}"));
                status = 1;
                continue;
            }
            None => {
                let why = format!("{signal}: invalid signal specification");
                if machine.shell.dialect == Dialect::Dash {
                    machine.said.extend_from_slice(format!("trap: {signal}: bad trap\n").as_bytes());
                } else {
                    machine.complain_of("trap", &why);
                }
                status = 1;
                continue;
            }
        };
        if command == "-" {
            machine.shell.traps.remove(name);
        } else {
            machine.shell.traps.insert(name.to_owned(), command.to_owned());
        }
    }
    status
}

/// `umask`.
pub(super) fn umask(
    machine: &mut Machine,
    words: &[String],
    descriptors: &Descriptors,
    system: &mut dyn System,
) -> i32 {
    let mask = machine.shell.umask.unwrap_or(0o022);
    let symbolic = words.first().is_some_and(|word| word == "-S");
    let Some(mode) = words.iter().find(|word| *word != "-S") else {
        let letters = |bits: u16| -> String {
            [(4, 'r'), (2, 'w'), (1, 'x')]
                .into_iter()
                .filter(|(bit, _)| bits & bit != 0)
                .map(|(_, letter)| letter)
                .collect()
        };
        let allowed = !mask;
        let line = match symbolic {
            true => {
                format!("u={},g={},o={}\n", letters(allowed >> 6), letters(allowed >> 3), letters(allowed))
            }
            false => format!("{mask:04o}\n"),
        };
        machine.emit_to(&descriptors.target(1), line.as_bytes(), system);
        return 0;
    };
    let own = super::super::ownership::Ownership { mode: 0o777 & !mask, user: 0, group: 0 };
    let next = match u16::from_str_radix(mode, 8) {
        Ok(next) if next <= 0o777 => Some(next),
        Ok(_) => None,
        Err(_) => own.changed_mode(mode, true).map(|mode| 0o777 & !mode),
    };
    match next {
        Some(next) => {
            machine.shell.umask = Some(next);
            0
        }
        None => {
            let why = match mode.strip_prefix('-') {
                Some(_) => format!("illegal option {mode}"),
                None => machine.words(
                    format!("illegal mode: {mode}"),
                    format!("Illegal mode: {mode}"),
                    format!("{mode}: octal number out of range"),
                ),
            };
            machine.complain_of("umask", &why);
            if machine.shell.is_bash() { 1 } else { 2 }
        }
    }
}

/// What a shell tells of its limits: letter, words of `-a`, value.
const LIMITS: &[(char, &str, &str)] = &[
    ('c', "core file size (blocks)", "unlimited"),
    ('d', "data seg size (kb)", "unlimited"),
    ('e', "scheduling priority", "0"),
    ('f', "file size (blocks)", "unlimited"),
    ('l', "max locked memory (kb)", "8192"),
    ('m', "max memory size (kb)", "unlimited"),
    ('n', "open files", "1048576"),
    ('q', "POSIX message queues (bytes)", "819200"),
    ('r', "real-time priority", "0"),
    ('s', "stack size (kb)", "8192"),
    ('t', "cpu time (seconds)", "unlimited"),
    ('u', "max user processes", "unlimited"),
    ('v', "virtual memory (kb)", "unlimited"),
    ('x', "file locks", "unlimited"),
];

/// `ulimit`: the limits can be looked at.
pub(super) fn ulimit(
    machine: &mut Machine,
    words: &[String],
    descriptors: &Descriptors,
    system: &mut dyn System,
) -> i32 {
    let letters: String = words.iter().filter_map(|word| word.strip_prefix('-')).collect();
    let letters = letters.replace(['S', 'H'], "");
    if words.iter().any(|word| !word.starts_with('-')) {
        machine
            .said
            .extend_from_slice(b"ulimit: not simulated: setting limits; use the limits of the container\n");
        return 1;
    }
    let mut lines = String::new();
    if letters.contains('a') {
        for (letter, words, value) in LIMITS {
            lines.push_str(&format!("{words:<32}(-{letter}) {value}\n"));
        }
    } else {
        for letter in if letters.is_empty() { "f" } else { letters.as_str() }.chars() {
            match LIMITS.iter().find(|(known, ..)| *known == letter) {
                Some((_, _, value)) => lines.push_str(&format!("{value}\n")),
                None => {
                    machine
                        .said
                        .extend_from_slice(format!("ulimit: invalid option -- '{letter}'\n").as_bytes());
                    return 1;
                }
            }
        }
    }
    machine.emit_to(&descriptors.target(1), lines.as_bytes(), system);
    0
}

/// `alias`.
pub(super) fn alias(
    machine: &mut Machine,
    words: &[String],
    descriptors: &Descriptors,
    system: &mut dyn System,
) -> i32 {
    let prefix = if machine.shell.is_bash() { "alias " } else { "" };
    let show = |name: &str, text: &str| format!("{prefix}{name}={}\n", quoted(text));
    let (mut lines, mut status) = (String::new(), 0);
    if words.is_empty() {
        lines.extend(machine.shell.aliases.iter().map(|(name, (text, _))| show(name, text)));
    }
    for word in words.iter().filter(|word| *word != "-p") {
        match (word.split_once('='), machine.shell.aliases.get(word)) {
            (Some((name, text)), _) if machine.shell.aliases.len() < ALIASES_MAX => {
                let line = machine.shell.line;
                machine.shell.aliases.insert(name.to_owned(), (text.to_owned(), line));
            }
            (_, Some((text, _))) => lines.push_str(&show(word, text)),
            _ => {
                status = 1;
                match machine.shell.dialect {
                    Dialect::Bash => machine.complain_of("alias", &format!("{word}: not found")),
                    _ => machine.said.extend_from_slice(format!("alias: {word} not found\n").as_bytes()),
                }
            }
        }
    }
    machine.emit_to(&descriptors.target(1), lines.as_bytes(), system);
    status
}

/// `unalias`.
pub(super) fn unalias(machine: &mut Machine, words: &[String]) -> i32 {
    let mut status = 0;
    for word in words {
        if word == "-a" {
            machine.shell.aliases.clear();
        } else if machine.shell.aliases.remove(word).is_none() {
            status = 1;
            match machine.shell.dialect {
                Dialect::Bash => machine.complain_of("unalias", &format!("{word}: not found")),
                _ => machine.said.extend_from_slice(format!("unalias: {word} not found\n").as_bytes()),
            }
        }
    }
    status
}

/// bash's `declare`.
pub(super) fn declare(
    machine: &mut Machine,
    words: &[String],
    descriptors: &Descriptors,
    system: &mut dyn System,
) -> i32 {
    let (options, names): (Vec<&String>, Vec<&String>) =
        words.iter().partition(|word| word.starts_with(['-', '+']));
    let has = |letter: char| options.iter().any(|option| option.starts_with('-') && option.contains(letter));
    if let Some(letter) = "fFint".chars().find(|letter| has(*letter) && *letter != 'i') {
        machine.complain_of("declare", &format!("not simulated: -{letter}"));
        return 1;
    }
    if has('p') {
        return print_variables(machine, &names, descriptors, system);
    }
    let in_function = machine.frames.iter().any(|frame| frame.saved_positional.is_some());
    for word in names {
        let name = word.split('=').next().unwrap_or_default().to_owned();
        if has('A') {
            machine.shell.declare_associative(&name);
            continue;
        }
        if in_function && !has('g') {
            machine.make_local(word);
        } else if let Some((name, value)) = word.split_once('=') {
            machine.shell.set(name, value.to_owned());
        }
        if has('x') {
            machine.shell.exported.insert(name.clone());
        }
        if has('r') {
            machine.shell.readonly.insert(name);
        }
    }
    0
}

fn print_variables(
    machine: &mut Machine,
    names: &[&String],
    descriptors: &Descriptors,
    system: &mut dyn System,
) -> i32 {
    let (mut lines, mut status) = (String::new(), 0);
    for name in names {
        let shell = &machine.shell;
        let elements = shell.elements(name);
        let is_array = shell.variables.contains_key(&format!("{name}[0]")) || shell.is_associative(name);
        match (is_array, shell.get(name)) {
            (true, _) => {
                let kind = if shell.is_associative(name) { 'A' } else { 'a' };
                let inside =
                    elements.iter().map(|(key, value)| format!("[{key}]=\"{value}\"")).collect::<Vec<_>>();
                lines.push_str(&format!("declare -{kind} {name}=({})\n", inside.join(" ")));
            }
            (false, Some(value)) => {
                let mut flags = String::new();
                flags.extend(shell.readonly.contains(*name).then_some('r'));
                flags.extend(shell.exported.contains(*name).then_some('x'));
                let flags = if flags.is_empty() { "-" } else { &flags };
                lines.push_str(&format!("declare -{flags} {name}=\"{value}\"\n"));
            }
            (false, None) => {
                machine.complain_of("declare", &format!("{name}: not found"));
                status = 1;
            }
        }
    }
    machine.emit_to(&descriptors.target(1), lines.as_bytes(), system);
    status
}
