//! What a name means to a shell: type, command, hash, help.

use super::super::coreutils;
use super::super::filesystem::{absolute, join};
use super::super::system::System;
use super::builtins::{Builtin, is_builtin};
use super::descriptors::Descriptors;
use super::machine::Machine;
use super::shell_state::Dialect;
use super::starting;

const KEYWORDS: &[&str] = &[
    "!", "case", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "in", "then", "until",
    "while", "{", "}",
];

/// What a name stands for.
enum Meaning {
    Alias(String),
    Keyword,
    Function,
    Builtin,
    File(String),
    Nothing,
}

fn meaning(machine: &Machine, name: &str, system: &mut dyn System) -> Meaning {
    let shell = &machine.shell;
    if let Some((text, _)) = shell.aliases.get(name) {
        return Meaning::Alias(text.clone());
    }
    let own = (name == "function" && shell.dialect == Dialect::Dash) || (name == "[[" && !shell.is_bash());
    if KEYWORDS.contains(&name) && !own || shell.is_bash() && matches!(name, "[[" | "time" | "select") {
        return Meaning::Keyword;
    }
    if shell.functions.contains_key(name) {
        return Meaning::Function;
    }
    if is_builtin(shell.dialect, name) {
        return Meaning::Builtin;
    }
    match machine.place_of(name, system) {
        Some(path) => Meaning::File(path),
        None => Meaning::Nothing,
    }
}

impl Machine {
    /// Where the file of a command is.
    pub(super) fn place_of(&self, name: &str, system: &mut dyn System) -> Option<String> {
        let image = system.image();
        let is_program =
            starting::is_shell(name) && coreutils::has_shell(image, name) || coreutils::has(image, name);
        if name.contains('/') {
            let path = absolute(&self.shell.directory, name);
            let files = system.files();
            let runs = files.length(&path).is_some() && files.ownership(&path).is_some_and(|own| own.runs());
            return (is_program || runs).then(|| name.to_owned());
        }
        let found = self.in_path(name, system);
        found.or_else(|| is_program.then(|| coreutils::place(image, name)))
    }

    /// The file of that name that somebody put into one of the folders of `PATH`.
    pub(super) fn in_path(&self, name: &str, system: &mut dyn System) -> Option<String> {
        let folders = self.shell.get("PATH").unwrap_or_default();
        let files = system.files();
        let mut places =
            folders.split(':').filter(|folder| !folder.is_empty()).map(|folder| join(folder, name));
        places.find(|place| {
            let path = absolute(&self.shell.directory, place);
            files.length(&path).is_some() && files.ownership(&path).is_some_and(|own| own.runs())
        })
    }
}

/// `type`.
pub(super) fn types(
    machine: &mut Machine,
    words: &[String],
    descriptors: &Descriptors,
    system: &mut dyn System,
) -> i32 {
    let bash = machine.shell.is_bash();
    let short = bash && words.first().is_some_and(|word| word == "-t");
    let names = words.iter().filter(|word| !word.starts_with('-'));
    describe(machine, names, short, "type", descriptors, system)
}

fn describe<'a>(
    machine: &mut Machine,
    names: impl Iterator<Item = &'a String>,
    short: bool,
    speaker: &str,
    descriptors: &Descriptors,
    system: &mut dyn System,
) -> i32 {
    let mut status = 0;
    let dialect = machine.shell.dialect;
    for name in names {
        let meaning = meaning(machine, name, system);
        let line = match (&meaning, short) {
            (Meaning::Nothing, true) => {
                status = 1;
                continue;
            }
            (Meaning::Alias(_), true) => "alias".to_owned(),
            (Meaning::Keyword, true) => "keyword".to_owned(),
            (Meaning::Function, true) => "function".to_owned(),
            (Meaning::Builtin, true) => "builtin".to_owned(),
            (Meaning::File(_), true) => "file".to_owned(),
            (Meaning::Alias(text), _) if dialect == Dialect::Bash => format!("{name} is aliased to `{text}'"),
            (Meaning::Alias(text), _) => format!("{name} is an alias for {text}"),
            (Meaning::Keyword, _) => format!("{name} is a shell keyword"),
            (Meaning::Function, _) if dialect == Dialect::Dash => format!("{name} is a shell function"),
            (Meaning::Function, _) => format!("{name} is a function"),
            (Meaning::Builtin, _)
                if dialect == Dialect::Dash
                    && matches!(
                        name.as_str(),
                        "." | ":"
                            | "eval"
                            | "exec"
                            | "exit"
                            | "export"
                            | "readonly"
                            | "return"
                            | "set"
                            | "shift"
                            | "times"
                            | "trap"
                            | "unset"
                            | "break"
                            | "continue"
                    ) =>
            {
                format!("{name} is a special shell builtin")
            }
            (Meaning::Builtin, _) => format!("{name} is a shell builtin"),
            (Meaning::File(path), _) => format!("{name} is {path}"),
            (Meaning::Nothing, _) => {
                if dialect == Dialect::Bash {
                    machine.complain_of(speaker, &format!("{name}: not found"));
                    status = 1;
                    continue;
                }
                status = 127;
                format!("{name}: not found")
            }
        };
        machine.emit_to(&descriptors.target(1), format!("{line}\n").as_bytes(), system);
    }
    status
}

/// `command [-v | -V] NAME…`.
pub(super) fn command(
    machine: &mut Machine,
    words: &[String],
    descriptors: Descriptors,
    tested: bool,
    system: &mut dyn System,
) -> Builtin {
    let options: String = words.iter().map_while(|word| word.strip_prefix('-')).collect();
    let names = &words[words.iter().take_while(|word| word.starts_with('-')).count()..];
    if options.contains('V') {
        let names = names.iter().take(if machine.shell.is_bash() { usize::MAX } else { 1 });
        return Builtin::Ended(describe(machine, names, false, "command", &descriptors, system));
    }
    if options.contains('v') {
        return Builtin::Ended(places(machine, names, &descriptors, system));
    }
    if let Some(letter) = options.chars().find(|letter| !matches!(letter, 'p' | '-')) {
        let why = machine.words(
            format!("illegal option -{letter}"),
            format!("Illegal option -{letter}"),
            format!("-{letter}: invalid option"),
        );
        machine.complain_of("command", &why);
        return Builtin::Ended(2);
    }
    if names.is_empty() {
        return Builtin::Ended(0);
    }
    machine.invoke_command(names, descriptors, tested, system);
    Builtin::Handled
}

/// `command -v`: bash tells of every name, the others of the first one.
fn places(
    machine: &mut Machine,
    names: &[String],
    descriptors: &Descriptors,
    system: &mut dyn System,
) -> i32 {
    let bash = machine.shell.is_bash();
    let mut found = false;
    for name in names.iter().take(if bash { usize::MAX } else { 1 }) {
        let line = match meaning(machine, name, system) {
            Meaning::Nothing => continue,
            Meaning::Alias(text) => format!("alias {name}='{text}'"),
            Meaning::File(path) => path,
            _ => name.clone(),
        };
        found = true;
        machine.emit_to(&descriptors.target(1), format!("{line}\n").as_bytes(), system);
    }
    match (found, bash) {
        (true, _) => 0,
        (false, true) => 1,
        (false, false) => 127,
    }
}

/// `hash`: nothing is remembered; what is asked for must be there.
pub(super) fn hash(machine: &mut Machine, words: &[String], system: &mut dyn System) -> i32 {
    let mut status = 0;
    for name in words.iter().filter(|word| !word.starts_with('-')) {
        if matches!(meaning(machine, name, system), Meaning::Nothing) {
            machine.complain_of("hash", &format!("{name}: not found"));
            status = 1;
        }
    }
    status
}

/// `help`: the builtins.
pub(super) fn help(machine: &mut Machine, descriptors: &Descriptors, system: &mut dyn System) -> i32 {
    let dialect = machine.shell.dialect;
    let mut names: Vec<&str> = super::builtins::names(dialect);
    names.sort_unstable();
    let mut text = match dialect {
        Dialect::Ash => "Built-in commands:\n------------------\n".to_owned(),
        _ => "Modelled builtins:\n".to_owned(),
    };
    let mut column = 0;
    for name in names {
        if column > 0 && column + name.len() > 60 {
            text.push('\n');
            column = 0;
        }
        let gap = if column == 0 { '\t' } else { ' ' };
        text.push(gap);
        text.push_str(name);
        column += name.len() + 1;
    }
    text.push('\n');
    machine.emit_to(&descriptors.target(1), text.as_bytes(), system);
    0
}
