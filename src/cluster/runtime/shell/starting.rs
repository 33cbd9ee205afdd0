//! How scripts begin: `sh`, `.`, and files that are run by their names.

use super::super::filesystem::absolute;
use super::super::images::Toolbox;
use super::super::system::System;
use super::ast::{Op, Simple, Word};
use super::builtins::Builtin;
use super::descriptors::Descriptors;
use super::lexer::Manner;
use super::machine::{Child, Machine};
use super::parser::compile;
use super::shell_state::{BASH_VERSION, Dialect, OPTIONS};

/// Whether a command line starts a shell.
pub(super) fn is_shell(name: &str) -> bool {
    let base = base_name(name);
    ["sh", "ash", "bash", "dash"].contains(&base)
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Whose ways a shell of that name has in an image.
fn dialect(name: &str, system: &dyn System) -> Dialect {
    let toolbox = system.image().map(|image| image.toolbox);
    match base_name(name) {
        "bash" => Dialect::Bash,
        "ash" => Dialect::Ash,
        "dash" => Dialect::Dash,
        _ if matches!(toolbox, Some(Toolbox::Debian | Toolbox::DebianCurl)) => Dialect::Dash,
        _ => Dialect::Ash,
    }
}

/// What the command line of a shell asks for.
#[derive(Default)]
struct Request {
    switches: Vec<(char, bool)>,
    command: bool,
    from_input: bool,
    interactive: bool,
    version: bool,
    rest: Vec<String>,
}

impl Request {
    /// Reads it; the option that is none otherwise.
    fn parse(words: &[String], bash: bool) -> Result<Self, String> {
        let mut request = Self::default();
        let mut words = words.iter().peekable();
        while let Some(word) = words.next_if(|word| word.starts_with(['-', '+']) && word.len() > 1) {
            let on = word.starts_with('-');
            if word == "--" {
                break;
            }
            if word.starts_with("--") {
                match word.as_str() {
                    "--version" if bash => {
                        request.version = true;
                        continue;
                    }
                    "--login" | "--norc" | "--noprofile" | "--posix" | "--noediting" if bash => continue,
                    _ => return Err(word.clone()),
                }
            }
            for letter in word.chars().skip(1) {
                match letter {
                    'c' => request.command = true,
                    's' => request.from_input = true,
                    'i' => request.interactive = on,
                    'l' => {}
                    'o' => match words.next() {
                        Some(name) => match OPTIONS.iter().find(|(known, _)| known == name) {
                            Some((_, letter)) => request.switches.push((*letter, on)),
                            None => return Err(format!("{}o {name}", &word[..1])),
                        },
                        None => return Err("-o".to_owned()),
                    },
                    letter if "aefnuvxCbmI".contains(letter) => request.switches.push((letter, on)),
                    letter => return Err(format!("{}{letter}", &word[..1])),
                }
            }
        }
        request.rest = words.cloned().collect();
        Ok(request)
    }
}

/// `sh`, `sh -c SCRIPT NAME ARGUMENT…`, `sh FILE ARGUMENT…`.
pub(super) fn shell(
    machine: &mut Machine,
    arguments: &[String],
    descriptors: Descriptors,
    tested: bool,
    system: &mut dyn System,
) -> Builtin {
    let name = &arguments[0];
    if !machine.may_fork() {
        return Builtin::Ended(2);
    }
    let dialect = dialect(name, system);
    let mut inner = new_shell(machine, name, dialect);
    let request = match Request::parse(&arguments[1..], dialect == Dialect::Bash) {
        Ok(request) => request,
        Err(option) => {
            let why = match dialect {
                Dialect::Bash => format!("{name}: {option}: invalid option\n"),
                Dialect::Dash => format!("{name}: 0: Illegal option {option}\n"),
                _ => format!("{name}: illegal option {option}\n"),
            };
            return refuse(machine, &why, 2);
        }
    };
    if request.version {
        inner.run_script(&format!("echo 'GNU bash, version {BASH_VERSION} (x86_64-pc-linux-gnu)'"), 1);
        run_inside(machine, inner, descriptors, tested);
        return Builtin::Handled;
    }
    for (letter, on) in &request.switches {
        inner.shell.switch(*letter, *on);
    }
    let mut rest = request.rest.into_iter();
    let terminal = machine.shell.get("TERM").is_some() && machine.input.open;
    if request.command {
        let Some(script) = rest.next() else {
            let why = match dialect {
                Dialect::Bash => format!("{name}: -c: option requires an argument\n"),
                Dialect::Dash => format!("{name}: 0: -c requires an argument\n"),
                _ => format!("{name}: -c requires an argument\n"),
            };
            return refuse(machine, &why, 2);
        };
        if let Some(name) = rest.next() {
            inner.shell.name = name;
        }
        inner.shell.switch('c', true);
        let first = u32::from(dialect != Dialect::Ash);
        inner.run_script(&script, first);
    } else if let Some(file) = if request.from_input { None } else { rest.next() } {
        let path = absolute(&machine.shell.directory, &file);
        let found = system.files().read(&path);
        let Ok(bytes) = found else {
            let (why, status) = match dialect {
                Dialect::Bash => (format!("{name}: {file}: No such file or directory\n"), 127),
                Dialect::Dash => (format!("{name}: 0: cannot open {file}: No such file\n"), 2),
                _ => (format!("{name}: can't open '{file}': No such file or directory\n"), 2),
            };
            return refuse(machine, &why, status);
        };
        inner.shell.name.clone_from(&file);
        inner.shell.source = Some(file);
        inner.run_script(&String::from_utf8_lossy(&bytes), 1);
    } else {
        let typed = terminal || request.interactive;
        inner.shell.interactive = typed;
        inner.become_interactive(typed);
    }
    inner.shell.positional = rest.collect();
    run_inside(machine, inner, descriptors, tested);
    Builtin::Handled
}

/// A shell inside of another one, with what that one has exported.
fn new_shell(machine: &mut Machine, name: &str, dialect: Dialect) -> Machine {
    let mut inner = machine.fork(Vec::new());
    inner.frames.clear();
    inner.shell.functions.clear();
    inner.shell.aliases.clear();
    inner.shell.positional.clear();
    inner.shell.readonly.clear();
    inner.shell.options.clear();
    forget_unexported(&mut inner);
    if dialect != Dialect::Dash {
        // Those two count how deep they are in each other.
        let level = inner.shell.get("SHLVL").and_then(|level| level.parse::<u32>().ok()).unwrap_or_default();
        inner.shell.exported.insert("SHLVL".to_owned());
        inner.shell.set("SHLVL", level.saturating_add(1).to_string());
    }
    inner.spared = false;
    name.clone_into(&mut inner.shell.name);
    (inner.shell.dialect, inner.shell.source, inner.shell.line) = (dialect, None, 0);
    inner
}

/// Only what is exported is there in a new shell, and no options.
fn forget_unexported(inner: &mut Machine) {
    (inner.shell.errexit, inner.shell.xtrace, inner.shell.nounset) = (false, false, false);
    let exported = inner.shell.exported.clone();
    inner.shell.variables.retain(|name, _| exported.contains(name));
}

fn refuse(machine: &mut Machine, why: &str, status: i32) -> Builtin {
    machine.said.extend_from_slice(why.as_bytes());
    Builtin::Ended(status)
}

/// Runs a shell where the output of this one goes.
fn run_inside(machine: &mut Machine, inner: Machine, descriptors: Descriptors, tested: bool) {
    machine.push_frame(vec![Op::Check(tested)]);
    machine.in_frame(|frame| frame.redirects = vec![descriptors]);
    machine.child = Some(Child::Subshell(Box::new(inner)));
}

/// `. FILE`.
pub(super) fn source(machine: &mut Machine, arguments: &[String], system: &mut dyn System) -> Builtin {
    let bash = machine.shell.is_bash();
    let Some(file) = arguments.get(1) else {
        if bash {
            machine.complain_of(&arguments[0], "filename argument required");
        }
        return Builtin::Ended(2);
    };
    let path = match file.contains('/') {
        true => Some(absolute(&machine.shell.directory, file)),
        false => {
            let here = absolute(&machine.shell.directory, file);
            let found = machine.in_path(file, system);
            found.or_else(|| (bash && system.files().length(&here).is_some()).then_some(here))
        }
    };
    let read = path.map(|path| system.files().read(&path));
    let bytes = match read {
        Some(Ok(bytes)) => bytes,
        failed => {
            let why = failed.map_or_else(
                || "not found".to_owned(),
                |read| read.err().map_or_else(String::new, |why| why.to_string()),
            );
            let why = match why.as_str() {
                "not found" if bash => format!("{file}: No such file or directory"),
                "not found" => format!("{file}: not found"),
                why => machine.words(
                    format!("can't open '{file}': {why}"),
                    format!("cannot open {file}: No such file"),
                    format!("{file}: {why}"),
                ),
            };
            if bash {
                machine.complain(&why);
                return Builtin::Ended(1);
            }
            return Builtin::Ended(machine.fail_special(".", &why));
        }
    };
    let before = machine.shell.source.replace(file.clone());
    machine.shell.status = 0;
    machine.run_script(&String::from_utf8_lossy(&bytes), 1);
    let own = (arguments.len() > 2 && bash)
        .then(|| std::mem::replace(&mut machine.shell.positional, arguments[2..].to_vec()));
    machine.in_frame(|frame| {
        frame.saved_source = Some(before);
        frame.saved_positional = own;
    });
    Builtin::Handled
}

impl Machine {
    /// How texts are read that begin at a line.
    pub(super) fn manner(&self, line: u32) -> Manner {
        let dialect = self.shell.dialect;
        Manner { bash: dialect == Dialect::Bash, dash: dialect == Dialect::Dash, line, ..Manner::default() }
    }

    /// Runs a script in place of everything else.
    pub(super) fn run_script(&mut self, text: &str, line: u32) {
        let program = compile(text, self.manner(line));
        self.push_frame(program);
    }

    /// The file that a command name leads to, or why it cannot be run and with which status; `None` when
    /// there is none but perhaps a program of the image.
    pub(super) fn file_to_run(
        &self,
        name: &str,
        system: &mut dyn System,
    ) -> Option<Result<String, (i32, String)>> {
        if !name.contains('/') {
            let known = super::super::coreutils::has(system.image(), name);
            return if known { None } else { self.in_path(name, system).map(Ok) };
        }
        let path = absolute(&self.shell.directory, name);
        let bash = self.shell.is_bash();
        let files = system.files();
        if files.is_directory(&path) {
            let why = if bash { "Is a directory" } else { "Permission denied" };
            return Some(Err((126, why.to_owned())));
        }
        if files.is_tool(&path) {
            return None;
        }
        files.length(&path)?;
        let runs = files.ownership(&path).is_some_and(|own| own.runs());
        Some(if runs { Ok(path) } else { Err((126, "Permission denied".to_owned())) })
    }

    /// Runs a file: with the interpreter that it names, or as a script of this shell.
    pub(super) fn run_file(
        &mut self,
        path: &str,
        arguments: &[String],
        descriptors: Descriptors,
        tested: bool,
        system: &mut dyn System,
    ) {
        let shown = if arguments[0].contains('/') { arguments[0].clone() } else { path.to_owned() };
        let bytes = match system.files().read(path) {
            Ok(bytes) => bytes,
            Err(why) => {
                self.complain(&format!("{shown}: {why}"));
                return self.ended(126, tested);
            }
        };
        let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let first = String::from_utf8_lossy(first).into_owned();
        let mut words: Vec<String> = match first.strip_prefix("#!") {
            // The kernel cuts blanks off, and takes a carriage return for a part of the name.
            Some(line) => {
                let cut = |word: &str| word.trim_matches([' ', '\t']).to_owned();
                cut(line).splitn(2, [' ', '\t']).map(cut).collect()
            }
            None => vec!["sh".to_owned()],
        };
        let interpreter = words.first().cloned().unwrap_or_default();
        let image = system.image();
        let known = is_shell(&interpreter) && super::super::coreutils::has_shell(image, &interpreter)
            || super::super::coreutils::has(image, &interpreter);
        if self.shell.dialect == Dialect::None && (!known || !first.starts_with("#!")) {
            // The kernel says so, and whoever wanted to start it.
            let why = if known { "exec format error" } else { "no such file or directory" };
            self.said.extend_from_slice(format!("exec {shown}: {why}\n").as_bytes());
            return self.ended(255, tested);
        }
        if !known {
            let why =
                if self.shell.is_bash() { "cannot execute: required file not found" } else { "not found" };
            self.complain(&format!("{shown}: {why}"));
            return self.ended(127, tested);
        }
        words.push(shown);
        words.extend(arguments[1..].iter().cloned());
        let words = words.iter().map(|word| Word::literal(word)).collect();
        let simple = Simple { words, tested, line: self.shell.line, ..Simple::default() };
        self.push_frame(vec![Op::Simple(simple)]);
        self.in_frame(|frame| frame.redirects = vec![descriptors]);
    }
}
