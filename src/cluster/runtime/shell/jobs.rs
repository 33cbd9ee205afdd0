//! Commands in the background, and signals: jobs, wait, kill.

use serde::{Deserialize, Serialize};

use super::super::signals::{Kill, description, is_deadly, listing, read_kill, signal_name};
use super::super::system::System;
use super::ast::{Op, Simple, Word};
use super::builtins::Builtin;
use super::descriptors::Descriptors;
use super::machine::{Blocked, Machine};
use super::shell_state::Dialect;

/// How many background commands may start each other in turn.
const BEHIND_MAX: u32 = 6;
/// Jobs that a shell remembers.
const JOBS_MAX: usize = 64;

/// A command that was started in the background.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Job {
    /// Its number in the list.
    pub id: u32,
    /// Number of the process.
    pub number: u32,
    /// How it ended.
    pub status: Option<i32>,
}

impl Machine {
    /// Starts a command in the background.
    pub(super) fn begin_background(&mut self, program: &[Op], system: &mut dyn System) {
        if self.behind >= BEHIND_MAX {
            self.complain("can't fork: Resource temporarily unavailable");
            return self.abandon(2);
        }
        let number = self.shell.number + 1 + u32::try_from(system.random(500)).unwrap_or_default();
        let mut machine = self.fork(program.to_vec());
        machine.shell.number = number;
        machine.behind += 1;
        // It prints where this shell would, also once that prints elsewhere.
        machine.frames.iter_mut().for_each(|frame| frame.redirects = vec![self.descriptors().inner()]);
        // Nothing is typed at what runs in the background.
        machine.input.open = false;
        let id = self.jobs.iter().map(|job| job.id).max().unwrap_or_default() + 1;
        if self.jobs.len() >= JOBS_MAX {
            self.jobs.retain(|job| job.status.is_none());
        }
        if self.jobs.len() >= JOBS_MAX {
            self.complain("can't fork: Resource temporarily unavailable");
            self.shell.status = 2;
            return;
        }
        self.jobs.push(Job { id, number, status: None });
        self.background.push((number, machine));
        self.shell.last_background = Some(number);
        self.shell.status = 0;
        if self.shell.interactive {
            self.said.extend_from_slice(format!("[{id}] {number}\n").as_bytes());
        }
    }

    /// Starts what goes its own way: nobody waits for it, and it is no job.
    pub(super) fn begin_daemon(&mut self, simple: Simple) {
        let mut machine = self.fork(vec![Op::Simple(simple)]);
        machine.behind += 1;
        if self.background.len() < JOBS_MAX {
            self.background.push((0, machine));
        }
    }

    /// Whether what `wait` waits for has ended.
    pub(super) fn has_ended(&self) -> bool {
        match &self.blocked {
            Some(Blocked::Background) => !self.has_jobs(),
            Some(Blocked::Job(number)) => !self.background.iter().any(|(known, _)| known == number),
            _ => false,
        }
    }

    /// Whether something runs in the background that can be waited for.
    pub(super) fn has_jobs(&self) -> bool {
        self.background.iter().any(|(number, _)| *number > 0)
    }

    /// The status of a job, which is forgotten.
    pub(super) fn collect(&mut self, number: u32) -> i32 {
        let place = self.jobs.iter().position(|job| job.number == number);
        let status = place.map(|place| self.jobs.remove(place)).and_then(|job| job.status);
        let status = status.unwrap_or(127);
        let told = matches!(self.shell.dialect, Dialect::Ash | Dialect::Dash);
        if let Some(words) = description(status - 128).filter(|_| told) {
            self.said.extend_from_slice(format!("{words}\n").as_bytes());
        }
        status
    }

    /// The number of the process that `%1`, `%%` or a number stands for.
    fn job(&self, word: &str) -> Option<u32> {
        match word.strip_prefix('%') {
            None => word.parse().ok(),
            Some("" | "%" | "+") => self.jobs.last().map(|job| job.number),
            Some(id) => {
                let id = id.parse().ok();
                self.jobs.iter().find(|job| Some(job.id) == id).map(|job| job.number)
            }
        }
    }

    /// Sends a signal to itself or to a job; `None` when it is neither.
    fn signal_own(&mut self, number: u32, signal: i32) -> Option<()> {
        let name = signal_name(signal);
        if number == self.shell.number {
            // The first process of a container takes only what it has a handler for.
            let taken = name.is_none_or(|name| name != "KILL" && self.take_signal(name));
            if !taken && is_deadly(signal) && number != 1 {
                self.exit = Some(128 + signal);
            }
            return Some(());
        }
        let (_, machine) = self.background.iter_mut().find(|(known, _)| *known == number)?;
        let taken = name.is_none_or(|name| name != "KILL" && machine.take_signal(name));
        if !taken && is_deadly(signal) {
            machine.exit = Some(128 + signal);
        }
        Some(())
    }
}

/// `jobs`.
pub(super) fn jobs(machine: &mut Machine, descriptors: &Descriptors, system: &mut dyn System) -> i32 {
    let last = machine.jobs.len().saturating_sub(1);
    let spaced = machine.shell.dialect == Dialect::Dash;
    let lines = machine.jobs.iter().enumerate().map(|(place, job)| {
        let sign = match last - place {
            0 => '+',
            1 => '-',
            _ => ' ',
        };
        let state = match job.status {
            None => "Running".to_owned(),
            Some(0) => "Done".to_owned(),
            Some(status) => match description(status - 128) {
                Some(words) => words.to_owned(),
                None => format!("Done({status})"),
            },
        };
        let gap = if spaced { " " } else { "" };
        let after = if spaced { "" } else { " " };
        format!("[{}]{gap}{sign} {after}{state:<27}\n", job.id)
    });
    let lines: String = lines.collect();
    machine.jobs.retain(|job| job.status.is_none());
    machine.emit_to(&descriptors.target(1), lines.as_bytes(), system);
    0
}

/// `wait`, for everything or for some.
pub(super) fn wait(machine: &mut Machine, words: &[String], descriptors: Descriptors) -> Builtin {
    let Some(word) = words.iter().rfind(|word| *word != "-n") else {
        if words.is_empty() {
            machine.blocked = Some(Blocked::Background);
            return Builtin::Handled;
        }
        let Some(job) = machine.jobs.first() else { return Builtin::Ended(127) };
        machine.blocked = Some(Blocked::Job(job.number));
        return Builtin::Handled;
    };
    if words.len() > 1 {
        let line = machine.shell.line;
        let one = |word: &String| {
            let words = vec![Word::literal("wait"), Word::literal(word)];
            Op::Simple(Simple { words, tested: true, line, ..Simple::default() })
        };
        machine.push_frame(words.iter().map(one).collect());
        return Builtin::Handled;
    }
    let number = machine.job(word);
    if number.is_none() && word.starts_with('%') {
        machine.complain_of("wait", &format!("{word}: no such job"));
        return Builtin::Ended(if machine.shell.is_bash() { 127 } else { 2 });
    }
    match number.filter(|number| machine.jobs.iter().any(|job| job.number == *number)) {
        Some(number) => {
            // What is said of how it ended goes where `wait` was told to send it.
            machine.push_frame(Vec::new());
            machine.in_frame(|frame| frame.redirects = vec![descriptors]);
            machine.blocked = Some(Blocked::Job(number));
            Builtin::Handled
        }
        None => {
            if machine.shell.is_bash() {
                machine.complain_of("wait", &format!("pid {word} is not a child of this shell"));
            }
            Builtin::Ended(127)
        }
    }
}

/// `fg` and `bg`: there is nothing that was stopped.
pub(super) fn foreground(machine: &mut Machine, name: &str, word: Option<&str>) -> i32 {
    let number = machine.job(word.unwrap_or("%%"));
    match number.filter(|_| name == "fg" && machine.shell.interactive) {
        Some(number) => {
            machine.blocked = Some(Blocked::Job(number));
            0
        }
        None => {
            let ash = "No current job".to_owned();
            let why = machine.words(ash.clone(), ash, "no job control in this shell".to_owned());
            machine.complain_of(name, &why);
            if machine.shell.is_bash() { 1 } else { 2 }
        }
    }
}

/// `kill`.
pub(super) fn kill(
    machine: &mut Machine,
    words: &[String],
    descriptors: &Descriptors,
    system: &mut dyn System,
) -> i32 {
    let dialect = machine.shell.dialect;
    let (signal, targets) = match read_kill(words) {
        Kill::List(words) => {
            let lines: String = listing(&words).iter().map(|line| format!("{line}\n")).collect();
            machine.emit_to(&descriptors.target(1), lines.as_bytes(), system);
            return 0;
        }
        Kill::BadName(name) if dialect == Dialect::Bash => {
            machine.complain_of("kill", &format!("{name}: invalid signal specification"));
            return 1;
        }
        Kill::BadName(name) => return say(machine, &format!("bad signal name '{name}'")),
        Kill::Nobody => return say(machine, "you need to specify whom to kill"),
        Kill::Send(signal, targets) => (signal, targets),
    };
    let mut status = 0;
    for target in targets {
        let number = machine.job(&target);
        let Some(number) = number else {
            if target.starts_with('%') {
                machine.complain_of("kill", &format!("{target}: no such job"));
                return 2;
            }
            status = if dialect == Dialect::Bash {
                machine.complain_of("kill", &format!("{target}: arguments must be process or job IDs"));
                1
            } else {
                say(machine, &format!("invalid number '{target}'"))
            };
            continue;
        };
        if machine.signal_own(number, signal).is_none() && !system.signal(number, signal) {
            status = 1;
            match dialect {
                Dialect::Bash => machine.complain_of("kill", &format!("({number}) - No such process")),
                Dialect::Dash => machine.complain_of("kill", "No such process\n"),
                _ => drop(say(machine, &format!("can't kill pid {number}: No such process"))),
            }
        }
    }
    status
}

/// busybox' words begin with the name of the program and nothing else.
fn say(machine: &mut Machine, message: &str) -> i32 {
    if matches!(machine.shell.dialect, Dialect::Dash | Dialect::Bash) {
        machine.complain_of("kill", message);
    } else {
        machine.said.extend_from_slice(format!("sh: {message}\n").as_bytes());
    }
    1
}
