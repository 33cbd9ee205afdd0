//! Commands that change the shell itself.

use super::super::coreutils;
use super::super::filesystem::absolute;
use super::super::system::System;
use super::ast::{Op, Simple, Word};
use super::descriptors::Descriptors;
use super::execute::quoted;
use super::machine::Machine;
use super::parser::is_name;
use super::shell_state::Dialect;
use super::{jobs, naming, reading, settings, starting};

/// What became of a command name.
pub(super) enum Builtin {
    /// It was one, and ended.
    Ended(i32),
    /// It was one, and has arranged what comes next.
    Handled,
    /// It is not one.
    NotOne(Descriptors),
}

/// The builtins of every shell that is modelled.
const COMMON: &[&str] = &[
    ".", ":", "[", "alias", "bg", "break", "cd", "command", "continue", "echo", "eval", "exec", "exit",
    "export", "false", "fg", "getopts", "hash", "jobs", "kill", "local", "printf", "pwd", "read", "readonly",
    "return", "set", "shift", "test", "times", "trap", "true", "type", "ulimit", "umask", "unalias", "unset",
    "wait",
];

/// Those that only some of them have.
fn own_names(dialect: Dialect) -> &'static [&'static str] {
    match dialect {
        Dialect::Bash => &[
            "source",
            "let",
            "history",
            "help",
            "declare",
            "typeset",
            "shopt",
            "mapfile",
            "readarray",
            "builtin",
            "disown",
            "enable",
            "dirs",
            "pushd",
            "popd",
            "caller",
            "suspend",
            "logout",
        ],
        Dialect::Ash => &["source", "let", "history", "help", "[[", "chdir"],
        Dialect::Dash => &["chdir"],
        Dialect::None => &[],
    }
}

/// The builtins of a shell.
pub(super) fn names(dialect: Dialect) -> Vec<&'static str> {
    [COMMON, own_names(dialect)].concat()
}

/// Whether a shell has a command inside.
pub(super) fn is_builtin(dialect: Dialect, name: &str) -> bool {
    dialect != Dialect::None && (COMMON.contains(&name) || own_names(dialect).contains(&name))
}

/// Runs a builtin.
pub(super) fn run(
    machine: &mut Machine,
    arguments: &[String],
    descriptors: Descriptors,
    tested: bool,
    system: &mut dyn System,
) -> Builtin {
    let name = arguments[0].as_str();
    let dialect = machine.shell.dialect;
    if starting::is_shell(name) && coreutils::has_shell(system.image(), name) {
        return starting::shell(machine, arguments, descriptors, tested, system);
    }
    if !is_builtin(dialect, name) {
        return match name {
            "time" if dialect != Dialect::Dash => timed(machine, arguments, descriptors, tested, system),
            _ => Builtin::NotOne(descriptors),
        };
    }
    let rest = &arguments[1..];
    let first = rest.first().map(String::as_str);
    Builtin::Ended(match name {
        ":" | "history" | "shopt" | "enable" | "disown" => 0,
        "cd" | "chdir" => change_directory(machine, rest, &descriptors, system),
        "exit" => return leave(machine, first),
        "return" => return come_back(machine, first),
        "export" | "readonly" => declare(machine, name, rest, &descriptors, system),
        "unset" => unset(machine, rest),
        "local" => local(machine, rest),
        "declare" | "typeset" => settings::declare(machine, rest, &descriptors, system),
        "set" => settings::set(machine, rest, &descriptors, system),
        "shift" => shift(machine, first),
        "eval" => return evaluate(machine, rest),
        "." | "source" => return starting::source(machine, arguments, system),
        "exec" => return replace(machine, rest, descriptors, system),
        "trap" => settings::trap(machine, rest, &descriptors, system),
        "umask" => settings::umask(machine, rest, &descriptors, system),
        "ulimit" => settings::ulimit(machine, rest, &descriptors, system),
        "alias" => settings::alias(machine, rest, &descriptors, system),
        "unalias" => settings::unalias(machine, rest),
        "wait" => return jobs::wait(machine, rest, descriptors),
        "jobs" => jobs::jobs(machine, &descriptors, system),
        "kill" => jobs::kill(machine, rest, &descriptors, system),
        "fg" | "bg" => jobs::foreground(machine, name, first),
        "read" => return reading::read(machine, arguments, descriptors, None),
        "mapfile" | "readarray" => return reading::read_lines(machine, arguments, descriptors),
        "getopts" => reading::next_option(machine, rest),
        "type" => naming::types(machine, rest, &descriptors, system),
        "command" => return naming::command(machine, rest, descriptors, tested, system),
        "builtin" if rest.is_empty() => 0,
        "builtin" => return run(machine, rest, descriptors, tested, system),
        "hash" => naming::hash(machine, rest, system),
        "help" => naming::help(machine, &descriptors, system),
        "times" => {
            let line = match dialect {
                Dialect::Dash => "0m0.000000s 0m0.000000s\n",
                _ => "0m0.000s 0m0.000s\n",
            };
            machine.emit_to(&descriptors.target(1), line.repeat(2).as_bytes(), system);
            0
        }
        "let" => calculate(machine, rest),
        "break" | "continue" => {
            if dialect == Dialect::Bash {
                machine.complain_of(name, "only meaningful in a `for', `while', or `until' loop");
            }
            0
        }
        "dirs" | "pushd" | "popd" | "caller" | "suspend" | "logout" => {
            machine.complain_of(name, "not simulated: this builtin of bash");
            1
        }
        "printf" if dialect == Dialect::Bash && first == Some("-v") => {
            return reading::print_into(machine, rest, descriptors, tested, system);
        }
        _ => return Builtin::NotOne(descriptors),
    })
}

impl Machine {
    /// A mistake in one of the commands that POSIX calls special: it ends a script, but not of bash.
    pub(super) fn fail_special(&mut self, name: &str, message: &str) -> i32 {
        self.complain_of(name, message);
        if !self.shell.is_bash() {
            self.abandon(2);
        }
        2
    }

    /// The words that fit the dialect: busybox', Debian's `sh`'s, bash's.
    pub(super) fn words(&self, ash: String, dash: String, bash: String) -> String {
        match self.shell.dialect {
            Dialect::Bash => bash,
            Dialect::Dash => dash,
            Dialect::Ash | Dialect::None => ash,
        }
    }

    fn illegal_number(&self, text: &str) -> String {
        let own = format!("Illegal number: {text}");
        self.words(own.clone(), own, format!("{text}: numeric argument required"))
    }
}

/// `time COMMAND`.
fn timed(
    machine: &mut Machine,
    arguments: &[String],
    descriptors: Descriptors,
    tested: bool,
    system: &mut dyn System,
) -> Builtin {
    let words: Vec<Word> = arguments[1..].iter().map(|word| Word::literal(word)).collect();
    if words.is_empty() || arguments[1].starts_with('-') {
        machine.said.extend_from_slice(b"time: not simulated: options; give it a command\n");
        return Builtin::Ended(1);
    }
    let (line, now) = (machine.shell.line, system.now());
    machine.push_frame(vec![
        Op::Simple(Simple { words, tested: true, line, ..Simple::default() }),
        Op::Timed(now),
        Op::Check(tested),
    ]);
    machine.in_frame(|frame| frame.redirects = vec![descriptors]);
    Builtin::Handled
}

fn leave(machine: &mut Machine, code: Option<&str>) -> Builtin {
    let status = match code {
        None => machine.shell.status,
        Some(text) => match text.parse::<i32>() {
            Ok(code) => code & 0xff,
            Err(_) => {
                let why = machine.illegal_number(text);
                machine.complain_of("exit", &why);
                2
            }
        },
    };
    // An exit inside of a trap is what counts.
    machine.frames.clear();
    machine.reads_input = false;
    Builtin::Ended(status)
}

fn come_back(machine: &mut Machine, code: Option<&str>) -> Builtin {
    let status = match code.map(|code| (code, code.parse::<i32>())) {
        None => machine.shell.status,
        Some((_, Ok(code))) => code & 0xff,
        Some((text, Err(_))) => {
            let why = machine.illegal_number(text);
            return Builtin::Ended(machine.fail_special("return", &why));
        }
    };
    // Out of what runs inside of the function or file, and out of it.
    let place = machine
        .frames
        .iter()
        .rposition(|frame| frame.saved_positional.is_some() || frame.saved_source.is_some());
    let inner = place.unwrap_or_default();
    while machine.frames.len() > inner {
        machine.pop_frame();
    }
    Builtin::Ended(status)
}

fn shift(machine: &mut Machine, count: Option<&str>) -> i32 {
    let count = count.map_or(Some(1), |count| count.parse::<usize>().ok());
    match count {
        Some(count) if count <= machine.shell.positional.len() => {
            machine.shell.positional.drain(..count);
            0
        }
        _ if machine.shell.dialect == Dialect::Dash => machine.fail_special("shift", "can't shift that many"),
        _ => 1,
    }
}

/// `let`: the status of the last expression.
fn calculate(machine: &mut Machine, words: &[String]) -> i32 {
    if words.is_empty() {
        machine.complain_of("let", "expression expected");
        return if machine.shell.is_bash() { 1 } else { 2 };
    }
    let mut status = 0;
    for word in words {
        match super::arithmetic::evaluate(word, &mut machine.shell) {
            Ok(value) => status = i32::from(value == 0),
            Err(why) => {
                machine.complain_of("let", &why);
                return 1;
            }
        }
    }
    status
}

fn unset(machine: &mut Machine, names: &[String]) -> i32 {
    let mut functions = true;
    let mut variables = true;
    for name in names {
        match name.as_str() {
            "-f" => variables = false,
            "-v" => functions = false,
            option if option.starts_with('-') => {
                let why = format!("llegal option {option}");
                let why =
                    machine.words(format!("i{why}"), format!("I{why}"), format!("{option}: invalid option"));
                return machine.fail_special("unset", &why);
            }
            name if variables && machine.is_readonly(name).is_some() => {
                let own = format!("{name}: is read only");
                let why = machine.words(own.clone(), own, format!("{name}: cannot unset: readonly variable"));
                return machine.fail_special("unset", &why);
            }
            name => {
                if variables {
                    machine.shell.variables.remove(name);
                    machine.shell.exported.remove(name);
                    let start = format!("{name}[");
                    machine.shell.variables.retain(|known, _| !known.starts_with(&start));
                }
                if functions {
                    machine.shell.functions.remove(name);
                }
            }
        }
    }
    0
}

/// `exec`: a command in place of the shell, or redirections for the rest of the script.
fn replace(
    machine: &mut Machine,
    words: &[String],
    mut descriptors: Descriptors,
    system: &mut dyn System,
) -> Builtin {
    let Some(name) = words.first() else {
        if let Some(frame) = machine.frames.last_mut() {
            // What was open before stays open, and may have been closed only by name.
            for redirects in &mut frame.redirects {
                for (number, input) in std::mem::take(&mut redirects.others) {
                    descriptors.others.entry(number).or_insert(input);
                }
                if descriptors.input.is_none() {
                    descriptors.input = redirects.input.take();
                }
            }
            frame.redirects = vec![descriptors];
        }
        return Builtin::Ended(0);
    };
    let file = machine.file_to_run(name, system);
    let known = file.is_some() || starting::is_shell(name) || coreutils::has(system.image(), name);
    if let Some(Err((status, why))) = file {
        machine.complain_of("exec", &format!("{name}: {why}"));
        machine.abandon(status);
        return Builtin::Ended(status);
    }
    if !known {
        machine.complain_of("exec", &format!("{name}: not found"));
        machine.abandon(127);
        return Builtin::Ended(127);
    }
    machine.frames.clear();
    machine.reads_input = false;
    machine.shell.traps.clear();
    machine.push_frame(vec![Op::Simple(Simple {
        words: words.iter().map(|word| Word::literal(word)).collect(),
        line: machine.shell.line,
        ..Simple::default()
    })]);
    machine.in_frame(|frame| frame.redirects = vec![descriptors]);
    Builtin::Handled
}

fn change_directory(
    machine: &mut Machine,
    words: &[String],
    descriptors: &Descriptors,
    system: &mut dyn System,
) -> i32 {
    let to = words.iter().find(|word| !matches!(word.as_str(), "-P" | "-L" | "--")).map(String::as_str);
    let home = machine.shell.get("HOME");
    let before = machine.shell.variables.get("OLDPWD").cloned();
    let target = match to {
        None => match home {
            Some(home) => home,
            None if machine.shell.is_bash() => {
                machine.complain_of("cd", "HOME not set");
                return 1;
            }
            None => return 0,
        },
        Some("-") => match before {
            Some(before) => before,
            None if machine.shell.is_bash() => {
                machine.complain_of("cd", "OLDPWD not set");
                return 1;
            }
            None => machine.shell.directory.clone(),
        },
        Some(path) => path.to_owned(),
    };
    let path = absolute(&machine.shell.directory, &target);
    let files = system.files();
    let path = if words.iter().any(|word| word == "-P") { files.followed(&path) } else { path };
    if !files.is_directory(&path) {
        let why = if files.exists(&path) { "Not a directory" } else { "No such file or directory" };
        let why = machine.words(
            format!("can't cd to {target}: {why}"),
            format!("can't cd to {target}"),
            format!("{target}: {why}"),
        );
        machine.complain_of("cd", &why);
        return if machine.shell.is_bash() { 1 } else { 2 };
    }
    let old = std::mem::replace(&mut machine.shell.directory, path.clone());
    machine.shell.set("OLDPWD", old);
    if to == Some("-") {
        machine.emit_to(&descriptors.target(1), format!("{path}\n").as_bytes(), system);
    }
    0
}

/// `export` and `readonly`.
fn declare(
    machine: &mut Machine,
    command: &str,
    words: &[String],
    descriptors: &Descriptors,
    system: &mut dyn System,
) -> i32 {
    let exports = command == "export";
    let takes_back = words.iter().any(|word| word == "-n");
    let names: Vec<&String> =
        words.iter().filter(|word| !matches!(word.as_str(), "-p" | "-n" | "--" | "-f" | "-a")).collect();
    if names.is_empty() {
        let shell = &machine.shell;
        let shown = if exports { &shell.exported } else { &shell.readonly };
        let prefix = match (shell.is_bash(), exports) {
            (false, _) => command,
            (true, true) => "declare -x",
            (true, false) => "declare -r",
        };
        let lines = shown.iter().map(|name| match shell.get(name) {
            Some(value) if shell.is_bash() => format!("{prefix} {name}=\"{value}\"\n"),
            Some(value) => format!("{prefix} {name}={}\n", quoted(&value)),
            None => format!("{prefix} {name}\n"),
        });
        let lines: String = lines.collect();
        machine.emit_to(&descriptors.target(1), lines.as_bytes(), system);
        return 0;
    }
    for word in names {
        let (name, value) =
            word.split_once('=').map_or((word.as_str(), None), |(name, value)| (name, Some(value)));
        if !is_name(name) {
            let own = format!("{name}: bad variable name");
            let why = machine.words(own.clone(), own, format!("`{word}': not a valid identifier"));
            let status = machine.fail_special(command, &why);
            return if machine.shell.is_bash() { 1 } else { status };
        }
        if value.is_some() && machine.is_readonly(name).is_some() {
            let own = format!("{name}: is read only");
            let why = machine.words(own.clone(), own, format!("{name}: readonly variable"));
            return machine.fail_special(command, &why);
        }
        if let Some(value) = value {
            machine.shell.set(name, value.to_owned());
        }
        match (exports, takes_back) {
            (true, true) => drop(machine.shell.exported.remove(name)),
            (true, false) => drop(machine.shell.exported.insert(name.to_owned())),
            (false, _) => drop(machine.shell.readonly.insert(name.to_owned())),
        }
    }
    0
}

fn local(machine: &mut Machine, names: &[String]) -> i32 {
    if !machine.frames.iter().any(|frame| frame.saved_positional.is_some()) {
        let own = "not in a function".to_owned();
        let why = machine.words(own.clone(), own, "can only be used in a function".to_owned());
        let status = machine.fail_special("local", &why);
        return if machine.shell.is_bash() { 1 } else { status };
    }
    for name in names.iter().filter(|name| !name.starts_with('-')) {
        machine.make_local(name);
    }
    0
}

impl Machine {
    /// Notes the caller's value of a variable, and sets that of the function.
    pub(super) fn make_local(&mut self, word: &str) {
        let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        let before = self.shell.variables.get(name).cloned();
        if let Some(frame) = self.frames.iter_mut().rev().find(|frame| frame.saved_positional.is_some()) {
            frame.saved_locals.push((name.to_owned(), before));
        }
        match value {
            Some(value) => self.shell.set(name, value.to_owned()),
            None => drop(self.shell.variables.remove(name)),
        }
    }
}

/// `eval`.
fn evaluate(machine: &mut Machine, words: &[String]) -> Builtin {
    let line = machine.shell.line;
    machine.shell.status = 0;
    machine.run_script(&words.join(" "), line);
    Builtin::Handled
}
