//! Commands that change the shell itself.

use super::super::filesystem::absolute;
use super::super::process::System;
use super::ast::{Op, Simple, Word};
use super::descriptors::Descriptors;
use super::lines::take_line;
use super::machine::{Blocked, Calling, Machine};

/// What became of a command name.
pub(super) enum Builtin {
    /// It was one, and ended.
    Ended(i32),
    /// It was one, and has arranged what comes next.
    Handled,
    /// It is not one.
    NotOne(Descriptors),
}

/// Runs a builtin.
pub(super) fn run(
    machine: &mut Machine,
    arguments: &[String],
    descriptors: Descriptors,
    system: &mut dyn System,
) -> Builtin {
    let rest = &arguments[1..];
    let first = rest.first().map(String::as_str);
    Builtin::Ended(match arguments[0].as_str() {
        ":" => 0,
        "cd" => change_directory(machine, first, system),
        "exit" => {
            let code = first.and_then(|code| code.parse::<i32>().ok()).unwrap_or(machine.shell.status);
            machine.frames.clear();
            machine.reads_input = false;
            code & 0xff
        }
        "return" => {
            let status = first.and_then(|code| code.parse().ok()).unwrap_or(machine.shell.status);
            machine.pop_frame();
            status
        }
        "export" => export(machine, rest, &descriptors, system),
        "unset" => unset(machine, rest),
        "local" | "readonly" | "declare" | "typeset" => local(machine, rest),
        "set" => set(machine, rest),
        "shift" => {
            let count = first.and_then(|count| count.parse().ok()).unwrap_or(1_usize);
            let count = count.min(machine.shell.positional.len());
            machine.shell.positional.drain(..count);
            0
        }
        "eval" | "." | "source" => return evaluate(machine, arguments, system),
        "exec" => return replace(machine, rest, descriptors),
        "trap" => trap(machine, rest),
        "wait" => {
            machine.blocked = Some(Blocked::Background);
            return Builtin::Handled;
        }
        "read" => return read(machine, arguments, descriptors),
        "sh" | "/bin/sh" | "ash" | "bash" | "/bin/bash" | "/bin/ash" | "dash" => {
            return shell(machine, arguments, system);
        }
        "break" | "continue" => {
            machine.complain(&format!("not simulated: {} outside its own loop", arguments[0]));
            2
        }
        _ => return Builtin::NotOne(descriptors),
    })
}

fn unset(machine: &mut Machine, names: &[String]) -> i32 {
    for name in names {
        machine.shell.variables.remove(name);
        machine.shell.exported.remove(name);
        machine.shell.functions.remove(name);
    }
    0
}

/// `exec`: a command in place of the shell, or redirections for the rest of the script.
fn replace(machine: &mut Machine, words: &[String], descriptors: Descriptors) -> Builtin {
    if words.is_empty() {
        if let Some(frame) = machine.frames.last_mut() {
            frame.redirects = vec![descriptors];
        }
        return Builtin::Ended(0);
    }
    machine.frames.clear();
    machine.reads_input = false;
    machine.push_frame(vec![Op::Simple(Simple {
        words: words.iter().map(|word| Word::literal(word)).collect(),
        ..Simple::default()
    })]);
    Builtin::Handled
}

/// `trap COMMAND SIGNAL…`.
fn trap(machine: &mut Machine, words: &[String]) -> i32 {
    let Some((command, signals)) = words.split_first() else { return 0 };
    for signal in signals {
        let name = match signal.trim_start_matches("SIG") {
            "15" => "TERM",
            "2" => "INT",
            "0" => "EXIT",
            name => name,
        };
        machine.shell.traps.insert(name.to_owned(), command.clone());
    }
    0
}

fn change_directory(machine: &mut Machine, to: Option<&str>, system: &mut dyn System) -> i32 {
    let home = machine.shell.get("HOME").unwrap_or_else(|| "/".to_owned());
    let target = match to {
        None => home,
        Some("-") => machine.shell.get("OLDPWD").unwrap_or(home),
        Some(path) => path.to_owned(),
    };
    let path = absolute(&machine.shell.directory, &target);
    let files = system.files();
    if !files.is_directory(&path) {
        let why = if files.exists(&path) { "Not a directory" } else { "No such file or directory" };
        machine.complain(&format!("cd: can't cd to {target}: {why}"));
        return 1;
    }
    let old = std::mem::replace(&mut machine.shell.directory, path);
    machine.shell.set("OLDPWD", old);
    0
}

fn export(
    machine: &mut Machine,
    names: &[String],
    descriptors: &Descriptors,
    system: &mut dyn System,
) -> i32 {
    if names.is_empty() {
        let lines: String = machine
            .shell
            .environment()
            .iter()
            .map(|(name, value)| format!("export {name}='{value}'\n"))
            .collect();
        machine.emit_to(&descriptors.target(1), lines.as_bytes(), system);
    }
    for name in names {
        let (name, value) =
            name.split_once('=').map_or((name.as_str(), None), |(name, value)| (name, Some(value)));
        if let Some(value) = value {
            machine.shell.set(name, value.to_owned());
        }
        machine.shell.exported.insert(name.to_owned());
    }
    0
}

fn local(machine: &mut Machine, names: &[String]) -> i32 {
    let associative = names.iter().any(|name| name.starts_with('-') && name.contains('A'));
    for name in names.iter().filter(|name| !name.starts_with('-')) {
        if associative {
            machine.shell.declare_associative(name);
            continue;
        }
        let (name, value) =
            name.split_once('=').map_or((name.as_str(), None), |(name, value)| (name, Some(value)));
        let before = machine.shell.variables.get(name).cloned();
        if let Some(frame) = machine.frames.iter_mut().rev().find(|frame| frame.saved_positional.is_some()) {
            frame.saved_locals.push((name.to_owned(), before));
        }
        machine.shell.set(name, value.unwrap_or_default().to_owned());
    }
    0
}

fn set(machine: &mut Machine, options: &[String]) -> i32 {
    for (index, option) in options.iter().enumerate() {
        let on = match option.chars().next() {
            Some('-') if option == "--" => {
                machine.shell.positional = options[index + 1..].to_vec();
                return 0;
            }
            Some('-') => true,
            Some('+') => false,
            _ if index > 0 && matches!(options[index - 1].as_str(), "-o" | "+o" | "-eo" | "-euo") => continue,
            _ => {
                machine.shell.positional = options[index..].to_vec();
                return 0;
            }
        };
        for letter in option.chars().skip(1) {
            match letter {
                'e' => machine.shell.errexit = on,
                'x' => machine.shell.xtrace = on,
                'u' => machine.shell.nounset = on,
                _ => {}
            }
        }
    }
    0
}

fn evaluate(machine: &mut Machine, arguments: &[String], system: &mut dyn System) -> Builtin {
    let text = if arguments[0] == "eval" {
        arguments[1..].join(" ")
    } else {
        let name = arguments.get(1).map(String::as_str).unwrap_or_default();
        let path = absolute(&machine.shell.directory, name);
        match system.files().read(&path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(_) => {
                machine.complain(&format!("can't open '{name}': No such file or directory"));
                return Builtin::Ended(2);
            }
        }
    };
    machine.shell.status = 0;
    match machine.run_script(&text) {
        Ok(()) => Builtin::Handled,
        Err(why) => {
            machine.complain(&why);
            Builtin::Ended(2)
        }
    }
}

/// `read [-r] [-p PROMPT] NAME…`.
fn read(machine: &mut Machine, arguments: &[String], mut descriptors: Descriptors) -> Builtin {
    let mut names = Vec::new();
    let mut rest = arguments[1..].iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "-p" | "-t" | "-n" => drop(rest.next()),
            option if option.starts_with('-') => {}
            name => names.push(name.to_owned()),
        }
    }
    let line = match descriptors.input.as_mut() {
        Some(input) => take_line(input),
        None => take_line(machine.effective_input()),
    };
    let Some(line) = line else {
        let open = descriptors.input.as_ref().map_or(machine.effective_input().open, |input| input.open);
        if !open {
            names.iter().for_each(|name| machine.shell.set(name, String::new()));
            return Builtin::Ended(1);
        }
        machine.blocked = Some(Blocked::Calling(Box::new(Calling {
            arguments: arguments.to_vec(),
            descriptors,
            at: None,
            memory: 0,
            tested: true,
        })));
        return Builtin::Handled;
    };
    let mut rest = line.trim_end_matches('\n').trim();
    if names.is_empty() {
        names.push("REPLY".to_owned());
    }
    let last = names.len() - 1;
    for (index, name) in names.iter().enumerate() {
        let (value, after) =
            if index == last { (rest, "") } else { rest.split_once([' ', '\t']).unwrap_or((rest, "")) };
        machine.shell.set(name, value.to_owned());
        rest = after.trim_start();
    }
    Builtin::Ended(0)
}

/// `sh`, `sh -c SCRIPT NAME ARGUMENT…`, `sh FILE ARGUMENT…`.
fn shell(machine: &mut Machine, arguments: &[String], system: &mut dyn System) -> Builtin {
    let mut inner = machine.fork(Vec::new());
    inner.shell.functions.clear();
    inner.shell.positional.clear();
    inner.shell.name = arguments[0].rsplit('/').next().unwrap_or("sh").to_owned();
    let mut rest = arguments[1..].iter();
    let mut script = None;
    while let Some(argument) = rest.next() {
        match argument.strip_prefix('-') {
            Some(flags) => {
                inner.shell.errexit |= flags.contains('e');
                inner.shell.xtrace |= flags.contains('x');
                if flags.contains('c') {
                    script = rest.next().cloned();
                    if let Some(name) = rest.next() {
                        inner.shell.name.clone_from(name);
                    }
                    break;
                }
            }
            None => {
                match system.files().read(&absolute(&machine.shell.directory, argument)) {
                    Ok(bytes) => script = Some(String::from_utf8_lossy(&bytes).into_owned()),
                    Err(_) => {
                        machine.complain(&format!("can't open '{argument}': No such file or directory"));
                        return Builtin::Ended(2);
                    }
                }
                inner.shell.name.clone_from(argument);
                break;
            }
        }
    }
    inner.shell.positional = rest.cloned().collect();
    inner.frames.clear();
    let terminal = machine.shell.get("TERM").is_some() && machine.input.open;
    match script {
        None => inner.become_interactive(terminal),
        Some(script) => {
            if let Err(why) = inner.run_script(&script) {
                inner.complain(&why);
                machine.write_out(true, &std::mem::take(&mut inner.stderr));
                return Builtin::Ended(2);
            }
        }
    }
    machine.child = Some(super::machine::Child::Subshell(Box::new(inner)));
    Builtin::Handled
}
